"""What records does when other apps say that something has happened."""

from typing import Any

from django.dispatch import receiver

from accounts.signals import patients_merged
from records.domain import critical, feedback_asking, merging, reminders
from records.domain.imaging import ordering
from scheduling.enums import AppointmentStatus, ReferralStatus
from scheduling.signals import (
    appointment_booked,
    appointment_status_changed,
    referral_status_changed,
    swept,
)

_CALLED_OFF = (
    AppointmentStatus.CANCELLED,
    AppointmentStatus.DECLINED,
    AppointmentStatus.EXPIRED,
    AppointmentStatus.NO_SHOW,
)


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


@receiver(referral_status_changed)
def report_what_is_ordered(
    sender: Any, referral: Any, from_status: str, to_status: str, **kwargs: Any
) -> None:
    if not from_status:
        ordering.ordered(referral)
    elif to_status == ReferralStatus.CANCELLED:
        ordering.withdrawn(referral)


@receiver(appointment_booked)
def report_what_is_booked(sender: Any, appointment: Any, **kwargs: Any) -> None:
    ordering.booked(appointment)


@receiver(appointment_status_changed)
def report_what_became_of_it(sender: Any, appointment: Any, to_status: str, **kwargs: Any) -> None:
    if to_status in _CALLED_OFF:
        ordering.called_off(appointment)
    elif to_status == AppointmentStatus.COMPLETED:
        ordering.acquired(appointment)
    elif to_status == AppointmentStatus.CHECKED_IN:
        # Noted as missed, and there after all.
        ordering.booked(appointment)


@receiver(swept)
def make_good_missing_reports(sender: Any, **kwargs: Any) -> None:
    ordering.make_good()


@receiver(patients_merged)
def move_records(sender: Any, kept: Any, merged: Any, actor: Any, **kwargs: Any) -> None:
    """Notes and feedback belong to the visits and go along with them."""
    merging.move(kept, merged, actor=actor)
