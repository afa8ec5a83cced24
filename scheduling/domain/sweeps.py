"""What the portal does by itself with visits whose time has passed.

A sweep is queued in the same transaction that confirms a visit, for an hour after that visit's end (timers.after), and
each sweep looks at all visits, not only at its own. So there is no chain that could break: while visits take place
sweeps run, a worker that was down catches up with its first one, and a task lost in a crash is made good by the next.
`manage.py sweep` does the same at once, for cron or after a restore.

Each visit is looked at again under its lock: two workers may sweep at the same time and each step happens once.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from clinic.core.errors import DomainError
from clinic.core.status import lock
from scheduling.enums import AppointmentStatus
from scheduling.models import Appointment
from scheduling.signals import swept

from . import meeting, progress, reminding, telling
from .timers import NO_SHOW_AFTER

logger = logging.getLogger(__name__)

_S = AppointmentStatus


@dataclass
class Swept:
    """How many visits each part changed, and how many patients were reminded late."""

    expired: int = 0
    missed: int = 0
    given_up: int = 0
    unanswered: int = 0
    reminded: int = 0

    def __str__(self) -> str:
        return ", ".join(
            f"{field.name.replace('_', ' ')} {getattr(self, field.name)}" for field in fields(self)
        )


def sweep(now: datetime | None = None) -> Swept:
    """End lapsed holds, note who did not come, call off what nobody answered, make good lost reminders. May be run at
    any time and by any number of workers; what one visit refuses does not keep the others. At last `swept` is sent."""
    now = now or timezone.now()
    done = Swept(
        expired=progress.expire_lapsed(),
        missed=_each(missed(now), _note_missed),
        given_up=_each(given_up(now), _give_up),
        unanswered=_each(unanswered(now), _turn_down),
        reminded=reminding.make_good(now),
    )
    # A receiver's failure is logged by Django and keeps nobody else.
    swept.send_robust(sender=Swept)
    return done


def missed(now: datetime) -> QuerySet[Appointment]:
    """Confirmed visits over for NO_SHOW_AFTER that nobody checked in or began. A patient who came to the door of their
    video visit did come, whoever did not open it."""
    return Appointment.objects.filter(
        status=_S.CONFIRMED, displaced_at=None, ends_at__lte=now - NO_SHOW_AFTER
    ).exclude(call__peers__user=F("patient"))


def given_up(now: datetime) -> QuerySet[Appointment]:
    """The clinic could not keep the time, and the patient has chosen no other one before it came."""
    return Appointment.objects.filter(
        ~Q(displaced_at=None), status__in=(_S.PENDING_CONFIRMATION, _S.CONFIRMED), starts_at__lte=now
    )


def unanswered(now: datetime) -> QuerySet[Appointment]:
    """Requests that nobody at the clinic confirmed while it made sense."""
    return Appointment.objects.filter(
        status=_S.PENDING_CONFIRMATION, displaced_at=None, ends_at__lte=now - NO_SHOW_AFTER
    )


def _note_missed(appointment: Appointment) -> None:
    progress.change(appointment, _S.NO_SHOW, actor=None)
    meeting.close(appointment, actor=None)


def _give_up(appointment: Appointment) -> None:
    was_confirmed = appointment.status == _S.CONFIRMED
    reason = _("The clinic could not keep this time, and no other one was chosen.")
    progress.change(appointment, _S.CANCELLED, actor=None, reason=reason)
    meeting.call_off(appointment, actor=None)
    telling.cancelled(appointment, actor=None, was_confirmed=was_confirmed)


def _turn_down(appointment: Appointment) -> None:
    progress.change(
        appointment, _S.DECLINED, actor=None, reason=_("Nobody at the clinic confirmed it in time.")
    )
    telling.declined(appointment)


def _each(found: QuerySet[Appointment], act: Callable[[Appointment], object]) -> int:
    """Act on each one in a transaction of its own, if it still is one of them; returns on how many."""
    done = 0
    for pk in list(found.order_by("pk").values_list("pk", flat=True)):
        try:
            done += _one(found, pk, act)
        except DomainError:
            logger.exception("appointment %s could not be swept", pk)
    return done


@transaction.atomic
def _one(found: QuerySet[Appointment], pk: UUID, act: Callable[[Appointment], object]) -> bool:
    appointment = lock(Appointment, pk)
    if not found.filter(pk=pk).exists():
        return False
    act(appointment)
    return True
