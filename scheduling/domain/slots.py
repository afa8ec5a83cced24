"""From a doctor's rules to bookable slots. Pure: plain values in, plain values out, no Django, no clock.

Hours are wall-clock times of a zone; time itself is counted in whole UTC minutes. A zone's offset is constant
between two of its changes, so each wall-clock interval maps to at most one UTC piece per stretch of constant
offset: hours that a spring day skips do not exist, hours that an autumn day repeats exist twice, and an
interval that spans the change is as long as it really lasts. Zones count in whole minutes since 1972.

Whatever is in the way is turned into the starts it bars: a visit of `minutes` may not start from `minutes - 1`
before a closed minute on. Of a group of resources, a start is barred when it is barred for each of them: one
resource has to be free for the whole visit, so two that are free for half of it each don't help.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache

# Every slot starts on such an edge of UTC time; scheduling.enums.CELL_MINUTES is the same number.
EDGE_MINUTES = 5
DAY_MINUTES = 24 * 60

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_DAY = date(1970, 1, 1).toordinal()
# A zone's offset lies within ±15 h and no zone changes it twice within this many minutes.
_WIDEST_OFFSET = 15 * 60
_SAMPLE = 6 * 60

Span = tuple[int, int]  # [first, end) in minutes since the epoch
Taken = Iterable[tuple[datetime, datetime]]


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


@dataclass(frozen=True, slots=True)
class DayInterval:
    """Wall-clock hours of one day, in these modes; a part of the day off has none."""

    day: date
    starts: time
    ends: time
    modes: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Rules:
    """How one doctor takes appointments: weekly hours (not on a holiday) and openings (also on a holiday), less the
    breaks of the weekday, the days off and the parts of days off. `holidays` and `days_off` are (first, last), both
    included. A doctor needs both buffers between two visits."""

    zone: tzinfo
    hours: Sequence[WeeklyInterval]
    breaks: Sequence[WeeklyInterval] = ()
    openings: Sequence[DayInterval] = ()
    holidays: Sequence[tuple[date, date]] = ()
    days_off: Sequence[tuple[date, date]] = ()
    parts_off: Sequence[DayInterval] = ()
    slot_minutes: int = 15
    buffer_before_minutes: int = 0
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
    taken: Taken = (),
    busy: Taken = (),
    needs: Sequence[Sequence[Taken]] = (),
    mode: str | None = None,
) -> Iterator[Slot]:
    """Slots of `minutes` that start on these local days, in order of time, each once.

    `taken` are the doctor's visits, kept apart from a slot by the buffers on either side; `busy` (the patient's
    own visits) only may not overlap. `needs` says, for each group of which one resource is needed, when each of
    its resources is taken. Each interval of hours has its own grid, counted from its start.
    """
    today = now.astimezone(rules.zone).date()
    first_day = max(first_day, today)
    last_day = min(last_day, today + timedelta(days=rules.horizon_days))
    if first_day > last_day or minutes <= 0 or not all(needs) or not (rules.hours or rules.openings):
        return
    earliest = _minute_after(now + timedelta(minutes=rules.notice_minutes))
    stretches = _stretches(rules.zone, first_day, last_day)
    pause = rules.buffer_before_minutes + rules.buffer_minutes
    barred = _merged(
        [
            *_barred(taken, minutes, pause),
            *_barred(busy, minutes),
            *(span for group in needs for span in _barred_for_all(group, minutes)),
        ]
    )
    barred_from = [span[0] for span in barred]
    hours, breaks = _by_weekday(rules.hours, mode), _by_weekday(rules.breaks)
    openings, parts_off = _by_day(rules.openings, mode), _by_day(rules.parts_off)

    for ordinal in range(first_day.toordinal(), last_day.toordinal() + 1):
        day = date.fromordinal(ordinal)
        open_hours: list[WeeklyInterval | DayInterval] = [*openings.get(day, ())]
        if not _within(day, rules.holidays):
            open_hours += hours.get(day.weekday(), ())
        if not open_hours or _within(day, rules.days_off):
            continue
        midnight = (ordinal - _EPOCH_DAY) * DAY_MINUTES
        pieces = [piece for interval in open_hours for piece in _utc_pieces(interval, midnight, stretches)]
        if not pieces:
            continue
        first, end = min(piece[0] for piece in pieces), max(piece[1] for piece in pieces)
        near = barred[max(bisect_right(barred_from, first) - 1, 0) : bisect_right(barred_from, end)]
        closed = [
            (start - minutes + 1, stop)
            for interval in (*breaks.get(day.weekday(), ()), *parts_off.get(day, ()))
            for start, stop in _utc_pieces(interval, midnight, stretches)
        ]
        if closed:
            near = _merged(near + closed)
        starts = {start for piece in pieces for start in _starts(piece, near, minutes, rules.step, earliest)}
        for start in sorted(starts):
            yield _slot(start, minutes, rules.zone)


def is_free(starts_at: datetime, minutes: int, taken: Taken) -> bool:
    """Nothing of `taken` overlaps the visit."""
    ends_at = starts_at + timedelta(minutes=minutes)
    return all(end <= starts_at or ends_at <= start for start, end in taken)


def _starts(piece: Span, barred: Sequence[Span], minutes: int, step: int, earliest: int) -> Iterator[int]:
    """Grid points of `piece` that are not barred and from which `minutes` fit before its end."""
    anchor = -(-piece[0] // EDGE_MINUTES) * EDGE_MINUTES
    last = piece[1] - minutes
    start = anchor if earliest <= anchor else anchor + -(-(earliest - anchor) // step) * step
    index = 0
    while start <= last:
        while index < len(barred) and barred[index][1] <= start:
            index += 1
        if index < len(barred) and barred[index][0] <= start:
            start = anchor + -(-(barred[index][1] - anchor) // step) * step
            continue
        yield start
        start += step


def _barred(taken: Taken, minutes: int, pause: int = 0) -> list[Span]:
    """The starts that these times leave no room for."""
    return _merged((_minute(start) - pause - minutes + 1, _minute_after(end) + pause) for start, end in taken)


def _barred_for_all(group: Sequence[Taken], minutes: int) -> list[Span]:
    """The starts at which none of the group's resources is free for the whole visit."""
    common, *others = [_barred(taken, minutes) for taken in group]
    for other in others:
        common = _common(common, other)
    return common


