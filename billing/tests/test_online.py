"""Paying at a gateway: once, for what was asked, whatever is forged, replayed, late, out of order or cut off."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from billing.domain import credit, deciding, desk, online, payments, proofs
from billing.domain.gateways import Forged, State
from billing.enums import AttemptOutcome, PaymentMethod, PaymentStatus
from billing.models import Attempt, GatewayEvent, Payment
from billing.tests.fake_esewa import FakeEsewa, returned
from clinic.core.errors import Conflict, Invalid, NotAllowed
from clinic.core.testing.tasks import run_due_tasks
from scheduling.domain import progress

pytestmark = pytest.mark.django_db(transaction=True)

A, S = AttemptOutcome, PaymentStatus
MakePayment = Callable[..., Payment]


def leave(payment: Payment) -> Attempt:
    """The patient goes to pay."""
    attempt, _door = online.begin(
        payment.pk,
        gateway="esewa",
        back_url=lambda pk: f"http://test/back/{pk}/",
        actor=payment.appointment.patient,
    )
    return attempt


def back(attempt: Attempt, amount: str = "800.0", **other: str) -> State | None:
    return online.came_back(attempt.pk, {"data": returned(attempt.gateway_id, amount, **other)})


def stands(attempt: Attempt) -> tuple[str, str, str]:
    """Outcome, payment, visit."""
    attempt = Attempt.objects.select_related("payment__appointment").get(pk=attempt.pk)
    return attempt.outcome, attempt.payment.status, attempt.payment.appointment.status


def test_paid_and_come_back(esewa: FakeEsewa, due: Payment) -> None:
    attempt = leave(due)
    assert stands(attempt) == (A.STARTED, S.DUE, "pending_payment")
    esewa.pay(attempt.gateway_id, 800.0)
    assert back(attempt) == State.PAID
    # The browser's word alone settles nothing.
    assert stands(attempt) == (A.STARTED, S.DUE, "pending_payment")
    run_due_tasks()
    assert stands(attempt) == (A.ACCEPTED, S.CONFIRMED, "confirmed")
    attempt.refresh_from_db()
    assert (attempt.method, attempt.scheme, attempt.amount) == (PaymentMethod.ONLINE, "esewa", 800)
    assert (attempt.bank_reference, attempt.decided_by) == ("000AWEO", None)
    assert due.history.get(to_status=S.CONFIRMED).actor is None
    assert [event.source for event in GatewayEvent.objects.order_by("created_at")] == ["return", "look_up"]


def test_replays_change_nothing(esewa: FakeEsewa, due: Payment) -> None:
    attempt = leave(due)
    esewa.pay(attempt.gateway_id, 800.0)
    for _time in range(3):
        back(attempt)
        run_due_tasks()
        assert online.ask(attempt.pk)
    payment = Payment.objects.get(pk=due.pk)
    assert (payment.received, payment.status, GatewayEvent.objects.count()) == (800, S.CONFIRMED, 2)
    assert credit.balance(due.appointment.patient_id) == 0
    assert len(esewa.asked) == 1


def test_a_forged_return_is_refused_and_kept_nowhere(esewa: FakeEsewa, due: Payment) -> None:
    attempt, other = leave(due), leave(due)
    for data in (returned(attempt.gateway_id, "800.0", key="guessed"), returned(other.gateway_id, "800.0")):
        with pytest.raises(Forged):
            online.came_back(attempt.pk, {"data": data})
    run_due_tasks()
    assert stands(attempt) == (A.STARTED, S.DUE, "pending_payment")
    assert (GatewayEvent.objects.count(), esewa.asked) == (0, [])


def test_a_signed_return_that_the_server_denies(esewa: FakeEsewa, due: Payment) -> None:
    """Nothing is accepted; after a day a person looks at it."""
    attempt = leave(due)
    back(attempt)
    run_due_tasks()
    assert stands(attempt) == (A.STARTED, S.DUE, "pending_payment")
    with time_machine.travel(timezone.now() + timedelta(hours=25)):
        assert online.ask(attempt.pk)
        assert stands(attempt)[0] == A.PENDING


def test_who_never_comes_back_is_found(esewa: FakeEsewa, due: Payment) -> None:
    attempt = leave(due)
    esewa.pay(attempt.gateway_id, 800.0)
    run_due_tasks()
    assert esewa.asked == []
    with time_machine.travel(timezone.now() + timedelta(minutes=6)):
        run_due_tasks()
        assert stands(attempt) == (A.ACCEPTED, S.CONFIRMED, "confirmed")


def test_asked_less_and_less_often_and_given_up_after_a_day(
    esewa: FakeEsewa, payment_in: MakePayment
) -> None:
    attempt = leave(payment_in(appointment={"hold_expires_at": timezone.now() + timedelta(days=3)}))
    start, asked_at = timezone.now(), []
    for minute in range(0, 26 * 60, 5):
        with time_machine.travel(start + timedelta(minutes=minute, seconds=10), tick=False):
            before = len(esewa.asked)
            run_due_tasks()
            asked_at += [minute] * (len(esewa.asked) - before)
    assert asked_at == [5, 15, 35, 75, 155, 315, 555, 795, 1035, 1275, 24 * 60]
    assert stands(attempt) == (A.ABANDONED, S.DUE, "pending_payment")


def test_a_payment_after_giving_up_still_counts(esewa: FakeEsewa, payment_in: MakePayment) -> None:
    attempt = leave(payment_in(appointment={"hold_expires_at": timezone.now() + timedelta(days=3)}))
    with time_machine.travel(timezone.now() + timedelta(hours=30)):
        assert online.ask(attempt.pk)
        assert stands(attempt)[0] == A.ABANDONED
        esewa.broken += [(503, b"", 0)] * 2
        esewa.pay(attempt.gateway_id, 800.0)
        back(attempt)
        assert stands(attempt)[0] == A.STARTED
        run_due_tasks()
    with time_machine.travel(timezone.now() + timedelta(hours=31)):
        run_due_tasks()
    assert stands(attempt) == (A.ACCEPTED, S.CONFIRMED, "confirmed")


def test_a_gateway_that_is_down_is_asked_until_it_answers(esewa: FakeEsewa, due: Payment) -> None:
    attempt = leave(due)
    with time_machine.travel(timezone.now() + timedelta(hours=30)):
        esewa.broken += [(200, b'{"status"', 0)]
        run_due_tasks()
        assert stands(attempt)[0] == A.STARTED
    with time_machine.travel(timezone.now() + timedelta(hours=34, minutes=5)):
        run_due_tasks()
        assert (stands(attempt)[0], len(esewa.asked)) == (A.ABANDONED, 2)


def test_money_that_comes_too_late_is_owed_back(esewa: FakeEsewa, due: Payment) -> None:
    attempt = leave(due)
    with time_machine.travel(timezone.now() + timedelta(hours=1)):
        progress.expire_lapsed()
        assert stands(attempt) == (A.STARTED, S.EXPIRED, "expired")
        esewa.pay(attempt.gateway_id, 800.0)
        back(attempt)
        run_due_tasks()
    assert stands(attempt) == (A.ACCEPTED, S.REFUND_DUE, "expired")
    assert Payment.objects.get(pk=due.pk).refund_owed == 800


@pytest.mark.parametrize(
    ("brought", "looked_up"), [("500.0", 800.0), ("800.0", 500.0), ("500.0", 500.0), (None, 500.0)]
)
def test_amounts_that_differ_are_for_a_person(
    esewa: FakeEsewa, due: Payment, manager: Any, brought: str | None, looked_up: float
) -> None:
    attempt = leave(due)
    esewa.pay(attempt.gateway_id, looked_up)
    if brought:
        back(attempt, brought)
    online.ask(attempt.pk)
    assert stands(attempt) == (A.PENDING, S.SUBMITTED, "pending_confirmation")
    attempt.refresh_from_db()
    said = [(check.result, check.text) for check in proofs.checks(due, attempt) if check.what == "gateway"]
    assert ("bad" if looked_up == 500 else "good", f"eSewa answered: COMPLETE, NPR {looked_up}0.") in said
    if brought:
        signed = f"The patient brought back, signed by eSewa: COMPLETE, NPR {brought}0."
        assert ("bad" if brought == "500.0" else "good", signed) in said
    assert manager.notifications.filter(kind="payment").count() == 1
    # The person says what has arrived, and not with many others at once; the rest stays due.
    chosen = deciding.confirm_chosen([due.pk], actor=manager)
    assert (chosen.confirmed, len(chosen.refused)) == ([], 1)
    with pytest.raises(Invalid):
        payments.confirm(due.pk, actor=manager)
    payments.confirm(due.pk, actor=manager, amount=Decimal(500))
    assert stands(attempt) == (A.ACCEPTED, S.DUE, "pending_payment")
    assert online.ask(attempt.pk)
    assert Payment.objects.get(pk=due.pk).received == 500


def test_a_person_decides_on_one_after_the_other(esewa: FakeEsewa, submitted: Payment, manager: Any) -> None:
    """The patient sent a bank reference while eSewa had a wrong amount: neither is lost."""
    attempt = Attempt.objects.create(
        payment=submitted, method="online", scheme="esewa", gateway_id="X-1", asked=800, outcome="started",
        submitted_by=submitted.appointment.patient,
    )  # fmt: skip
    esewa.pay("X-1", 500.0)
    assert not online.ask(attempt.pk)
    assert stands(attempt) == (A.STARTED, S.SUBMITTED, "pending_confirmation")
    payments.confirm(submitted.pk, actor=manager)
    assert online.ask(attempt.pk)
    assert stands(attempt) == (A.PENDING, S.CONFIRMED, "confirmed")
    payments.confirm(submitted.pk, actor=manager, amount=Decimal(500))
    assert credit.balance(submitted.appointment.patient_id) == 500


def test_a_reference_that_was_handed_in_elsewhere_goes_to_a_person(
    esewa: FakeEsewa, due: Payment, payment_in: MakePayment, patient: Any
) -> None:
    other = payment_in(S.DUE)
    payments.submit(other.pk, bank_reference="aaa-1111", actor=patient)
    attempt = leave(due)
    esewa.pay(attempt.gateway_id, 800.0, ref="AAA1111")
    online.ask(attempt.pk)
    assert stands(attempt) == (A.PENDING, S.SUBMITTED, "pending_confirmation")
    attempt.refresh_from_db()
    said = {check.what: check.result for check in proofs.checks(due, attempt)}
    assert said["reference_unused"] == "bad"


def test_paid_twice_becomes_credit(esewa: FakeEsewa, due: Payment) -> None:
    one, other = leave(due), leave(due)
    for attempt, ref in ((one, "AAA1111"), (other, "BBB2222")):
        esewa.pay(attempt.gateway_id, 800.0, ref=ref)
        back(attempt, code=ref)
    run_due_tasks()
    assert {stands(one), stands(other)} == {(A.ACCEPTED, S.CONFIRMED, "confirmed")}
    assert credit.balance(due.appointment.patient_id) == 800


def test_one_transfer_pays_once(esewa: FakeEsewa, payment_in: MakePayment) -> None:
    """eSewa's reference of another payment: nothing is accepted, a person looks."""
    one, other = leave(payment_in()), leave(payment_in())
    for attempt in (one, other):
        esewa.pay(attempt.gateway_id, 800.0, ref="SAME123")
        online.ask(attempt.pk)
    assert stands(one) == (A.ACCEPTED, S.CONFIRMED, "confirmed")
    assert stands(other) == (A.PENDING, S.SUBMITTED, "pending_confirmation")
    assert Payment.objects.get(pk=other.payment_id).received == 0


