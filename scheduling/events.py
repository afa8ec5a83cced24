"""What open pages are told about appointments and slots, and who is told."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.utils import timezone

from accounts.enums import Role
from clinic.core.realtime import publish, role_group, slots_group, user_group
from scheduling.enums import QUEUED
from scheduling.models import Appointment, Referral, WaitingEntry


def appointment_changed(appointment: Appointment) -> None:
    """To its patient, its doctor and management; on its day the queue is another one too."""
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
    today = timezone.localdate()
    if timezone.localdate(appointment.starts_at) == today:
        queue_changed(appointment.doctor_id, today)


def queue_changed(doctor_id: UUID, day: date) -> None:
    """Who is here, called or in changed: to the doctor, management and the patients of that day's queue."""
    start = datetime.combine(day, time(), tzinfo=timezone.get_default_timezone())
    waiting = Appointment.objects.filter(
        doctor=doctor_id, status__in=QUEUED, starts_at__gte=start, starts_at__lt=start + timedelta(days=1)
    )
    people = [doctor_id, *waiting.order_by().values_list("patient_id", flat=True).distinct()]
    publish(
        [*map(user_group, people), role_group(Role.MANAGEMENT)],
        {"type": "queue.changed", "doctor": str(doctor_id), "date": day.isoformat()},
    )


def schedule_changed(doctor_id: UUID, first_day: date, days: int) -> None:
    """The doctor's hours are others now: to everyone who looks at slots of any of these days."""
    for offset in range(days):
        day = (first_day + timedelta(days=offset)).isoformat()
        publish(
            [slots_group(doctor_id, day)],
            {"type": "slots.changed", "doctor": str(doctor_id), "date": day},
        )


def appointment_left(appointment: Appointment, doctor_id: UUID, span: tuple[datetime, datetime]) -> None:
    """To the doctor who had it until now, and to whoever looks at that doctor's slots of those days."""
    publish(
        [user_group(doctor_id)],
        {
            "type": "appointment.changed",
            "id": str(appointment.pk),
            "status": str(appointment.status),
            "starts_at": timezone.localtime(appointment.starts_at).isoformat(),
        },
    )
    _publish_days(doctor_id, [span])


def slots_changed(appointment: Appointment, *spans: tuple[datetime, datetime]) -> None:
    """To everyone who looks at the doctor's slots of a day that the appointment (or one of `spans`) touches."""
    _publish_days(appointment.doctor_id, spans or [(appointment.starts_at, appointment.ends_at)])


def _publish_days(doctor_id: UUID, spans: Iterable[tuple[datetime, datetime]]) -> None:
    zone = timezone.get_default_timezone()
    days = set()
    for starts_at, ends_at in spans:
        days.add(starts_at.astimezone(zone).date())
        days.add((ends_at - timedelta(microseconds=1)).astimezone(zone).date())
    for day in sorted(days):
        publish(
            [slots_group(doctor_id, day)],
            {"type": "slots.changed", "doctor": str(doctor_id), "date": day.isoformat()},
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


def waiting_changed(entry: WaitingEntry) -> None:
    """To the patient who waits and to management."""
    publish(
        [user_group(entry.patient_id), role_group(Role.MANAGEMENT)],
        {"type": "waiting.changed", "id": str(entry.pk), "status": str(entry.status)},
    )
