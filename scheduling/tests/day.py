"""Visits of a day that stands at noon, for tests of the queue."""

from datetime import datetime, timedelta
from typing import Any

from accounts.enums import Mode
from accounts.models import User
from accounts.tests.factories import make_patient
from scheduling.enums import AppointmentStatus
from scheduling.models import Appointment, Service
from scheduling.tests.factories import clinic_time, make_appointment

S = AppointmentStatus


def today(hour: int, minute: int = 0) -> datetime:
    return clinic_time(0, hour, minute)


def visit(doctor: User, service: Service, hour: int, minute: int = 0, **fields: Any) -> Appointment:
    """In person with a patient of its own."""
    patient = fields.pop("patient", None) or make_patient(
        f"p{hour}.{minute}@test.clinic", first_name=f"P{hour}"
    )
    fields.setdefault("mode", Mode.IN_PERSON)
    return make_appointment(patient, doctor, service, starts_at=today(hour, minute), **fields)


def here(
    doctor: User, service: Service, hour: int, minute: int = 0, came: datetime | None = None
) -> Appointment:
    return visit(
        doctor,
        service,
        hour,
        minute,
        status=S.CHECKED_IN,
        checked_in_at=came or today(hour) - timedelta(minutes=10),
    )
