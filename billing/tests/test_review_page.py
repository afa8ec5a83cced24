"""The payment beside the queue: what it shows, whose it is, and what the decisions take."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.tests.factories import make_user
from billing.domain import reviewing
from billing.enums import AttemptOutcome, PaymentStatus
from billing.models import Attempt, Payment
from billing.tests.factories import make_attempt, picture

pytestmark = pytest.mark.django_db

S = PaymentStatus
MakePayment = Callable[..., Payment]
HTMX: Any = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def second() -> Any:
    return make_user("second@test.clinic", role="management", first_name="Gita", last_name="Malla")


def signed_in(person: Any) -> Client:
    client = Client()
    client.force_login(person)
    return client


def pane(payment: Payment) -> str:
    return reverse("payment_review", args=[payment.pk])


def pending(payment: Payment) -> Attempt:
    return Attempt.objects.select_related("reviewer").get(payment=payment, outcome=AttemptOutcome.PENDING)


def test_looking_claims_nothing_and_opening_does(submitted: Payment, manager: Any, second: Any) -> None:
    first, other = signed_in(manager), signed_in(second)
    assert "not reserved for you" in first.get(pane(submitted)).content.decode()
    assert pending(submitted).reviewer is None
    shown = first.post(pane(submitted)).content.decode()
    assert pending(submitted).reviewer == manager
    assert "data-mine" in shown
    assert "not reserved for you" not in shown
    # The second one sees it, with who has it, and every decision locked; in the list, too.
    shown = other.post(pane(submitted)).content.decode()
    assert f"<strong>{manager.name}</strong> is checking" in shown
    assert shown.count("disabled>") == 3
    listed = other.get(reverse("payments")).content.decode()
    assert f"{manager.name} is checking" in listed
    assert f'id="confirm-{submitted.pk}"' not in listed
    leave = reverse("payment_review_leave", args=[submitted.pk])
    assert other.post(leave).status_code == 204
    assert pending(submitted).reviewer == manager
    assert first.post(leave).status_code == 204
    assert pending(submitted).reviewer is None


def test_it_shows_what_to_compare(payment_in: MakePayment, manager: Any, other_patient: Any) -> None:
    earlier = payment_in(S.CONFIRMED, patient=other_patient)
    payment = payment_in(S.SUBMITTED)
    attempt = pending(payment)
    attempt.resembles = earlier.attempts.get()
    attempt.proof.save("proof.jpg", picture())
    make_attempt(
        payment,
        "BEFORE1234",
        outcome=AttemptOutcome.ASKED_AGAIN,
        reason_kind="unreadable",
        decided_by=manager,
    )
    shown = signed_in(manager).post(pane(payment)).content.decode()
    for words in (
        "NPR 800.00",
        payment.reference,
        attempt.bank_reference,
        payment.appointment.patient.name,
        reverse("payment_proof", args=[payment.pk, attempt.pk]),
        "looks the same as one of another payment",
        other_patient.name,
        "BEFORE1234",
        "can&#x27;t be read",
        "Only the account shows that",
    ):
        assert words in shown, words


def test_names_are_escaped(submitted: Payment, manager: Any) -> None:
    patient = submitted.appointment.patient
    patient.first_name = '"><script>alert(1)</script>'
    patient.save()
    assert "<script>alert" not in signed_in(manager).post(pane(submitted)).content.decode()


def test_outsiders(
    submitted: Payment, patient: Any, other_patient: Any, other_doctor: Any, admin: Any
) -> None:
    doctor = submitted.appointment.doctor
    addresses = [
        pane(submitted),
        reverse("payment_review_leave", args=[submitted.pk]),
        reverse("payment_ask_again", args=[submitted.pk]),
    ]
    for person, status in (
        (patient, 403),
        *((who, 404) for who in (other_patient, doctor, other_doctor, admin)),
    ):
        client = signed_in(person)
        for address in addresses:
            assert client.post(address, {"kind": "unreadable"}).status_code == status, (person, address)
        chosen = client.post(reverse("payments_confirm_chosen"), {"payment": [str(submitted.pk)]})
        assert chosen.status_code == 403
    for address in (*addresses, reverse("payments_confirm_chosen")):
        assert Client().post(address).status_code == 302
    assert pending(submitted).reviewer is None


def test_another_amount_as_people_write_it(submitted: Payment, manager: Any) -> None:
    client = signed_in(manager)
    address = reverse("payment_confirm", args=[submitted.pk])
    for typed in ("nothing", "-5", "0", "1.234", "1e99"):
        assert client.post(address, {"amount": typed}, **HTMX).status_code == 400, typed
    assert client.post(address, {"amount": " ५०० "}, **HTMX).status_code == 204
    submitted.refresh_from_db()
    assert (submitted.status, submitted.received) == (S.DUE, 500)


def test_asking_again_from_the_queue(submitted: Payment, manager: Any) -> None:
    client = signed_in(manager)
    address = reverse("payment_ask_again", args=[submitted.pk])
    assert client.post(address, {}, **HTMX).status_code == 400
    assert client.post(address, {"kind": "other", "reason": ""}, **HTMX).status_code == 400
    assert client.post(address, {"kind": "unreadable"}, **HTMX).status_code == 204
    submitted.refresh_from_db()
    assert submitted.status == S.REJECTED


def test_many_chosen(payment_in: MakePayment, manager: Any, second: Any) -> None:
    good, taken = payment_in(S.SUBMITTED), payment_in(S.SUBMITTED)
    reviewing.claim(taken.pk, actor=second)
    client = signed_in(manager)
    address = reverse("payments_confirm_chosen")
    for nonsense in ({}, {"payment": "x"}, {"payment": [""]}):
        assert client.post(address, nonsense, **HTMX).status_code == 400
    shown = client.post(address, {"payment": [str(good.pk), str(taken.pk)]}, **HTMX).content.decode()
    assert "1 payment is confirmed" in shown
    assert "Gita Malla is checking" in shown


def test_the_second_person_is_told_who_was_first(
    settings: Any, submitted: Payment, manager: Any, second: Any
) -> None:
    settings.SECOND_APPROVAL_FROM = Decimal(800)
    address = reverse("payment_confirm", args=[submitted.pk])
    assert "yours is the first word" in signed_in(manager).post(pane(submitted)).content.decode()
    assert signed_in(manager).post(address, **HTMX).status_code == 204
    assert "Another person has to agree" in signed_in(manager).post(pane(submitted)).content.decode()
    signed_in(manager).post(reverse("payment_review_leave", args=[submitted.pk]))
    shown = signed_in(second).post(pane(submitted)).content.decode()
    assert f"<strong>{manager.name}</strong> has approved NPR 800.00" in shown
    assert "Agree and confirm" in shown
    assert signed_in(second).post(address, **HTMX).status_code == 204
    submitted.refresh_from_db()
    assert submitted.status == S.CONFIRMED


def test_many_attempts_cost_as_much_as_one(
    payment_in: MakePayment, manager: Any, django_assert_max_num_queries: Any
) -> None:
    client = signed_in(manager)
    counts = []
    for number in (1, 30):
        payment = payment_in(S.SUBMITTED)
        for at in range(number):
            make_attempt(
                payment, f"OLD{number} {at} 1234", outcome=AttemptOutcome.REJECTED, decided_by=manager
            )
        with django_assert_max_num_queries(25) as seen:
            client.post(pane(payment))
        counts.append(len(seen))
    assert counts[0] == counts[1]