@pytest.mark.parametrize(
    ("status", "outcome"), [("CANCELED", A.ABANDONED), ("FULL_REFUND", A.ABANDONED), ("PENDING", A.STARTED)]
)
def test_nothing_was_paid(esewa: FakeEsewa, due: Payment, status: str, outcome: str) -> None:
    attempt = leave(due)
    esewa.pay(attempt.gateway_id, 800.0, status=status, ref=None)
    online.ask(attempt.pk)
    assert stands(attempt) == (outcome, S.DUE, "pending_payment")
    # The payment is as open as before.
    esewa.pay(attempt.gateway_id, 800.0)
    leave(due)
    assert online.ask(attempt.pk)
    assert stands(attempt) == (A.ACCEPTED, S.CONFIRMED, "confirmed")


def test_what_eSewa_does_not_know_is_for_a_person_in_the_end(esewa: FakeEsewa, due: Payment) -> None:
    attempt = leave(due)
    esewa.pay(attempt.gateway_id, 800.0, status="AMBIGUOUS")
    assert not online.ask(attempt.pk)
    with time_machine.travel(timezone.now() + timedelta(hours=25)):
        assert online.ask(attempt.pk)
    # Its hold is over meanwhile, but it stays in the queue.
    assert stands(attempt)[0] == A.PENDING


