"""Which range holds for a person, and what a result is by it. Pure.

A result with a comparator is an interval ("<0.5": all below 0.5). It gets a flag only as far as every value in it has
one; where it could be normal as well as not, it gets none, and nobody is told that all is well.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise

from .parse import Reading

FOREVER = 60_000
_INFINITY = Decimal("Infinity")
_UP = ("normal", "high", "critical_high")
_DOWN = ("normal", "low", "critical_low")


@dataclass(frozen=True)
class Limits:
    """A reference range. What is normal includes both ends; critical is beyond its limit."""

    low: Decimal | None = None
    high: Decimal | None = None
    critical_low: Decimal | None = None
    critical_high: Decimal | None = None
    gender: str = ""
    age_from: int = 0
    age_to: int = FOREVER


def age_in_days(born: date | None, on: date) -> int | None:
    """None when the birthday is not known or still to come."""
    if born is None or born > on:
        return None
    return (on - born).days


def fitting(ranges: Iterable[Limits], *, gender: str, age: int | None) -> Limits | None:
    """The narrowest range that holds for this person: one of their sex before one for both, then the fewest days of
    age. Of somebody whose sex is not known to be female or male, a range for both; failing that what both sexes
    share, so that only what is off for either is flagged. Without an age, a range for every age; failing that what all
    ages share, so that a result which is critical at any age is found without a birthday too."""
    known = gender in ("female", "male")
    mine = [limits for limits in ranges if limits.gender in ("", gender) or not known]
    here = [
        limits
        for limits in mine
        if (limits.age_from <= age < limits.age_to if age is not None else _is_for_every_age(limits))
    ]
    own = [limits for limits in here if limits.gender == gender and gender] or [
        limits for limits in here if not limits.gender
    ]
    if own:
        return min(own, key=lambda limits: limits.age_to - limits.age_from)
    if age is None:
        return _shared_by_ages(mine)
    return None if known or not here else _shared(here)


def _shared(ranges: list[Limits]) -> Limits:
    """What lies beyond the limits of this one lies beyond those of each."""
    return Limits(
        low=_outermost((limits.low for limits in ranges), min),
        high=_outermost((limits.high for limits in ranges), max),
        critical_low=_outermost((limits.critical_low for limits in ranges), min),
        critical_high=_outermost((limits.critical_high for limits in ranges), max),
    )


def _shared_by_ages(ranges: list[Limits]) -> Limits | None:
    """What is normal can be told only where every age has a range; what is critical in each range that there is, is
    told anyhow: an alarm too many harms less than silence."""
    shared = _shared(ranges)
    covered = 0
    for limits in sorted(ranges, key=lambda limits: limits.age_from):
        if limits.age_from <= covered:
            covered = max(covered, limits.age_to)
    if covered < FOREVER:
        shared = Limits(critical_low=shared.critical_low, critical_high=shared.critical_high)
    return None if shared == Limits() else shared


def flag_of(
    reading: Reading, limits: Limits | None, *, possible_low: Decimal | None = None, normal: str | None = None
) -> str:
    """A ResultFlag, or empty when nothing can be said. `normal`: the normal one of a list of choices."""
    if reading.value is None:
        if normal is None or not reading.text:
            return ""
        return "normal" if reading.text == normal else "abnormal"
    if limits is None or all(
        limit is None for limit in (limits.low, limits.high, limits.critical_low, limits.critical_high)
    ):
        return ""
    kinds = _kinds(reading, limits, possible_low)
    if len(kinds) == 1:
        return kinds.pop()
    # Certain is only the mildest of what it can be, and only when all of it lies on one side.
    for side in (_UP, _DOWN):
        if kinds <= set(side):
            mildest = next(kind for kind in side if kind in kinds)
            return "" if mildest == "normal" else mildest
    return ""


def is_critical(flag: str) -> bool:
    return flag.startswith("critical")


def _kinds(reading: Reading, limits: Limits, possible_low: Decimal | None) -> set[str]:
    """What a single value within the reading can be."""
    value = reading.value
    assert value is not None
    if not reading.comparator:
        return {_kind(value, limits)}
    if reading.comparator in ("<", "<="):
        first, last = possible_low if possible_low is not None else -_INFINITY, value
        with_first, with_last = True, reading.comparator == "<="
    else:
        first, last = value, _INFINITY
        with_first, with_last = reading.comparator == ">=", True
    bounds = sorted(
        limit
        for limit in {limits.low, limits.high, limits.critical_low, limits.critical_high}
        if limit is not None and first < limit < last
    )
    # Every stretch between two limits is of one kind, and so is every limit itself.
    corners = [first, *bounds, last]
    samples = [*bounds, *(_between(low, high) for low, high in pairwise(corners))]
    if with_first and first.is_finite():
        samples.append(first)
    if with_last and last.is_finite():
        samples.append(last)
    if first == last:
        samples = [first]
    return {_kind(sample, limits) for sample in samples}


def _between(low: Decimal, high: Decimal) -> Decimal:
    if low.is_infinite():
        return high - 1
    return low + 1 if high.is_infinite() else (low + high) / 2


def _kind(value: Decimal, limits: Limits) -> str:
    if limits.critical_low is not None and value < limits.critical_low:
        return "critical_low"
    if limits.critical_high is not None and value > limits.critical_high:
        return "critical_high"
    if limits.low is not None and value < limits.low:
        return "low"
    if limits.high is not None and value > limits.high:
        return "high"
    return "normal"


def _is_for_every_age(limits: Limits) -> bool:
    return limits.age_from == 0 and limits.age_to >= FOREVER


def _outermost(
    values: Iterable[Decimal | None], pick: Callable[[Iterable[Decimal]], Decimal]
) -> Decimal | None:
    """None, which is no limit at all, goes furthest."""
    known = list(values)
    there = [value for value in known if value is not None]
    return pick(there) if there and len(there) == len(known) else None
