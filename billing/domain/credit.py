"""A patient's credit with the clinic: append-only lines with a running balance (models/desk.py)."""

from decimal import Decimal
from uuid import UUID

from django.db import IntegrityError, transaction

from accounts.models import User
from billing.enums import CreditReason
from billing.models import Attempt, CreditEntry, Payment, Refund

_TRIES = 8


def balance(patient_id: UUID) -> Decimal:
    last = CreditEntry.objects.filter(patient=patient_id).order_by("-number").first()
    return last.balance if last else Decimal(0)


def last_number(patient_id: UUID) -> int:
    """Of the last line; 0 without one."""
    last = CreditEntry.objects.filter(patient=patient_id).order_by("-number").first()
    return last.number if last else 0


def available(patient_id: UUID, currency: str) -> Decimal:
    """What can pay for something in `currency`; credit of a time when the clinic had another one cannot."""
    last = CreditEntry.objects.filter(patient=patient_id).order_by("-number").first()
    return last.balance if last and last.currency == currency else Decimal(0)


def add(
    patient_id: UUID,
    amount: Decimal,
    *,
    currency: str,
    reason: CreditReason,
    actor: User | None,
    payment: Payment | None = None,
    attempt: Attempt | None = None,
    refund: Refund | None = None,
    note: str = "",
) -> CreditEntry:
    """The next line: `amount` more (or, below nothing, less) to the patient's credit. Whoever writes at the same moment
    gets the number after it.

    Raises IntegrityError when the balance would fall below nothing: ask `balance` first for a polite refusal.
    """
    for tries_left in reversed(range(_TRIES)):
        last = CreditEntry.objects.filter(patient=patient_id).order_by("-number").first()
        number, before = (last.number, last.balance) if last else (0, Decimal(0))
        try:
            with transaction.atomic():
                return CreditEntry.objects.create(
                    patient_id=patient_id,
                    number=number + 1,
                    amount=amount,
                    balance=before + amount,
                    currency=currency,
                    reason=reason,
                    actor=actor,
                    payment=payment,
                    attempt=attempt,
                    refund=refund,
                    note=note,
                )
        except IntegrityError:
            # The number went to somebody else meanwhile, or the promise of the balance would be broken.
            taken = CreditEntry.objects.filter(patient=patient_id, number=number + 1).exists()
            if not (tries_left and taken):
                raise
    raise AssertionError("unreachable")


def hand_over(merged: User, *, to: User, actor: User | None) -> None:
    """Two accounts of one patient become one: what is left of the merged one's credit is the kept one's. Lines are
    never changed, so this is one more in each account."""
    for tries_left in reversed(range(_TRIES)):
        last = CreditEntry.objects.filter(patient=merged).order_by("-number").first()
        if last is None or last.balance == 0:
            return
        try:
            with transaction.atomic():
                for patient, amount in ((merged, -last.balance), (to, last.balance)):
                    add(patient.pk, amount, currency=last.currency, reason=CreditReason.MOVED, actor=actor)
            return
        except IntegrityError:
            # Some of it was spent since it was read.
            if not tries_left:
                raise
