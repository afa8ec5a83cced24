"""Asking the patient after each visit how it was."""

from django.urls import reverse

from messaging.domain.notifications import notify
from records.models import Feedback
from scheduling.models import Appointment


def ask(appointment: Appointment) -> None:
    """Once for each completed visit, where the patient has not said it by themselves."""
    if Feedback.objects.filter(appointment=appointment).exists():
        return
    notify(
        appointment.patient,
        occasion="feedback.asked",
        variables={"name": appointment.doctor.name},
        url=reverse("feedback", args=[appointment.pk]),
        key=f"feedback:{appointment.pk}",
    )
