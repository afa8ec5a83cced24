"""UPI payment links (NPCI, UPI Linking Specifications 1.6): `upi://pay?pa=…&pn=…&am=…&cu=INR&tr=…`. As a QR code
any UPI app reads them; as a link they open one on the same phone. Strict writer, lenient reader."""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Final
from urllib.parse import parse_qsl, quote, urlsplit

from .chain import QrError
from .emvco import amount_text, plain_text, read_amount

CURRENCY: Final = "INR"
NAME_MAX: Final = 50
REFERENCE_MAX: Final = 35
_ADDRESS = r"[A-Za-z0-9._-]{2,100}@[A-Za-z0-9.-]{2,64}"


@dataclass(frozen=True)
class UpiPayment:
    """`address` is the payee's virtual payment address. A link read from elsewhere may lack `amount`, `reference` and
    `name`."""

    address: str
    name: str
    amount: Decimal | None = None
    reference: str = ""


def write(payment: UpiPayment) -> str:
    """The link. Raises QrError for an address, name, amount or reference that UPI has no room for."""
    if not re.fullmatch(_ADDRESS, payment.address):
        raise QrError(f"{payment.address!r} is no UPI address (name@bank)")
    parts = {"pa": payment.address, "pn": plain_text(payment.name, NAME_MAX, "payee's name")}
    if payment.amount is not None:
        parts["am"] = amount_text(payment.amount, CURRENCY)
    parts["cu"] = CURRENCY
    if payment.reference:
        if not re.fullmatch(r"[A-Za-z0-9]+", payment.reference):
            raise QrError("the reference must be of letters and digits")
        parts["tr"] = plain_text(payment.reference, REFERENCE_MAX, "reference")
    return "upi://pay?" + "&".join(f"{key}={quote(value, safe='@')}" for key, value in parts.items())


def read(payload: str) -> UpiPayment:
    """What a link says: any order, any case of scheme and names, unknown parameters skipped. Raises QrError when it is
    no UPI link or asks for another currency."""
    try:
        parts = urlsplit(payload.strip())
        named = parse_qsl(parts.query, keep_blank_values=True, max_num_fields=40)
    except ValueError as error:
        raise QrError("not a link") from error
    if parts.scheme.lower() != "upi" or (parts.netloc or parts.path.strip("/")).lower() != "pay":
        raise QrError("not a UPI payment link")
    found: dict[str, str] = {}
    for key, value in named:
        if found.setdefault(key.lower(), value.strip()) != value.strip():
            raise QrError(f"{key!r} stands twice")
    if not re.fullmatch(_ADDRESS, found.get("pa", "")):
        raise QrError("no UPI address")
    if found.get("cu", CURRENCY).upper() not in (CURRENCY, ""):
        raise QrError("UPI pays in INR only")
    return UpiPayment(
        address=found["pa"],
        name=found.get("pn", ""),
        amount=read_amount(found["am"]) if found.get("am") else None,
        reference=found.get("tr", ""),
    )
