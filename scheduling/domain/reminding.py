"""Whether a reminder still makes sense when its time has come, and those that were forgotten."""

from datetime import datetime
from uuid import UUID

from django.db.models import OuterRef, Subquery
from django.utils import timezone

from messaging.models import Notification
from scheduling.enums import AppointmentStatus
from scheduling.models import Appointment, AppointmentStatusChange

from . import telling
from .timers import REMINDERS


def remind(appointment_id: UUID | str, starts_at: datetime, which: str) -> bool:
    """Tell the patient, once; returns whether it was still worth telling.

    Nothing is told when the visit was moved (it has reminders of its own), is no longer confirmed, waits for another
    time, or when a worker that was down comes so late that the next reminder or the visit itself is due.
    """
    appointment = Appointment.objects.select_related("patient", "doctor").filter(pk=appointment_id).first()
    if appointment is None or appointment.status != AppointmentStatus.CONFIRMED or appointment.displaced_at:
        return False
    if appointment.starts_at != starts_at or which != due(appointment, timezone.now()):
        return False
    telling.reminder(appointment, which)
    return True


def due(appointment: Appointment, now: datetime) -> str | None:
    """The reminder whose time it is: from its own moment until the next one's, or until the visit."""
    ahead = appointment.starts_at - now
    passed = {before: which for which, before in REMINDERS.items() if before >= ahead}
    return passed[min(passed)] if passed and appointment.starts_at > now else None


def make_good(now: datetime) -> int:
    """Remind of visits whose own task was lost (a worker died over it); returns of how many. As with the tasks,
    nobody is reminded of what they agreed on after the reminder's time. Three queries when nothing is missing."""
    settled = AppointmentStatusChange.objects.filter(
        appointment=OuterRef("pk"), to_status=AppointmentStatus.CONFIRMED
    ).order_by("-at", "-id")
    ahead = Appointment.objects.filter(
        status=AppointmentStatus.CONFIRMED,
        displaced_at=None,
        starts_at__gt=now,
        starts_at__lte=now + max(REMINDERS.values()),
    ).annotate(settled_at=Subquery(settled.values("at")[:1]))
    wanted = {}
    for visit in ahead:
        which = due(visit, now)
        if which and visit.settled_at and visit.settled_at <= visit.starts_at - REMINDERS[which]:
            wanted[telling.reminder_key(visit, which)] = (visit, which)
    told = set(Notification.objects.filter(key__in=wanted).values_list("key", flat=True))
    return sum(
        remind(visit.pk, visit.starts_at, which) for key, (visit, which) in wanted.items() if key not in told
    )
