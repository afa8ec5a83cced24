"""Management's queue: order, tabs, search, decisions, and the same number of queries for one row and thirty."""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.tests.factories import make_patient, make_user
from billing.enums import PaymentStatus
from billing.models import Payment

pytestmark = pytest.mark.django_db

S = PaymentStatus
MakePayment = Callable[..., Payment]
HTMX: Any = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def desk(manager: Any) -> Client:
    client = Client()
    client.force_login(manager)
    return client


def rows(client: Client, **query: str) -> list[str]:
    """The ids of the rows shown, in order."""
    response = client.get(reverse("payments"), query)
    assert response.status_code == 200
    return re.findall(r'id="payment-([0-9a-f-]{36})"', response.content.decode())


def test_oldest_first_and_only_what_waits(payment_in: MakePayment, desk: Client) -> None:
    now = timezone.now()
    late = payment_in(S.SUBMITTED, submitted_at=now)
    early = payment_in(S.SUBMITTED, submitted_at=now - timedelta(minutes=5))
    for status in set(S.values) - {S.SUBMITTED}:
        payment_in(status)
    assert rows(desk) == [str(early.pk), str(late.pk)]
    for status in S.values:
        assert len(rows(desk, status=status)) == (2 if status == S.SUBMITTED else 1)
    assert rows(desk, status="nonsense") == rows(desk)


def test_a_row_says_what_to_look_for(submitted: Payment, desk: Client) -> None:
    shown = desk.get(reverse("payments")).content.decode()
    attempt = submitted.attempts.get()
    for words in ("Asha Gurung", "NPR 800.00", attempt.bank_reference, submitted.reference):
        assert words in shown
    assert reverse("payment_confirm", args=[submitted.pk]) in shown
    assert "live:payment.changed from:body" in shown


def test_names_are_escaped(payment_in: MakePayment, desk: Client) -> None:
    hostile = make_patient("hostile@test.clinic", first_name='"><script>alert(1)</script>', last_name="अनिता")
    payment_in(S.SUBMITTED, patient=hostile)
    shown = desk.get(reverse("payments")).content.decode()
    assert "<script>alert" not in shown
    assert "अनिता" in shown


def test_search(payment_in: MakePayment, other_patient: Any, desk: Client) -> None:
    first = payment_in(S.SUBMITTED, bank_reference="FT24 1234 5678")
    second = payment_in(S.SUBMITTED, bank_reference="KHALTI99", patient=other_patient)
    assert rows(desk, q=" ft2412345678 ") == [str(first.pk)]
    assert rows(desk, q="FT-24 1234") == [str(first.pk)]
    assert rows(desk, q=second.reference.lower()) == [str(second.pk)]
    assert rows(desk, q="bikash rai") == [str(second.pk)]
    assert rows(desk, q="gurung") == [str(first.pk)]
    assert rows(desk, q="other.patient@test") == [str(second.pk)]
    assert rows(desk, q="nobody of this name") == []
    assert "Nothing found" in desk.get(reverse("payments"), {"q": "zzz"}).content.decode()


@pytest.mark.parametrize("text", ["%", "_", "'", "a" * 5000, "🙂", "(", "-", " "])
def test_any_search_is_answered(submitted: Payment, desk: Client, text: str) -> None:
    rows(desk, q=text)


@pytest.mark.parametrize("text", ["\x00", "FT\x0024"])
def test_a_null_byte_is_no_search(submitted: Payment, desk: Client, text: str) -> None:
    assert desk.get(reverse("payments"), {"q": text}).status_code in (200, 400)


def test_the_empty_queue(desk: Client) -> None:
    assert "Nothing to check" in desk.get(reverse("payments")).content.decode()


