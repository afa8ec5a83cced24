"""What records does when other apps say that something has happened."""

from typing import Any

from django.dispatch import receiver

from records.domain import reminders
from records.domain.labs import critical
from scheduling.signals import swept


@receiver(swept)
def escalate_what_was_forgotten(sender: Any, **kwargs: Any) -> None:
    critical.escalate_due()


@receiver(swept)
def remind_of_doses_again(sender: Any, **kwargs: Any) -> None:
    reminders.make_good()
