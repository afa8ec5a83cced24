"""Bikram Sambat, the calendar Nepal lives by. Its months have no formula: the package's tables follow the printed
calendars and are mended now and then for years to come, so what was issued keeps the date it was issued with."""

from datetime import date

import nepali_datetime
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

_MONTHS: tuple[str | Promise, ...] = (
    pgettext_lazy("month of Bikram Sambat", "Baishakh"),
    pgettext_lazy("month of Bikram Sambat", "Jestha"),
    pgettext_lazy("month of Bikram Sambat", "Ashadh"),
    pgettext_lazy("month of Bikram Sambat", "Shrawan"),
    pgettext_lazy("month of Bikram Sambat", "Bhadra"),
    pgettext_lazy("month of Bikram Sambat", "Ashwin"),
    pgettext_lazy("month of Bikram Sambat", "Kartik"),
    pgettext_lazy("month of Bikram Sambat", "Mangsir"),
    pgettext_lazy("month of Bikram Sambat", "Poush"),
    pgettext_lazy("month of Bikram Sambat", "Magh"),
    pgettext_lazy("month of Bikram Sambat", "Falgun"),
    pgettext_lazy("month of Bikram Sambat", "Chaitra"),
)


def parts(day: date) -> tuple[int, int, int] | None:
    """Year, month (1–12) and day; None outside of the known years (1918–2043)."""
    try:
        known = nepali_datetime.date.from_datetime_date(day)
    except OverflowError:
        return None
    return known.year, known.month, known.day


def written(day: date) -> str:
    """The day as people say it, `5 Mangsir 2083 BS`; "" outside of the known years."""
    known = parts(day)
    if known is None:
        return ""
    return _("%(day)s %(month)s %(year)s BS") % {
        "year": known[0],
        "month": _MONTHS[known[1] - 1],
        "day": known[2],
    }


def day_of(year: int, month: int, day: int) -> date | None:
    """The day of that date of Bikram Sambat; None when there is none, or outside of the known years."""
    try:
        known: date = nepali_datetime.date(year, month, day).to_datetime_date()
    except (ValueError, OverflowError, IndexError, KeyError):
        return None
    return known
