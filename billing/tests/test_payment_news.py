"""Who hears of a payment's steps: live events to the right groups after the commit, notifications without details."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction

from accounts.tests.factories import make_user
from billing.domain import payments
from billing.enums import PaymentStatus
from billing.models import Payment
from billing.tests.factories import people_of
from clinic.core import realtime
from messaging.models import Notification
from scheduling.domain import progress

pytestmark = pytest.mark.django_db

S = PaymentStatus
MakePayment = Callable[..., Payment]


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[tuple[set[str], dict[str, Any]]]:
    """Every payment event that was sent, with its groups."""
    sent: list[tuple[set[str], dict[str, Any]]] = []

    def listen(groups: Any, event: dict[str, Any]) -> None:
        if event["type"] == "payment.changed":
            sent.append((set(groups), event))

    monkeypatch.setattr(realtime, "send_now", listen)
    return sent


def test_every_step_is_told_after_the_commit(
    due: Payment, manager: Any, heard: list[Any], django_capture_on_commit_callbacks: Any
) -> None:
    patient, doctor = people_of(due)
    steps: list[Callable[[], Any]] = [
        lambda: payments.submit(due.pk, bank_reference="FT2412345678", actor=patient),
        lambda: payments.reject(due.pk, reason="No such transfer", actor=manager),
        lambda: payments.submit(due.pk, bank_reference="FT2412345678", actor=patient),
        lambda: payments.confirm(due.pk, actor=manager),
        lambda: progress.cancel(due.appointment_id, actor=manager),
        lambda: payments.refund(due.pk, actor=manager),
    ]
    for step in steps:
        before = len(heard)
        with django_capture_on_commit_callbacks(execute=True):
            step()
            assert len(heard) == before
    groups = {f"user.{patient.pk}", f"user.{doctor.pk}", "role.management"}
    assert [event["status"] for _groups, event in heard] == [
        S.SUBMITTED, S.REJECTED, S.SUBMITTED, S.CONFIRMED, S.REFUND_DUE, S.REFUNDED,
    ]  # fmt: skip
    for told, event in heard:
        assert told == groups
        assert event == {
            "type": "payment.changed",
            "id": str(due.pk),
            "appointment": str(due.appointment_id),
            "status": event["status"],
        }


def test_what_is_undone_is_not_told(
    submitted: Payment, manager: Any, heard: list[Any], django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        payments.confirm(submitted.pk, actor=manager)
        transaction.set_rollback(True)
    assert heard == []
    submitted.refresh_from_db()
    assert submitted.status == S.SUBMITTED


def test_titles_name_neither_money_nor_people(payment_in: MakePayment, manager: Any) -> None:
    payment = payment_in()
    patient, doctor = people_of(payment)
    payments.submit(payment.pk, bank_reference="FT2412345678", actor=patient)
    payments.reject(payment.pk, reason="Short by 200", actor=manager)
    payments.submit(payment.pk, bank_reference="FT2412345678", actor=patient)
    payments.confirm(payment.pk, actor=manager)
    progress.cancel(payment.appointment_id, actor=manager)
    payments.refund(payment.pk, actor=manager)
    titles = Notification.objects.filter(kind="payment").values_list("title", flat=True)
    assert len(titles) == 7
    for title in titles:
        for detail in ("800", "Short by", payment.reference, patient.last_name, doctor.last_name):
            assert detail not in title


def test_only_management_that_works_here_is_told(
    due: Payment, manager: Any, other_doctor: Any, admin: Any
) -> None:
    gone = make_user("gone@test.clinic", role="management", is_active=False)
    payments.submit(due.pk, bank_reference="FT2412345678", actor=due.appointment.patient)
    told = Notification.objects.filter(kind="payment").values_list("user_id", flat=True)
    assert list(told) == [manager.pk]
    assert gone.pk not in told
