"""Refusals of a cell in words that say what to write instead, and ranges as people read them."""

from collections.abc import Callable
from decimal import Decimal

from django.utils.translation import gettext as _

from .flags import Limits
from .parse import Refused, shown

_WORDS: dict[str, Callable[[], str]] = {
    "number": lambda: _("Write a number, with < or > before it if need be: 12.5 or <0.1."),
    "choice": lambda: _("Write one of: %(choices)s."),
    "unit": lambda: _("The unit here is %(unit)s. Write the value in it; nothing is converted by itself."),
    "thousands": lambda: _("This can be read in two ways. Write %(decimal)s or %(whole)s."),
    "decimals": lambda: _("At most %(limit)s places after the point, please."),
    "impossible_low": lambda: _("Below %(limit)s can't be. Look at the number and the unit again."),
    "impossible_high": lambda: _("Above %(limit)s can't be. Look at the number and the unit again."),
    "too_long": lambda: _("At most %(limit)s characters, please."),
}


def refusal(refused: Refused) -> str:
    return _WORDS[refused.code]() % refused.words


def range_words(limits: Limits | None, decimals: int) -> str:
    """ "12.0–15.5", "≥ 60", "≤ 5.6", or nothing."""
    if limits is None:
        return ""
    return between(limits.low, limits.high, decimals)


def between(low: Decimal | None, high: Decimal | None, decimals: int) -> str:
    if low is not None and high is not None:
        return f"{shown('', low, decimals)}–{shown('', high, decimals)}"
    if low is not None:
        return f"≥ {shown('', low, decimals)}"
    return f"≤ {shown('', high, decimals)}" if high is not None else ""
