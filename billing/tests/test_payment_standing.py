"""What the patient reads beyond the amount: parts of the price, what is still to pay, each try, what is missing."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from billing.domain import codes, payments
from billing.enums import AttemptOutcome, PaymentKind, PaymentStatus
from billing.models import Payment
from billing.tests.factories import make_attempt

pytestmark = pytest.mark.django_db

S = PaymentStatus
MakePayment = Callable[..., Payment]


def html(user: Any, payment: Payment) -> str:
    client = Client()
    client.force_login(user)
    response = client.get(reverse("payment", args=[payment.pk]))
    assert response.status_code == 200
    return response.content.decode()


def api(user: Any, payment: Payment) -> dict[str, Any]:
    client = Client()
    client.force_login(user)
    return client.get(reverse("api-payment-detail", args=[payment.pk])).json()


def test_a_part_that_arrived_leaves_the_rest_to_pay(submitted: Payment, patient: Any, manager: Any) -> None:
    payments.confirm(submitted.pk, actor=manager, amount=Decimal("300"))
    submitted.refresh_from_db()
    assert submitted.status == S.DUE
    # The code asks for the rest, under the same reference.
    asked = codes.read(submitted.qr_payload)
    assert (asked.amount, asked.reference) == (Decimal("500"), submitted.reference)
    shown = html(patient, submitted)
    assert "NPR 500.00" in shown
    assert "NPR 300.00 of NPR 800.00 has arrived." in shown
    assert "QR code to pay NPR 500.00" in shown
    assert "data-countdown" in shown
    client = Client()
    client.force_login(patient)
    assert "NPR 500.00 still to pay" in client.get(reverse("payments")).content.decode()
    answer = api(patient, submitted)
    assert (answer["amount"], answer["received"], answer["outstanding"]) == ("800.00", "300.00", "500.00")


def test_money_in_hand_is_taken_though_no_code_can_be_made(
    submitted: Payment, manager: Any, settings: Any
) -> None:
    before = submitted.qr_payload
    settings.PAYMENT_QR = {**settings.PAYMENT_QR, "kind": "pasted", "text": "torn"}
    payments.confirm(submitted.pk, actor=manager, amount=Decimal("300"))
    submitted.refresh_from_db()
    assert (submitted.received, submitted.qr_payload) == (Decimal("300"), before)


def test_the_parts_of_the_price_are_told(payment_in: MakePayment, patient: Any) -> None:
    payment = payment_in(amount=Decimal("280"), covered=520, co_payment=100, shortfall=180)
    shown = html(patient, payment)
    for part in ("NPR 800.00", "NPR 520.00", "NPR 100.00", "NPR 180.00"):
        assert part in shown
    assert "Your medical aid pays" in shown
    assert "Your medical aid pays" not in html(patient, payment_in())


@pytest.mark.parametrize(
    ("outcome", "words", "others"),
    [
        (AttemptOutcome.ASKED_AGAIN, "We need something more from you", "We could not accept"),
        (AttemptOutcome.REJECTED, "We could not accept your payment", "We need something more"),
    ],
)
def test_asked_again_is_no_refusal(
    payment_in: MakePayment, patient: Any, outcome: str, words: str, others: str
) -> None:
    payment = payment_in(S.REJECTED)
    payment.attempts.update(outcome=outcome, reason="Send <all> of it")
    # A visit to a gateway afterwards does not hide it.
    make_attempt(payment, "GATE 44", outcome=AttemptOutcome.STARTED, method="online")
    shown = html(patient, payment)
    assert words in shown
    assert others not in shown
    assert "The clinic writes: Send &lt;all&gt; of it" in shown
    assert 'name="bank_reference"' in shown


def test_every_try_stays_in_sight(payment_in: MakePayment, patient: Any) -> None:
    payment = payment_in(S.REJECTED, bank_reference="SECOND 22")
    make_attempt(payment, "FIRST 11", outcome=AttemptOutcome.REJECTED)
    make_attempt(payment, "CASH 33", outcome=AttemptOutcome.ACCEPTED, amount=Decimal("50"), method="cash")
    shown = html(patient, payment)
    for words in ("FIRST 11", "SECOND 22", "CASH 33", "NPR 50.00"):
        assert words in shown


def test_a_shortfall_has_no_hold(payment_in: MakePayment, patient: Any) -> None:
    payment = payment_in(appointment_status="completed", kind=PaymentKind.SHORTFALL)
    shown = html(patient, payment)
    assert "This is what your medical aid did not pay" in shown
    assert "data-countdown" not in shown
    assert payments.submit(payment.pk, bank_reference="FT12345", actor=patient).status == S.SUBMITTED


def test_only_links_open_an_app(payment_in: MakePayment, patient: Any) -> None:
    link = "upi://pay?pa=clinic@okaxis&pn=Clinic&am=800.00&cu=INR&tr=ABCD2345"
    by_link, by_code = payment_in(qr_payload=link), payment_in()
    assert 'href="upi://pay?pa=clinic@okaxis&amp;pn=Clinic' in html(patient, by_link)
    assert "data-app-link" not in html(patient, by_code)
    assert (api(patient, by_link)["app_link"], api(patient, by_code)["app_link"]) == (link, "")


def test_the_code_in_words(due: Payment, patient: Any, settings: Any) -> None:
    settings.CLINIC_NAME = "Sagarmatha Clinic"
    label = f"QR code to pay NPR 800.00 to Sagarmatha Clinic, reference {due.reference}"
    assert api(patient, due)["qr_label"] == label
    shown = html(patient, due)
    assert f'alt="{label}"' in shown
    assert " ".join(due.reference) in shown
