"""The payments of planned visits, as they would stand had they been made by hand."""

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Protocol

from django.conf import settings
from django.utils import timezone

from accounts.models import User
from billing.domain import codes, documents, proofs, quoting
from billing.domain.references import new_reference, normal_bank_reference
from billing.enums import AttemptOutcome, PaymentMethod, RefundOutcome
from billing.enums import PaymentStatus as P
from billing.models import Attempt, Payment, PaymentStatusChange, Refund
from clinic.core import money
from insights.demo import pictures
from insights.demo.keys import key
from insights.demo.plan import Visit
from scheduling.enums import AppointmentStatus as S
from scheduling.models import Appointment

# How a visit's payment stands if the plan does not say.
PAID_AFTER: Mapping[str, str] = {
    S.PENDING_PAYMENT: P.DUE,
    S.PENDING_CONFIRMATION: P.SUBMITTED,
    S.CONFIRMED: P.CONFIRMED,
    S.CHECKED_IN: P.CONFIRMED,
    S.IN_PROGRESS: P.CONFIRMED,
    S.COMPLETED: P.CONFIRMED,
    S.NO_SHOW: P.CONFIRMED,
    S.CANCELLED: P.REFUND_DUE,
    S.DECLINED: P.REFUND_DUE,
    S.EXPIRED: P.EXPIRED,
}
PAYMENT_WAY: Mapping[str, tuple[str, ...]] = {
    P.DUE: (P.DUE,),
    P.SUBMITTED: (P.DUE, P.SUBMITTED),
    P.CONFIRMED: (P.DUE, P.SUBMITTED, P.CONFIRMED),
    P.REJECTED: (P.DUE, P.SUBMITTED, P.REJECTED),
    P.EXPIRED: (P.DUE, P.EXPIRED),
    P.REFUND_DUE: (P.DUE, P.SUBMITTED, P.CONFIRMED, P.REFUND_DUE),
    P.REFUNDED: (P.DUE, P.SUBMITTED, P.CONFIRMED, P.REFUND_DUE, P.REFUNDED),
}
REJECTED = "This reference is not on our bank statement yet"


class Book(Protocol):
    """What of the ledger is needed here."""

    now: datetime
    manager: User


def write(appointment: Appointment, visit: Visit, booked_at: datetime, *, book: Book) -> None:
    """The payment of a visit with its history, and the attempt to pay that goes with it."""
    if appointment.price <= 0:
        return
    status = visit.paid or PAID_AFTER[visit.status]
    way = PAYMENT_WAY[status]
    handed_in = booked_at + timedelta(minutes=12)
    reference = new_reference()
    parts = quoting.freeze(appointment, actor=appointment.patient) if visit.covered else None
    amount = appointment.price - (parts.covered if parts else 0)
    arrived = P.CONFIRMED in way
    payment = Payment.objects.create(
        pk=key("payment", visit.name),
        appointment=appointment,
        amount=amount,
        currency=appointment.currency,
        reference=reference,
        qr_payload=codes.write(amount=amount, currency=appointment.currency, reference=reference),
        covered=parts.covered if parts else 0,
        co_payment=parts.co_payment if parts else 0,
        shortfall=parts.shortfall if parts else 0,
        status=status,
        received=amount if arrived else 0,
        refund_owed=amount if P.REFUND_DUE in way else 0,
        refunded=amount if status == P.REFUNDED else 0,
        submitted_at=handed_in if P.SUBMITTED in way else None,
    )
    times = [min(booked_at + timedelta(minutes=minutes), book.now) for minutes in (0, 12, 40, 75, 150)]
    Payment.objects.filter(pk=payment.pk).update(created_at=times[0], updated_at=times[len(way) - 1])
    patients_steps = (P.DUE, P.SUBMITTED)
    rows = [
        PaymentStatusChange(
            payment=payment,
            from_status=way[number - 1] if number else "",
            to_status=step,
            actor=appointment.patient if step in patients_steps else book.manager,
            reason=REJECTED if step == P.REJECTED else "",
        )
        for number, step in enumerate(way)
    ]
    insert(rows, times)
    if P.SUBMITTED in way:
        _attempt(payment, visit, status, handed_in, book)
    if status == P.REFUNDED:
        # The figures count what was sent, not what is said of the payment.
        refund = Refund.objects.create(
            payment=payment,
            amount=amount,
            method=PaymentMethod.BANK_TRANSFER,
            reference=f"DEMO-RF-{reference}",
            outcome=RefundOutcome.SENT,
            actor=book.manager,
            settled_by=book.manager,
            settled_at=times[len(way) - 1],
        )
        Refund.objects.filter(pk=refund.pk).update(created_at=times[len(way) - 1])


def _attempt(payment: Payment, visit: Visit, status: str, handed_in: datetime, book: Book) -> None:
    digits = int(hashlib.sha256(visit.name.encode()).hexdigest(), 16) % 10**9
    bank_reference = f"DEMO-FT-{digits:09d}"
    outcome = {P.SUBMITTED: AttemptOutcome.PENDING, P.REJECTED: AttemptOutcome.REJECTED}.get(
        P(status), AttemptOutcome.ACCEPTED
    )
    decided = outcome != AttemptOutcome.PENDING
    attempt = Attempt(
        payment=payment,
        bank_reference=bank_reference,
        reference_key=normal_bank_reference(bank_reference),
        submitted_by=payment.appointment.patient,
        outcome=outcome,
        amount=payment.amount if outcome == AttemptOutcome.ACCEPTED else None,
        decided_by=book.manager if decided else None,
        decided_at=min(handed_in + timedelta(minutes=28), book.now) if decided else None,
        reason=REJECTED if outcome == AttemptOutcome.REJECTED else "",
    )
    if visit.with_proof:
        picture = pictures.transfer_slip(
            bank_reference=bank_reference,
            amount=money.shown(payment.amount, payment.currency),
            payee=settings.CLINIC_NAME,
            day=timezone.localtime(handed_in).strftime("%d %b %Y"),
        )
        attempt.proof_digest = hashlib.sha256(picture.read()).hexdigest()
        picture.seek(0)
        attempt.proof.save(picture.name, picture, save=False)
    attempt.save(force_insert=True)
    Attempt.objects.filter(pk=attempt.pk).update(created_at=handed_in)
    if outcome == AttemptOutcome.ACCEPTED:
        # Papers carry the day they are issued: that of the seeding.
        documents.on_arrival(payment, attempt, actor=book.manager)
    if not decided:
        proofs.look_later(attempt)


def insert(rows: list[Any], times: list[datetime]) -> None:
    """Insert history rows as of these times; `at` sets itself to now when a row is added."""
    manager = type(rows[0])._default_manager
    for row, at in zip(rows, times, strict=False):
        row.save()
        manager.filter(pk=row.pk).update(at=at)
