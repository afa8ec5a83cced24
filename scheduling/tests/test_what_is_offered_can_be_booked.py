"""Slots and booking say the same: whatever is offered can be booked, and is gone for everybody afterwards."""

import random
from datetime import datetime, time, timedelta

import pytest
from django.utils import timezone

from accounts.enums import Mode
from accounts.models import User
from accounts.tests.factories import make_doctor, make_patient
from scheduling.domain import booking, progress
from scheduling.domain.availability import free_slots, free_with_any
from scheduling.enums import ResourceKind
from scheduling.models import Appointment, Break, DayOff, Holiday, Opening, ResourceOutage, Schedule, Service
from scheduling.tests.factories import make_resources, make_service
from scheduling.tests.test_booking_races import cells_agree_with_appointments

pytestmark = pytest.mark.django_db
DAYS = 4


@pytest.fixture
def clinic() -> tuple[list[User], list[Service]]:
    """Three doctors with all that narrows their days; a consultation that needs a room, a scan, and a short talk."""
    today = timezone.localdate()
    doctors = [make_doctor(f"doctor{number}@test.clinic") for number in range(3)]
    services = [make_service(), make_service("Scan", minutes=50), make_service("Word", minutes=10)]
    make_resources("1", "2", group="Rooms", kind=ResourceKind.ROOM, needed_by=services[0])
    scanners = make_resources("A", "B", needed_by=services[1])
    ResourceOutage.objects.create(
        resource=scanners[0], first_day=today + timedelta(days=2), last_day=today + timedelta(days=9)
    )
    Schedule.objects.filter(doctor=doctors[0]).update(
        slot_minutes=10, buffer_before_minutes=5, buffer_minutes=10
    )
    Holiday.objects.create(
        name="Tihar", first_day=today + timedelta(days=3), last_day=today + timedelta(days=3)
    )
    Opening.objects.create(
        doctor=doctors[0], day=today + timedelta(days=3), starts=time(7), ends=time(8, 30), modes=[Mode.VIDEO]
    )
    only_scans = Opening.objects.create(
        doctor=doctors[1],
        day=today + timedelta(days=3),
        starts=time(7),
        ends=time(9),
        modes=list(Mode.values),
    )
    only_scans.services.add(services[1])
    DayOff.objects.create(
        doctor=doctors[2],
        first_day=today + timedelta(days=2),
        last_day=today + timedelta(days=2),
        starts=time(9, 40),
        ends=time(16),
    )
    Break.objects.filter(doctor=doctors[1]).update(starts=time(10), ends=time(15))
    return doctors, services


@pytest.mark.parametrize("seed", range(2))
def test_until_nothing_is_left_to_choose(seed: int, clinic: tuple[list[User], list[Service]]) -> None:
    doctors, services = clinic
    chance = random.Random(seed)
    patients = [make_patient(f"patient{number}@test.clinic") for number in range(4)]
    first, last = (timezone.localdate() + timedelta(days=day) for day in (1, DAYS))
    for _turn in range(20):
        patient, service = chance.choice(patients), chance.choice(services)
        mode = chance.choice(Mode.values)
        offered = free_with_any(doctors, service, first, last, mode=mode, patient=patient)
        slot = chance.choice(offered)
        chosen = chance.choice(slot.doctor_ids)
        doctor = next(who for who in doctors if who.pk == chosen)
        visit = booking.book(
            patient=patient, doctor=doctor, service=service, starts_at=slot.starts_at, mode=mode, booked_by=patient
        )  # fmt: skip
        again = free_slots(doctor, service, first, last, mode=mode)
        assert not any(other.starts_at < visit.ends_at and visit.starts_at < other.ends_at for other in again)
        # Paid, or let go: nobody holds more than a few unpaid times.
        if chance.random() < 0.7:
            progress.payment_submitted(visit.pk, actor=patient)
        else:
            progress.cancel(visit.pk, actor=patient)
    assert cells_agree_with_appointments()
    on_holiday = Appointment.objects.filter(starts_at__date=first + timedelta(days=2)).exclude(
        status="cancelled"
    )
    assert all(visit.ends_at <= at_nine(visit) for visit in on_holiday), "openings only"


def at_nine(visit: Appointment) -> datetime:
    return timezone.localtime(visit.starts_at).replace(hour=9, minute=0, second=0)
