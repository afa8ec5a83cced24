"""What is issued when, with which number, and what stands on it."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import transaction

from billing.domain import corrections, documents, payments, settling
from billing.enums import AttemptOutcome, DocumentKind, PaymentStatus
from billing.models import Attempt, BillingDocument, NumberSeries, Payment, Refund
from billing.tests.factories import make_attempt
from clinic.core.errors import Conflict, Invalid, NotAllowed
from messaging.models import Notification
from scheduling.domain import booking, progress
from scheduling.tests.factories import clinic_time

pytestmark = pytest.mark.django_db

S = PaymentStatus
K = DocumentKind
MakePayment = Callable[..., Payment]


def pay(payment: Payment, amount: str, actor: Any, reference: str = "FT 100 200") -> Attempt:
    with transaction.atomic():
        payment = payments.locked_with_appointment(payment.pk)
        attempt = make_attempt(payment, reference, outcome=AttemptOutcome.REJECTED)
        settling.accept(payment, attempt, Decimal(amount), actor=actor)
    return attempt


def issued(payment: Payment) -> list[tuple[str, str]]:
    """Kind and total of each, in the order of their numbers within a kind."""
    found = BillingDocument.objects.filter(payment=payment).order_by("kind", "year", "number")
    return [(document.kind, str(document.total)) for document in found]


def test_the_first_money_brings_the_invoice_and_each_money_a_receipt(due: Payment, manager: Any) -> None:
    first = pay(due, "300", manager, "FT 1 AAA")
    second = pay(due, "550", manager, "FT 2 BBB")
    assert issued(due) == [(K.INVOICE, "800.00"), (K.RECEIPT, "300.00"), (K.RECEIPT, "550.00")]
    invoice = BillingDocument.objects.get(kind=K.INVOICE)
    assert invoice.shown_number == f"INV-{invoice.year}-00001"
    assert invoice.content["lines"] == [{"text": due.appointment.service.name, "amount": "800.00"}]
    part, rest = first.receipt.content, second.receipt.content  # type: ignore[attr-defined]
    assert (part["invoice"], part["outstanding"], part["kept_as_credit"]) == (
        invoice.shown_number,
        "500.00",
        "",
    )
    assert (rest["outstanding"], rest["kept_as_credit"], rest["bank_reference"]) == (
        "0.00",
        "50.00",
        "FT 2 BBB",
    )
    assert second.receipt.number == 2  # type: ignore[attr-defined]


def test_what_is_covered_stands_on_the_invoice(payment_in: MakePayment, manager: Any) -> None:
    payment = payment_in(S.DUE, amount=Decimal(200), covered=Decimal(600), co_payment=150, shortfall=50)
    pay(payment, "200", manager)
    content = BillingDocument.objects.get(kind=K.INVOICE).content
    assert [line["amount"] for line in content["lines"]] == ["800.00", "-600.00"]
    assert (content["co_payment"], content["shortfall"]) == ("150.00", "50.00")


def test_a_rolled_back_payment_takes_no_number(
    due: Payment, payment_in: MakePayment, manager: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(documents, "receipt_for", lambda *_args, **_more: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            pay(due, "800", manager)
    assert not BillingDocument.objects.exists()
    other = payment_in(S.DUE)
    pay(other, "800", manager)
    assert [document.number for document in BillingDocument.objects.all()] == [1, 1]
    assert set(NumberSeries.objects.values_list("kind", "last")) == {(K.INVOICE, 1), (K.RECEIPT, 1)}


def test_a_visit_confirmed_unpaid_is_invoiced_and_taken_back_when_it_falls_through(
    patient: Any, doctor: Any, service: Any, manager: Any
) -> None:
    visit = booking.book(
        patient=patient,
        doctor=doctor,
        service=service,
        starts_at=clinic_time(2, 10),
        mode="video",
        booked_by=manager,
        pay_later=True,
    )
    payment = Payment.objects.get(appointment=visit)
    assert issued(payment) == [(K.INVOICE, "800.00")]
    pay(payment, "300", manager)
    progress.cancel(visit.pk, actor=manager, reason="Ill")
    # What was paid goes back with its refund; what never came is taken back at once.
    note = BillingDocument.objects.get(kind=K.CREDIT_NOTE)
    assert (note.total, note.corrects) == (Decimal(500), BillingDocument.objects.get(kind=K.INVOICE))
    payment.refresh_from_db()
    assert (payment.status, payment.refund_owed) == (S.REFUND_DUE, Decimal(300))


def test_money_that_comes_too_late_has_a_receipt_and_no_invoice(
    payment_in: MakePayment, manager: Any
) -> None:
    payment = payment_in(S.EXPIRED)
    attempt = pay(payment, "800", manager)
    assert issued(payment) == [(K.RECEIPT, "800.00")]
    content = attempt.receipt.content  # type: ignore[attr-defined]
    assert (content["goes_back"], content["invoice"], content["outstanding"]) == (True, "", "")


def test_a_sent_refund_has_one_credit_note(due: Payment, manager: Any) -> None:
    pay(due, "800", manager)
    progress.cancel(due.appointment_id, actor=manager, reason="Ill")
    refund = Refund.objects.create(payment=due, amount=600, method="cash", outcome="sent", actor=manager)
    note = documents.credit_note_for(refund, actor=manager)
    assert documents.credit_note_for(refund, actor=manager) == note
    assert issued(due) == [(K.CREDIT_NOTE, "600.00"), (K.INVOICE, "800.00"), (K.RECEIPT, "800.00")]
    invoice = BillingDocument.objects.get(kind=K.INVOICE)
    assert (note.corrects, documents.not_credited(invoice)) == (invoice, Decimal(200))
    assert not documents.can_be_corrected(invoice)


def test_a_correction_takes_back_and_writes_anew(due: Payment, manager: Any, patient: Any) -> None:
    pay(due, "800", manager)
    wrong = BillingDocument.objects.get(kind=K.INVOICE)
    patient.last_name = "Tamang"
    patient.save()
    with pytest.raises(NotAllowed):
        corrections.correct(wrong.pk, reason="Name misspelt", actor=patient)
    with pytest.raises(Invalid):
        corrections.correct(wrong.pk, reason=" ", actor=manager)
    new = corrections.correct(wrong.pk, reason="Name misspelt", actor=manager)
    note = BillingDocument.objects.get(kind=K.CREDIT_NOTE)
    assert (note.corrects, note.total, note.content["reason"]) == (wrong, Decimal(800), "Name misspelt")
    assert (new.corrects, new.number, new.total) == (note, 2, Decimal(800))
    names = [document.content["patient"]["name"] for document in (wrong, note, new)]
    assert names == ["Asha Gurung", "Asha Gurung", "Asha Tamang"]
    assert Notification.objects.filter(user=patient, occasion="invoice.corrected").count() == 1
    with pytest.raises(Conflict):
        corrections.correct(wrong.pk, reason="Again", actor=manager)
    # The new one may be wrong as well.
    assert corrections.correct(new.pk, reason="Still wrong", actor=manager).number == 3


def test_dates_and_words_are_the_patients_and_the_clinics(
    due: Payment, manager: Any, patient: Any, settings: Any
) -> None:
    settings.CLINIC_ADDRESS = "Lazimpat, Kathmandu"
    patient.language = "ne"
    patient.save()
    # Half past five in the morning of New Year's Day in Kathmandu, and still December elsewhere.
    with time_machine.travel(datetime(2026, 12, 31, 23, 45, tzinfo=UTC), tick=False):
        pay(due, "800", manager)
    invoice = BillingDocument.objects.get(kind=K.INVOICE)
    assert (invoice.year, invoice.content["issued_on"]) == (2027, "2027-01-01")
    assert "2083" in invoice.content["issued_on_bs"]
    assert invoice.content["language"] == "ne"
    assert invoice.content["clinic"]["address"] == "Lazimpat, Kathmandu"
