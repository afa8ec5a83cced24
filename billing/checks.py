"""Found at start instead of at the first booking."""

from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from billing.domain import emvco, payment_code, references


@register()
def payment_qr_can_be_written(app_configs: Any, **options: Any) -> list[CheckMessage]:
    try:
        payment_code.payload_for(
            amount=Decimal("1"), currency=settings.CLINIC_CURRENCY, reference=references.new_reference()
        )
    except emvco.QrError as error:
        return [
            Error(
                f"No payment QR code can be made: {error}.",
                hint="Set the PAYMENT_QR_* variables (names in Latin letters) and CLINIC_CURRENCY.",
                id="billing.E001",
            )
        ]
    return []
