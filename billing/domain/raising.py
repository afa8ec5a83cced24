"""A payment comes into being: with a reference of its own and the code that asks for it."""

from contextlib import suppress
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction

from billing.models import Payment
from scheduling.models import Appointment

from . import codes
from .references import new_reference

_REFERENCE_TRIES = 8


def store(appointment: Appointment, amount: Decimal, **fields: Any) -> Payment:
    """Raises IntegrityError when a promise of the database would be broken (one charge a visit, one shortfall an
    answer of the insurer)."""
    for tries_left in reversed(range(_REFERENCE_TRIES)):
        reference = new_reference()
        try:
            with transaction.atomic():
                return Payment.objects.create(
                    appointment=appointment,
                    amount=amount,
                    currency=appointment.currency,
                    reference=reference,
                    qr_payload=codes.write(amount=amount, currency=appointment.currency, reference=reference),
                    **fields,
                )
        except IntegrityError:
            if not tries_left or not Payment.objects.filter(reference=reference).exists():
                raise
    raise AssertionError("unreachable")


def ask_for_rest(payment: Payment) -> None:
    """The payment's code asks for what is outstanding. Money that has arrived is not refused because the settings
    have come to make no code: the old one then stays."""
    with suppress(codes.QrError):
        payment.qr_payload = codes.write(
            amount=payment.outstanding, currency=payment.currency, reference=payment.reference
        )
        payment.save(update_fields=["qr_payload", "updated_at"])
