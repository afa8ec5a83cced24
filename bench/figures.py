"""What the figures cost with 1,000,000 appointments: the dashboard for a month, a year, and a hundred years, on a
database of its own that is gone afterwards.

    deploy/with-services .venv/bin/python -m bench.figures [--visits 1000000] [--explain]

Makes its own rows (in SQL, on PostgreSQL or SQLite; nothing is sent to anybody), sums them up as a new
database would, and asks for the page through Django's test client.
"""

# ruff: noqa: T201 - what it prints is what it is for

import argparse
import json
import statistics
import time
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from bench.scratch import database

# A large clinic: so many doctors, of six services each day both ways, over five years until today.
DOCTORS, SERVICES, DAYS = 40, 6, 5 * 365
RUNS = 5


class Words:
    """What the two databases say differently."""

    def __init__(self, vendor: str) -> None:
        self.lite = vendor == "sqlite"
        if self.lite:
            counted = "counted(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < %(visits)s)"
            self.numbers = f"(WITH RECURSIVE {counted} SELECT n FROM counted) numbers"
            self.today, self.minute = "%(today)s", "CAST(strftime('%%M', starts_at) AS integer)"
            self.tidy, self.explain = "ANALYZE", "EXPLAIN QUERY PLAN "
        else:
            self.numbers = "generate_series(1, %(visits)s) numbers(n)"
            self.today, self.minute = "%(today)s::timestamptz", "extract(minute FROM starts_at)"
            self.tidy, self.explain = "VACUUM ANALYZE", "EXPLAIN (ANALYZE, BUFFERS) "

    def key(self, text: str) -> str:
        return f"md5({text})" if self.lite else f"md5({text})::uuid"

    def pick(self, name: str, at: str, kind: str = "text") -> str:
        """Of the list `name`, by a number from 0."""
        if self.lite:
            return f"(SELECT value FROM json_each(%({name})s) WHERE key = {at})"
        return f"(%({name})s::{kind}[])[1 + {at}]"

    def later(self, moment: str, minutes: str) -> str:
        if self.lite:
            return f"datetime({moment}, ({minutes}) || ' minutes')"
        return f"{moment} + ({minutes}) * interval '1 minute'"

    def value(self, value: Any) -> Any:
        """As it goes into a statement."""
        if not self.lite:
            return value
        if isinstance(value, list):
            return json.dumps([self.value(one) for one in value])
        if isinstance(value, datetime):
            return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
        return value.hex if isinstance(value, UUID) else value


STATES = ["completed"] * 7 + ["no_show", "cancelled", "expired"]


def statements(words: Words) -> list[str]:
    """Row n: a day (the last one is today), a doctor, a service and a minute of the day, spread by steps without a
    pattern."""
    began = words.later(words.today, f"(n %% 97) * 5 - (n %% {DAYS}) * 1440")
    came, left = words.later("at", "-9"), words.later("at", "14")
    return [
        f"""
INSERT INTO scheduling_appointment (id, created_at, updated_at, doctor_id, patient_id, service_id, mode, starts_at,
    ends_at, reason, status, price, currency, booked_by_id, overbooking_reason, sequence, checked_in_at, started_at,
    completed_at)
SELECT {words.key("'v' || n")}, at, at, {words.pick("doctors", f"n %% {DOCTORS}", "uuid")}, %(patient)s,
    {words.pick("services", f"(n / 7) %% {SERVICES}", "uuid")},
    CASE WHEN n %% 3 = 0 THEN 'video' ELSE 'in_person' END, at, {words.later("at", "15")},
    '', status, 800, %(currency)s, %(patient)s, '', 0,
    CASE WHEN status = 'completed' THEN {came} END, CASE WHEN status = 'completed' THEN at END,
    CASE WHEN status = 'completed' THEN {left} END
FROM (SELECT n, {began} AS at, {words.pick("states", "(n / 3) %% 10")} AS status FROM {words.numbers}) made
""",
        f"""
INSERT INTO billing_quote (id, created_at, updated_at, appointment_id, charge, covered, co_payment, shortfall, currency,
    benefit_year, basis, authorisation_open)
SELECT {words.key("'q' || id")}, starts_at, starts_at, id, 800, 500, 100, 200, currency, 0, '{{}}', false
FROM scheduling_appointment
""",
        f"""
INSERT INTO billing_payment (id, created_at, updated_at, appointment_id, kind, amount, received, refund_owed, refunded,
    kept, currency, reference, qr_payload, covered, co_payment, shortfall, status)
SELECT {words.key("'p' || id")}, starts_at, starts_at, id, 'charge', 300, 300, 0, 0, 0, currency,
    row_number() OVER (), '', 500, 100, 200, 'confirmed'
FROM scheduling_appointment WHERE status <> 'expired'
""",
        f"""
INSERT INTO billing_attempt (id, created_at, updated_at, payment_id, method, scheme, amount, bank_reference,
    reference_key, proof, proof_digest, proof_hash, proof_findings, submitted_by_id, client_id, gateway_id, outcome,
    decided_at, reason_kind, reason)
SELECT {words.key("'a' || id")}, created_at, created_at, id, {words.pick("methods", "CAST(reference AS integer) %% 3")},
    'bank', 300, '', '', '', '', '', '{{}}', %(patient)s, '', '', 'accepted', {words.later("created_at", "-1440")},
    '', ''
FROM billing_payment
""",
        f"""
INSERT INTO records_feedback (id, created_at, updated_at, appointment_id, overall, recommend, comment, status)
SELECT {words.key("'f' || id")}, starts_at, starts_at, id, 4, true, '', 'pending'
FROM scheduling_appointment WHERE status = 'completed' AND sequence = 0 AND {words.minute} < 15
""",
    ]


