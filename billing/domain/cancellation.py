"""How much of what was paid comes back when a patient calls a visit off. Pure: plain values in, an amount out."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from decimal import ROUND_HALF_EVEN, Decimal

from clinic.core import money

ALL = 100


@dataclass(frozen=True)
class Term:
    """Who calls off at least `hours_before` the start gets `percent` of it back."""

    hours_before: int
    percent: int


def percent_back(terms: Collection[Term], left: timedelta) -> int:
    """With `left` until the start: the best of the terms that still fit, so that who calls off earlier never gets
    less. Nothing when none fits; everything where the clinic has no terms at all."""
    if not terms:
        return ALL
    return max((term.percent for term in terms if left >= _hours(term)), default=0)


def term_that_counts(terms: Collection[Term], left: timedelta) -> Term | None:
    """The one `percent_back` goes by, of several the one with the most hours; None when none fits."""
    fitting = [term for term in terms if left >= _hours(term)]
    return max(fitting, key=lambda term: (term.percent, term.hours_before), default=None)


def comes_back(received: Decimal, percent: int, currency: str) -> Decimal:
    """`percent` of `received`, rounded half-even to the currency's places: never below nothing, never above it."""
    # The columns keep two places.
    places = min(money.places(currency), 2)
    share = (received * percent / ALL).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_EVEN)
    return max(Decimal(0), min(share, received))


def grows(terms: Collection[Term]) -> bool:
    """Whether no term gives less than one with fewer hours: what a table has to promise."""
    percents = [term.percent for term in sorted(terms, key=lambda term: term.hours_before)]
    return percents == sorted(percents)


def _hours(term: Term) -> timedelta:
    return timedelta(hours=term.hours_before)