def test_thirty_rows_cost_as_much_as_one(
    many_payments: Callable[[int], None], desk: Client, django_assert_max_num_queries: Any
) -> None:
    counts = []
    for number in (1, 30):
        many_payments(number)
        with django_assert_max_num_queries(15) as seen:
            assert len(rows(desk)) == min(number, 25)
        counts.append(len(seen))
    assert counts[0] == counts[1]
    assert len(rows(desk, page="2")) == 5


def test_confirm_from_the_queue(submitted: Payment, desk: Client) -> None:
    response = desk.post(reverse("payment_confirm", args=[submitted.pk]), **HTMX)
    assert response.status_code == 204
    assert json.loads(response["HX-Trigger"])["toast"]["level"] == "success"
    submitted.refresh_from_db()
    assert submitted.status == S.CONFIRMED


def test_the_second_manager_is_told_who_was_first(submitted: Payment, desk: Client, manager: Any) -> None:
    desk.post(reverse("payment_confirm", args=[submitted.pk]), **HTMX)
    second = Client()
    second.force_login(
        make_user("second@test.clinic", role="management", first_name="Gita", last_name="Malla")
    )
    response = second.post(reverse("payment_confirm", args=[submitted.pk]), **HTMX)
    assert response.status_code == 409
    assert f"Already confirmed by {manager.name} at" in response.content.decode()
    assert 'data-refusal="already_confirmed"' in response.content.decode()


def test_reject_from_the_queue(submitted: Payment, desk: Client) -> None:
    address = reverse("payment_reject", args=[submitted.pk])
    assert desk.post(address, {"reason": " "}, **HTMX).status_code == 400
    assert desk.post(address, {"reason": "No such transfer"}, **HTMX).status_code == 204
    submitted.refresh_from_db()
    assert submitted.status == S.REJECTED


def test_refund_from_the_queue(payment_in: MakePayment, desk: Client) -> None:
    payment = payment_in(S.REFUND_DUE)
    assert desk.post(reverse("payment_refund", args=[payment.pk]), **HTMX).status_code == 204
    payment.refresh_from_db()
    assert payment.status == S.REFUNDED


def test_without_script_the_payments_page_decides(submitted: Payment, desk: Client) -> None:
    page = reverse("payment", args=[submitted.pk])
    shown = desk.get(page).content.decode()
    assert reverse("payment_confirm", args=[submitted.pk]) in shown
    response = desk.post(reverse("payment_reject", args=[submitted.pk]), {"reason": "x"}, follow=True)
    assert "Give a reason" in response.content.decode()
    response = desk.post(reverse("payment_confirm", args=[submitted.pk]), follow=True)
    assert response.redirect_chain == [(page, 302)]
    assert f"Payment {submitted.reference} is confirmed." in response.content.decode()
    assert "Maya Shrestha" in desk.get(page).content.decode()


def test_decisions_are_posts(submitted: Payment, desk: Client) -> None:
    assert desk.get(reverse("payment_confirm", args=[submitted.pk])).status_code == 405


def test_decisions_need_the_csrf_token(submitted: Payment, manager: Any) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(manager)
    assert client.post(reverse("payment_confirm", args=[submitted.pk])).status_code == 403
    submitted.refresh_from_db()
    assert submitted.status == S.SUBMITTED


def test_the_admin_shows_money_and_changes_none(submitted: Payment, admin: Any) -> None:
    client = Client()
    client.force_login(admin)
    attempt = submitted.attempts.get()
    for name, pk in (("payment", submitted.pk), ("attempt", attempt.pk)):
        assert client.get(reverse(f"admin:billing_{name}_changelist")).status_code == 200
        assert client.get(reverse(f"admin:billing_{name}_change", args=[pk])).status_code == 200
        assert (
            client.post(reverse(f"admin:billing_{name}_change", args=[pk]), {"status": "paid"}).status_code
            == 403
        )
        assert client.get(reverse(f"admin:billing_{name}_add")).status_code == 403
        assert client.post(reverse(f"admin:billing_{name}_delete", args=[pk])).status_code == 403
