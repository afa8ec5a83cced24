"""Periods of days, and the pieces they are shown in. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

_DAY = timedelta(days=1)


class By(models.TextChoices):
    DAY = "day", _("Day")
    WEEK = "week", _("Week")
    MONTH = "month", _("Month")
    YEAR = "year", _("Year")


# How many days a period may have to be shown in such pieces: about a hundred rows at most.
_LONGEST = {By.DAY: 100, By.WEEK: 7 * 106, By.MONTH: 366 * 10}


class Preset(models.TextChoices):
    TODAY = "today", _("Today")
    LAST_7 = "7", _("Last 7 days")
    LAST_30 = "30", _("Last 30 days")
    LAST_90 = "90", _("Last 90 days")
    THIS_MONTH = "month", _("This month")
    LAST_MONTH = "last-month", _("Last month")
    THIS_YEAR = "year", _("This year")
    LAST_YEAR = "last-year", _("Last year")
    OWN = "own", _("Own dates")


@dataclass(frozen=True)
class Period:
    """From the first to the last day, both within it."""

    first: date
    last: date

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    def is_under_way(self, today: date) -> bool:
        """Days are still to come (or it is today alone), so the period before has more to count."""
        return self.last > today or self.first == self.last == today

    @property
    def before(self) -> "Period":
        """As many days that end the day before. Whole months and years are compared with whole ones."""
        if self.first.day == 1 and (self.last + _DAY).day == 1:
            months = 12 * (self.last.year - self.first.year) + self.last.month - self.first.month + 1
            return Period(months_before(self.first, months), self.first - _DAY)
        return Period(self.first - self.days * _DAY, self.first - _DAY)


def preset(name: str, today: date) -> Period:
    """The days that a preset (not OWN) means on this day."""
    if name == Preset.TODAY:
        return Period(today, today)
    month = today.replace(day=1)
    if name == Preset.THIS_MONTH:
        return Period(month, months_before(month, -1) - _DAY)
    if name == Preset.LAST_MONTH:
        return Period(months_before(month, 1), month - _DAY)
    if name in (Preset.THIS_YEAR, Preset.LAST_YEAR):
        year = today.year - (name == Preset.LAST_YEAR)
        return Period(date(year, 1, 1), date(year, 12, 31))
    return Period(today - timedelta(days=int(name) - 1), today)


def months_before(first: date, months: int) -> date:
    """The first of the month so many months before (below 0: after)."""
    number = 12 * first.year + first.month - 1 - months
    return date(number // 12, number % 12 + 1, 1)


def allowed(period: Period, wanted: str = "") -> By:
    """The pieces that are wanted, or the finest above them that give a table one can read."""
    if not wanted:
        wanted = By.DAY if period.days <= 31 else By.WEEK if period.days <= 26 * 7 else By.MONTH
    order = list(By)
    for by in order[order.index(By(wanted)) :]:
        if period.days <= _LONGEST.get(by, period.days):
            return by
    return By.YEAR


def begin(day: date, by: By) -> date:
    """On which day the piece begins that this day lies in. The week begins on Sunday, as in Nepal's calendars."""
    if by == By.WEEK:
        return day - timedelta(days=(day.weekday() + 1) % 7)
    if by == By.MONTH:
        return day.replace(day=1)
    return day.replace(month=1, day=1) if by == By.YEAR else day


def pieces(period: Period, by: By) -> list[Period]:
    """The whole period in pieces without a gap; the first and the last may be cut."""
    found, start = [], period.first
    while start <= period.last:
        following = _following(begin(start, by), by)
        found.append(Period(start, min(following - _DAY, period.last)))
        start = following
    return found


def _following(start: date, by: By) -> date:
    if by == By.YEAR:
        return start.replace(year=start.year + 1)
    if by == By.MONTH:
        return months_before(start, -1)
    return start + timedelta(days=7 if by == By.WEEK else 1)


def spans(days: Iterable[date]) -> list[Period]:
    """Neighbouring days taken together, in order."""
    found: list[Period] = []
    for day in sorted(set(days)):
        if found and found[-1].last + _DAY == day:
            found[-1] = Period(found[-1].first, day)
        else:
            found.append(Period(day, day))
    return found


def portions(days: Sequence[date], most: int) -> Iterable[list[date]]:
    """The days in order, so many at a time."""
    ordered = sorted(days)
    for start in range(0, len(ordered), most):
        yield ordered[start : start + most]
