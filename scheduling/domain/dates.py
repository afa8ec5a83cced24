"""Single dates of a doctor: hours of one day only, days off and parts of days off. What is over stays as it was."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from clinic.core.errors import NotAllowed
from scheduling import events
from scheduling.models import DayOff, Opening, Schedule

from . import waiting_timers
from .hours import (
    Mistake,
    can_edit,
    changed_meanwhile,
    mistakes_in_offers,
    mistakes_in_times,
    refuse,
    service_ids,
    services_to_choose,
    version_of,
)
from .kept_rows import link_services, replace


@dataclass(frozen=True)
class DayHours:
    """Hours of one day. No services: for every one of the doctor's."""

    day: date
    starts: time
    ends: time
    modes: tuple[str, ...] = ()
    services: frozenset[UUID] = frozenset()


@dataclass(frozen=True)
class Absence:
    """Whole days, or from `starts` to `ends` of one day."""

    first_day: date
    last_day: date
    starts: time | None = None
    ends: time | None = None
    reason: str = ""

    def covers(self, day: date, starts: time, ends: time) -> bool:
        """Whether it takes any of that time."""
        if not self.first_day <= day <= self.last_day:
            return False
        return self.starts is None or self.ends is None or (starts < self.ends and self.starts < ends)


@dataclass(frozen=True)
class Dates:
    """Everything that one save of the dates replaces: what is not over."""

    openings: Sequence[DayHours]
    absences: Sequence[Absence]

    @property
    def version(self) -> str:
        """The same for the same content, whoever stored it when."""
        openings = [
            (str(row.day), str(row.starts), str(row.ends), sorted(row.modes), sorted(map(str, row.services)))
            for row in self.openings
        ]
        absences = [
            (str(row.first_day), str(row.last_day), str(row.starts), str(row.ends), row.reason)
            for row in self.absences
        ]
        return version_of(sorted(openings), sorted(absences))


def days_off(doctor: User) -> QuerySet[DayOff]:
    """The doctor's days off that are not over."""
    return DayOff.objects.filter(doctor=doctor, last_day__gte=timezone.localdate())


def openings(doctor: User) -> QuerySet[Opening]:
    """The doctor's one-off hours of today and later."""
    coming = Opening.objects.filter(doctor=doctor, day__gte=timezone.localdate())
    return coming.prefetch_related("services")


def openings_between(doctor: User, first: date, last: date) -> list[DayHours]:
    """One-off hours of these days, past ones too."""
    found = Opening.objects.filter(doctor=doctor, day__range=(first, last)).prefetch_related("services")
    return [_day_hours(row) for row in found]


def dates_of(doctor: User) -> Dates:
    """What is stored and not over, in three queries."""
    return Dates([_day_hours(row) for row in openings(doctor)], [_absence(row) for row in days_off(doctor)])


def _day_hours(row: Opening) -> DayHours:
    return DayHours(row.day, row.starts, row.ends, tuple(row.modes), service_ids(row))


def _absence(row: DayOff) -> Absence:
    return Absence(row.first_day, row.last_day, row.starts, row.ends, row.reason)


def mistakes_in_openings(
    rows: Sequence[DayHours | None], absences: Sequence[Absence | None], allowed: Collection[UUID]
) -> list[Mistake]:
    """As for weekly hours; and openings of the past, or in time off, where nothing could be booked."""
    found = mistakes_in_offers(rows, allowed)
    for index, row in enumerate(rows):
        if row is None:
            continue
        wrong = mistakes_in_times(index, row.starts, row.ends)
        if row.day < timezone.localdate():
            wrong.append((index, "day", _("This day is over.")))
        elif not wrong and any(
            other and other.day == row.day and row.starts < other.ends and other.starts < row.ends
            for other in rows[:index]
        ):
            wrong.append((index, "starts", _("This overlaps another row of the day.")))
        elif not wrong and any(off and off.covers(row.day, row.starts, row.ends) for off in absences):
            wrong.append((index, "starts", _("This lies in time off, so nothing could be booked.")))
        found += wrong
    return found


