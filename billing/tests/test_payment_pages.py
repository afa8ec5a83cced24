"""The patient's pages: what they show in each state, what they keep on a mistake, and who may not open them."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from billing.enums import PaymentStatus
from billing.models import Payment
from billing.tests.factories import make_payment, picture
from scheduling.tests.factories import clinic_time, make_appointment

pytestmark = pytest.mark.django_db

S = PaymentStatus
MakePayment = Callable[..., Payment]


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def page(payment: Payment) -> str:
    return reverse("payment", args=[payment.pk])


def html(user: Any, payment: Payment) -> str:
    response = signed_in(user).get(page(payment))
    assert response.status_code == 200
    return response.content.decode()


def test_due_says_what_and_how_to_pay(due: Payment, patient: Any, settings: Any) -> None:
    settings.CLINIC_NAME = "Sagarmatha Clinic"
    shown = html(patient, due)
    assert "NPR 800.00" in shown
    assert due.reference in shown
    assert "data-countdown" in shown
    assert 'name="bank_reference"' in shown
    assert f'alt="QR code to pay NPR 800.00 to Sagarmatha Clinic, reference {due.reference}"' in shown


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (S.SUBMITTED, "We are checking your payment"),
        (S.CONFIRMED, "Paid. Thank you!"),
        (S.EXPIRED, "The time to pay is over"),
        (S.REFUND_DUE, "We will pay your money back"),
        (S.REFUNDED, "Refunded"),
    ],
)
def test_every_other_state_has_its_words(
    payment_in: MakePayment, patient: Any, status: str, words: str
) -> None:
    shown = html(patient, payment_in(status))
    assert words in shown
    assert 'name="bank_reference"' not in shown


def test_rejected_shows_the_reason_and_the_form(payment_in: MakePayment, patient: Any) -> None:
    payment = payment_in(S.REJECTED)
    payment.attempts.update(reason="<b>No</b> such transfer")
    shown = html(patient, payment)
    assert "&lt;b&gt;No&lt;/b&gt; such transfer" in shown
    assert 'name="bank_reference"' in shown


def test_a_hold_that_has_lapsed_is_shown_as_expired_before_the_sweep(
    payment_in: MakePayment, patient: Any
) -> None:
    payment = payment_in(appointment={"hold_expires_at": clinic_time(-1, 10)})
    shown = html(patient, payment)
    assert "The time to pay is over" in shown
    assert reverse("book", args=[payment.appointment.doctor_id]) in shown


def test_submitting(due: Payment, patient: Any) -> None:
    response = signed_in(patient).post(
        page(due), {"bank_reference": "FT24 1234 5678", "proof": picture()}, follow=True
    )
    assert response.redirect_chain == [(page(due), 302)]
    assert "We are checking your payment" in response.content.decode()
    attempt = due.attempts.get()
    assert reverse("payment_proof", args=[due.pk, attempt.pk]) in response.content.decode()


@pytest.mark.parametrize(
    ("typed", "status", "words"),
    [
        ("", 400, "Enter the reference your bank gave you"),
        ("ab1", 400, "too short for a bank reference"),
        ("FT_24!", 400, "only letters A–Z and digits"),
        ("x" * 121, 400, "at most 120 characters"),
        ("FT\x0024", 400, "Null characters are not allowed"),
        ("USED12345", 409, "was used before"),
    ],
)
def test_a_mistake_keeps_what_was_typed(
    payment_in: MakePayment, patient: Any, typed: str, status: int, words: str
) -> None:
    payment_in(S.SUBMITTED, bank_reference="USED 12345")
    due = payment_in()
    response = signed_in(patient).post(page(due), {"bank_reference": typed})
    assert response.status_code == status
    shown = response.content.decode()
    assert words in shown
    if typed and "\x00" not in typed:
        assert f'value="{typed}"' in shown
    due.refresh_from_db()
    assert due.status == S.DUE


@pytest.mark.parametrize(
    ("name", "content", "status"),
    [("proof.svg", b"<svg/>", 415), ("proof.png", b"<html>", 415), ("proof.png", b"", 400)],
)
def test_a_wrong_picture_keeps_the_reference(
    due: Payment, patient: Any, name: str, content: bytes, status: int
) -> None:
    proof = SimpleUploadedFile(name, content, "image/png")
    response = signed_in(patient).post(page(due), {"bank_reference": "FT2412345678", "proof": proof})
    assert response.status_code == status
    assert 'value="FT2412345678"' in response.content.decode()
    assert not due.attempts.exists()


def test_a_late_form_says_what_to_do(payment_in: MakePayment, patient: Any) -> None:
    payment = payment_in(appointment={"hold_expires_at": clinic_time(-1, 10)})
    response = signed_in(patient).post(page(payment), {"bank_reference": "FT2412345678"})
    assert response.status_code == 409
    assert "The time to pay is over" in response.content.decode()


def test_a_second_click_is_harmless(due: Payment, patient: Any) -> None:
    client = signed_in(patient)
    for _click in range(2):
        assert client.post(page(due), {"bank_reference": "FT2412345678"}).status_code == 302
    assert due.attempts.count() == 1


def addresses(payment: Payment) -> list[str]:
    attempt = payment.attempts.get()
    return [
        page(payment),
        reverse("payment_qr", args=[payment.pk]),
        reverse("payment_qr_picture", args=[payment.pk]),
        reverse("payment_proof", args=[payment.pk, attempt.pk]),
    ]


def with_proof(payment: Payment) -> Payment:
    attempt = payment.attempts.get()
    attempt.proof.save("proof.jpg", picture())
    return payment


def test_outsiders_find_nothing(
    submitted: Payment, other_patient: Any, doctor: Any, other_doctor: Any, admin: Any
) -> None:
    with_proof(submitted)
    for person in (other_patient, doctor, other_doctor, admin):
        client = signed_in(person)
        for address in addresses(submitted):
            assert client.get(address).status_code == 404, (person, address)
        assert client.post(page(submitted), {"bank_reference": "FT2412345678"}).status_code == 404
        for decision in ("payment_confirm", "payment_reject", "payment_refund"):
            address = reverse(decision, args=[submitted.pk])
            assert client.post(address, {"reason": "because"}).status_code == 404
    submitted.refresh_from_db()
    assert submitted.status == S.SUBMITTED


def test_nobody_is_asked_to_log_in(submitted: Payment) -> None:
    with_proof(submitted)
    for address in [*addresses(submitted), reverse("payments")]:
        response = Client().get(address)
        assert response.status_code == 302
        assert response["Location"] == f"{reverse('account_login')}?{urlencode({'next': address}, safe='/')}"


def test_patient_and_management_see_the_pictures(submitted: Payment, patient: Any, manager: Any) -> None:
    with_proof(submitted)
    for person in (patient, manager):
        client = signed_in(person)
        assert [client.get(address).status_code for address in addresses(submitted)] == [200] * 4


def test_the_pictures_are_served_safely(submitted: Payment, patient: Any) -> None:
    with_proof(submitted)
    client = signed_in(patient)
    qr, png, proof = (client.get(address) for address in addresses(submitted)[1:])
    assert qr["Content-Type"] == "image/svg+xml"
    assert png.content.startswith(b"\x89PNG")
    assert "attachment" in png["Content-Disposition"]
    for response in (qr, png, proof):
        assert response["X-Content-Type-Options"] == "nosniff"
        assert "private" in response["Cache-Control"]


def test_a_proof_is_not_found_under_another_payment(
    payment_in: MakePayment, patient: Any, other_patient: Any
) -> None:
    mine, theirs = payment_in(S.SUBMITTED), with_proof(payment_in(S.SUBMITTED, patient=other_patient))
    address = reverse("payment_proof", args=[mine.pk, theirs.attempts.get().pk])
    assert signed_in(patient).get(address).status_code == 404


def test_a_missing_file_is_not_an_error_page(submitted: Payment, patient: Any) -> None:
    with_proof(submitted)
    attempt = submitted.attempts.get()
    attempt.proof.storage.delete(attempt.proof.name)
    assert signed_in(patient).get(addresses(submitted)[3]).status_code == 404


def test_patients_do_not_decide(submitted: Payment, patient: Any) -> None:
    for decision in ("payment_confirm", "payment_reject", "payment_refund"):
        response = signed_in(patient).post(reverse(decision, args=[submitted.pk]), {"reason": "because"})
        assert response.status_code == 403


def test_management_does_not_submit(due: Payment, manager: Any) -> None:
    assert signed_in(manager).post(page(due), {"bank_reference": "FT2412345678"}).status_code == 403


# --- The patient's list ---


def test_the_list_has_only_the_own(payment_in: MakePayment, patient: Any, other_patient: Any) -> None:
    mine, theirs = payment_in(), payment_in(patient=other_patient)
    shown = signed_in(patient).get(reverse("payments")).content.decode()
    assert mine.reference in shown
    assert theirs.reference not in shown


def test_the_empty_list_says_what_to_do(patient: Any) -> None:
    shown = signed_in(patient).get(reverse("payments")).content.decode()
    assert "No payments yet" in shown
    assert reverse("doctors") in shown


def test_doctors_and_admins_have_no_payments(doctor: Any, admin: Any) -> None:
    for person in (doctor, admin):
        assert signed_in(person).get(reverse("payments")).status_code == 404


def test_the_list_is_paged_and_costs_the_same(
    patient: Any, doctor: Any, service: Any, django_assert_max_num_queries: Any
) -> None:
    client = signed_in(patient)
    counts = []
    for wanted in (1, 30):
        while Payment.objects.count() < wanted:
            starts_at = clinic_time(2 + Payment.objects.count(), 10)
            make_payment(make_appointment(patient, doctor, service, starts_at=starts_at), S.CONFIRMED)
        with django_assert_max_num_queries(15) as seen:
            shown = client.get(reverse("payments")).content.decode()
        counts.append(len(seen))
    # The pages' own count comes with the second page.
    assert counts[0] == counts[1]
    assert shown.count('class="list-row"') == 20
    assert client.get(reverse("payments") + "?page=2").content.decode().count('class="list-row"') == 10
    assert client.get(reverse("payments") + "?page=nonsense").status_code == 200
