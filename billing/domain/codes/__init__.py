"""The QR code of a payment, of one of three kinds (settings.PAYMENT_QR["kind"]): an EMVCo merchant-presented code
(`emvco`), a UPI link (`upi`), or the clinic's own sticker with amount and reference set in it (`pasted`).

Other code knows `write` and `read` only. Pure but for the settings.
"""

import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from django.conf import settings

from . import emvco, pasted, upi
from .chain import QrError

__all__ = ["KINDS", "QrError", "Request", "app_link", "fitted", "read", "write"]

KINDS: Final = ("emvco", "upi", "pasted")
# What payments have room for, and what a QR code that phones read from a screen should not exceed.
PAYLOAD_MAX: Final = 512


@dataclass(frozen=True)
class Request:
    """What a code of any kind asks for. `payees` are the accounts it pays to; a code may lack the rest."""

    payees: frozenset[str]
    currency: str
    amount: Decimal | None
    reference: str


def write(*, amount: Decimal, currency: str, reference: str) -> str:
    """The payload that asks for `amount` with `reference`. Raises QrError when the settings allow none
    (billing/apps.py finds that at start)."""
    qr = settings.PAYMENT_QR
    if qr["kind"] == "emvco":
        payload = _emvco(amount, currency, reference)
    elif qr["kind"] == "upi":
        if currency != upi.CURRENCY:
            raise QrError(f"UPI pays in {upi.CURRENCY} only, not in {currency}")
        name = fitted(qr["merchant_name"], upi.NAME_MAX)
        payload = upi.write(upi.UpiPayment(qr["upi_id"], name, amount, reference))
    elif qr["kind"] == "pasted":
        payload = pasted.write(qr["text"], amount=amount, currency=currency, reference=reference)
    else:
        raise QrError(f"PAYMENT_QR_KIND {qr['kind']!r} is none of {', '.join(KINDS)}")
    if len(payload) > PAYLOAD_MAX:
        raise QrError(f"the code has {len(payload)} characters; {PAYLOAD_MAX} fit")
    return payload


def read(text: str) -> Request:
    """What a payment code asks for, whoever wrote it and of whichever kind. Raises QrError when it is none."""
    if text.strip()[:4].lower() == "upi:":
        link = upi.read(text)
        return Request(frozenset({f"upi:{link.address.lower()}"}), upi.CURRENCY, link.amount, link.reference)
    payment = emvco.read(text)
    payees = frozenset(
        f"{account.tag}:{account.globally_unique_id}:{account.merchant_id}" for account in payment.accounts
    )
    return Request(payees, payment.currency, payment.amount, payment.reference)


def app_link(payload: str) -> str:
    """The address that opens a payment app on the same phone; "" where there is none: EMVCo codes have no link of
    their own, banking apps take them as a picture."""
    return payload if payload.startswith("upi://") else ""


def fitted(text: str, longest: int) -> str:
    """`text` without accents, cut to `longest` characters. Letters that have no plain form stay and are refused by
    the writer: a payee's name with holes in it would be worse than none."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return " ".join(plain.split())[:longest].rstrip()


def _emvco(amount: Decimal, currency: str, reference: str) -> str:
    qr = settings.PAYMENT_QR
    account = emvco.Account(
        qr["merchant_account_tag"], qr["globally_unique_id"], qr["merchant_id"], qr["merchant_id_tag"]
    )
    return emvco.write(
        emvco.MerchantPayment(
            accounts=(account,),
            category_code=qr["merchant_category_code"],
            currency=currency,
            country=qr["country_code"],
            name=fitted(qr["merchant_name"], emvco.NAME_MAX),
            city=fitted(qr["merchant_city"], emvco.CITY_MAX),
            amount=amount,
            reference=reference,
        )
    )
