"""Whether a reminder still makes sense when its time has come."""

from datetime import datetime
from uuid import UUID

from django.utils import timezone

from scheduling.enums import AppointmentStatus
from scheduling.models import Appointment

from . import telling
from .timers import REMINDERS


def remind(appointment_id: UUID | str, starts_at: datetime, which: str) -> bool:
    """Tell the patient, once; returns whether it was still worth telling.

    Nothing is told when the visit was moved (it has reminders of its own), is no longer confirmed, or when a worker
    that was down comes so late that the next reminder or the visit itself is due.
    """
    appointment = Appointment.objects.select_related("patient", "doctor").filter(pk=appointment_id).first()
    if appointment is None or appointment.status != AppointmentStatus.CONFIRMED:
        return False
    later = [before for before in REMINDERS.values() if before < REMINDERS[which]]
    too_late = appointment.starts_at - max(later) if later else appointment.starts_at
    if appointment.starts_at != starts_at or timezone.now() >= too_late:
        return False
    telling.reminder(appointment, which)
    return True
