"""When a doctor works every week: hours, breaks and the rules of their slots, saved as one.

Existing appointments never change by this; impact.py says which ones no longer fit.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import time
from hashlib import sha256
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from clinic.core.errors import Conflict, Invalid, NotAllowed
from scheduling import events
from scheduling.enums import CELL_MINUTES
from scheduling.models import Break, Opening, Schedule, Service, WorkingHours

from .kept_rows import link_services, replace
from .queries import services_for


@dataclass(frozen=True)
class Interval:
    """Wall-clock hours of each such weekday. No services: for every one of the doctor's. A break has neither these
    nor modes."""

    weekday: int
    starts: time
    ends: time
    modes: tuple[str, ...] = ()
    services: frozenset[UUID] = frozenset()


@dataclass(frozen=True)
class SlotRules:
    """Minutes; the horizon in days."""

    slot_minutes: int
    buffer_before_minutes: int
    buffer_minutes: int
    notice_minutes: int
    horizon_days: int
    confirms_personally: bool


@dataclass(frozen=True)
class Week:
    """Everything that one save of the weekly hours replaces."""

    rules: SlotRules
    hours: Sequence[Interval]
    breaks: Sequence[Interval]

    @property
    def version(self) -> str:
        """The same for the same content, whoever stored it when."""
        return version_of(self.rules, *sorted(map(_plain, self.hours)), *sorted(map(_plain, self.breaks)))


class ChangedMeanwhile(Conflict):
    """409: somebody stored other hours since the caller read them."""

    code = "hours_changed"


# (index of the row, field, message): what the form puts beside the field.
Mistake = tuple[int, str, str]


def can_edit(user: User, doctor: User) -> bool:
    """The doctor themself and management."""
    return user.is_active and (user.is_management or (user.is_doctor and user.pk == doctor.pk))


def version_of(*parts: object) -> str:
    return sha256(repr(parts).encode()).hexdigest()[:20]


def week_of(doctor: User) -> Week:
    """What is stored, in four queries; a doctor without a schedule gets the usual rules."""
    schedule = Schedule.objects.filter(doctor=doctor).first() or Schedule(doctor=doctor)
    return Week(
        rules=SlotRules(**{name: getattr(schedule, name) for name in SlotRules.__dataclass_fields__}),
        hours=[
            _interval(row) for row in WorkingHours.objects.filter(doctor=doctor).prefetch_related("services")
        ],
        breaks=[_interval(row) for row in Break.objects.filter(doctor=doctor)],
    )


def _interval(row: WorkingHours | Break) -> Interval:
    if isinstance(row, Break):
        return Interval(row.weekday, row.starts, row.ends)
    return Interval(row.weekday, row.starts, row.ends, tuple(row.modes), service_ids(row))


def service_ids(row: WorkingHours | Opening) -> frozenset[UUID]:
    """Of the prefetched services."""
    return frozenset(service.pk for service in row.services.all())


def _plain(row: Interval) -> tuple[object, ...]:
    return (row.weekday, str(row.starts), str(row.ends), sorted(row.modes), sorted(map(str, row.services)))


def services_to_choose(doctor: User) -> list[Service]:
    """What an interval may be 'only for': the doctor's services, and those an interval of theirs names already."""
    weekly = WorkingHours.services.through.objects.filter(workinghours__doctor=doctor)
    dated = Opening.services.through.objects.filter(opening__doctor=doctor)
    return list(
        Service.objects.filter(
            Q(pk__in=services_for(doctor).values("pk"))
            | Q(pk__in=weekly.values("service"))
            | Q(pk__in=dated.values("service"))
        ).order_by("name")
    )


def mistakes_in_hours(hours: Sequence[Interval | None], allowed: Collection[UUID]) -> list[Mistake]:
    """Rows that are reversed, off the grid, without a mode, for a service that is not in `allowed`, or overlap an
    earlier row of their day. None stands for a row that is left out."""
    return [*_mistakes_in_rows(hours), *mistakes_in_offers(hours, allowed)]


def mistakes_in_offers(rows: Sequence[object], allowed: Collection[UUID]) -> list[Mistake]:
    """Rows (with `modes` and `services`) that offer nothing, or what is not the doctor's."""
    found: list[Mistake] = []
    for index, row in enumerate(rows):
        if row is None:
            continue
        if not row.modes:  # type: ignore[attr-defined]
            found.append((index, "modes", _("Choose at least one way to meet.")))
        if not row.services <= set(allowed):  # type: ignore[attr-defined]
            found.append((index, "services", _("Choose among this doctor's services.")))
    return found


