"""Every attempt to send money back: planned, sent or failed, and the next."""

from collections.abc import Callable
from decimal import Decimal as D
from typing import Any

import pytest

from accounts.tests.factories import make_user
from billing.domain import credit, documents, payments, refunds, shifts
from billing.domain.refunds import RefundChanged, RefundPlanned
from billing.enums import PaymentStatus
from billing.models import BillingDocument, Payment, Refund
from clinic.core.errors import Invalid, InvalidTransition, NotAllowed

pytestmark = pytest.mark.django_db

S = PaymentStatus
MakePayment = Callable[..., Payment]


@pytest.fixture
def owed(payment_in: MakePayment) -> Payment:
    """800 have to go back."""
    return payment_in(S.REFUND_DUE)


@pytest.fixture
def colleague() -> Any:
    return make_user("colleague@test.clinic", role="management")


def stands(payment: Payment) -> tuple[str, D]:
    payment.refresh_from_db()
    return payment.status, payment.refunded


def test_planned_failed_planned_again_sent(owed: Payment, manager: Any, patient: Any) -> None:
    first = refunds.plan(owed.pk, method="bank_transfer", destination="NIC 0012", actor=manager)
    refunds.mark_failed(first.pk, reason="Account closed", actor=manager)
    second = refunds.plan(owed.pk, method="mobile_money", actor=manager)
    assert stands(owed) == (S.REFUND_DUE, 0)
    refunds.mark_sent(second.pk, reference="FT 99 8877", actor=manager)
    assert stands(owed) == (S.REFUNDED, 800)
    rows = list(owed.refunds.values_list("outcome", "amount", "destination", "reference", "reason"))
    assert rows == [
        ("failed", D(800), "NIC 0012", "", "Account closed"),
        ("sent", D(800), "", "FT 99 8877", ""),
    ]
    assert BillingDocument.objects.get(kind="credit_note").refund_id == second.pk
    assert patient.notifications.get().title == "Your payment was refunded"


def test_only_one_sends(owed: Payment, manager: Any, colleague: Any, patient: Any) -> None:
    planned = refunds.plan(owed.pk, method="bank_transfer", actor=manager)
    # The double click.
    assert refunds.plan(owed.pk, method="bank_transfer", actor=manager) == planned
    shifts.open_for(colleague, opening_float=D(5000))
    for other in (
        lambda: refunds.plan(owed.pk, method="card", actor=colleague),
        lambda: refunds.give_cash(owed.pk, actor=colleague),
        lambda: refunds.keep_as_credit(owed.pk, actor=patient),
        lambda: payments.refund(owed.pk, actor=colleague),
    ):
        with pytest.raises(RefundPlanned):
            other()
    assert owed.refunds.count() == 1
    assert stands(owed) == (S.REFUND_DUE, 0)


def test_said_twice_it_is_sent_once(owed: Payment, manager: Any, colleague: Any) -> None:
    refund = refunds.plan(owed.pk, method="bank_transfer", actor=manager)
    for person in (manager, colleague):
        refunds.mark_sent(refund.pk, reference="FT-1234", actor=person)
    with pytest.raises(InvalidTransition):
        refunds.mark_sent(refund.pk, reference="FT-5678", actor=manager)
    assert stands(owed) == (S.REFUNDED, 800)
    refund.refresh_from_db()
    assert (refund.settled_by, refund.reference) == (manager, "FT-1234")


def test_cash_leaves_the_drawer(owed: Payment, manager: Any) -> None:
    shift = shifts.open_for(manager, opening_float=D(1000))
    refund = refunds.give_cash(owed.pk, actor=manager)
    assert (refund.shift, refund.outcome) == (shift, "sent")
    assert shifts.drawer(shift).expected == 200
    with pytest.raises(InvalidTransition):
        refunds.mark_failed(refund.pk, reason="Changed my mind", actor=manager)


def test_cash_that_is_not_there_is_not_given(owed: Payment, manager: Any) -> None:
    with pytest.raises(shifts.NoShift):
        refunds.give_cash(owed.pk, actor=manager)
    shifts.open_for(manager, opening_float=D(799))
    with pytest.raises(Invalid):
        refunds.give_cash(owed.pk, actor=manager)
    assert not owed.refunds.exists()


def test_kept_as_credit_by_the_patient(owed: Payment, patient: Any) -> None:
    refund = refunds.keep_as_credit(owed.pk, actor=patient)
    assert stands(owed) == (S.REFUNDED, 800)
    assert credit.balance(patient.pk) == 800
    assert refund.credit_entry.reason == "refund"
    with pytest.raises(InvalidTransition):
        refunds.keep_as_credit(owed.pk, actor=patient)
    assert credit.balance(patient.pk) == 800
    # Their own step is no news to them.
    assert not patient.notifications.exists()