def _common(one: Sequence[Span], other: Sequence[Span]) -> list[Span]:
    """What lies in both; each is in order and without overlaps."""
    found = []
    i = j = 0
    while i < len(one) and j < len(other):
        start, end = max(one[i][0], other[j][0]), min(one[i][1], other[j][1])
        if start < end:
            found.append((start, end))
        if one[i][1] < other[j][1]:
            i += 1
        else:
            j += 1
    return found


def _by_weekday(rows: Iterable[WeeklyInterval], mode: str | None = None) -> dict[int, list[WeeklyInterval]]:
    found: dict[int, list[WeeklyInterval]] = defaultdict(list)
    for row in rows:
        if mode is None or mode in row.modes:
            found[row.weekday].append(row)
    return found


def _by_day(rows: Iterable[DayInterval], mode: str | None = None) -> dict[date, list[DayInterval]]:
    found: dict[date, list[DayInterval]] = defaultdict(list)
    for row in rows:
        if mode is None or mode in row.modes:
            found[row.day].append(row)
    return found


def _within(day: date, spans: Iterable[tuple[date, date]]) -> bool:
    return any(first <= day <= last for first, last in spans)


def _utc_pieces(
    interval: WeeklyInterval | DayInterval, midnight: int, stretches: Sequence[tuple[int, int, int]]
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


@lru_cache(maxsize=64)  # the same for every doctor of a list
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


@lru_cache(maxsize=10_000)  # many doctors of a list are free at the same times
def _slot(start: int, minutes: int, zone: tzinfo) -> Slot:
    return Slot(_moment(start, zone), _moment(start + minutes, zone))


def _moment(minute: int, zone: tzinfo) -> datetime:
    return (_EPOCH + timedelta(minutes=minute)).astimezone(zone)


def _minute(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(minutes=1)


def _minute_after(moment: datetime) -> int:
    return -((_EPOCH - moment) // timedelta(minutes=1))
