"""Management lets people in and out; everything they have open ends within a second."""

import json
import time
import urllib.parse
import urllib.request
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from websockets.sync.client import connect

from accounts.models import Activity, User
from accounts.tests.test_socket_real_server import close_code
from clinic.core.testing.browser import session_cookie


@pytest.fixture
def desk(client: Client, manager: User) -> Client:
    client.force_login(manager)
    return client


def of(name: str, person: User) -> str:
    return reverse(name, args=[person.pk])


@pytest.mark.django_db
def test_out_with_a_reason_and_in_again(desk: Client, patient: User, manager: User) -> None:
    theirs = Client()
    theirs.force_login(patient)
    assert "Deactivate" in desk.get(of("person_deactivate", patient)).content.decode()
    assert desk.post(of("person_deactivate", patient), {"reason": " "}).status_code == 422
    assert theirs.get("/profile/").status_code == 200, "not without a reason"
    for _twice in range(2):
        assert desk.post(of("person_deactivate", patient), {"reason": "Moved away"}).status_code == 302
    assert theirs.get("/profile/").status_code == 302
    row = Activity.objects.get(verb="account.deactivate")
    assert (row.actor, row.reason, row.target_id) == (manager, "Moved away", str(patient.pk))
    assert desk.get(of("person_activate", patient)).status_code == 405
    assert desk.post(of("person_activate", patient)).status_code == 302
    patient.refresh_from_db()
    assert patient.is_active
    assert theirs.get("/profile/").status_code == 302, "what was open before does not come back"


@pytest.mark.django_db
def test_only_admin_gives_roles(
    client: Client, desk: Client, patient: User, manager: User, admin: User
) -> None:
    assert desk.post(of("person_role", patient), {"role": "management"}).status_code == 403
    client.force_login(admin)
    answer = client.post(of("person_role", patient), {"role": "doctor"})
    assert answer.status_code == 422
    assert "doctor profile" in answer.content.decode()
    assert client.post(of("person_role", patient), {"role": "root"}).status_code == 422
    assert client.post(of("person_role", patient), {"role": "management"}).status_code == 302
    patient.refresh_from_db()
    assert patient.role == "management"
    assert client.post(of("person_role", admin), {"role": "patient"}).status_code == 404, "not one's own"


@pytest.mark.server
def test_an_open_socket_closes_within_a_second(server: Any, patient: User, manager: User) -> None:
    cookies = {"Cookie": f"{settings.SESSION_COOKIE_NAME}={session_cookie(patient)}"}
    with connect(f"{server.ws_url}/ws/", additional_headers=cookies, origin=server.url) as socket:
        assert json.loads(socket.recv(timeout=10))["type"] == "ready"
        token = "a" * 32
        body = urllib.parse.urlencode({"reason": "Moved away", "csrfmiddlewaretoken": token}).encode()
        headers = {"Cookie": f"{settings.SESSION_COOKIE_NAME}={session_cookie(manager)}; csrftoken={token}"}
        address = f"{server.url}{of('person_deactivate', patient)}"
        urllib.request.urlopen(urllib.request.Request(address, body, headers), timeout=20).read()
        begun = time.monotonic()
        assert json.loads(socket.recv(timeout=5)) == {"type": "session.revoked", "reason": "deactivated"}
        assert close_code(socket) == 4401
        assert time.monotonic() - begun < 1
