"""What records does when other apps say that something has happened."""

from typing import Any

from django.dispatch import receiver

from accounts.signals import patients_merged
from records.domain import feedback_asking, merging, reminders
from records.domain.labs import critical
from scheduling.enums import AppointmentStatus
from scheduling.signals import appointment_status_changed, swept


@receiver(swept)
def escalate_what_was_forgotten(sender: Any, **kwargs: Any) -> None:
    critical.escalate_due()


@receiver(swept)
def remind_of_doses_again(sender: Any, **kwargs: Any) -> None:
    reminders.make_good()


@receiver(appointment_status_changed)
def ask_how_it_was(sender: Any, appointment: Any, to_status: str, **kwargs: Any) -> None:
    if to_status == AppointmentStatus.COMPLETED:
        feedback_asking.ask(appointment)


@receiver(patients_merged)
def move_records(sender: Any, kept: Any, merged: Any, actor: Any, **kwargs: Any) -> None:
    """Notes and feedback belong to the visits and go along with them."""
    merging.move(kept, merged, actor=actor)
