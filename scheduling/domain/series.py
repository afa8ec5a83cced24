"""Visits that repeat: looked at before they are booked, booked together, and each a visit of its own from then on."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from clinic.core.errors import Invalid, InvalidTransition, NotAllowed
from scheduling import rules
from scheduling.enums import OPEN, AppointmentStatus
from scheduling.models import Appointment, AppointmentSeries, Service

from . import booking, progress, series_telling, timers
from .availability import free_slots
from .errors import SlotTaken, TooLate
from .follow_ups import furthest_day, same_time_on
from .queries import appointments_visible_to
from .slots import Slot

FEWEST, MOST = 2, 26
LONGEST_INTERVAL = 182
ALTERNATIVES = 3
# How far from its day a taken visit is looked for; never closer to the next one than to its own.
REACH_DAYS = 7


def days_of(first: date, every_days: int, count: int) -> list[date]:
    """`count` days, the first one and then one every `every_days`."""
    return [first + timedelta(days=every_days * number) for number in range(count)]


@dataclass(frozen=True)
class Proposal:
    """One visit to be: the time it should have, and what can be had; the first of `choices` is proposed."""

    number: int
    wanted: datetime
    is_free: bool
    choices: list[Slot]


@dataclass(frozen=True)
class Wish:
    """What is to repeat, and how."""

    visit: Appointment
    service: Service
    mode: str
    first_day: date
    at: time
    every_days: int
    count: int


def plan(wish: Wish) -> list[Proposal]:
    """A proposal for each date, none of them used twice; a constant number of queries.

    Raises Invalid (fields count, every, first_day).
    """
    days = _checked_days(wish)
    found = free_slots(
        wish.visit.doctor,
        wish.service,
        max(days[0] - timedelta(days=REACH_DAYS), timezone.localdate()),
        days[-1] + timedelta(days=REACH_DAYS),
        mode=wish.mode,
        patient=wish.visit.patient,
        by_staff=True,
    )
    zone = timezone.get_default_timezone()
    return propose(found, [datetime.combine(day, wish.at, tzinfo=zone) for day in days], wish.every_days)


def propose(found: Sequence[Slot], wanted: Sequence[datetime], every_days: int) -> list[Proposal]:
    """For each wanted time that very slot, else the nearest ones before half the way to the next visit. What is
    proposed for one visit overlaps nothing that is proposed for another."""
    at_start = {slot.starts_at: slot for slot in found}
    kept = [slot for moment in wanted if (slot := at_start.get(moment))]
    reach = min(timedelta(days=every_days) / 2, timedelta(days=REACH_DAYS))
    proposals = []
    for number, moment in enumerate(wanted, start=1):
        if moment in at_start:
            proposals.append(Proposal(number, moment, True, [at_start[moment]]))
            continue
        near = [slot for slot in found if abs(slot.starts_at - moment) < reach and not _meets(slot, kept)]
        near.sort(key=lambda slot: (abs(slot.starts_at - moment), slot.starts_at))
        proposals.append(Proposal(number, moment, False, near[:ALTERNATIVES]))
        kept.extend(near[:1])
    return proposals


def _meets(slot: Slot, others: Sequence[Slot]) -> bool:
    return any(slot.starts_at < other.ends_at and other.starts_at < slot.ends_at for other in others)


@dataclass
class Booked:
    """What came of it: the visits, and the times that could not be had, each with the reason in words."""

    series: AppointmentSeries
    visits: list[Appointment] = field(default_factory=list)
    refused: list[tuple[datetime, str]] = field(default_factory=list)


@transaction.atomic
def book(wish: Wish, starts: Sequence[datetime], *, actor: User, all_or_none: bool = False) -> Booked:
    """Book these times together, one visit after the other; each is held until the notice period before it begins,
    and the patient is told once.

    With `all_or_none` nothing is booked when one of them can't be had; else those are named in `refused`. Raises
    NotAllowed, InvalidTransition (the visit it follows never took place), Invalid (fields count, every, first_day),
    SlotTaken (none could be had, or not all).
    """
    visit = wish.visit
    if not rules.can_plan_next(actor, visit):
        if visit.status not in rules.LEADS_ON:
            raise InvalidTransition(_("This visit does not take place, so nothing follows from it."))
        raise NotAllowed
    _checked_days(wish)
    starts = sorted(set(starts))
    if not FEWEST <= len(starts) <= MOST:
        message = _("Please choose at least two times.")
        raise Invalid(message, fields={"count": [message]})
    booked = Booked(AppointmentSeries.objects.create(created_by=actor, every_days=wish.every_days))
    for starts_at in starts:
        try:
            made = booking.book(
                patient=visit.patient,
                doctor=visit.doctor,
                service=wish.service,
                starts_at=starts_at,
                mode=wish.mode,
                booked_by=actor,
                follow_up_of=visit,
                series=booked.series,
                hold_until=held_until(starts_at),
            )
        except (SlotTaken, Invalid) as refused:
            booked.refused.append((starts_at, refused.detail))
        else:
            booked.visits.append(made)
            timers.before_hold_end(made)
    if not booked.visits or (all_or_none and booked.refused):
        raise SlotTaken(_("Nothing was booked: some of these times have been taken. Please look again."))
    series_telling.booked(booked.series, booked.visits)
    return booked


def held_until(starts_at: datetime) -> datetime:
    """Each visit of a series is paid by itself, until the notice period before it; at least as long as any visit
    that staff book is held."""
    before = starts_at - timedelta(hours=settings.CANCEL_NOTICE_HOURS)
    return max(before, timezone.now() + booking.STAFF_HOLD)


def remind_to_pay(appointment_id: UUID | str, until: datetime) -> bool:
    """Tell the patient that this visit is still to be paid; returns whether it was still worth telling."""
    visit = Appointment.objects.select_related("patient", "doctor").filter(pk=appointment_id).first()
    waits = visit is not None and visit.status == AppointmentStatus.PENDING_PAYMENT
    if visit is None or not waits or visit.hold_expires_at != until or until <= timezone.now():
        return False
    series_telling.pay_soon(visit, until)
    return True


def visits_of(series_id: UUID, user: User) -> QuerySet[Appointment]:
    """Those of the series that `user` may see, in order of time."""
    return appointments_visible_to(user).filter(series=series_id).order_by("starts_at", "pk")


def to_cancel(series_id: UUID, user: User) -> list[Appointment]:
    """What 'cancel the rest' would cancel for this person, now."""
    ahead = visits_of(series_id, user).filter(status__in=OPEN, starts_at__gt=timezone.now())
    return [visit for visit in ahead if rules.can_cancel(user, visit)]


def cancel_rest(series_id: UUID, *, actor: User, reason: str = "") -> tuple[int, int]:
    """Cancel every visit of the series that is ahead; returns how many were, and how many stay because they are
    too close or have begun. Each in a transaction of its own: one that can't be does not keep the others."""
    ahead = visits_of(series_id, actor).filter(status__in=OPEN, starts_at__gt=timezone.now())
    done = kept = 0
    for pk in list(ahead.values_list("pk", flat=True)):
        try:
            progress.cancel(pk, actor=actor, reason=reason)
        except (TooLate, InvalidTransition):
            kept += 1
        else:
            done += 1
    return done, kept


