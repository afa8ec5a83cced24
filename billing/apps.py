from decimal import Decimal
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, register


class BillingConfig(AppConfig):
    name = "billing"

    def ready(self) -> None:
        from billing import receivers  # noqa: F401

        register(payment_qr_can_be_written)


def payment_qr_can_be_written(app_configs: Any, **options: Any) -> list[CheckMessage]:
    """An unusable setting is found at start instead of at the first booking."""
    from billing.domain import codes, references

    try:
        codes.write(
            amount=Decimal("1"), currency=settings.CLINIC_CURRENCY, reference=references.new_reference()
        )
    except codes.QrError as error:
        return [
            Error(
                f"No payment QR code can be made: {error}.",
                hint="Set the PAYMENT_* variables (docs/settings.md; names in Latin letters) and CLINIC_CURRENCY.",
                id="billing.E001",
            )
        ]
    return []
