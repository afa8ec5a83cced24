"""The month a person picks a day from: pure, over plain dates."""

import calendar
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

# Weeks start on Sunday, as in Nepal.
FIRST_WEEKDAY = calendar.SUNDAY


@dataclass(frozen=True)
class MonthDay:
    """One day of the grid; `free` counts the times that can still be taken."""

    day: date
    free: int
    is_today: bool


def first_of(day: date) -> date:
    return day.replace(day=1)


def last_of(day: date) -> date:
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def month_after(day: date) -> date:
    return last_of(day) + timedelta(days=1)


def month_before(day: date) -> date:
    return first_of(first_of(day) - timedelta(days=1))


def weeks(month: date, free: Mapping[date, int], *, today: date) -> list[list[MonthDay | None]]:
    """The weeks of `month`, Sunday first; None stands where a neighbouring month's day would be."""
    grid = calendar.Calendar(FIRST_WEEKDAY).monthdatescalendar(month.year, month.month)
    return [
        [MonthDay(day, free.get(day, 0), day == today) if day.month == month.month else None for day in week]
        for week in grid
    ]
