"""How long the clinic keeps a document's file. Pure."""

from collections.abc import Mapping
from datetime import date

ADULT_YEARS = 18


def years_after(day: date, years: int) -> date:
    """The same day so many years later; of a 29 February the day after where there is none."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


def keep_until(category: str, added_on: date, born_on: date | None, years: Mapping[str, int]) -> date:
    """The last day: the category's `years` from the day the clinic got it, whatever its own date, and of a child from
    their 18th birthday."""
    begins = added_on
    if born_on is not None:
        begins = max(begins, years_after(born_on, ADULT_YEARS))
    return years_after(begins, years[category])