def mistakes_in_breaks(breaks: Sequence[Interval | None], hours: Sequence[Interval | None]) -> list[Mistake]:
    """As for hours; and breaks that are not inside one interval of their day's hours."""
    found = _mistakes_in_rows(breaks)
    wrong = {index for index, _field, _message in found}
    for index, row in enumerate(breaks):
        if row is None or index in wrong:
            continue
        same_day = [hour for hour in hours if hour is not None and hour.weekday == row.weekday]
        if not same_day:
            found.append((index, "starts", _("There are no working hours on this day.")))
        elif any(hour.starts <= row.starts and row.ends <= hour.ends for hour in same_day):
            if any(hour.starts == row.starts and hour.ends == row.ends for hour in same_day):
                found.append((index, "ends", _("This break takes up all of these hours.")))
        else:
            found.append((index, "starts", _("A break has to lie inside this day's working hours.")))
    return found


def mistakes_in_times(index: int, starts: time, ends: time) -> list[Mistake]:
    """A row off the grid, or one that ends before it starts."""
    off_grid = [
        name
        for name, moment in (("starts", starts), ("ends", ends))
        if moment.minute % CELL_MINUTES or moment.second
    ]
    if off_grid:
        words = _("Use steps of %(minutes)s minutes.") % {"minutes": CELL_MINUTES}
        return [(index, name, words) for name in off_grid]
    return [(index, "ends", _("The end has to be after the start."))] if ends <= starts else []


def _mistakes_in_rows(rows: Sequence[Interval | None]) -> list[Mistake]:
    found: list[Mistake] = []
    for index, row in enumerate(rows):
        if row is None:
            continue
        wrong = mistakes_in_times(index, row.starts, row.ends)
        found += wrong
        if not wrong and any(
            other is not None
            and other.weekday == row.weekday
            and row.starts < other.ends
            and other.starts < row.ends
            for other in rows[:index]
        ):
            found.append((index, "starts", _("This overlaps another row of the day.")))
    return found


def refuse(mistakes: Iterable[Mistake]) -> None:
    """Raises Invalid for what the form would have shown (an API or a script sent it)."""
    fields = {field: [message] for _index, field, message in mistakes}
    if fields:
        raise Invalid(fields=fields)


def changed_meanwhile() -> ChangedMeanwhile:
    return ChangedMeanwhile(
        _(
            "These hours were changed by someone else (or in another tab) while you worked on them. "
            "Nothing is lost: compare below, then save again to put yours in their place."
        )
    )


@transaction.atomic
def save(doctor: User, *, actor: User, week: Week, version: str) -> Schedule:
    """Replace the doctor's weekly hours, breaks and rules; rows that stay the same are not touched.

    `version` is the version of the week that the caller changed. Raises NotAllowed, Invalid, and ChangedMeanwhile when
    another one is stored by now.
    """
    if not can_edit(actor, doctor):
        raise NotAllowed
    allowed = {service.pk for service in services_to_choose(doctor)}
    refuse([*mistakes_in_hours(week.hours, allowed), *mistakes_in_breaks(week.breaks, week.hours)])
    # Two saves of one doctor go one after the other, so that their rows never mix and the second is told.
    User.objects.select_for_update(no_key=True).get(pk=doctor.pk)
    if version != week_of(doctor).version:
        raise changed_meanwhile()
    rules = {name: getattr(week.rules, name) for name in SlotRules.__dataclass_fields__}
    schedule, _created = Schedule.objects.update_or_create(doctor=doctor, defaults=rules)
    stored = WorkingHours.objects.filter(doctor=doctor).prefetch_related("services")
    fresh = replace(
        WorkingHours,
        [(row, _interval(row)) for row in stored],
        week.hours,
        lambda row: WorkingHours(
            doctor=doctor, weekday=row.weekday, starts=row.starts, ends=row.ends, modes=list(row.modes)
        ),
    )
    link_services(WorkingHours, fresh)
    replace(
        Break,
        [(row, _interval(row)) for row in Break.objects.filter(doctor=doctor)],
        week.breaks,
        lambda row: Break(doctor=doctor, weekday=row.weekday, starts=row.starts, ends=row.ends),
    )
    announce(doctor.pk)
    return schedule


def announce(doctor_id: UUID) -> None:
    """Tell everyone who looks at this doctor's slots that any day within the horizon may be another now."""
    schedule = Schedule.objects.filter(doctor=doctor_id).first() or Schedule()
    events.schedule_changed(doctor_id, timezone.localdate(), schedule.horizon_days + 1)
