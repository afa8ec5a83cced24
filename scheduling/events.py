"""What open pages are told about appointments and slots, and who is told."""

from datetime import date, datetime, timedelta
from uuid import UUID

from django.utils import timezone

from accounts.enums import Role
from clinic.core.realtime import publish, role_group, slots_group, user_group
from scheduling.models import Appointment, Referral


def appointment_changed(appointment: Appointment) -> None:
    """To its patient, its doctor and management."""
    publish(
        [
            user_group(appointment.patient_id),
            user_group(appointment.doctor_id),
            role_group(Role.MANAGEMENT),
        ],
        {
            "type": "appointment.changed",
            "id": str(appointment.pk),
            "status": str(appointment.status),
            "starts_at": timezone.localtime(appointment.starts_at).isoformat(),
        },
    )


def schedule_changed(doctor_id: UUID, first_day: date, days: int) -> None:
    """The doctor's hours are others now: to everyone who looks at slots of any of these days."""
    for offset in range(days):
        day = (first_day + timedelta(days=offset)).isoformat()
        publish(
            [slots_group(doctor_id, day)],
            {"type": "slots.changed", "doctor": str(doctor_id), "date": day},
        )


def slots_changed(appointment: Appointment, *spans: tuple[datetime, datetime]) -> None:
    """To everyone who looks at the doctor's slots of a day that the appointment (or one of `spans`) touches."""
    zone = timezone.get_default_timezone()
    days = set()
    for starts_at, ends_at in spans or [(appointment.starts_at, appointment.ends_at)]:
        days.add(starts_at.astimezone(zone).date())
        days.add((ends_at - timedelta(microseconds=1)).astimezone(zone).date())
    for day in sorted(days):
        publish(
            [slots_group(appointment.doctor_id, day)],
            {"type": "slots.changed", "doctor": str(appointment.doctor_id), "date": day.isoformat()},
        )


def referral_changed(referral: Referral) -> None:
    """To its patient, whoever asked, the doctor of the booked scan, and management."""
    people = [referral.patient_id, referral.referrer_id]
    if referral.appointment:
        people.append(referral.appointment.doctor_id)
    publish(
        [*map(user_group, people), role_group(Role.MANAGEMENT)],
        {"type": "referral.changed", "id": str(referral.pk), "status": str(referral.status)},
    )
