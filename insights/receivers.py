"""What insights does when something changes that its figures sum up: mark the day, in the same transaction.

Django's own signals are heard, not those of booking and paying: every way in which one of these rows is saved counts,
also those that announce nothing (the desk, an import, the admin).
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models.signals import post_delete, post_save, pre_save
from django.dispatch import receiver

from billing.models import Attempt, Quote, Refund
from insights.domain.figures import doses, marks, sums
from records.models import Feedback, Intake
from scheduling.models import Appointment
from scheduling.signals import swept

# Of so many days at most a sweep makes the sums; the next one goes on.
_A_SWEEP = 200
# What moves a visit's figures to another day or another doctor's.
_MOVING = ("starts_at", "doctor_id", "service_id", "mode")


@receiver(pre_save, sender=Appointment)
def mark_where_a_visit_was(
    sender: Any, instance: Appointment, update_fields: Iterable[str] | None, **kwargs: Any
) -> None:
    """A visit that is moved also changes the day it leaves; one that is given to another doctor takes its money along,
    whatever day that came on."""
    if instance._state.adding:
        return
    if update_fields is not None and not {"starts_at", "doctor", "doctor_id", "service", "mode"} & set(
        update_fields
    ):
        return
    before = Appointment.objects.filter(pk=instance.pk).values(*_MOVING).first()
    if before is None or all(before[name] == getattr(instance, name) for name in _MOVING):
        return
    changed: list[datetime | None] = [before["starts_at"]]
    if any(before[name] != getattr(instance, name) for name in _MOVING[1:]):
        paid = Attempt.objects.filter(payment__appointment=instance.pk)
        sent = Refund.objects.filter(payment__appointment=instance.pk)
        changed += [*paid.values_list("decided_at", flat=True), *sent.values_list("settled_at", flat=True)]
    marks.moments(changed)


@receiver([post_save, post_delete], sender=Appointment)
def mark_the_day_of_a_visit(sender: Any, instance: Appointment, **kwargs: Any) -> None:
    marks.moments([instance.starts_at])


@receiver([post_save, post_delete], sender=Quote)
@receiver([post_save, post_delete], sender=Feedback)
def mark_the_day_of_its_visit(sender: Any, instance: Quote | Feedback, **kwargs: Any) -> None:
    marks.moments([instance.appointment.starts_at])


@receiver(pre_save, sender=Attempt)
@receiver(pre_save, sender=Refund)
def mark_the_day_money_was_on(
    sender: Any, instance: Attempt | Refund, update_fields: Iterable[str] | None, **kwargs: Any
) -> None:
    """Of a row that is decided a second time (money that the bank sent back) the first day changes as well."""
    field = _moment_of(instance)
    if instance._state.adding or (update_fields is not None and field not in update_fields):
        return
    marks.moments(sender.objects.filter(pk=instance.pk).values_list(field, flat=True))


@receiver([post_save, post_delete], sender=Attempt)
@receiver([post_save, post_delete], sender=Refund)
def mark_the_day_of_money(sender: Any, instance: Attempt | Refund, **kwargs: Any) -> None:
    marks.moments([getattr(instance, _moment_of(instance))])


def _moment_of(instance: Attempt | Refund) -> str:
    return "decided_at" if isinstance(instance, Attempt) else "settled_at"


@receiver([post_save, post_delete], sender=Intake)
def mark_the_day_of_a_dose(sender: Any, instance: Intake, **kwargs: Any) -> None:
    doses.mark(instance.day)


@receiver(swept)
def sum_figures(sender: Any, **kwargs: Any) -> None:
    sums.sum_marked(most=_A_SWEEP)


@receiver(swept)
def sum_doses(sender: Any, **kwargs: Any) -> None:
    doses.sum_due(most=_A_SWEEP)
