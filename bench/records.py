"""What the record of a patient with ten years of history costs, queries and milliseconds of each page, on a database
of its own that is gone afterwards: `python -m bench.records`.

Pages are asked for through Django's test client: middleware, session, trail and templates are in the figures, the
network is not. Set DATABASE_URL for another database server.
"""

# ruff: noqa: T201 - what it prints is what it is for

import statistics
import time
from collections.abc import Callable
from typing import Any

from bench.scratch import database

RUNS = 15


def main() -> None:
    with database():
        measure()


def measured(ask: Callable[[], Any]) -> tuple[int, float, float, int]:
    """Queries, median milliseconds on the clock and of the processor (what counts on a busy machine), kB."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    answer = ask()
    assert answer.status_code == 200, answer.status_code
    spent, worked = [], []
    for _run in range(RUNS):
        began, work = time.perf_counter(), time.process_time()
        ask()
        spent.append((time.perf_counter() - began) * 1000)
        worked.append((time.process_time() - work) * 1000)
    with CaptureQueriesContext(connection) as queries:
        ask()
    return len(queries), statistics.median(spent), statistics.median(worked), len(answer.content) // 1000


def measure() -> None:
    from django.conf import settings
    from django.db import connection
    from django.test import Client

    from accounts.domain import care
    from accounts.tests.factories import make_doctor, make_patient
    from bench.ten_years import live_through

    settings.SECURE_SSL_REDIRECT = False
    doctor, patient = make_doctor("bench.doctor@test.clinic"), make_patient("bench.patient@test.clinic")
    care.link(patient, doctor)
    client = Client()
    client.force_login(doctor)
    record = f"/patients/{patient.pk}/record/"
    pages = {
        "overview, empty": record,
        "API, empty": f"/api/medical-records/?patient={patient.pk}",
    }
    rows = [(name, *measured(lambda path=path: client.get(path))) for name, path in pages.items()]  # type: ignore[misc]
    made = live_through(patient, doctor)
    print(", ".join(f"{count} {name}" for name, count in made.items()), f"on {connection.vendor}")
    cursor, deep = "", ""
    for _page in range(40):
        page = client.get(record, {"after": cursor}).context["page"]
        deep, cursor = cursor, page.next
        if not cursor:
            break
    pages = {
        "overview with timeline": record,
        "timeline, 40th page": f"{record}?after={deep}",
        "timeline, labs only": f"{record}?kind=lab",
        "history": f"{record}history/",
        "vital signs with charts": f"{record}vitals/",
        "summary to print": f"{record}summary/",
        "API": f"/api/medical-records/?patient={patient.pk}",
        "API, vital signs": f"/api/medical-records/?patient={patient.pk}&category=vital-signs",
    }
    rows += [(name, *measured(lambda path=path: client.get(path))) for name, path in pages.items()]  # type: ignore[misc]
    print(f"{'page':28}{'queries':>8}{'clock ms':>10}{'CPU ms':>8}{'kB':>6}")
    for name, queries, clock, work, size in rows:
        print(f"{name:28}{queries:>8}{clock:>10.1f}{work:>8.1f}{size:>6}")


if __name__ == "__main__":
    main()
