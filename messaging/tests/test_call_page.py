"""The call's page before, during and after its time, and for whom."""

from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse

from messaging.domain import calls, ringing

from .call_sockets import make_call
from .factories import make_conversation

pytestmark = pytest.mark.django_db


def page(client: Any, user: Any, call: Any) -> Any:
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client.get(f"/calls/{call.pk}/")


def test_the_page_tells_the_script_what_it_needs(client: Any, patient: Any, doctor: Any) -> None:
    call = make_call(patient, doctor)
    shown = page(client, doctor, call).content.decode()
    assert f'data-socket="/ws/calls/{call.pk}/"' in shown
    assert "data-host" in shown
    assert f'hx-get="{reverse("visit_panel", args=[call.pk])}"' in shown
    assert "Call with Asha Gurung" in shown
    shown = page(client, patient, call).content.decode()
    assert "data-host" not in shown
    assert "hx-get" not in shown
    assert "Dr. Sita Sharma knows that you are here" in shown


def test_outsiders_find_nothing(client: Any, patient: Any, doctor: Any, request: Any) -> None:
    call = make_call(patient, doctor)
    for who in ("other_patient", "other_doctor", "manager", "admin"):
        assert page(client, request.getfixturevalue(who), call).status_code == 404
    assert client.get(f"/calls/{uuid4()}/").status_code == 404
    client.logout()
    answer = client.get(f"/calls/{call.pk}/")
    assert answer.status_code == 302
    assert reverse("account_login") in answer.url


def test_too_early_says_when(client: Any, patient: Any, doctor: Any) -> None:
    call = make_call(patient, doctor, opens_in=90)
    shown = page(client, patient, call).content.decode()
    assert "You are early" in shown
    assert 'data-opens-in="5400"' in shown
    assert "data-socket" not in shown


def test_over(client: Any, patient: Any, doctor: Any) -> None:
    past = make_call(patient, doctor, opens_in=-90)
    assert "This call is over." in page(client, patient, past).content.decode()
    ended = make_call(patient, doctor)
    calls.end(ended.pk, actor=doctor, reason="ended")
    assert "This call is over." in page(client, doctor, ended).content.decode()
    missed = ringing.ring(make_conversation(patient, doctor), caller=doctor)
    ringing.miss(missed.pk)
    assert "This call was missed." in page(client, patient, missed).content.decode()


def test_a_call_from_chat_has_no_visit(client: Any, patient: Any, doctor: Any) -> None:
    call = ringing.ring(make_conversation(patient, doctor), caller=doctor)
    shown = page(client, doctor, call).content.decode()
    assert "data-rung" in shown
    assert "call-visit" not in shown


def test_names_are_text_not_markup(client: Any, patient: Any, doctor: Any) -> None:
    patient.first_name = "<img src=x>"
    patient.save()
    shown = page(client, doctor, make_call(patient, doctor)).content.decode()
    assert "<img src=x>" not in shown
    assert "&lt;img src=x&gt;" in shown
