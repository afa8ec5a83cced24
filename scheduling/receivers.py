"""What scheduling does when an app below announces something."""

from typing import Any

from django.dispatch import receiver

from accounts.signals import patients_merged, patients_merging
from messaging.signals import call_started
from scheduling.domain import merging, progress
from scheduling.enums import AppointmentStatus
from scheduling.models import Appointment


@receiver(call_started)
def start_visit(call: Any, actor: Any, **kwargs: Any) -> None:
    """The doctor let the patient in: the visit begins, unless someone has already set it going."""
    appointment = Appointment.objects.filter(call=call.pk).first()
    if appointment and appointment.can_become(AppointmentStatus.IN_PROGRESS):
        progress.start(appointment.pk, actor=actor)


@receiver(patients_merging)
def hold_visits(kept: Any, merged: Any, **kwargs: Any) -> None:
    merging.hold(kept, merged)


@receiver(patients_merged)
def move_visits(kept: Any, merged: Any, **kwargs: Any) -> None:
    """Payments, notes and feedback belong to the visits and go along."""
    merging.move(kept, merged)
