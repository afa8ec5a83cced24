"""Numbers without gaps and without doubles, on SQLite and on PostgreSQL alike, whatever races or breaks off."""

from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from django.db import transaction

from accounts.models import User
from billing.domain import corrections, document_files, documents, payments, settling
from billing.enums import AttemptOutcome, DocumentKind, PaymentStatus
from billing.models import BillingDocument, DocumentFile, NumberSeries, Payment
from billing.tests.factories import make_attempt
from clinic.core import pdf
from clinic.core.errors import DomainError
from clinic.core.testing.racing import race
from scheduling.domain import progress

pytestmark = pytest.mark.django_db(transaction=True)

K = DocumentKind
MakePayment = Callable[..., Payment]


class BreakOffError(DomainError):
    """What was done so far is taken back."""


def pay(payment_id: Any, amount: int, actor: User, reference: str, *, break_off: bool = False) -> None:
    with transaction.atomic():
        payment = payments.locked_with_appointment(payment_id)
        attempt = make_attempt(payment, reference, outcome=AttemptOutcome.REJECTED)
        settling.accept(payment, attempt, Decimal(amount), actor=actor)
        if break_off:
            raise BreakOffError


def numbers(kind: str) -> list[int]:
    return list(BillingDocument.objects.filter(kind=kind).order_by("number").values_list("number", flat=True))


def test_no_gap_whoever_breaks_off(payment_in: MakePayment, manager: User) -> None:
    """Twelve at once, the series not yet begun; every third one is rolled back after it had its numbers."""
    for round_ in range(2):
        made = [payment_in() for _number in range(12)]
        answers = race(
            *[
                partial(pay, payment.pk, 800, manager, f"FT {round_} {at} 99", break_off=at % 3 == 0)
                for at, payment in enumerate(made)
            ]
        )
        assert [type(answer) for answer in answers] == [BreakOffError, type(None), type(None)] * 4
        for kind in (K.INVOICE, K.RECEIPT):
            assert numbers(kind) == list(range(1, 8 * (round_ + 1) + 1))
            assert NumberSeries.objects.get(kind=kind).last == 8 * (round_ + 1)


def test_parts_of_one_payment_at_once(payment_in: MakePayment, manager: User) -> None:
    payment = payment_in()
    answers = race(*[partial(pay, payment.pk, 200, manager, f"PART {at} 77") for at in range(4)])
    assert answers == [None] * 4
    payment.refresh_from_db()
    assert payment.status == PaymentStatus.CONFIRMED
    assert (numbers(K.INVOICE), numbers(K.RECEIPT)) == ([1], [1, 2, 3, 4])
    left = BillingDocument.objects.filter(kind=K.RECEIPT).order_by("number").values_list("content", flat=True)
    assert [content["outstanding"] for content in left] == ["600.00", "400.00", "200.00", "0.00"]


def test_paying_cancelling_and_correcting_at_once(payment_in: MakePayment, manager: User) -> None:
    """All visits of one patient and one doctor, who share a conversation: nobody waits for another in a ring."""
    for _round in range(3):
        visits = [payment_in(appointment_status="pending_confirmation").appointment for _number in range(6)]
        for visit in visits:
            progress.confirm(visit.pk, actor=manager)
        unpaid, wrong = visits[:3], visits[3:]
        due = [payment_in() for _number in range(4)]
        invoices = [BillingDocument.objects.get(payment__appointment=visit) for visit in wrong]
        answers = race(
            *[partial(progress.cancel, visit.pk, actor=manager, reason="Ill") for visit in unpaid],
            *[partial(pay, payment.pk, 800, manager, f"RING {payment.pk}"[:20]) for payment in due],
            *[partial(corrections.correct, one.pk, reason="Misspelt", actor=manager) for one in invoices],
        )
        assert [answer for answer in answers if isinstance(answer, Exception)] == []
    for kind, each in ((K.INVOICE, 6 + 4 + 3), (K.RECEIPT, 4), (K.CREDIT_NOTE, 6)):
        assert numbers(kind) == list(range(1, 3 * each + 1))


def test_one_invoice_corrected_by_two(payment_in: MakePayment, manager: User) -> None:
    payment = payment_in()
    wrong = documents.invoice_for(payment, actor=manager)
    assert wrong is not None
    answers = race(
        *[partial(corrections.correct, wrong.pk, reason="Misspelt", actor=manager) for _number in range(4)]
    )
    refused = [answer for answer in answers if isinstance(answer, corrections.NotCorrectable)]
    assert len(refused) == 3
    assert (numbers(K.CREDIT_NOTE), numbers(K.INVOICE)) == ([1], [1, 2])


@pytest.mark.skipif(not pdf.is_possible(), reason="Pango is not installed")
def test_opened_by_many_at_once_it_is_one_file(payment_in: MakePayment, manager: User) -> None:
    invoice = documents.invoice_for(payment_in(), actor=manager)
    assert invoice is not None
    answers = race(*[partial(document_files.file_of, invoice) for _number in range(4)])
    stored = DocumentFile.objects.get()
    assert answers == [stored] * 4
    folder = stored.file.storage.listdir("billing_documents")[1]
    assert [f"billing_documents/{name}" for name in folder] == [stored.file.name]
