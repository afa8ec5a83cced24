"""The clinic's own payment code: settings.PAYMENT_QR and a payment put together."""

import unicodedata
from decimal import Decimal

from django.conf import settings

from . import emvco


def payload_for(*, amount: Decimal, currency: str, reference: str) -> str:
    """The QR payload that asks for `amount` with `reference`. Raises emvco.QrError when the settings allow none
    (billing/apps.py finds that at start)."""
    qr = settings.PAYMENT_QR
    return emvco.write(
        emvco.MerchantPayment(
            accounts=(
                emvco.Account(qr["merchant_account_tag"], qr["globally_unique_id"], qr["merchant_id"]),
            ),
            category_code=qr["merchant_category_code"],
            currency=currency,
            country=qr["country_code"],
            name=fitted(qr["merchant_name"], emvco.NAME_MAX),
            city=fitted(qr["merchant_city"], emvco.CITY_MAX),
            amount=amount,
            reference=reference,
        )
    )


def fitted(text: str, longest: int) -> str:
    """`text` without accents, cut to `longest` characters. Letters that have no plain form stay and are refused by
    the writer: a payee's name with holes in it would be worse than none."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return " ".join(plain.split())[:longest].rstrip()
