"""The pages where money is sent back."""

from collections.abc import Callable
from decimal import Decimal as D
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.tests.factories import make_patient
from billing.domain import credit, refunds, shifts
from billing.enums import PaymentStatus
from billing.models import Payment
from billing.tests.factories import make_payment
from scheduling.tests.factories import clinic_time, make_appointment

pytestmark = pytest.mark.django_db

S = PaymentStatus
MakePayment = Callable[..., Payment]


@pytest.fixture
def owed(payment_in: MakePayment) -> Payment:
    return payment_in(S.REFUND_DUE)


@pytest.fixture
def desk(client: Client, manager: Any) -> Client:
    client.force_login(manager)
    return client


def send(desk: Client, payment: Payment, do: str, **data: Any) -> Any:
    return desk.post(reverse("refund", args=[payment.pk]), {"do": do, **data}, follow=True)


def test_from_the_list_to_the_patients_account(desk: Client, owed: Payment) -> None:
    page = desk.get(reverse("refunds")).content.decode()
    assert "NPR 800.00" in page
    assert reverse("refund", args=[owed.pk]) in page
    page = send(desk, owed, "choose", method="bank_transfer", destination="NIC 0012", seen="800.00")
    refund = owed.refunds.get()
    assert "The money has left" in page.content.decode()
    assert "is sending it" in desk.get(reverse("refunds")).content.decode()
    wrong = send(desk, owed, "sent", refund=refund.pk, bank_reference="a!")
    assert wrong.status_code == 400
    assert 'value="a!"' in wrong.content.decode()
    send(desk, owed, "sent", refund=refund.pk, bank_reference="FT 1234 5678")
    owed.refresh_from_db()
    assert owed.status == S.REFUNDED
    assert reverse("refund", args=[owed.pk]) not in desk.get(reverse("refunds")).content.decode()
    assert "FT 1234 5678" in desk.get(reverse("refunds"), {"show": "done"}).content.decode()


def test_refusals_are_said_on_the_page(desk: Client, owed: Payment, manager: Any) -> None:
    page = send(desk, owed, "choose", method="cash", seen="800.00")
    assert page.status_code == 409
    assert "You have no open shift" in page.content.decode()
    changed = send(desk, owed, "choose", method="card", seen="500")
    assert changed.status_code == 409
    # Sent again from here it is of the sum that is shown now.
    assert 'name="seen" value="800.00"' in changed.content.decode()
    assert send(desk, owed, "choose", method="cheque", seen="800").status_code == 422
    assert not owed.refunds.exists()
    shifts.open_for(manager, opening_float=D(1000))
    assert "given back in cash" in send(desk, owed, "choose", method="cash", seen="800.00").content.decode()


def test_one_payments_page_settles_no_other_refund(
    desk: Client, payment_in: MakePayment, manager: Any
) -> None:
    one, other = payment_in(S.REFUND_DUE), payment_in(S.REFUND_DUE)
    refund = refunds.plan(other.pk, method="card", actor=manager)
    assert send(desk, one, "sent", refund=refund.pk, bank_reference="FT 1234").status_code == 404
    assert send(desk, one, "nothing").status_code == 404
    refund.refresh_from_db()
    assert refund.outcome == "pending"


def test_a_payment_without_a_refund_has_no_such_page(desk: Client, payment_in: MakePayment) -> None:
    assert desk.get(reverse("refund", args=[payment_in(S.CONFIRMED).pk])).status_code == 404


def test_the_patient_sees_the_fee_and_each_attempt(
    client: Client, payment_in: MakePayment, patient: Any, manager: Any
) -> None:
    payment = payment_in(S.REFUND_DUE, kept=300, refund_owed=500)
    failed = refunds.plan(payment.pk, method="bank_transfer", actor=manager)
    refunds.mark_failed(failed.pk, reason="Account closed", actor=manager)
    client.force_login(patient)
    page = client.get(reverse("payment", args=[payment.pk])).content.decode()
    for words in ("NPR 300.00", "NPR 500.00", "Account closed", "Keep it as credit"):
        assert words in page
    assert manager.name not in page
    client.post(reverse("refund_keep", args=[payment.pk]))
    assert credit.balance(patient.pk) == 500
    # A second click changes nothing, and is told so.
    again = client.post(reverse("refund_keep", args=[payment.pk]), follow=True)
    assert "refunded already" in again.content.decode()
    assert credit.balance(patient.pk) == 500


def test_a_kept_payment_says_why(client: Client, payment_in: MakePayment, patient: Any) -> None:
    payment = payment_in(S.CONFIRMED, "cancelled", kept=800)
    client.force_login(patient)
    page = client.get(reverse("payment", args=[payment.pk])).content.decode()
    assert "Cancellation fee" in page
    assert "Thank you" not in page


def test_outsiders(client: Client, owed: Payment, other_patient: Any, doctor: Any, patient: Any) -> None:
    for person in (other_patient, doctor, patient):
        client.force_login(person)
        assert client.get(reverse("refunds")).status_code == 403
        assert client.get(reverse("refund", args=[owed.pk])).status_code == 403
        assert send(client, owed, "choose", method="card", seen="800").status_code == 403
        if person != patient:
            assert client.post(reverse("refund_keep", args=[owed.pk])).status_code == 404
    assert not owed.refunds.exists()


def test_the_lists_ask_no_more_for_more_rows(desk: Client, doctor: Any, service: Any, manager: Any) -> None:
    def queries(show: str) -> int:
        with CaptureQueriesContext(
            connection,
        ) as found:
            assert desk.get(reverse("refunds"), {"show": show}).status_code == 200
        return len(found)

    def add(number: int) -> None:
        someone = make_patient(f"refund{number}@test.clinic")
        for at, settled in enumerate((False, True)):
            visit = make_appointment(
                someone, doctor, service, starts_at=clinic_time(2 + 2 * number + at, 10), status="cancelled"
            )
            payment = make_payment(visit, S.REFUND_DUE)
            refund = refunds.plan(payment.pk, method="card", actor=manager)
            if settled:
                refunds.mark_sent(refund.pk, reference=f"FT {number}123", actor=manager)

    add(0)
    before = queries("due"), queries("done")
    for number in range(1, 19):
        add(number)
    assert (queries("due"), queries("done")) == before
