"""How long free slots take, on a database of its own that is gone afterwards: `python -m bench.slots`.

CPU time of this process (the database's own work counts with SQLite, not with PostgreSQL), the median of some runs.
Set DATABASE_URL for another database server.
"""

# ruff: noqa: T201 - what it prints is what it is for

import random
import statistics
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from bench.scratch import database

RUNS = 15


def main() -> None:
    with database():
        measure()


def measure() -> None:
    from django.utils import timezone

    from accounts.models import User
    from accounts.tests.factories import make_doctor
    from scheduling.domain import availability, calendars, slots
    from scheduling.models import Schedule
    from scheduling.tests.factories import make_resources, make_service

    service = make_service()
    people = [make_doctor(f"doctor{number:03}@bench.clinic") for number in range(200)]
    Schedule.objects.update(slot_minutes=15, buffer_before_minutes=5, buffer_minutes=5, horizon_days=120)
    fill(people[0], service, visits=500, days=90)
    for doctor in people[1:]:
        fill(doctor, service, visits=20, days=20)
    busy = User.objects.select_related("doctor_profile__specialty").get(pk=people[0].pk)
    now = timezone.now()
    today = timezone.localdate(now)
    until = today + timedelta(days=89)

    span = calendars.around(today, until)
    wish = calendars.wish(busy.doctor_profile, service)
    rules = calendars.rules_of({busy.pk: wish}, today, until)[busy.pk]
    taken = calendars.taken_from([busy.pk], span, now=now)[busy.pk]

    def reckon() -> list[slots.Slot]:
        return list(
            slots.free_slots(rules, minutes=30, first_day=today, last_day=until, now=now, taken=taken)
        )

    print(f"{'what':<62} {'found':>6} {'queries':>8} {'CPU ms':>7}")
    show(f"90 days of one doctor with {len(taken)} visits: reckoned", reckon)
    show("the same, read from the database", lambda: availability.free_slots(busy, service, today, until))
    scanners = make_resources(*(f"Scanner {number}" for number in range(30)), needed_by=make_service("Scan"))
    scan = scanners[0].group.services.get()
    show(
        "the same, for a scan on any of 30 scanners",
        lambda: availability.free_slots(busy, scan, today, until),
    )
    show("next free time of 1 doctor", lambda: availability.next_free(people[:1]))
    show("next free time of 200 doctors", lambda: availability.next_free(people))
    month = today + timedelta(days=30)
    show(
        "31 days of any of 30 doctors", lambda: availability.free_with_any(people[:30], service, today, month)
    )


def show(what: str, ask: Callable[[], Any]) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as queries:
        found = ask()
    times = []
    for _run in range(RUNS):
        started = time.process_time()
        ask()
        times.append((time.process_time() - started) * 1000)
    print(f"{what:<62} {len(found):>6} {len(queries):>8} {statistics.median(times):>7.1f}")


def fill(doctor: Any, service: Any, *, visits: int, days: int) -> None:
    """So many half-hour visits at random places of the doctor's days, none over another."""
    from django.utils import timezone

    from accounts.tests.factories import make_patient
    from scheduling.enums import AppointmentStatus
    from scheduling.models import Appointment

    patient = make_patient(f"patient.{doctor.email}")
    chance = random.Random(doctor.email)
    places = [(day, half) for day in range(1, days + 1) for half in range(14)]
    zone = timezone.get_default_timezone()
    first = datetime.combine(timezone.localdate(), datetime.min.time(), tzinfo=zone) + timedelta(hours=9)
    starts = [
        first + timedelta(days=day, minutes=30 * half + (60 if half >= 6 else 0))  # lunch from 12 to 13
        for day, half in chance.sample(places, visits)
    ]
    Appointment.objects.bulk_create(
        Appointment(
            patient=patient,
            doctor=doctor,
            service=service,
            mode="video",
            starts_at=moment,
            ends_at=moment + timedelta(minutes=30),
            status=AppointmentStatus.CONFIRMED,
            price=800,
            currency="NPR",
            booked_by=patient,
        )
        for moment in starts
    )


if __name__ == "__main__":
    main()
