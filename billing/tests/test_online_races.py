"""The gateway's word meets itself, the end of the hold, and the patient's reference. On SQLite and PostgreSQL alike."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.utils import timezone

from billing.domain import credit, online, payments
from billing.models import Attempt, BillingDocument, GatewayEvent, Payment
from billing.tests.fake_esewa import FakeEsewa
from billing.tests.test_claim_races import race
from billing.tests.test_online import back, leave, stands
from clinic.core.errors import DomainError
from scheduling.domain import progress
from scheduling.models import Appointment

pytestmark = pytest.mark.django_db(transaction=True)

MakePayment = Callable[..., Payment]
ROUNDS = 4


def test_one_word_told_many_times_at_once_counts_once(esewa: FakeEsewa, payment_in: MakePayment) -> None:
    for number in range(ROUNDS):
        attempt = leave(payment_in())
        esewa.pay(attempt.gateway_id, 800.0, ref=f"ROUND{number}")
        told = partial(back, attempt, code=f"ROUND{number}")
        race(told, told, told, *[partial(online.ask, attempt.pk)] * 4)
        assert online.ask(attempt.pk)
        payment = Payment.objects.get(pk=attempt.payment_id)
        assert stands(attempt) == ("accepted", "confirmed", "confirmed")
        assert payment.received == 800
        assert payment.history.filter(to_status="confirmed").count() == 1
        assert BillingDocument.objects.filter(attempt=attempt).count() == 1
        assert GatewayEvent.objects.filter(attempt=attempt).count() <= 2
    assert credit.balance(payment.appointment.patient_id) == 0


def test_money_that_arrives_while_the_hold_lapses(esewa: FakeEsewa, payment_in: MakePayment) -> None:
    """Either the visit takes place, or all of the money is owed back."""
    for number in range(ROUNDS):
        attempt = leave(payment_in())
        esewa.pay(attempt.gateway_id, 800.0, ref=f"LAPSE{number}")
        Appointment.objects.filter(pk=attempt.payment.appointment_id).update(
            hold_expires_at=timezone.now() - timedelta(seconds=1)
        )
        race(partial(online.ask, attempt.pk), progress.expire_lapsed)
        payment = Payment.objects.get(pk=attempt.payment_id)
        visit = Appointment.objects.get(pk=payment.appointment_id)
        assert (*stands(attempt), payment.refund_owed, visit.cells.exists()) in {  # type: ignore[attr-defined]
            ("accepted", "confirmed", "confirmed", 0, True),
            ("accepted", "refund_due", "expired", 800, False),
        }


def test_a_wrong_amount_and_the_patients_reference_at_once(
    esewa: FakeEsewa, payment_in: MakePayment, manager: Any, patient: Any
) -> None:
    """One of them is checked at a time; the other one is not lost."""
    for number in range(ROUNDS):
        attempt = leave(payment_in())
        esewa.pay(attempt.gateway_id, 500.0, ref=f"WRONG{number}")
        submit = partial(payments.submit, attempt.payment_id, bank_reference=f"FTRACE{number}", actor=patient)
        asked, submitted = race(partial(online.ask, attempt.pk), submit)
        waiting = Attempt.objects.get(payment=attempt.payment_id, outcome="pending")
        if isinstance(submitted, DomainError):
            assert (asked, waiting) == (True, attempt)
        else:
            assert (asked, waiting.bank_reference) == (False, f"FTRACE{number}")
            payments.reject(attempt.payment_id, reason="Not there", actor=manager)
            assert online.ask(attempt.pk)
            assert stands(attempt) == ("pending", "submitted", "pending_confirmation")
