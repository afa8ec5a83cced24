"""Payments, attempts and pictures for tests."""

import hashlib
import io
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image

from accounts.models import User
from billing.domain import codes
from billing.domain.references import new_reference, normal_bank_reference
from billing.enums import AttemptOutcome, PaymentStatus
from billing.models import Attempt, Payment
from scheduling.enums import AppointmentStatus
from scheduling.models import Appointment

# The appointment's status that goes with each of the payment's.
APPOINTMENT_STATUS = {
    PaymentStatus.DUE: AppointmentStatus.PENDING_PAYMENT,
    PaymentStatus.SUBMITTED: AppointmentStatus.PENDING_CONFIRMATION,
    PaymentStatus.CONFIRMED: AppointmentStatus.CONFIRMED,
    PaymentStatus.REJECTED: AppointmentStatus.PENDING_PAYMENT,
    PaymentStatus.EXPIRED: AppointmentStatus.EXPIRED,
    PaymentStatus.REFUND_DUE: AppointmentStatus.CANCELLED,
    PaymentStatus.REFUNDED: AppointmentStatus.CANCELLED,
}
_OUTCOME = {
    PaymentStatus.SUBMITTED: AttemptOutcome.PENDING,
    PaymentStatus.CONFIRMED: AttemptOutcome.ACCEPTED,
    PaymentStatus.REJECTED: AttemptOutcome.REJECTED,
    PaymentStatus.REFUND_DUE: AttemptOutcome.ACCEPTED,
    PaymentStatus.REFUNDED: AttemptOutcome.ACCEPTED,
}


def make_payment(
    appointment: Appointment,
    status: str = PaymentStatus.DUE,
    *,
    bank_reference: str = "",
    **fields: Any,
) -> Payment:
    """A stored payment as it would stand in `status`, with its attempt, without side effects. The caller gives an
    appointment in a status that fits (APPOINTMENT_STATUS)."""
    reference = new_reference()
    attempted = status in _OUTCOME
    accepted = _OUTCOME.get(PaymentStatus(status)) == AttemptOutcome.ACCEPTED
    called_off = status in (PaymentStatus.REFUND_DUE, PaymentStatus.REFUNDED)
    price = fields.get("amount", appointment.price)
    payment = Payment.objects.create(
        **{
            "appointment": appointment,
            "amount": appointment.price,
            "received": price if accepted else 0,
            "refund_owed": price if called_off else 0,
            "refunded": price if status == PaymentStatus.REFUNDED else 0,
            "currency": appointment.currency,
            "reference": reference,
            "qr_payload": codes.write(
                amount=appointment.price, currency=appointment.currency, reference=reference
            ),
            "status": status,
            "submitted_at": timezone.now() if attempted else None,
            **fields,
        }
    )
    payment.history.create(to_status=status)
    if attempted:
        make_attempt(
            payment,
            bank_reference or f"FT {payment.reference}",
            outcome=_OUTCOME[PaymentStatus(status)],
            amount=price if accepted else None,
        )
    return payment


def make_attempt(payment: Payment, bank_reference: str, **fields: Any) -> Attempt:
    return Attempt.objects.create(
        **{
            "payment": payment,
            "bank_reference": bank_reference,
            "reference_key": normal_bank_reference(bank_reference),
            "submitted_by": payment.appointment.patient,
            **fields,
        }
    )


def picture_bytes(colour: str = "teal", kind: str = "PNG", size: tuple[int, int] = (60, 90)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, kind)
    return out.getvalue()


def picture(colour: str = "teal", name: str = "receipt.png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, picture_bytes(colour), "image/png")


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def people_of(payment: Payment) -> tuple[User, User]:
    return payment.appointment.patient, payment.appointment.doctor
