"""Many at once at the desk: no money is taken twice, none is lost, and a counted drawer is right."""

from collections.abc import Callable
from decimal import Decimal as D
from typing import Any

import pytest
from django.db.models import Sum
from django.utils import timezone

from accounts.tests.factories import make_user
from billing.domain import credit, desk, paying_out, shifts
from billing.enums import PaymentStatus
from billing.models import Attempt, CashShift, CreditEntry, Payment
from billing.tests.test_desk import fresh, give_credit, take
from clinic.core.errors import Conflict
from clinic.core.testing.racing import race
from scheduling.domain import progress

pytestmark = pytest.mark.django_db(transaction=True)

S = PaymentStatus
MakePayment = Callable[..., Payment]
ROUNDS = 6


@pytest.fixture
def cashiers(manager: Any) -> list[Any]:
    found = [manager, make_user("colleague@test.clinic", role="management")]
    for cashier in found:
        shifts.open_for(cashier, opening_float=D(1000))
    return found


def money_adds_up(payment: Payment) -> bool:
    """What was taken is on the payment or is the patient's credit."""
    taken = (
        Attempt.objects.filter(payment=payment, outcome="accepted").aggregate(sum=Sum("amount"))["sum"] or 0
    )
    kept = CreditEntry.objects.filter(payment=payment).aggregate(sum=Sum("amount"))["sum"] or 0
    return bool(taken == fresh(payment).received + kept)


def test_two_cashiers_take_the_last_part(payment_in: MakePayment, cashiers: list[Any], patient: Any) -> None:
    for number in range(1, ROUNDS + 1):
        payment = payment_in()
        take(payment, "500", cashiers[0])
        page = desk.client_id(payment)
        results = race(
            *(
                lambda cashier=cashier, payment=payment, page=page: take(
                    payment, "300", cashier, client_id=page
                )  # type: ignore[misc]
                for cashier in cashiers
            )
        )
        assert [type(result) for result in results] == [Attempt, Attempt]
        stands = fresh(payment)
        assert (stands.status, stands.received, stands.appointment.status) == (S.CONFIRMED, 800, "confirmed")
        assert credit.balance(patient.pk) == number * 300
        assert money_adds_up(payment)


def test_one_page_sent_eight_times(payment_in: MakePayment, cashiers: list[Any]) -> None:
    payment = payment_in()
    page = desk.client_id(payment)
    results = race(*[lambda: take(payment, "500", cashiers[0], client_id=page)] * 8)
    assert len({attempt.pk for attempt in results}) == 1
    assert (fresh(payment).received, Attempt.objects.filter(payment=payment).count()) == (500, 1)


def test_credit_is_used_once(payment_in: MakePayment, patient: Any, manager: Any) -> None:
    """For two visits at once, and for one of them by patient and desk: it pays so much and no more."""
    for _round in range(ROUNDS):
        give_credit(patient, "800")
        one, other = payment_in(), payment_in()
        race(
            lambda one=one: desk.use_credit(one.pk, actor=patient),  # type: ignore[misc]
            lambda other=other: desk.use_credit(other.pk, actor=patient),  # type: ignore[misc]
            lambda one=one: desk.use_credit(one.pk, actor=manager),  # type: ignore[misc]
        )
        assert credit.balance(patient.pk) == 0
        assert fresh(one).received + fresh(other).received == 800
        assert CreditEntry.objects.filter(reason="used", payment__in=(one, other)).count() == 1


def test_credit_is_paid_out_or_used(payment_in: MakePayment, patient: Any, cashiers: list[Any]) -> None:
    for _round in range(ROUNDS):
        payment = payment_in()
        entry = give_credit(patient, "800")
        results = race(
            *[
                lambda entry=entry: paying_out.pay_out(  # type: ignore[misc]
                    patient, amount=D(800), method="cash", seen=entry.number, actor=cashiers[0]
                )
            ]
            * 3,
            lambda payment=payment: desk.use_credit(payment.pk, actor=patient),  # type: ignore[misc]
        )
        out, used = results[:3], results[3]
        assert credit.balance(patient.pk) == 0
        if isinstance(used, Attempt):
            assert all(isinstance(result, Conflict) for result in out)
        else:
            assert len({result.pk for result in out}) == 1
        drawer = shifts.drawer(CashShift.objects.get(cashier=cashiers[0]))
        if drawer.expected < 800:
            take(payment_in(), "800", cashiers[0])


def test_a_shift_is_closed_while_cash_is_taken(payment_in: MakePayment, manager: Any) -> None:
    """Cash is in the sum that was counted, or it was refused; and so is the count."""
    for _round in range(ROUNDS * 2):
        shift = shifts.open_for(manager, opening_float=D(1000))
        payment = payment_in()
        taken, closed = race(
            lambda payment=payment: take(payment, "800", manager),  # type: ignore[misc]
            lambda shift=shift: shifts.close(  # type: ignore[misc]
                shift.pk, counts={"1000": 1}, seen=D(1000), actor=manager
            ),
        )
        shift.refresh_from_db()
        cash_is_in = isinstance(taken, Attempt)
        assert cash_is_in != isinstance(closed, CashShift)
        assert fresh(payment).received == (800 if cash_is_in else 0)
        if cash_is_in:
            assert (shift.closed_at, closed.code) == (None, "drawer_changed")
            shifts.close(shift.pk, counts={"1000": 1, "500": 1, "100": 3}, seen=D(1800), actor=manager)
            shift.refresh_from_db()
        assert shift.expected == shift.counted == shifts.drawer(shift).expected


def test_cash_while_the_hold_lapses(payment_in: MakePayment, cashiers: list[Any]) -> None:
    """The visit is paid for, or it is free again and no money was noted."""
    for _round in range(ROUNDS):
        payment = payment_in(appointment={"hold_expires_at": timezone.now()})
        taken, _swept = race(
            lambda payment=payment: take(payment, "800", cashiers[0]),  # type: ignore[misc]
            lambda payment=payment: progress.expire(payment.appointment_id),  # type: ignore[misc]
        )
        stands = fresh(payment)
        if isinstance(taken, Attempt):
            assert (stands.status, stands.received, stands.appointment.status) == (
                S.CONFIRMED,
                800,
                "confirmed",
            )
        else:
            assert (stands.status, stands.received, stands.appointment.status) == (S.EXPIRED, 0, "expired")


def test_two_pages_open_one_shift(manager: Any) -> None:
    results = race(*[lambda: shifts.open_for(manager, opening_float=D(1000))] * 5)
    assert len({shift.pk for shift in results}) == 1