def make(visits: int) -> None:
    from django.conf import settings
    from django.db import connection
    from django.utils import timezone

    from accounts.tests.factories import make_doctor, make_patient
    from scheduling.tests.factories import make_service

    doctors = [make_doctor(f"bench{n}@test.clinic").pk for n in range(DOCTORS)]
    services = [make_service(f"Bench {n}").pk for n in range(SERVICES)]
    today = timezone.localtime().replace(hour=9, minute=0, second=0, microsecond=0)
    values: dict[str, Any] = {
        "doctors": doctors, "patient": make_patient("bench@test.clinic").pk, "services": services, "today": today,
        "visits": visits, "currency": settings.CLINIC_CURRENCY, "states": STATES, "methods": ["qr", "cash", "card"],
    }  # fmt: skip
    words = Words(connection.vendor)
    with connection.cursor() as cursor:
        for statement in statements(words):
            cursor.execute(statement, {name: words.value(value) for name, value in values.items()})
        cursor.execute("ANALYZE")


def timed(what: str, act: Any) -> Any:
    began = time.perf_counter()
    answer = act()
    print(f"{what}: {time.perf_counter() - began:.1f} s", flush=True)
    return answer


def measured(client: Any, address: str, *, explain: bool) -> str:
    """The clock counts what else runs on the machine; the shortest run and the processor say more of the page."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    spent, worked = [], []
    for _run in range(RUNS):
        began, work = time.perf_counter(), time.process_time()
        answer = client.get(address)
        spent.append((time.perf_counter() - began) * 1000)
        worked.append((time.process_time() - work) * 1000)
        assert answer.status_code == 200, answer.status_code
    with CaptureQueriesContext(connection) as queries:
        client.get(address)
    slowest = max(queries, key=lambda query: float(query["time"]))
    if explain:
        with connection.cursor() as cursor:
            cursor.execute(Words(connection.vendor).explain + slowest["sql"])
            print(*(row[0] for row in cursor.fetchall()), sep="\n")
    return (
        f"{len(queries)} queries, shortest {min(spent):.0f} ms, median {statistics.median(spent):.0f} ms, "
        f"CPU of Python {min(worked):.0f} ms, slowest query {float(slowest['time']) * 1000:.0f} ms, "
        f"{len(answer.content) // 1000} kB"
    )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--visits", type=int, default=1_000_000)
    parser.add_argument("--explain", action="store_true")
    wanted = parser.parse_args()
    with database():
        measure(wanted.visits, explain=wanted.explain)


def measure(visits: int, *, explain: bool) -> None:
    from django.conf import settings
    from django.db import connection
    from django.test import Client
    from django.utils import timezone

    from accounts.tests.factories import make_user
    from insights.domain.figures import marks, sums
    from insights.models import FeedbackFigures, MoneyFigures, VisitFigures

    settings.SECURE_SSL_REDIRECT = False
    timed(f"{visits:,} visits made", lambda: make(visits))
    client = Client()
    client.force_login(make_user("bench.manager@test.clinic", "management"))

    def say(name: str, address: str) -> None:
        print(f"{name}: {measured(client, address, explain=explain)}", flush=True)

    today = timezone.localdate()
    year, century = f"from={today.year - 1}-01-01&to={today.year - 1}-12-31", "from=1930-01-01&to=2029-12-31"
    marked = timed("all days marked", marks.mark_everything)
    say("before the first sum, a century read raw", f"/figures/?{century}")
    timed(f"{marked} days summed up", sums.sum_marked)
    with connection.cursor() as cursor:
        cursor.execute(Words(connection.vendor).tidy)
    models = (VisitFigures, MoneyFigures, FeedbackFigures)
    print({model.__name__: model._default_manager.count() for model in models})
    doctor = VisitFigures.objects.all()[0].doctor_id
    for name, address in (
        ("30 days", "/figures/"),
        ("a year by month", f"/figures/?{year}"),
        ("a year by week", f"/figures/?{year}&by=week"),
        ("a hundred years", f"/figures/?{century}"),
        ("a hundred years of one doctor", f"/figures/?{century}&doctor={doctor}"),
        ("the rows behind a century", f"/figures/behind/booked/?{century}"),
        ("its last page", f"/figures/behind/booked/?{century}&page=999999"),
    ):
        say(name, address)
    marks.mark([today, today - timedelta(days=1)])
    say("a year with two marked days", "/figures/?period=year")


if __name__ == "__main__":
    main()
