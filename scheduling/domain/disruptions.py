"""A doctor can't keep some days: see whom it hits, decide for each, undo for a minute, then carry it out.

The days are closed the moment it is decided (a DayOff), so that nobody books them meanwhile. Carrying out takes one
transaction for each visit, which also notes that the visit is done: a worker that is killed in the middle has done
each visit wholly or not at all, and whoever goes on finds what is left. The task is queued several times over for
that; each run after the last visit finds nothing to do.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.domain.queries import doctors
from accounts.models import User
from clinic.core.errors import Conflict, Invalid, NotAllowed
from clinic.core.status import lock
from scheduling import events, rules
from scheduling.enums import AppointmentStatus, DisruptionAction, DisruptionStatus
from scheduling.models import Appointment, DayOff, DisruptedVisit, Disruption

from . import calendars, waiting_timers
from .alternatives import Proposal, propose
from .hours import can_edit

UNDO_TIME = timedelta(seconds=60)
# After a worker that died, the next run goes on.
RUNS_AFTER = (timedelta(), timedelta(minutes=2), timedelta(minutes=10), timedelta(hours=1))
LONGEST = timedelta(days=60)
MESSAGE_MAX_LENGTH = 240


@dataclass(frozen=True)
class Closing:
    """Whole days, first and last included, or of one day the part from `starts` to `ends`."""

    first_day: date
    last_day: date
    starts: time | None = None
    ends: time | None = None

    @property
    def span(self) -> tuple[datetime, datetime]:
        zone = timezone.get_default_timezone()
        if self.starts and self.ends:
            start, end = (
                datetime.combine(self.first_day, at, tzinfo=zone) for at in (self.starts, self.ends)
            )
            return start, end
        return calendars.midnight(self.first_day), calendars.midnight_after(self.last_day)


def closing_of(disruption: Disruption) -> Closing:
    """What was closed; once the day off is gone, whole days."""
    off = disruption.day_off
    return Closing(
        disruption.first_day, disruption.last_day, off.starts if off else None, off.ends if off else None
    )


@dataclass(frozen=True)
class Choice:
    """What is to happen to one visit; a time and a doctor when it is moved."""

    action: DisruptionAction
    starts_at: datetime | None = None
    doctor: User | None = None


@dataclass(frozen=True)
class Hit:
    """A visit that can't take place, and times it could be moved to instead."""

    visit: Appointment
    proposals: list[Proposal]


def visits_hit(doctor: User, closing: Closing) -> QuerySet[Appointment]:
    """Visits that are still ahead and can be moved, the soonest first. Not those whose patient is here already: that
    takes a word at the desk; nor those whose patient has been asked for another time before."""
    start, end = closing.span
    found = Appointment.objects.filter(
        doctor=doctor,
        status__in=rules.MOVABLE,
        displaced_at=None,
        starts_at__lt=end,
        ends_at__gt=max(start, timezone.now()),
    ).exclude(status=AppointmentStatus.PENDING_PAYMENT, hold_expires_at__lte=timezone.now())
    people = ("patient", "service", "doctor__doctor_profile__specialty")
    return found.select_related(*people).order_by("starts_at", "pk")


def already_here(doctor: User, closing: Closing) -> int:
    """How many of that time have checked in or are being seen."""
    start, end = closing.span
    here = (AppointmentStatus.CHECKED_IN, AppointmentStatus.IN_PROGRESS)
    return Appointment.objects.filter(
        doctor=doctor, status__in=here, starts_at__lt=end, ends_at__gt=start
    ).count()


def preview(doctor: User, closing: Closing, *, actor: User) -> list[Hit]:
    """Whom it hits, each with up to three other times; no time is proposed twice. Only management moves patients to
    another doctor. Raises NotAllowed, and Invalid (fields first_day, last_day, starts, ends)."""
    _check(doctor, closing, actor)
    visits = list(visits_hit(doctor, closing))
    proposals = propose(visits, closing.span, with_others=actor.is_management)
    return [Hit(visit, proposals[visit.pk]) for visit in visits]


@transaction.atomic
def decide(
    doctor: User,
    closing: Closing,
    *,
    for_all: DisruptionAction,
    choices: Mapping[UUID, Choice],
    message: str,
    actor: User,
) -> Disruption:
    """Close the days now, and carry out `choices` (`for_all` for the other visits) once UNDO_TIME is over.

    A visit for which no other time is found is asked about instead. Raises NotAllowed, Invalid (fields first_day,
    last_day, starts, ends, message, choices) and Conflict when somebody has just decided about these days;
    `extra["disruption"]` is that decision.
    """
    _check(doctor, closing, actor)
    message = message.strip()
    if len(message) > MESSAGE_MAX_LENGTH:
        text = _("Please use at most %(limit)s characters.") % {"limit": MESSAGE_MAX_LENGTH}
        raise Invalid(text, fields={"message": [text]})
    User.objects.select_for_update(no_key=True).get(pk=doctor.pk)  # two managers go one after the other
    running = Disruption.objects.filter(
        doctor=doctor,
        status=DisruptionStatus.DECIDED,
        first_day__lte=closing.last_day,
        last_day__gte=closing.first_day,
    ).first()
    if running is not None:
        raise Conflict(
            _("Somebody has just decided about these days. Look at that first."),
            extra={"disruption": str(running.pk)},
        )
    visits = list(visits_hit(doctor, closing))
    settled = _settle(visits, closing, for_all, choices, actor)
    day_off = DayOff.objects.create(
        doctor=doctor,
        first_day=closing.first_day,
        last_day=closing.last_day,
        starts=closing.starts,
        ends=closing.ends,
        reason=_("Can't be there"),
    )
    made = Disruption.objects.create(
        doctor=doctor,
        first_day=closing.first_day,
        last_day=closing.last_day,
        message=message,
        runs_at=timezone.now() + UNDO_TIME,
        day_off=day_off,
        decided_by=actor,
    )
    DisruptedVisit.objects.bulk_create(
        DisruptedVisit(
            disruption=made,
            appointment=visit,
            action=settled[visit.pk].action,
            new_starts_at=settled[visit.pk].starts_at,
            new_doctor=settled[visit.pk].doctor,
        )
        for visit in visits
    )
    _queue(made)
    _told_slots(made)
    return made


