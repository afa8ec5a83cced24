"""Who races to send money back: it goes out once, whatever way."""

from collections.abc import Callable
from decimal import Decimal as D
from typing import Any

import pytest

from accounts.tests.factories import make_user
from billing.domain import credit, payments, refunds, shifts
from billing.enums import PaymentStatus
from billing.models import BillingDocument, Payment, Refund
from billing.tests.test_desk_races import race
from clinic.core.errors import Conflict

pytestmark = pytest.mark.django_db(transaction=True)

S = PaymentStatus
MakePayment = Callable[..., Payment]
ROUNDS = 4


def test_two_managers_and_the_patient_send_the_same_money(
    payment_in: MakePayment, manager: Any, patient: Any
) -> None:
    """Cash, a word for all, a plan, and the patient's wish: one of them."""
    colleague = make_user("colleague@test.clinic", role="management")
    shifts.open_for(manager, opening_float=D(9000))
    for _round in range(ROUNDS):
        payment = payment_in(S.REFUND_DUE)
        results = race(
            lambda payment=payment: refunds.give_cash(payment.pk, actor=manager),  # type: ignore[misc]
            lambda payment=payment: payments.refund(payment.pk, actor=colleague),  # type: ignore[misc]
            lambda payment=payment: refunds.plan(payment.pk, method="card", actor=colleague),  # type: ignore[misc]
            lambda payment=payment: refunds.keep_as_credit(payment.pk, actor=patient),  # type: ignore[misc]
        )
        assert sum(isinstance(result, Conflict) for result in results) == 3, results
        refund = Refund.objects.get(payment=payment)
        payment.refresh_from_db()
        sent = refund.outcome == "sent"
        assert (payment.status, payment.refunded) == ((S.REFUNDED, 800) if sent else (S.REFUND_DUE, 0))
        assert BillingDocument.objects.filter(refund=refund).count() == sent
    cash = Refund.objects.filter(method="cash", outcome="sent").count()
    kept = Refund.objects.filter(method="credit", outcome="sent").count()
    shift = shifts.current(manager)
    assert shift is not None
    assert shifts.drawer(shift).expected == 9000 - 800 * cash
    assert credit.balance(patient.pk) == 800 * kept


def test_sent_and_failed_at_once(payment_in: MakePayment, manager: Any) -> None:
    """The same attempt ends one way, and the payment says the same. (A transfer that failed after it was noted as sent
    has come back: then both were said, one after the other.)"""
    colleague = make_user("colleague@test.clinic", role="management")
    for number in range(ROUNDS):
        payment = payment_in(S.REFUND_DUE)
        refund = refunds.plan(payment.pk, method="bank_transfer", actor=manager)
        race(
            lambda refund=refund, number=number: refunds.mark_sent(  # type: ignore[misc]
                refund.pk, reference=f"RACE {number}", actor=manager
            ),
            lambda refund=refund, number=number: refunds.mark_sent(  # type: ignore[misc]
                refund.pk, reference=f"RACE {number}", actor=colleague
            ),
            lambda refund=refund: refunds.mark_failed(refund.pk, reason="No such account", actor=colleague),  # type: ignore[misc]
        )
        refund.refresh_from_db()
        payment.refresh_from_db()
        stands = (refund.outcome, payment.status, payment.refunded)
        assert stands in {("sent", S.REFUNDED, 800), ("failed", S.REFUND_DUE, 0)}
        assert BillingDocument.objects.filter(refund=refund).count() <= 1
