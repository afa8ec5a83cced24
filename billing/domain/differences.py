"""What the patient still owes, or has paid too much, once the insurer has answered. Pure: plain amounts in and out."""

from dataclasses import dataclass
from decimal import Decimal

from clinic.core.money import ZERO


@dataclass(frozen=True)
class Difference:
    """At most one of them is above nothing."""

    shortfall: Decimal = ZERO
    credit: Decimal = ZERO


def between(
    expected: Decimal, actual: Decimal, *, own: Decimal, asked: Decimal, credited: Decimal, received: Decimal
) -> Difference:
    """`expected` and `actual` are the insurer's part by the quote and by its answer, `own` the patient's by the quote.
    `asked` is what the patient was asked for since then (shortfalls that stand), `credited` what was given back to
    their credit for the same visit, `received` what they have paid for it in all.

    The shortfall makes up what was not asked yet. A credit gives back what was paid above what the visit costs the
    patient in the end, not what was only asked for: the rest of it falls due when more arrives.
    """
    shortfall = (expected - actual) - (asked - credited)
    if shortfall > 0:
        return Difference(shortfall=shortfall)
    cost = max(ZERO, own + expected - actual)
    return Difference(credit=max(ZERO, received - credited - cost))
