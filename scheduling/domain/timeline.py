"""Where each visit of a day stands against the clock: late, now, next, later, done."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from scheduling import rules
from scheduling.enums import OPEN, UPCOMING, AppointmentStatus
from scheduling.models import Appointment


class Place(StrEnum):
    DONE = "done"
    LATE = "late"
    NOW = "now"
    NEXT = "next"
    LATER = "later"


@dataclass(frozen=True)
class Moment:
    """`minutes`: how long past its time a late visit is, or a running one over its end; else 0."""

    visit: Appointment
    place: Place
    minutes: int = 0


def moments(visits: Iterable[Appointment], now: datetime) -> list[Moment]:
    """One moment for each visit, in the order given (that of their start).

    Now is also who is called in, whatever their time. Late is what should have begun and has not: the patient is not
    here, or waits. Next is the first visit of those that are still ahead, and whatever starts together with it.
    """
    visits = list(visits)
    ahead = [
        visit.starts_at
        for visit in visits
        if visit.status in OPEN and visit.starts_at > now and not rules.was_called(visit)
    ]
    return [_moment(visit, now, min(ahead, default=None)) for visit in visits]


def _moment(visit: Appointment, now: datetime, following: datetime | None) -> Moment:
    if visit.status not in UPCOMING:
        return Moment(visit, Place.DONE)
    if visit.status == AppointmentStatus.IN_PROGRESS:
        return Moment(visit, Place.NOW, _minutes(now, visit.ends_at))
    if rules.was_called(visit):
        return Moment(visit, Place.NOW)
    if visit.starts_at <= now:
        late = _minutes(now, visit.starts_at)
        return Moment(visit, Place.LATE, late) if late else Moment(visit, Place.NOW)
    return Moment(visit, Place.NEXT if visit.starts_at == following else Place.LATER)


def _minutes(now: datetime, then: datetime) -> int:
    return max(0, int((now - then).total_seconds() // 60))
