"""How long a search in a catalogue of 20,000 medicines takes, on a database of its own that is gone afterwards:
`python -m bench.medicines`.

The starter catalogue, repeated under invented brands. In ms, the median of some runs: CPU time of this process (the
database's own work counts with SQLite, not with PostgreSQL) and what the clock says, which a busy machine makes longer.
Set DATABASE_URL for another database server.
"""

# ruff: noqa: T201 - what it prints is what it is for

import statistics
import time
from collections.abc import Callable
from typing import Any

from bench.scratch import database

ROWS = 20_000
RUNS = 15
GOAL_MS = 50
TYPED = ("p", "pa", "para", "paracetamol", "paracetamol 500 tab", "amox 250 susp", "n02be01", "j01", "antibac",
         "tablet", "500 mg", "brand12", "zzz")  # fmt: skip


def main() -> None:
    with database():
        measure()


def measure() -> None:
    from django.db import connection
    from rest_framework.test import APIClient

    from accounts.tests.factories import make_doctor
    from records.domain.medicines import search

    fill()
    client = APIClient()
    client.force_authenticate(make_doctor("bench.doctor@test.clinic"))
    print(f"{connection.vendor}, {ROWS:,} medicines; ms CPU / clock, median of {RUNS}; goal under {GOAL_MS}")
    print(f"{'typed':<24} {'found':>6} {'search':>15} {'GET /api/medicines/':>20}")
    for typed in TYPED:
        number = search.ranked(search.Medicine.objects.filter(is_active=True), typed).count()
        asked = timed(lambda typed=typed: search.find(typed))  # type: ignore[misc]
        whole = timed(lambda typed=typed: client.get("/api/medicines/", {"search": typed, "page_size": 12}))  # type: ignore[misc]
        print(f"{typed:<24} {number:>6} {asked:>15} {whole:>20}")


def timed(ask: Callable[[], Any]) -> str:
    ask()
    times, cpu = [], []
    for _run in range(RUNS):
        started, worked = time.perf_counter(), time.process_time()
        ask()
        times.append((time.perf_counter() - started) * 1000)
        cpu.append((time.process_time() - worked) * 1000)
    return f"{statistics.median(cpu):.1f} / {statistics.median(times):.1f}"


def fill() -> None:
    from django.db import connection

    from records.domain.medicines import loading
    from records.domain.medicines.values import FIELDS, clean
    from records.models import Medicine

    loading.load()
    first = list(Medicine.objects.all())
    more: list[Medicine] = []
    while len(first) + len(more) < ROWS:
        like = first[len(more) % len(first)]
        values = {name: getattr(like, name) for name in FIELDS}
        more.append(Medicine(**clean(values | {"brand": f"Brand{len(more)}"})))
    Medicine.objects.bulk_create(more, batch_size=500)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE records_medicine")


if __name__ == "__main__":
    main()
