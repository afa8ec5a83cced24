"""Notes and coins, for counting a drawer. Pure."""

from collections.abc import Mapping
from decimal import Decimal

from clinic.core import money

_NOTES: Mapping[str, str] = {
    "NPR": "1000 500 100 50 20 10 5 2 1",
    "INR": "500 200 100 50 20 10 5 2 1",
    "USD": "100 50 20 10 5 1 0.25 0.10 0.05 0.01",
    "EUR": "500 200 100 50 20 10 5 2 1 0.50 0.20 0.10 0.05 0.02 0.01",
    "GBP": "50 20 10 5 2 1 0.50 0.20 0.10 0.05 0.02 0.01",
    "JPY": "10000 5000 1000 500 100 50 10 5 1",
}
_USUAL = "1000 500 200 100 50 20 10 5 2 1"
_USUAL_COINS = "0.50 0.20 0.10 0.05 0.01"

# Of one kind in one drawer.
MOST_PIECES = 99_999


def of(currency: str) -> tuple[str, ...]:
    """The values of the currency's notes and coins as text, the largest first."""
    usual = _USUAL if money.places(currency) == 0 else f"{_USUAL} {_USUAL_COINS}"
    return tuple(_NOTES.get(currency, usual).split())


def total(counts: Mapping[str, int]) -> Decimal:
    """What so many of each come to."""
    return sum((Decimal(value) * number for value, number in counts.items()), Decimal(0))
