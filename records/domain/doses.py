"""Which doses of a medicine are due on a day. Pure: plain values, no database, no clock.

A dose is known by its item, the day and the time on the patient's own wall clock. So one at 23:30 belongs to its day
even when it is taken after midnight, and a patient who travels meets no dose twice. Where the clock is put forward over
a dose's time, the dose comes as much later; where an hour comes twice, the dose is at its first coming.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from records.domain import dosing
from records.enums import Frequency

# A dose may be told this long before its time, and this many days after its day.
EARLY = timedelta(hours=3)
DAYS_TO_TELL = 7
# Taken more than this after its time it is late; told by nobody for as long, it counts as missed.
LATE_AFTER = timedelta(hours=2)


@dataclass(frozen=True)
class Course:
    """A prescribed item, as far as its doses go. Nothing is due before `begins_at` (it was not signed yet) or from
    `ends_at` on (it was stopped or replaced). `days` is None for as long as nobody ends it."""

    item: UUID
    frequency: str
    times: tuple[time, ...]
    starts_on: date
    days: int | None = None
    as_needed: bool = False
    begins_at: datetime | None = None
    ends_at: datetime | None = None

    @property
    def is_as_needed(self) -> bool:
        return self.as_needed or self.frequency == Frequency.AS_NEEDED

    @property
    def last_day(self) -> date | None:
        try:
            return dosing.ends_on(
                self.starts_on, self.days, Frequency.AS_NEEDED if self.is_as_needed else self.frequency
            )
        except OverflowError:
            return date.max


@dataclass(frozen=True, order=True)
class Dose:
    """One planned dose; `at` is its moment in UTC."""

    at: datetime
    item: UUID
    day: date
    time: time


def times_from(written: Iterable[object]) -> tuple[time, ...]:
    """The times of an item ("HH:MM"), in order and each once; what is no time of day is left out."""
    return tuple(sorted({found for text in written if (found := _time(text)) is not None}))


def times_of(course: Course) -> tuple[time, ...]:
    """Its own times, or the usual ones of its frequency. What is taken once has one."""
    times = course.times or times_from(dosing.USUAL_TIMES.get(course.frequency, ()))
    return times[:1] if course.frequency == Frequency.ONCE else times


def is_within(course: Course, day: date) -> bool:
    """One of the days of treatment, whether a dose falls on it or not."""
    return course.starts_on <= day and (course.last_day is None or day <= course.last_day)


def moment(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """When this clock in `zone` shows that time, in UTC."""
    return datetime.combine(day, clock.replace(tzinfo=None, fold=0), zone).astimezone(UTC)


def due_on(course: Course, day: date, zone: ZoneInfo) -> list[Dose]:
    """The planned doses of one day, in order; none for a medicine that is taken when needed."""
    if course.is_as_needed or not is_within(course, day):
        return []
    if not dosing.falls_on(course.frequency, course.starts_on, day):
        return []
    planned = (Dose(moment(day, clock, zone), course.item, day, clock) for clock in times_of(course))
    return [dose for dose in planned if _holds(course, dose.at)]


def due_between(courses: Iterable[Course], first: date, last: date, zone: ZoneInfo) -> list[Dose]:
    """All planned doses of these days, in order of time."""
    found = []
    for course in courses:
        for day in _days(max(first, course.starts_on), min(last, course.last_day or last)):
            found += due_on(course, day, zone)
    return sorted(found)


def next_after(
    courses: Iterable[Course], instant: datetime, zone: ZoneInfo, *, days: int = 800
) -> Dose | None:
    """The first dose after this instant, looked for over so many days."""
    today = instant.astimezone(zone).date()
    following = (
        dose
        for course in courses
        for dose in _first_after(
            course, instant, today - timedelta(days=1), today + timedelta(days=days), zone
        )
    )
    return min(following, default=None)


def is_open_as_needed(course: Course, now: datetime, zone: ZoneInfo) -> bool:
    """A medicine for when it is needed that may be taken now."""
    return course.is_as_needed and is_within(course, now.astimezone(zone).date()) and _holds(course, now)


def _first_after(
    course: Course, instant: datetime, first: date, last: date, zone: ZoneInfo
) -> Iterator[Dose]:
    for day in _days(max(first, course.starts_on), min(last, course.last_day or last)):
        ahead = [dose for dose in due_on(course, day, zone) if dose.at > instant]
        if ahead:
            yield min(ahead)
            return


def _holds(course: Course, instant: datetime) -> bool:
    if course.begins_at and instant < course.begins_at:
        return False
    return course.ends_at is None or instant < course.ends_at


def _days(first: date, last: date) -> Iterator[date]:
    for number in range(first.toordinal(), last.toordinal() + 1):
        yield date.fromordinal(number)


def _time(text: object) -> time | None:
    try:
        found = time.fromisoformat(str(text))
    except ValueError:
        return None
    return None if found.tzinfo else found.replace(second=0, microsecond=0)
