"""The way to a gateway and back, as pages: who may go, where forms may lead, what is told."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.utils import timezone

from billing.enums import AttemptOutcome, PaymentStatus
from billing.models import Attempt, GatewayEvent, Payment
from billing.tests.fake_esewa import FakeEsewa, returned
from billing.tests.test_online import leave

pytestmark = pytest.mark.django_db


def signed_in(person: Any) -> Client:
    client = Client()
    client.force_login(person)
    return client


def address(attempt: Attempt) -> str:
    return f"/payments/{attempt.payment_id}/online/{attempt.pk}/"


def told(response: Any) -> list[str]:
    return [str(message) for message in response.context["messages"]]


def form_action(response: Any) -> str:
    directives = dict(
        line.strip().partition(" ")[::2] for line in response["Content-Security-Policy"].split(";")
    )
    return directives["form-action"]


def test_the_page_that_leads_on(esewa: FakeEsewa, due: Payment, patient: Any) -> None:
    client = signed_in(patient)
    page = client.get(f"/payments/{due.pk}/")
    assert "Pay with eSewa" in page.content.decode()
    assert form_action(page) == "'self'"

    response = client.post(f"/payments/{due.pk}/online/", {"gateway": "esewa"})
    attempt = Attempt.objects.get()
    assert response.status_code == 200
    assert form_action(response) == f"'self' {esewa.url}"
    content = response.content.decode()
    assert f'action="{esewa.url}/api/epay/main/v2/form"' in content
    assert f'name="success_url" value="http://testserver{address(attempt)}"' in content
    assert f'value="{attempt.gateway_id}"' in content
    # No other page's.
    assert form_action(client.get(f"/payments/{due.pk}/")) == "'self'"


def test_eSewa_itself_takes_our_form(esewa: FakeEsewa, due: Payment, patient: Any) -> None:
    import requests

    response = signed_in(patient).post(f"/payments/{due.pk}/online/", {"gateway": "esewa"})
    door = response.context["door"]
    assert requests.post(door.url, data=door.fields, timeout=5).status_code == 200
    assert requests.post(door.url, data={**door.fields, "total_amount": "1"}, timeout=5).status_code == 400


def test_not_offered_unless_set_up(due: Payment, patient: Any) -> None:
    client = signed_in(patient)
    assert "eSewa" not in client.get(f"/payments/{due.pk}/").content.decode()
    for name in ("esewa", "", "no-such"):
        response = client.post(f"/payments/{due.pk}/online/", {"gateway": name}, follow=True)
        assert response.redirect_chain == [(f"/payments/{due.pk}/", 302)]
        assert told(response) == ["This way to pay is not offered at the moment. Please choose another one."]
    assert Attempt.objects.count() == 0


def test_only_its_patient_leaves(esewa: FakeEsewa, due: Payment, request: pytest.FixtureRequest) -> None:
    names = {"other_patient": 404, "doctor": 404, "other_doctor": 404, "admin": 404, "manager": 403}
    refused = {request.getfixturevalue(name): status for name, status in names.items()}
    for person, status in refused.items():
        client = signed_in(person)
        assert client.post(f"/payments/{due.pk}/online/", {"gateway": "esewa"}).status_code == status
    assert (
        urlsplit(Client().post(f"/payments/{due.pk}/online/").headers["Location"]).path == "/accounts/login/"
    )
    assert (
        "Pay with eSewa"
        not in signed_in(request.getfixturevalue("manager")).get(f"/payments/{due.pk}/").content.decode()
    )
    assert Attempt.objects.count() == 0


def test_back_with_a_signed_word(esewa: FakeEsewa, due: Payment, patient: Any) -> None:
    attempt = leave(due)
    data = {"data": returned(attempt.gateway_id, "800.0")}
    response = signed_in(patient).get(address(attempt), data, follow=True)
    assert response.redirect_chain == [(f"/payments/{due.pk}/", 302)]
    content = response.content.decode()
    assert "eSewa tells us that you have paid" in content
    # Who has paid is not asked to pay once more.
    assert "Pay with eSewa" not in content
    # The page never waits for the gateway: the worker asks it.
    assert esewa.asked == []
    assert Payment.objects.get(pk=due.pk).status == PaymentStatus.DUE


def test_a_signed_word_counts_without_a_session(esewa: FakeEsewa, due: Payment, other_patient: Any) -> None:
    attempt = leave(due)
    data = {"data": returned(attempt.gateway_id, "800.0")}
    response = Client().get(address(attempt), data, follow=True)
    assert urlsplit(response.redirect_chain[-1][0]).path == "/accounts/login/"
    assert GatewayEvent.objects.count() == 1
    # Whoever else follows the link learns nothing.
    assert signed_in(other_patient).get(address(attempt), data, follow=True).status_code == 404
    assert GatewayEvent.objects.count() == 1


def test_back_without_a_word(
    esewa: FakeEsewa, due: Payment, patient: Any, other_patient: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempt, asked = leave(due), []
    monkeypatch.setattr("billing.domain.online.ask_soon", lambda pk, tries=0: asked.append(pk))
    client = signed_in(patient)
    response = client.get(address(attempt), follow=True)
    assert told(response) == ["No payment has been reported. You can try again, or pay another way."]
    content = response.content.decode()
    assert "You went to eSewa at" in content
    assert "Pay with eSewa" in content
    # Reloaded, or opened by somebody else, it asks eSewa no more often.
    client.get(address(attempt))
    signed_in(other_patient).get(address(attempt))
    Client().get(address(attempt))
    assert asked == [attempt.pk]


def test_back_with_a_forged_word(
    esewa: FakeEsewa, due: Payment, patient: Any, caplog: pytest.LogCaptureFixture
) -> None:
    attempt = leave(due)
    forged = returned(attempt.gateway_id, "800.0", key="guessed")
    response = signed_in(patient).get(address(attempt), {"data": forged}, follow=True)
    assert "was not signed by the payment service" in told(response)[0]
    assert "tells us that you have paid" not in response.content.decode()
    assert str(attempt.pk) in caplog.text
    assert forged not in caplog.text


def test_back_to_what_is_no_attempt(esewa: FakeEsewa, submitted: Payment, patient: Any) -> None:
    attempt = submitted.attempts.get()  # type: ignore[attr-defined]
    response = signed_in(patient).get(address(attempt), {"data": "x"}, follow=True)
    assert response.redirect_chain == [(f"/payments/{submitted.pk}/", 302)]


def test_a_visit_long_ago_is_not_mentioned(
    esewa: FakeEsewa, payment_in: Callable[..., Payment], patient: Any
) -> None:
    payment = payment_in(appointment={"hold_expires_at": timezone.now() + timedelta(days=1)})
    attempt = leave(payment)
    client = signed_in(patient)
    assert "You went to eSewa at" in client.get(f"/payments/{payment.pk}/").content.decode()
    Attempt.objects.filter(pk=attempt.pk).update(created_at=timezone.now() - timedelta(hours=2))
    assert "You went to eSewa at" not in client.get(f"/payments/{payment.pk}/").content.decode()


def test_management_reads_what_was_said(esewa: FakeEsewa, due: Payment, manager: Any) -> None:
    from billing.domain import online

    attempt = leave(due)
    client = signed_in(manager)
    page = client.get(f"/payments/{due.pk}/").content.decode()
    assert attempt.gateway_id in page
    assert "eSewa was asked for NPR 800.00." in page
    esewa.pay(attempt.gateway_id, 500.0)
    online.ask(attempt.pk)
    assert Attempt.objects.get().outcome == AttemptOutcome.PENDING
    for where in (f"/payments/{due.pk}/review/", f"/payments/{due.pk}/"):
        content = client.get(where).content.decode()
        assert "eSewa was asked for NPR 800.00." in content
        assert "eSewa answered: COMPLETE, NPR 500.00." in content
    assert 'name="amount" inputmode="decimal" autocomplete="off" maxlength="16" value="500.00"' in content
    assert 'data-arrived="500.00"' in client.get("/payments/").content.decode()