@transaction.atomic
def undo(disruption_id: UUID | str, *, actor: User) -> Disruption:
    """Open the days again; nobody has been told anything. Undoing twice does nothing more. Raises NotAllowed, and
    Conflict once the minute is over."""
    found = lock(Disruption, disruption_id)
    if not can_edit(actor, found.doctor):
        raise NotAllowed
    if found.status == DisruptionStatus.UNDONE:
        return found
    if found.status != DisruptionStatus.DECIDED or timezone.now() >= found.runs_at:
        raise Conflict(
            _("It is too late to undo this: patients are being told. Open the single visits to change them.")
        )
    closing = closing_of(found)
    day_off, found.day_off, found.status = found.day_off, None, DisruptionStatus.UNDONE
    found.save(update_fields=["day_off", "status", "updated_at"])
    if day_off is not None:
        day_off.delete()
    _told_slots(found)
    # A visit that was cancelled meanwhile left time that could not be offered.
    stretch = (closing.first_day, closing.last_day, closing.starts, closing.ends)
    waiting_timers.opened(found.doctor_id, [stretch])
    return found


def visible_to(user: User) -> QuerySet[Disruption]:
    """A doctor's own, all for management, none for anyone else."""
    found = Disruption.objects.select_related("doctor", "decided_by", "day_off")
    if not user.is_active or not (user.is_management or user.is_doctor):
        return found.none()
    return found if user.is_management else found.filter(doctor=user)


def _settle(
    visits: list[Appointment],
    closing: Closing,
    for_all: DisruptionAction,
    choices: Mapping[UUID, Choice],
    actor: User,
) -> dict[UUID, Choice]:
    """One choice for each visit. Who is to move and has no time gets the first one that the preview shows: that is
    looked for among all visits, since what one gets depends on the others."""
    settled = {visit.pk: choices.get(visit.pk) or Choice(for_all) for visit in visits}
    first: dict[UUID, list[Proposal]] = {}
    if any(choice.action == DisruptionAction.MOVE and not choice.starts_at for choice in settled.values()):
        first = propose(visits, closing.span, count=1, with_others=actor.is_management)
    for visit in visits:
        choice = settled[visit.pk]
        if choice.action != DisruptionAction.MOVE:
            continue
        if choice.starts_at:
            to = choice.doctor or visit.doctor
            if to.pk != visit.doctor_id and not actor.is_management:
                text = _("Only management moves patients to another doctor.")
                raise Invalid(text, fields={"choices": [text]})
            settled[visit.pk] = Choice(choice.action, choice.starts_at, to)
        elif first[visit.pk]:
            settled[visit.pk] = Choice(choice.action, first[visit.pk][0].starts_at, first[visit.pk][0].doctor)
        else:
            settled[visit.pk] = Choice(DisruptionAction.ASK)
    return settled


def _check(doctor: User, closing: Closing, actor: User) -> None:
    if not can_edit(actor, doctor) or not doctors().filter(pk=doctor.pk).exists():
        raise NotAllowed
    wrong: dict[str, list[str]] = {}
    if closing.last_day < closing.first_day:
        wrong["last_day"] = [_("The last day is before the first one.")]
    elif closing.last_day - closing.first_day > LONGEST:
        wrong["last_day"] = [_("Choose at most %(days)s days at once.") % {"days": LONGEST.days}]
    elif closing.last_day < timezone.localdate():
        wrong["last_day"] = [_("These days have passed.")]
    elif closing.first_day > timezone.localdate() + timedelta(days=365):
        wrong["first_day"] = [_("Choose a day within a year.")]
    if (closing.starts is None) != (closing.ends is None):
        wrong["ends" if closing.starts else "starts"] = [_("Say from when and until when.")]
    elif closing.starts and closing.ends:
        if closing.first_day != closing.last_day:
            wrong["starts"] = [_("Hours are possible on a single day only.")]
        elif closing.ends <= closing.starts:
            wrong["ends"] = [_("The end has to be after the start.")]
    if wrong:
        raise Invalid(_("Please correct what is marked."), fields=wrong)


def _queue(disruption: Disruption) -> None:
    from scheduling.tasks import carry_out_disruption

    for after in RUNS_AFTER:
        carry_out_disruption.using(run_after=disruption.runs_at + after).enqueue(str(disruption.pk))


def _told_slots(disruption: Disruption) -> None:
    days = (disruption.last_day - disruption.first_day).days + 1
    events.schedule_changed(disruption.doctor_id, disruption.first_day, days)
