"""What a dosage amounts to: its usual times of day, the days it falls on, how much of a medicine it takes. Pure: plain
values, no rows, no present day."""

import calendar
import re
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import ROUND_CEILING, Decimal

from records.enums import Frequency

MAX_DAYS = 730
# More of any unit at once than anyone is given: a slip of the finger.
MAX_DOSE = Decimal("10000")
MAX_QUANTITY = Decimal("100000")
MAX_TIMES = 12

_F = Frequency

USUAL_TIMES: dict[str, tuple[str, ...]] = {
    _F.ONCE: ("08:00",),
    _F.DAILY: ("08:00",),
    _F.NIGHTLY: ("21:00",),
    _F.TWICE: ("08:00", "20:00"),
    _F.THRICE: ("08:00", "14:00", "20:00"),
    _F.FOUR: ("08:00", "12:00", "16:00", "20:00"),
    _F.EVERY_6_HOURS: ("00:00", "06:00", "12:00", "18:00"),
    _F.EVERY_8_HOURS: ("06:00", "14:00", "22:00"),
    _F.EVERY_12_HOURS: ("08:00", "20:00"),
    _F.EVERY_OTHER_DAY: ("08:00",),
    _F.WEEKLY: ("08:00",),
    _F.MONTHLY: ("08:00",),
    _F.AS_NEEDED: (),
}
_TIME = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")


def usual_times(frequency: str) -> list[str]:
    """The hours of the day that a frequency stands for; none when it is taken as needed."""
    return list(USUAL_TIMES[frequency])


def clean_times(times: Sequence[object]) -> list[str]:
    """As "HH:MM", in order, each once. Raises ValueError for what is no time of day, or too many."""
    found = set()
    for time in times:
        match = _TIME.fullmatch(time.strip()) if isinstance(time, str) else None
        if match is None:
            raise ValueError(time)
        found.add(f"{int(match[1]):02}:{match[2]}")
    if len(found) > MAX_TIMES:
        raise ValueError(len(found))
    return sorted(found)


def times_wanted(frequency: str) -> int:
    """How many times of day a frequency has."""
    return len(USUAL_TIMES[frequency])


def falls_on(frequency: str, starts_on: date, day: date) -> bool:
    """Whether doses are planned on `day`, the days of treatment apart. A month's day that a month lacks is its last."""
    since = (day - starts_on).days
    if since < 0 or frequency == _F.AS_NEEDED:
        return False
    if frequency == _F.ONCE:
        return since == 0
    if frequency == _F.EVERY_OTHER_DAY:
        return since % 2 == 0
    if frequency == _F.WEEKLY:
        return since % 7 == 0
    if frequency == _F.MONTHLY:
        last = calendar.monthrange(day.year, day.month)[1]
        return day.day == min(starts_on.day, last)
    return True


def ends_on(starts_on: date, days: int | None, frequency: str = "") -> date | None:
    """The last day of treatment; None when no end is set."""
    if frequency == _F.ONCE:
        return starts_on
    return None if days is None else starts_on + timedelta(days=days - 1)


def dose_count(frequency: str, times: Sequence[str], starts_on: date, days: int | None) -> int | None:
    """How many doses are planned; None when nobody can say (as needed, or without an end)."""
    if frequency == _F.AS_NEEDED:
        return None
    if frequency == _F.ONCE:
        return 1
    if days is None:
        return None
    dosed = sum(falls_on(frequency, starts_on, starts_on + timedelta(days=n)) for n in range(days))
    return dosed * len(times)


def quantity(
    dose: Decimal, frequency: str, times: Sequence[str], starts_on: date, days: int | None
) -> Decimal | None:
    """How much to hand out, in whole units of the medicine: nothing is handed out in halves. Of what is taken as needed
    but not oftener than the times: as much as that comes to. None: it has to be said."""
    doses = dose_count(frequency, times, starts_on, days)
    if frequency == _F.AS_NEEDED and times and days:
        doses = days * len(times)
    return None if doses is None else (dose * doses).to_integral_value(ROUND_CEILING)


def most_times(frequency: str, times: Sequence[str]) -> int | None:
    """How often on one day at most. None when it is taken as needed and nobody said."""
    if frequency == _F.AS_NEEDED:
        return len(times) or None
    return max(1, len(times))
