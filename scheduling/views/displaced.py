"""A visit whose time the clinic could not keep, until its patient has another one."""

from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from scheduling.domain.availability import nearest_free
from scheduling.models import Appointment
from scheduling.rules import MOVABLE
from scheduling.views import picker


def is_displaced(appointment: Appointment) -> bool:
    return appointment.displaced_at is not None and appointment.status in MOVABLE


def displaced_times(user: User, appointment: Appointment) -> list[picker.Choice]:
    """For its patient the three nearest free times; each leads to the page that moves the visit there."""
    if not is_displaced(appointment) or user.pk != appointment.patient_id:
        return []
    found = nearest_free(
        appointment.doctor,
        appointment.service,
        max(appointment.starts_at, timezone.now()),
        mode=appointment.mode,
        patient=appointment.patient,
        ignoring=appointment,
    )
    return picker.choices(found, reverse("appointment_reschedule", args=[appointment.pk]))
