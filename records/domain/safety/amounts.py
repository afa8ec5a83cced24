"""Amounts as they are read."""

from decimal import Decimal


def exact(value: float) -> Decimal:
    return Decimal(str(value))


def plain(value: Decimal | int) -> str:
    """Without a tail of zeroes and without an exponent."""
    text = f"{Decimal(value):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def amount(mg: Decimal) -> str:
    """g from one gram, micrograms below 0.1 mg, three figures behind the point."""
    if mg >= 1000:
        return f"{plain(round(mg / 1000, 3))} g"
    if mg < Decimal("0.1"):
        return f"{plain(round(mg * 1000, 3))} µg"
    return f"{plain(round(mg, 3))} mg"
