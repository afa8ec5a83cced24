"""What of a visit's charge the medical aid pays and what is left to the patient. Pure: plain values in, plain values
out; where the terms come from is cover.py's business."""

from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, Decimal

from billing.enums import CoPaymentKind
from clinic.core import money
from clinic.core.money import ZERO

# Amounts are stored with two places, also of a currency that has three: parts that were rounded again when they are
# stored would no longer sum to their charge.
_STORED_PLACES = 2


@dataclass(frozen=True)
class Terms:
    """What a plan pays for one service, in the currency of the charge. A `scheme_rate` stands in place of the
    percentage. `remaining` is what is left of the year's benefit, `granted` the most that an authorisation allows;
    None: no such limit."""

    cover_percent: Decimal = ZERO
    scheme_rate: Decimal | None = None
    co_payment_kind: str = CoPaymentKind.NONE
    co_payment: Decimal = ZERO
    remaining: Decimal | None = None
    granted: Decimal | None = None


@dataclass(frozen=True)
class Parts:
    """`charge` = `covered` + `co_payment` + `shortfall`, none of them below nothing."""

    charge: Decimal
    covered: Decimal
    co_payment: Decimal
    shortfall: Decimal

    @property
    def to_pay(self) -> Decimal:
        """The patient's share."""
        return self.co_payment + self.shortfall


def divide(charge: Decimal, terms: Terms | None, currency: str) -> Parts:
    """The parts of `charge`, to the places of `currency`; without terms all of it is the patient's.

    covered = max(0, min(charge, scheme rate or charge × cover %, remaining) − co-payment), and no more than granted;
    the co-payment is no more than what is then left. A charge below nothing counts as nothing. Raises ValueError for
    what is no finite number.
    """
    charge = _amount(charge, currency)
    if terms is None:
        return Parts(charge, ZERO, ZERO, charge)
    benefit = min(charge, benefit_before_limits(charge, terms, currency))
    if terms.remaining is not None:
        benefit = min(benefit, _limit(terms.remaining, currency))
    share = own_share(charge, terms, currency)
    covered = max(ZERO, benefit - share)
    if terms.granted is not None:
        covered = min(covered, _limit(terms.granted, currency))
    co_payment = min(share, charge - covered)
    return Parts(charge, covered, co_payment, charge - covered - co_payment)


def benefit_before_limits(charge: Decimal, terms: Terms, currency: str) -> Decimal:
    """The scheme rate, or the plan's percentage of the charge."""
    if terms.scheme_rate is not None:
        return _amount(terms.scheme_rate, currency)
    return _amount(_finite(charge) * _finite(terms.cover_percent) / 100, currency)


def own_share(charge: Decimal, terms: Terms, currency: str) -> Decimal:
    """The co-payment that the plan asks for, before it is cut to what is left of the charge."""
    if terms.co_payment_kind == CoPaymentKind.FIXED:
        return _amount(terms.co_payment, currency)
    if terms.co_payment_kind == CoPaymentKind.PERCENT:
        return _amount(_finite(charge) * _finite(terms.co_payment) / 100, currency)
    return ZERO


def _amount(value: Decimal, currency: str) -> Decimal:
    return max(ZERO, _finite(value).quantize(_unit(currency), rounding=ROUND_HALF_EVEN))


def _limit(value: Decimal, currency: str) -> Decimal:
    """Cut, not rounded: what is covered is never above it."""
    return max(ZERO, _finite(value).quantize(_unit(currency), rounding=ROUND_DOWN))


def _unit(currency: str) -> Decimal:
    return Decimal(1).scaleb(-min(money.places(currency), _STORED_PLACES))


def _finite(value: Decimal) -> Decimal:
    if not value.is_finite():
        raise ValueError(f"{value} is no amount")
    return value
