"""Who checks what, two people for large amounts, asking the patient again, many at once."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import transaction
from django.utils import timezone, translation

from accounts.tests.factories import make_user
from billing.domain import credit, deciding, payments, queries, reviewing, settling
from billing.domain.payments import AlreadyConfirmed
from billing.domain.reviewing import SecondPersonNeeded, UnderReview
from billing.enums import AskAgain, AttemptOutcome, PaymentStatus
from billing.models import Attempt, Payment
from clinic.core.errors import Invalid, InvalidTransition, NotAllowed
from clinic.core.testing.tasks import run_due_tasks

pytestmark = pytest.mark.django_db

S = PaymentStatus
MakePayment = Callable[..., Payment]


@pytest.fixture
def second() -> Any:
    return make_user("second@test.clinic", role="management", first_name="Gita", last_name="Malla")


def fresh(payment: Payment) -> Payment:
    return Payment.objects.select_related("appointment").get(pk=payment.pk)


def pending(payment: Payment) -> Attempt:
    return Attempt.objects.get(payment=payment, outcome=AttemptOutcome.PENDING)


# --- One checks at a time ---


def test_what_one_has_open_no_other_decides(submitted: Payment, manager: Any, second: Any) -> None:
    reviewing.claim(submitted.pk, actor=manager)
    for decision in (
        lambda: reviewing.claim(submitted.pk, actor=second),
        lambda: payments.confirm(submitted.pk, actor=second),
        lambda: payments.reject(submitted.pk, reason="Not there", actor=second),
        lambda: deciding.ask_again(submitted.pk, kind=AskAgain.UNREADABLE, actor=second),
    ):
        with pytest.raises(UnderReview) as refusal:
            decision()
        assert (refusal.value.status, refusal.value.code) == (409, "under_review")
        assert refusal.value.extra["reviewer"] == manager.name
    assert fresh(submitted).status == S.SUBMITTED
    assert payments.confirm(submitted.pk, actor=manager).status == S.CONFIRMED


def test_a_claim_lapses_renews_and_is_let_go(submitted: Payment, manager: Any, second: Any) -> None:
    start = timezone.now()
    with time_machine.travel(start, tick=False) as clock:
        reviewing.claim(submitted.pk, actor=manager)
        clock.shift(reviewing.CLAIM_LASTS - timedelta(seconds=1))
        with pytest.raises(UnderReview):
            reviewing.claim(submitted.pk, actor=second)
        reviewing.claim(submitted.pk, actor=manager)
        clock.shift(reviewing.CLAIM_LASTS - timedelta(seconds=1))
        with pytest.raises(UnderReview):
            reviewing.claim(submitted.pk, actor=second)
        clock.shift(timedelta(seconds=1))
        assert reviewing.claim(submitted.pk, actor=second).reviewer == second
        # The first one's page closes late: what is the second's stays so.
        reviewing.release(submitted.pk, actor=manager)
        assert pending(submitted).reviewer == second
        reviewing.release(submitted.pk, actor=second)
        assert reviewing.claim(submitted.pk, actor=manager).reviewer == manager


def test_only_management_claims_and_only_what_waits(
    payment_in: MakePayment, patient: Any, doctor: Any, manager: Any
) -> None:
    waiting, paid = payment_in(S.SUBMITTED), payment_in(S.CONFIRMED)
    for person in (patient, doctor):
        with pytest.raises(NotAllowed):
            reviewing.claim(waiting.pk, actor=person)
    with pytest.raises(InvalidTransition):
        reviewing.claim(paid.pk, actor=manager)


# --- Two people for large amounts ---


@pytest.fixture
def large(settings: Any, submitted: Payment) -> Payment:
    settings.SECOND_APPROVAL_FROM = Decimal(800)
    return submitted


def test_below_the_limit_and_without_one_a_single_person_confirms(
    settings: Any, payment_in: MakePayment, manager: Any
) -> None:
    for limit in (Decimal("800.01"), Decimal(0)):
        settings.SECOND_APPROVAL_FROM = limit
        assert payments.confirm(payment_in(S.SUBMITTED).pk, actor=manager).status == S.CONFIRMED


def test_two_people_agree(large: Payment, manager: Any, second: Any, patient: Any) -> None:
    assert payments.confirm(large.pk, actor=manager).status == S.SUBMITTED
    assert (pending(large).first_approval_by, fresh(large).received) == (manager, 0)
    # The others are told, the first one is not; the patient hears when it is so.
    assert [note.user_id for note in _notes("second_approval")] == [second.pk]
    assert not patient.notifications.filter(occasion="payment.confirmed.visit").exists()
    with pytest.raises(SecondPersonNeeded):
        payments.confirm(large.pk, actor=manager)
    assert payments.confirm(large.pk, actor=second).status == S.CONFIRMED
    attempt = Attempt.objects.get(payment=large)
    assert (attempt.first_approval_by, attempt.decided_by, attempt.amount) == (manager, second, 800)
    with pytest.raises(AlreadyConfirmed):
        payments.confirm(large.pk, actor=manager)


def _notes(name: str) -> Any:
    from messaging.models import Notification

    return Notification.objects.filter(occasion=f"payment.{name}")


def test_two_people_agree_on_the_same_amount(large: Payment, manager: Any, second: Any) -> None:
    payments.confirm(large.pk, actor=manager)
    # A part just below the limit takes two as well, and names another amount: it is a first word again.
    assert payments.confirm(large.pk, actor=second, amount=Decimal("799.99")).status == S.SUBMITTED
    assert pending(large).first_approval_by == second
    payments.confirm(large.pk, actor=manager, amount=Decimal("799.99"))
    assert (fresh(large).status, fresh(large).received) == (S.DUE, Decimal("799.99"))


def test_a_first_word_ends_with_its_attempt(large: Payment, manager: Any, second: Any) -> None:
    payments.confirm(large.pk, actor=manager)
    payments.reject(large.pk, reason="Not there after all", actor=second)
    payments.submit(large.pk, bank_reference="ANOTHER123", actor=large.appointment.patient)
    assert payments.confirm(large.pk, actor=second).status == S.SUBMITTED


# --- Another amount than expected ---


def test_less_than_expected_keeps_the_slot_for_the_rest(submitted: Payment, manager: Any) -> None:
    payment = payments.confirm(submitted.pk, actor=manager, amount=Decimal(500))
    assert (payment.status, payment.outstanding) == (S.DUE, 300)
    assert fresh(payment).appointment.hold_expires_at is not None


def test_more_than_expected_becomes_credit(submitted: Payment, manager: Any) -> None:
    payment = payments.confirm(submitted.pk, actor=manager, amount=Decimal(1000))
    assert (payment.status, payment.received) == (S.CONFIRMED, 800)
    assert credit.balance(payment.appointment.patient_id) == 200


@pytest.mark.parametrize("amount", ["0", "-5", "0.001", "99999999999", "NaN", "Infinity"])
def test_what_is_no_amount_changes_nothing(submitted: Payment, manager: Any, amount: str) -> None:
    with pytest.raises(Invalid) as refusal:
        payments.confirm(submitted.pk, actor=manager, amount=Decimal(amount))
    assert "amount" in refusal.value.fields
    assert fresh(submitted).status == S.SUBMITTED


def test_an_attempt_whose_payment_was_settled_another_way_is_still_decided(
    submitted: Payment, manager: Any
) -> None:
    patient = submitted.appointment.patient
    with transaction.atomic():
        locked = payments.locked_with_appointment(submitted.pk)
        online = Attempt(payment=locked, method="online", scheme="esewa", submitted_by=patient)
        settling.accept(locked, online, Decimal(800), actor=None)
    assert fresh(submitted).status == S.CONFIRMED
    assert queries.counts()[S.SUBMITTED] == 1
    assert [payment.pk for payment in queries.in_state(queries.visible_to(manager), S.SUBMITTED)] == [
        submitted.pk
    ]
    with pytest.raises(InvalidTransition):
        deciding.ask_again(submitted.pk, kind=AskAgain.UNREADABLE, actor=manager)
    # It did come twice: nothing is lost.
    assert payments.confirm(submitted.pk, actor=manager).status == S.CONFIRMED
    assert credit.balance(patient.pk) == 800
    assert queries.counts()[S.SUBMITTED] == 0
    with pytest.raises(AlreadyConfirmed):
        payments.confirm(submitted.pk, actor=manager)


# --- Asking again ---


@pytest.mark.django_db(transaction=True)
def test_ask_again_holds_the_slot_and_frees_the_reference(
    submitted: Payment, manager: Any, patient: Any, mailoutbox: Any
) -> None:
    reference = pending(submitted).bank_reference
    payment = deciding.ask_again(submitted.pk, kind=AskAgain.UNREADABLE, actor=manager)
    assert (payment.status, fresh(payment).appointment.status) == (S.REJECTED, "pending_payment")
    held_until = fresh(payment).appointment.hold_expires_at
    assert held_until is not None
    assert held_until > timezone.now()
    attempt = Attempt.objects.get(payment=payment)
    assert (attempt.outcome, attempt.reason_kind) == (AttemptOutcome.ASKED_AGAIN, AskAgain.UNREADABLE)
    run_due_tasks()
    mails = [mail for mail in mailoutbox if patient.email in mail.to]
    assert len(mails) == 1
    assert submitted.reference not in mails[0].subject + mails[0].body
    # The same transfer, now with a better picture.
    payments.submit(payment.pk, bank_reference=reference, actor=patient)
    assert payments.confirm(payment.pk, actor=manager).status == S.CONFIRMED


def test_the_patient_reads_it_in_their_own_language(submitted: Payment, manager: Any) -> None:
    deciding.ask_again(submitted.pk, kind=AskAgain.REFERENCE, reason="It ends in 77.", actor=manager)
    attempt = Attempt.objects.get(payment=submitted)
    assert attempt.reason == "It ends in 77."
    with translation.override("en"):
        assert attempt.reason_shown == f"{AskAgain.REFERENCE.label} It ends in 77."


@pytest.mark.parametrize(
    ("kind", "reason", "field"),
    [
        ("nonsense", "because", "kind"),
        ("", "because", "kind"),
        ("other", "", "reason"),
        ("other", "a" * 241, "reason"),
    ],
)
def test_what_to_send_again_has_to_be_said(
    submitted: Payment, manager: Any, kind: str, reason: str, field: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        deciding.ask_again(submitted.pk, kind=kind, reason=reason, actor=manager)
    assert field in refusal.value.fields
    assert fresh(submitted).status == S.SUBMITTED


def test_nothing_is_asked_again_for_a_visit_called_off(payment_in: MakePayment, manager: Any) -> None:
    payment = payment_in(S.SUBMITTED, appointment_status="cancelled")
    with pytest.raises(InvalidTransition):
        deciding.ask_again(payment.pk, kind=AskAgain.UNREADABLE, actor=manager)
    assert payments.confirm(payment.pk, actor=manager).status == S.REFUND_DUE


def test_only_management_asks(submitted: Payment, patient: Any, doctor: Any) -> None:
    for person in (patient, doctor):
        with pytest.raises(NotAllowed):
            deciding.ask_again(submitted.pk, kind=AskAgain.UNREADABLE, actor=person)
        with pytest.raises(NotAllowed):
            deciding.confirm_chosen([submitted.pk], actor=person)


# --- Many at once ---


def test_one_that_is_refused_keeps_no_other_from_being_confirmed(
    settings: Any, payment_in: MakePayment, manager: Any, second: Any
) -> None:
    settings.SECOND_APPROVAL_FROM = Decimal(5000)
    good, done, taken = payment_in(S.SUBMITTED), payment_in(S.CONFIRMED), payment_in(S.SUBMITTED)
    dear = payment_in(S.SUBMITTED, amount=Decimal(5000))
    reviewing.claim(taken.pk, actor=second)
    chosen = [done.pk, good.pk, taken.pk, dear.pk, good.pk]
    outcome = deciding.confirm_chosen(chosen, actor=manager)
    assert [payment.pk for payment in outcome.confirmed] == [good.pk]
    assert [payment.pk for payment in outcome.approved] == [dear.pk]
    assert {payment.pk for payment, _why in outcome.refused} == {done.pk, taken.pk}
    assert fresh(good).appointment.status == "confirmed"
    assert fresh(taken).status == S.SUBMITTED