def test_what_the_bank_sent_back_is_owed_again(owed: Payment, manager: Any, patient: Any) -> None:
    first = refunds.plan(owed.pk, method="bank_transfer", actor=manager)
    refunds.mark_sent(first.pk, reference="FT 1111", actor=manager)
    refunds.mark_failed(first.pk, reason="Wrong account", actor=manager)
    assert stands(owed) == (S.REFUND_DUE, 0)
    payments.refund(owed.pk, actor=manager, reason="Cheque")
    assert stands(owed) == (S.REFUNDED, 800)
    assert [row.outcome for row in owed.refunds.all()] == ["failed", "sent"]
    # What the invoice was lowered by was said once.
    assert BillingDocument.objects.filter(kind="credit_note").count() == 1
    assert patient.notifications.filter(title__contains="could not be delivered").count() == 1


def test_more_that_comes_while_it_is_sent_is_still_owed(owed: Payment, manager: Any) -> None:
    refund = refunds.plan(owed.pk, method="bank_transfer", actor=manager)
    Payment.objects.filter(pk=owed.pk).update(received=1000, refund_owed=1000)
    refunds.mark_sent(refund.pk, reference="FT 2222", actor=manager)
    assert stands(owed) == (S.REFUND_DUE, 800)
    assert payments.refund(owed.pk, actor=manager).refunded == 1000
    assert [note.total for note in BillingDocument.objects.order_by("number")] == [800, 200]


def test_another_sum_than_the_page_showed(owed: Payment, manager: Any) -> None:
    with pytest.raises(RefundChanged):
        refunds.plan(owed.pk, method="card", seen=D(500), actor=manager)
    assert not owed.refunds.exists()


def test_the_fee_is_given_back(payment_in: MakePayment, manager: Any, patient: Any) -> None:
    payment = payment_in(S.CONFIRMED, "cancelled", kept=800)
    with pytest.raises(Invalid):
        refunds.waive_fee(payment.pk, reason=" ", actor=manager)
    refunds.waive_fee(payment.pk, reason="Was in hospital", actor=manager)
    payment.refresh_from_db()
    assert (payment.status, payment.refund_owed, payment.kept) == (S.REFUND_DUE, 800, 0)
    with pytest.raises(InvalidTransition):
        refunds.waive_fee(payment.pk, reason="Once more", actor=manager)


def test_a_shortfall_is_refunded_too(payment_in: MakePayment, manager: Any) -> None:
    payment = payment_in(S.REFUND_DUE, kind="shortfall")
    documents.invoice_for(payment, actor=None)
    assert payments.refund(payment.pk, actor=manager).status == S.REFUNDED


@pytest.mark.parametrize("status", [S.DUE, S.SUBMITTED, S.CONFIRMED, S.REJECTED, S.EXPIRED, S.REFUNDED])
def test_nothing_goes_back_that_is_not_owed(
    payment_in: MakePayment, manager: Any, patient: Any, status: str
) -> None:
    payment = payment_in(status)
    shifts.open_for(manager, opening_float=D(5000))
    for attempt in (
        lambda: refunds.plan(payment.pk, method="card", actor=manager),
        lambda: refunds.give_cash(payment.pk, actor=manager),
        lambda: refunds.keep_as_credit(payment.pk, actor=patient),
    ):
        with pytest.raises(InvalidTransition):
            attempt()
    assert not Refund.objects.exists()


def test_others_send_nothing(
    owed: Payment, patient: Any, other_patient: Any, doctor: Any, manager: Any
) -> None:
    planned = refunds.plan(owed.pk, method="card", actor=manager)
    for person in (patient, other_patient, doctor):
        for attempt in (
            lambda person=person: refunds.plan(owed.pk, method="card", actor=person),  # type: ignore[misc]
            lambda person=person: refunds.give_cash(owed.pk, actor=person),  # type: ignore[misc]
            lambda person=person: refunds.mark_sent(planned.pk, reference="FT 1234", actor=person),  # type: ignore[misc]
            lambda person=person: refunds.mark_failed(planned.pk, reason="Because", actor=person),  # type: ignore[misc]
            lambda person=person: refunds.waive_fee(owed.pk, reason="Because", actor=person),  # type: ignore[misc]
        ):
            with pytest.raises(NotAllowed):
                attempt()
    for person in (other_patient, doctor):
        with pytest.raises(NotAllowed):
            refunds.keep_as_credit(owed.pk, actor=person)


@pytest.mark.parametrize("method", ["cash", "credit", "qr", "", "bank"])
def test_what_is_not_sent_by_somebody_is_not_planned(owed: Payment, manager: Any, method: str) -> None:
    with pytest.raises(Invalid):
        refunds.plan(owed.pk, method=method, actor=manager)


@pytest.mark.parametrize("reference", ["", "abc", "!!!!", "9" * 41, "FT\x00123"])
def test_a_reference_that_is_none(owed: Payment, manager: Any, reference: str) -> None:
    refund = refunds.plan(owed.pk, method="bank_transfer", actor=manager)
    with pytest.raises(Invalid):
        refunds.mark_sent(refund.pk, reference=reference, actor=manager)
    assert stands(owed) == (S.REFUND_DUE, 0)