def test_a_lost_task_is_made_good(esewa: FakeEsewa, due: Payment) -> None:
    from django_tasks_db.models import DBTaskResult

    attempt = leave(due)
    DBTaskResult.objects.all().delete()
    esewa.pay(attempt.gateway_id, 800.0)
    with time_machine.travel(timezone.now() + timedelta(hours=29)):
        online.make_good()
    with time_machine.travel(timezone.now() + timedelta(hours=29, minutes=2)):
        run_due_tasks()
    assert stands(attempt)[:2] == (A.ACCEPTED, S.CONFIRMED)


def test_only_the_patient_leaves_and_only_while_it_is_due(
    esewa: FakeEsewa, payment_in: MakePayment, manager: Any, other_patient: Any
) -> None:
    payment = payment_in()
    for person in (manager, other_patient):
        with pytest.raises(NotAllowed):
            online.begin(payment.pk, gateway="esewa", back_url=str, actor=person)
    lapsed = payment_in(appointment={"hold_expires_at": timezone.now()})
    for closed in (lapsed, payment_in(S.SUBMITTED), payment_in(S.CONFIRMED), payment_in(currency="USD")):
        assert online.offered_for(closed) == []
        with pytest.raises(Conflict):
            leave(closed)
    assert Attempt.objects.filter(method="online").count() == 0


def test_only_the_rest_is_asked_for(esewa: FakeEsewa, due: Payment, manager: Any) -> None:
    client_id = desk.client_id(due)
    desk.receive(
        due.pk,
        method="card",
        amount=Decimal("299.50"),
        actor=manager,
        bank_reference="RRN123",
        client_id=client_id,
    )
    attempt = leave(due)
    esewa.pay(attempt.gateway_id, 500.5)
    online.ask(attempt.pk)
    assert esewa.asked[0]["total_amount"] == "500.5"
    assert stands(attempt) == (A.ACCEPTED, S.CONFIRMED, "confirmed")


def test_switched_off_meanwhile(esewa: FakeEsewa, due: Payment, settings: Any) -> None:
    attempt = leave(due)
    settings.ESEWA_PRODUCT_CODE = ""
    with pytest.raises(online.NotOffered):
        leave(due)
    assert not online.ask(attempt.pk)
    with time_machine.travel(timezone.now() + timedelta(hours=25)):
        assert online.ask(attempt.pk)
    assert stands(attempt)[0] == A.ABANDONED