def usual_start(visit: Appointment, every_days: int) -> datetime:
    """One interval after the visit, or after today when that is past; at the visit's time of day."""
    day = timezone.localdate(visit.starts_at, timezone.get_default_timezone()) + timedelta(days=every_days)
    return same_time_on(visit, max(day, timezone.localdate() + timedelta(days=1)))


def _checked_days(wish: Wish) -> list[date]:
    wrong: dict[str, list[str]] = {}
    if not FEWEST <= wish.count <= MOST:
        wrong["count"] = [
            _("Please choose between %(least)s and %(most)s visits.") % {"least": FEWEST, "most": MOST}
        ]
    if not 1 <= wish.every_days <= LONGEST_INTERVAL:
        wrong["every"] = [_("Please choose between a day and half a year.")]
    if wish.first_day < timezone.localdate():
        wrong["first_day"] = [_("This day is over.")]
    elif wish.first_day > furthest_day():
        wrong["first_day"] = [_("That is more than a year ahead.")]
    elif not wrong and days_of(wish.first_day, wish.every_days, wish.count)[-1] > furthest_day():
        wrong["count"] = [_("The last one would be more than a year ahead. Please choose fewer.")]
    if wrong:
        raise Invalid(_("Please correct what is marked."), fields=wrong)
    return days_of(wish.first_day, wish.every_days, wish.count)
