"""The payment's status machine: every step that is allowed, every step that is refused, and what goes with each."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.core import mail
from django.utils import timezone

from accounts.rules import treats
from billing.domain import payments, raising, references
from billing.domain.codes.emvco import read
from billing.enums import PAYMENT_TRANSITIONS, PaymentStatus
from billing.models import Payment
from billing.tests.factories import people_of
from clinic.core.errors import DomainError, Invalid, InvalidTransition, NotAllowed
from clinic.core.testing.tasks import run_due_tasks
from messaging.models import Notification
from scheduling.domain import booking, progress
from scheduling.enums import AppointmentStatus
from scheduling.tests.factories import clinic_time, make_appointment, make_service

pytestmark = pytest.mark.django_db

S = PaymentStatus
A = AppointmentStatus
MakePayment = Callable[..., Payment]


def steps(payment: Payment) -> list[tuple[str, str]]:
    return list(payment.history.order_by("id").values_list("from_status", "to_status"))


def fresh(payment: Payment) -> Payment:
    return Payment.objects.select_related("appointment").get(pk=payment.pk)


# --- Raised ---


def test_booking_raises_the_payment(patient: Any, doctor: Any, service: Any) -> None:
    appointment = booking.book(
        patient=patient,
        doctor=doctor,
        service=service,
        starts_at=clinic_time(2, 10),
        mode="video",
        booked_by=patient,
    )
    payment = Payment.objects.get(appointment=appointment)
    assert (payment.status, payment.amount, payment.currency) == (S.DUE, Decimal("800.00"), "NPR")
    assert references.is_reference(payment.reference)
    code = read(payment.qr_payload)
    assert (code.amount, code.reference, code.currency) == (payment.amount, payment.reference, "NPR")
    assert code.name == settings.PAYMENT_QR["merchant_name"]
    assert steps(payment) == [("", S.DUE)]


def test_what_costs_nothing_has_no_payment(patient: Any, doctor: Any) -> None:
    free = make_service("Free check", price=Decimal("0"), price_from_doctor=False)
    appointment = booking.book(
        patient=patient,
        doctor=doctor,
        service=free,
        starts_at=clinic_time(2, 10),
        mode="video",
        booked_by=patient,
    )
    assert not Payment.objects.exists()
    with pytest.raises(Invalid):
        payments.raise_for(appointment, actor=patient)


def test_raising_twice_gives_the_same_payment(due: Payment, patient: Any) -> None:
    assert payments.raise_for(due.appointment, actor=patient) == due
    assert Payment.objects.count() == 1


def test_a_reference_in_use_is_drawn_again(
    due: Payment, patient: Any, doctor: Any, service: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = iter([due.reference, due.reference, "7KM4QX9T"])
    monkeypatch.setattr(raising, "new_reference", lambda: next(drawn))
    appointment = make_appointment(
        patient, doctor, service, status=A.PENDING_PAYMENT, starts_at=clinic_time(5, 10)
    )
    assert payments.raise_for(appointment, actor=patient).reference == "7KM4QX9T"


# --- Submitted, confirmed, rejected ---


def test_submit_makes_both_wait_for_the_clinic(due: Payment, patient: Any, manager: Any) -> None:
    payments.submit(due.pk, bank_reference="ft24 1234-5678", actor=patient)
    payment = fresh(due)
    assert payment.status == S.SUBMITTED
    assert payment.submitted_at is not None
    assert payment.appointment.status == A.PENDING_CONFIRMATION
    assert payment.appointment.hold_expires_at is None
    attempt = payment.attempts.get()
    assert (attempt.bank_reference, attempt.reference_key) == ("ft24 1234-5678", "FT2412345678")
    assert Notification.objects.filter(user=manager, kind="payment").count() == 1


def test_submitting_the_same_reference_again_changes_nothing(
    due: Payment, patient: Any, manager: Any
) -> None:
    payments.submit(due.pk, bank_reference="FT2412345678", actor=patient)
    before = fresh(due)
    payments.submit(due.pk, bank_reference="ft24 1234 5678", actor=patient)
    assert fresh(due).submitted_at == before.submitted_at
    assert due.attempts.count() == 1
    assert Notification.objects.filter(user=manager).count() == 1
    with pytest.raises(InvalidTransition):
        payments.submit(due.pk, bank_reference="OTHER12345", actor=patient)
    assert due.attempts.count() == 1


@pytest.mark.django_db(transaction=True)
def test_confirm_confirms_the_visit_too(submitted: Payment, manager: Any) -> None:
    patient, doctor = people_of(submitted)
    payments.confirm(submitted.pk, actor=manager)
    payment = fresh(submitted)
    assert payment.status == S.CONFIRMED
    assert payment.appointment.status == A.CONFIRMED
    assert payment.appointment.call_id
    assert treats(doctor, patient)
    attempt = payment.attempts.get()
    assert (attempt.outcome, attempt.decided_by) == ("accepted", manager)
    assert Notification.objects.filter(user=patient, kind="payment").count() == 1
    run_due_tasks()
    # The mail about the visit is enough.
    assert [m.subject for m in mail.outbox if m.to == [patient.email] and "payment" in m.subject] == []


def test_confirming_twice_changes_nothing(submitted: Payment, manager: Any) -> None:
    payments.confirm(submitted.pk, actor=manager)
    before = steps(submitted)
    with pytest.raises(payments.AlreadyConfirmed) as refusal:
        payments.confirm(submitted.pk, actor=manager)
    assert (refusal.value.status, refusal.value.code) == (409, "already_confirmed")
    assert manager.name in refusal.value.detail
    assert refusal.value.extra["confirmed_by"] == manager.name
    assert steps(submitted) == before
    with pytest.raises(payments.AlreadyConfirmed):
        payments.reject(submitted.pk, reason="too late", actor=manager)
    assert fresh(submitted).status == S.CONFIRMED


@pytest.mark.django_db(transaction=True)
def test_reject_holds_the_slot_anew_and_says_why(submitted: Payment, patient: Any, manager: Any) -> None:
    payments.reject(submitted.pk, reason="  No such\n transfer ", actor=manager)
    payment = fresh(submitted)
    assert payment.status == S.REJECTED
    assert payment.appointment.status == A.PENDING_PAYMENT
    assert payment.appointment.hold_expires_at is not None
    assert payment.appointment.hold_expires_at > timezone.now()
    assert payment.attempts.get().reason == "No such transfer"
    assert payment.history.latest("id").reason == "No such transfer"
    run_due_tasks()
    (letter,) = [message for message in mail.outbox if message.to == [patient.email]]
    assert "open to see why" in letter.subject
    assert "No such transfer" not in letter.body
    # The same reference may be sent again after a rejection, as a new attempt.
    payments.submit(submitted.pk, bank_reference=payment.attempts.get().bank_reference, actor=patient)
    assert fresh(submitted).status == S.SUBMITTED
    assert submitted.attempts.count() == 2
    payments.reject(submitted.pk, reason="Still not there", actor=manager)
    assert Notification.objects.filter(user=patient, kind="payment").count() == 2


@pytest.mark.parametrize("reason", ["", "  ", "no", " a  ", "x" * 241, "null\x00byte"])
def test_a_rejection_needs_a_reason(submitted: Payment, manager: Any, reason: str) -> None:
    with pytest.raises(Invalid) as refusal:
        payments.reject(submitted.pk, reason=reason, actor=manager)
    assert "reason" in refusal.value.fields
    assert fresh(submitted).status == S.SUBMITTED


@pytest.mark.parametrize("length", [3, 240])
def test_reasons_of_the_limits(submitted: Payment, manager: Any, length: int) -> None:
    payments.reject(submitted.pk, reason="x" * length, actor=manager)
    assert fresh(submitted).status == S.REJECTED


def test_a_visit_the_doctor_confirmed_already_keeps_its_status(payment_in: MakePayment, manager: Any) -> None:
    first = payment_in(S.SUBMITTED, A.CONFIRMED)
    payments.confirm(first.pk, actor=manager)
    assert fresh(first).status == S.CONFIRMED
    second = payment_in(S.SUBMITTED, A.CONFIRMED)
    payments.reject(second.pk, reason="No such transfer", actor=manager)
    assert (fresh(second).status, fresh(second).appointment.status) == (S.REJECTED, A.CONFIRMED)
    # No hold runs out, so the patient may still send another reference.
    payments.submit(second.pk, bank_reference="BETTER1234", actor=second.appointment.patient)
    assert (fresh(second).status, fresh(second).appointment.status) == (S.SUBMITTED, A.CONFIRMED)


# --- The hold lapses ---


def test_a_late_submit_is_told_what_to_do(due: Payment, patient: Any) -> None:
    with time_machine.travel(timezone.now() + timedelta(minutes=settings.HOLD_MINUTES + 1), tick=False):
        with pytest.raises(payments.HoldExpired) as refusal:
            payments.submit(due.pk, bank_reference="FT2412345678", actor=patient)
        assert (refusal.value.status, refusal.value.code) == (409, "expired")
        assert "book a new time" in refusal.value.detail
        assert not due.attempts.exists()
        progress.expire(due.appointment_id)
        assert fresh(due).status == S.EXPIRED
        with pytest.raises(payments.HoldExpired):
            payments.submit(due.pk, bank_reference="FT2412345678", actor=patient)


def test_a_submitted_payment_does_not_expire(due: Payment, patient: Any, manager: Any) -> None:
    payments.submit(due.pk, bank_reference="FT2412345678", actor=patient)
    with time_machine.travel(timezone.now() + timedelta(minutes=settings.HOLD_MINUTES + 1), tick=False):
        progress.expire(due.appointment_id)
        assert fresh(due).status == S.SUBMITTED
        payments.confirm(due.pk, actor=manager)
    assert fresh(due).appointment.status == A.CONFIRMED


def test_a_rejected_payment_expires_with_its_new_hold(submitted: Payment, manager: Any) -> None:
    payments.reject(submitted.pk, reason="No such transfer", actor=manager)
    with time_machine.travel(timezone.now() + timedelta(minutes=settings.HOLD_MINUTES + 1), tick=False):
        progress.expire(submitted.appointment_id)
    assert steps(submitted)[-2:] == [(S.SUBMITTED, S.REJECTED), (S.REJECTED, S.EXPIRED)]


# --- The appointment is called off ---


@pytest.mark.parametrize("step", [progress.cancel, progress.decline])
def test_called_off_before_paying(payment_in: MakePayment, manager: Any, step: Any) -> None:
    for status in (S.DUE, S.REJECTED):
        payment = payment_in(status)
        step(payment.appointment_id, actor=manager, reason="closed")
        assert fresh(payment).status == S.EXPIRED


@pytest.mark.parametrize("step", [progress.cancel, progress.decline])
def test_called_off_after_paying(payment_in: MakePayment, manager: Any, patient: Any, step: Any) -> None:
    payment = payment_in(S.CONFIRMED)
    step(payment.appointment_id, actor=manager, reason="closed")
    assert fresh(payment).status == S.REFUND_DUE
    assert Notification.objects.filter(user=patient, kind="payment").count() == 1
    assert Notification.objects.filter(user=manager, kind="payment").count() == 1
    payments.refund(payment.pk, actor=manager, reason="By bank transfer")
    assert fresh(payment).status == S.REFUNDED
    assert payment.history.latest("id").reason == "By bank transfer"


def test_called_off_while_it_is_checked(payment_in: MakePayment, manager: Any) -> None:
    arrived, missing = payment_in(S.SUBMITTED), payment_in(S.SUBMITTED)
    for payment in (arrived, missing):
        progress.cancel(payment.appointment_id, actor=manager)
        assert fresh(payment).status == S.SUBMITTED
    payments.confirm(arrived.pk, actor=manager)
    assert steps(arrived)[-2:] == [(S.SUBMITTED, S.CONFIRMED), (S.CONFIRMED, S.REFUND_DUE)]
    assert fresh(arrived).appointment.status == A.CANCELLED
    payments.reject(missing.pk, reason="No such transfer", actor=manager)
    assert fresh(missing).status == S.EXPIRED
    with pytest.raises(payments.AlreadyConfirmed):
        payments.confirm(arrived.pk, actor=manager)


# --- Everything else is refused ---


ACTIONS: dict[str, Callable[[Payment, Any], Any]] = {
    "submit": lambda payment, _: payments.submit(
        payment.pk, bank_reference="NEW1234567", actor=payment.appointment.patient
    ),
    "confirm": lambda payment, manager: payments.confirm(payment.pk, actor=manager),
    "reject": lambda payment, manager: payments.reject(payment.pk, reason="because", actor=manager),
    "refund": lambda payment, manager: payments.refund(payment.pk, actor=manager),
}
ALLOWED = {
    ("submit", S.DUE): S.SUBMITTED,
    ("submit", S.REJECTED): S.SUBMITTED,
    ("confirm", S.SUBMITTED): S.CONFIRMED,
    ("reject", S.SUBMITTED): S.REJECTED,
    ("refund", S.REFUND_DUE): S.REFUNDED,
}


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("status", S.values)
def test_every_action_in_every_status(
    payment_in: MakePayment, manager: Any, action: str, status: str
) -> None:
    payment = payment_in(status)
    before = steps(payment)
    wanted = ALLOWED.get((action, S(status)))
    if wanted:
        ACTIONS[action](payment, manager)
        assert fresh(payment).status == wanted
        assert wanted in PAYMENT_TRANSITIONS[status]
        assert steps(payment)[len(before) :] == [(status, wanted)]
        return
    with pytest.raises(DomainError) as refusal:
        ACTIONS[action](payment, manager)
    assert refusal.value.status == 409
    assert len(refusal.value.detail) > 20
    assert fresh(payment).status == status
    assert steps(payment) == before


def test_only_those_who_may(
    payment_in: MakePayment, other_patient: Any, other_doctor: Any, manager: Any, admin: Any
) -> None:
    due, submitted = payment_in(S.DUE), payment_in(S.SUBMITTED)
    patient, doctor = people_of(due)
    for person in (other_patient, doctor, other_doctor, manager, admin):
        with pytest.raises(NotAllowed):
            payments.submit(due.pk, bank_reference="FT2412345678", actor=person)
    for person in (patient, other_patient, doctor, other_doctor, admin):
        for act in (ACTIONS["confirm"], ACTIONS["reject"], ACTIONS["refund"]):
            with pytest.raises(NotAllowed):
                act(submitted, person)
    assert (fresh(due).status, fresh(submitted).status) == (S.DUE, S.SUBMITTED)


def test_a_deactivated_manager_decides_nothing(submitted: Payment, manager: Any) -> None:
    manager.is_active = False
    manager.save()
    with pytest.raises(NotAllowed):
        payments.confirm(submitted.pk, actor=manager)


def test_a_refund_note_has_its_limit(payment_in: MakePayment, manager: Any) -> None:
    payment = payment_in(S.REFUND_DUE)
    for note in ("x" * 241, "null\x00byte"):
        with pytest.raises(Invalid):
            payments.refund(payment.pk, actor=manager, reason=note)
    assert fresh(payment).status == S.REFUND_DUE


def test_an_expired_payment_does_not_stop_a_new_one(payment_in: MakePayment, patient: Any) -> None:
    """An appointment never leaves `expired`, but raising looks only at payments that still count."""
    expired = payment_in(S.EXPIRED, A.PENDING_PAYMENT)
    assert payments.raise_for(expired.appointment, actor=patient) != expired
