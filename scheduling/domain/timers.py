"""What is to happen later: the end of a hold, the reminders, the look whether anybody came.

The queue is a table, so a task is queued inside the transaction that causes it: it is there exactly when the change
is, and no crash comes between the two. Each task looks at the appointment again when its time has come.
"""

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from scheduling.models import Appointment

REMINDERS = {"24h": timedelta(hours=24), "1h": timedelta(hours=1)}
# A visit that is held for long and not paid yet is brought to mind so long before its hold ends.
PAY_REMINDER = timedelta(hours=48)
# So long after its planned end a visit that nobody began counts as missed.
NO_SHOW_AFTER = timedelta(minutes=60)


def at_hold_end(appointment: Appointment) -> None:
    """Expire the hold when its time is over."""
    from scheduling.tasks import expire_hold

    if appointment.hold_expires_at:
        _queue(expire_hold, appointment.hold_expires_at, str(appointment.pk))


def before_hold_end(appointment: Appointment) -> None:
    """Ask for the payment of a visit that is held for long, PAY_REMINDER before its hold ends."""
    from scheduling.tasks import remind_to_pay

    until = appointment.hold_expires_at
    if until and until - PAY_REMINDER > timezone.now():
        _queue(remind_to_pay, until - PAY_REMINDER, str(appointment.pk), until.isoformat())


def of_visit(appointment: Appointment) -> None:
    """Remind the patient, unless it is too late for that; look after the end whether the visit took place."""
    from scheduling.tasks import remind

    for which, before in REMINDERS.items():
        at = appointment.starts_at - before
        if at > timezone.now():
            _queue(remind, at, str(appointment.pk), appointment.starts_at.isoformat(), which)
    after(appointment)


def after(appointment: Appointment) -> None:
    """Sweep when this visit should be over, whatever has become of it."""
    from scheduling.tasks import sweep

    _queue(sweep, appointment.ends_at + NO_SHOW_AFTER)


def _queue(task: Any, at: datetime, *arguments: str) -> None:
    task.using(run_after=at).enqueue(*arguments)