def mistakes_in_absences(rows: Sequence[Absence | None], stored: Collection[Absence] = ()) -> list[Mistake]:
    """Days off that end before they begin, touch an earlier row, or name half a time or a time of several days.

    Two rows of `stored` may touch: closing days for illness adds its own row, whatever was planned there.
    """
    found: list[Mistake] = []
    for index, row in enumerate(rows):
        if row is None:
            continue
        wrong: list[Mistake] = []
        if row.last_day < row.first_day:
            wrong = [(index, "last_day", _("The last day is before the first one."))]
        elif row.last_day < timezone.localdate():
            wrong = [(index, "last_day", _("These days are over."))]
        elif (row.starts is None) != (row.ends is None):
            empty = "starts" if row.starts is None else "ends"
            wrong = [(index, empty, _("Give both times, or leave both empty for the whole day."))]
        elif row.starts and row.ends and row.first_day != row.last_day:
            wrong = [(index, "starts", _("Times are for a single day. Leave them empty, or choose one day."))]
        elif row.starts and row.ends:
            wrong = mistakes_in_times(index, row.starts, row.ends)
        if not wrong and any(
            other and _touch(row, other) and not (row in stored and other in stored) for other in rows[:index]
        ):
            wrong = [(index, "first_day", _("These days overlap another row."))]
        found += wrong
    return found


def _touch(row: Absence, other: Absence) -> bool:
    if row.first_day > other.last_day or other.first_day > row.last_day:
        return False
    if row.starts is None or row.ends is None or other.starts is None or other.ends is None:
        return True
    return row.starts < other.ends and other.starts < row.ends


@transaction.atomic
def save(doctor: User, *, actor: User, dates: Dates, version: str) -> None:
    """Replace the doctor's openings and days off that are not over; rows that stay the same are not touched.

    `version` as for hours.save. Raises NotAllowed, Invalid, ChangedMeanwhile.
    """
    if not can_edit(actor, doctor):
        raise NotAllowed
    allowed = {service.pk for service in services_to_choose(doctor)}
    User.objects.select_for_update(no_key=True).get(pk=doctor.pk)
    before = dates_of(doctor)
    if version != before.version:
        raise changed_meanwhile()
    refuse(
        [
            *mistakes_in_openings(dates.openings, dates.absences, allowed),
            *mistakes_in_absences(dates.absences, before.absences),
        ]
    )
    fresh = replace(
        Opening,
        [(row, _day_hours(row)) for row in openings(doctor)],
        dates.openings,
        lambda row: Opening(
            doctor=doctor, day=row.day, starts=row.starts, ends=row.ends, modes=list(row.modes)
        ),
    )
    link_services(Opening, fresh)
    replace(
        DayOff,
        [(row, _absence(row)) for row in days_off(doctor)],
        dates.absences,
        lambda row: DayOff(
            doctor=doctor,
            first_day=row.first_day,
            last_day=row.last_day,
            starts=row.starts,
            ends=row.ends,
            reason=row.reason,
        ),
    )
    for day in _changed_days(doctor, before, dates):
        events.schedule_changed(doctor.pk, day, 1)
    added = [(row.day, row.day, row.starts, row.ends) for row in set(dates.openings) - set(before.openings)]
    taken_back = [
        (row.first_day, row.last_day, row.starts, row.ends)
        for row in set(before.absences) - set(dates.absences)
    ]
    waiting_timers.opened(doctor.pk, [*added, *taken_back])


def _changed_days(doctor: User, before: Dates, after: Dates) -> list[date]:
    """Days within the doctor's horizon that any row touches which came or went."""
    today = timezone.localdate()
    schedule = Schedule.objects.filter(doctor=doctor).first() or Schedule(doctor=doctor)
    last = today + timedelta(days=schedule.horizon_days)
    spans = [(row.day, row.day) for row in set(before.openings) ^ set(after.openings)]
    spans += [(row.first_day, row.last_day) for row in set(before.absences) ^ set(after.absences)]
    days = {
        date.fromordinal(ordinal)
        for start, end in spans
        for ordinal in range(max(start, today).toordinal(), min(end, last).toordinal() + 1)
    }
    return sorted(days)
