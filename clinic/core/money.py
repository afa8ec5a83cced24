"""Amounts are Decimal in the clinic's currency, rounded half-even to that currency's places."""

from decimal import ROUND_HALF_EVEN, Decimal

from django.utils.formats import number_format

ZERO = Decimal("0.00")

# ISO 4217: currencies whose minor unit is not 1/100.
_PLACES = {
    "JPY": 0,
    "KRW": 0,
    "VND": 0,
    "CLP": 0,
    "UGX": 0,
    "RWF": 0,
    "BHD": 3,
    "KWD": 3,
    "OMR": 3,
    "JOD": 3,
    "TND": 3,
}


def places(currency: str) -> int:
    return _PLACES.get(currency, 2)


def rounded(amount: Decimal, currency: str) -> Decimal:
    return amount.quantize(Decimal(1).scaleb(-places(currency)), rounding=ROUND_HALF_EVEN)


def shown(amount: Decimal, currency: str) -> str:
    """`NPR 1,200.00`: the code before the figure, as clinics in Nepal write it."""
    return f"{currency} {number_format(rounded(amount, currency), places(currency), force_grouping=True)}"
