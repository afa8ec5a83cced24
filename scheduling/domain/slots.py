"""From weekly rules to bookable slots. Pure: plain values in, plain values out, no Django, no clock.

Hours are wall-clock times of a zone; time itself is counted in whole UTC minutes. A zone's offset is constant
between two of its changes, so each wall-clock interval maps to at most one UTC piece per stretch of constant
offset: hours that a spring day skips do not exist, hours that an autumn day repeats exist twice, and an
interval that spans the change is as long as it really lasts. Zones count in whole minutes since 1972.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo

# Every slot starts on such an edge of UTC time; scheduling.enums.CELL_MINUTES is the same number.
EDGE_MINUTES = 5
DAY_MINUTES = 24 * 60

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_DAY = date(1970, 1, 1).toordinal()
# A zone's offset lies within ±15 h and no zone changes it twice within this many minutes.
_WIDEST_OFFSET = 15 * 60
_SAMPLE = 6 * 60

Span = tuple[int, int]  # [first, end) in minutes since the epoch


@dataclass(frozen=True, slots=True)
class Slot:
    """A bookable time; both ends aware, in the zone of the rules."""

    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class WeeklyInterval:
    """Wall-clock hours of each such weekday (0 is Monday), in these modes; a break has none."""

    weekday: int
    starts: time
    ends: time
    modes: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Rules:
    """How one doctor takes appointments. `days_off` are (first, last), both included."""

    zone: tzinfo
    hours: Sequence[WeeklyInterval]
    breaks: Sequence[WeeklyInterval] = ()
    days_off: Sequence[tuple[date, date]] = ()
    slot_minutes: int = 15
    buffer_minutes: int = 0
    notice_minutes: int = 0
    horizon_days: int = 60
    step: int = field(init=False)

    def __post_init__(self) -> None:
        edges = -(-max(self.slot_minutes, EDGE_MINUTES) // EDGE_MINUTES)
        object.__setattr__(self, "step", edges * EDGE_MINUTES)


def free_slots(
    rules: Rules,
    *,
    minutes: int,
    first_day: date,
    last_day: date,
    now: datetime,
    taken: Iterable[tuple[datetime, datetime]] = (),
    busy: Iterable[tuple[datetime, datetime]] = (),
    mode: str | None = None,
) -> Iterator[Slot]:
    """Slots of `minutes` that start on these local days, in order of time, each once.

    `taken` are the doctor's visits, kept apart from a slot by the buffer on either side; `busy` (the patient's
    own visits) only may not overlap. Each interval of hours has its own grid, counted from its start.
    """
    today = now.astimezone(rules.zone).date()
    first_day = max(first_day, today)
    last_day = min(last_day, today + timedelta(days=rules.horizon_days))
    if first_day > last_day or minutes <= 0:
        return
    earliest = _minute_after(now + timedelta(minutes=rules.notice_minutes))
    stretches = _stretches(rules.zone, first_day, last_day)
    pause = rules.buffer_minutes
    blocked = [(_minute(start) - pause, _minute_after(end) + pause) for start, end in taken]
    blocked += [(_minute(start), _minute_after(end)) for start, end in busy]
    blocked = _merged(blocked)
    blocked_starts = [start for start, _ in blocked]

    for ordinal in range(first_day.toordinal(), last_day.toordinal() + 1):
        day = date.fromordinal(ordinal)
        if any(first <= day <= last for first, last in rules.days_off):
            continue
        midnight = (ordinal - _EPOCH_DAY) * DAY_MINUTES
        weekday = day.weekday()
        pieces = [
            piece
            for hours in rules.hours
            if hours.weekday == weekday and (mode is None or mode in hours.modes)
            for piece in _utc_pieces(hours, midnight, stretches)
        ]
        if not pieces:
            continue
        first, end = min(piece[0] for piece in pieces), max(piece[1] for piece in pieces)
        near = blocked[max(bisect_right(blocked_starts, first) - 1, 0) : bisect_right(blocked_starts, end)]
        for pause_of_day in rules.breaks:
            if pause_of_day.weekday == weekday:
                near = near + _utc_pieces(pause_of_day, midnight, stretches)
        closed = _merged(near)
        starts = {
            start for piece in pieces for start in _starts(piece, closed, minutes, rules.step, earliest)
        }
        for start in sorted(starts):
            yield Slot(_moment(start, rules.zone), _moment(start + minutes, rules.zone))


def _starts(piece: Span, closed: Sequence[Span], minutes: int, step: int, earliest: int) -> Iterator[int]:
    """Grid points of `piece` from which `minutes` fit before its end without touching a closed span."""
    anchor = -(-piece[0] // EDGE_MINUTES) * EDGE_MINUTES
    start = anchor if earliest <= anchor else anchor + -(-(earliest - anchor) // step) * step
    index = 0
    while start + minutes <= piece[1]:
        while index < len(closed) and closed[index][1] <= start:
            index += 1
        if index < len(closed) and closed[index][0] < start + minutes:
            start = anchor + -(-(closed[index][1] - anchor) // step) * step
            continue
        yield start
        start += step


def _utc_pieces(
    interval: WeeklyInterval, midnight: int, stretches: Sequence[tuple[int, int, int]]
) -> list[Span]:
    """When those wall-clock hours really take place, on the day whose wall-clock midnight is `midnight`."""
    first = midnight + interval.starts.hour * 60 + interval.starts.minute
    end = midnight + interval.ends.hour * 60 + interval.ends.minute
    pieces = []
    for since, until, offset in stretches:
        start, stop = max(first - offset, since), min(end - offset, until)
        if start < stop:
            pieces.append((start, stop))
    return _merged(pieces)


def _stretches(zone: tzinfo, first_day: date, last_day: date) -> list[tuple[int, int, int]]:
    """(since, until, offset): where the offset from UTC is constant, covering these local days whole."""
    since = (first_day.toordinal() - _EPOCH_DAY) * DAY_MINUTES - _WIDEST_OFFSET
    until = (last_day.toordinal() - _EPOCH_DAY + 1) * DAY_MINUTES + _WIDEST_OFFSET
    stretches = []
    offset = _offset(zone, since)
    at = since
    while at < until:
        following = min(at + _SAMPLE, until)
        new_offset = _offset(zone, following)
        if new_offset != offset:
            low, high = at, following
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (middle, high) if _offset(zone, middle) == offset else (low, middle)
            stretches.append((since, high, offset))
            since, offset = high, new_offset
        at = following
    stretches.append((since, until, offset))
    return stretches


def _offset(zone: tzinfo, minute: int) -> int:
    offset = _moment(minute, zone).utcoffset()
    return 0 if offset is None else int(offset.total_seconds()) // 60


def _merged(spans: Iterable[Span]) -> list[Span]:
    """The same minutes in order; spans that overlap or touch become one."""
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            if end > merged[-1][1]:
                merged[-1] = (merged[-1][0], end)
        else:
            merged.append((start, end))
    return merged


def _moment(minute: int, zone: tzinfo) -> datetime:
    return (_EPOCH + timedelta(minutes=minute)).astimezone(zone)


def _minute(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(minutes=1)


def _minute_after(moment: datetime) -> int:
    return -((_EPOCH - moment) // timedelta(minutes=1))
