"""A clinic that requires a second factor of its staff."""

from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.test import Client

from accounts.domain import sessions, tickets
from accounts.models import User
from accounts.tests.second_steps import (
    api_log_in,
    code_of,
    is_in,
    page_log_in,
    reauthenticated,
    with_app,
    with_recovery_codes,
)
from accounts.tests.test_sessions import closed_because, is_open, socket
from clinic.core.testing.browser import session_cookie


@pytest.fixture
def _required(settings: Any) -> None:
    settings.STAFF_MFA_REQUIRED = True


@pytest.mark.django_db
@pytest.mark.usefixtures("_required")
class TestPages:
    @pytest.mark.parametrize("role", ["doctor", "manager", "admin"])
    @pytest.mark.parametrize("path", ["/profile/", "/home/", "/admin/", "/accounts/email/", "/api/profile/"])
    def test_staff_come_to_the_set_up_and_nowhere_else(self, request: Any, role: str, path: str) -> None:
        client = page_log_in(request.getfixturevalue(role))
        answer = client.get(path)
        if path.startswith("/api/"):
            assert (answer.status_code, answer.json()["code"]) == (403, "mfa_required")
        else:
            assert (answer.status_code, answer["Location"]) == (302, "/accounts/2fa/")

    def test_the_set_up_leads_nowhere_else(self, doctor: User) -> None:
        page = page_log_in(doctor).get("/accounts/2fa/")
        text = page.content.decode()
        assert "The clinic asks everyone who works here" in text
        assert "side-nav" not in text
        assert "live.js" not in text, "its sockets would be refused"

    def test_htmx_is_led_there_too(self, doctor: User) -> None:
        answer = page_log_in(doctor).get("/home/", HTTP_HX_REQUEST="true")
        assert answer["HX-Redirect"] == "/accounts/2fa/"

    def test_patients_are_not_asked(self, patient: User) -> None:
        assert is_in(page_log_in(patient))

    def test_after_the_set_up_all_is_open(self, doctor: User) -> None:
        client = reauthenticated(doctor)
        assert client.get("/accounts/2fa/totp/activate/").status_code == 200
        assert not is_in(client)
        with_app(doctor)
        assert is_in(client)

    def test_recovery_codes_are_no_second_factor(self, doctor: User) -> None:
        with_recovery_codes(doctor)
        assert not is_in(page_log_in(doctor))

    def test_the_last_one_stays(self, doctor: User, patient: User) -> None:
        with_app(doctor)
        client = reauthenticated(doctor)
        assert "Add another one" in client.get("/accounts/2fa/totp/deactivate/").content.decode()
        assert client.post("/accounts/2fa/totp/deactivate/").status_code == 200
        assert is_in(client)
        with_app(patient)
        assert reauthenticated(patient).post("/accounts/2fa/totp/deactivate/").status_code == 302

    def test_logging_out_is_possible(self, doctor: User) -> None:
        client = page_log_in(doctor)
        client.post("/accounts/logout/")
        assert "_auth_user_id" not in client.session


@pytest.mark.django_db
class TestApi:
    def test_no_token_without_it(self, settings: Any, doctor: User, patient: User) -> None:
        settings.STAFF_MFA_REQUIRED = True
        answer = api_log_in(doctor)
        assert (answer.status_code, answer.json()["code"]) == (403, "mfa_required")
        assert api_log_in(patient).status_code == 200
        secret = with_app(doctor)
        assert api_log_in(doctor, otp=code_of(secret)).status_code == 200

    def test_tokens_from_before_are_refused(self, settings: Any, doctor: User) -> None:
        from rest_framework.test import APIClient

        client = APIClient()
        client.credentials(HTTP_AUTHORIZATION="Token " + api_log_in(doctor).json()["token"])
        assert client.get("/api/profile/").status_code == 200
        settings.STAFF_MFA_REQUIRED = True
        for method, path in (("get", "profile"), ("post", "socket-ticket"), ("patch", "profile")):
            answer = getattr(client, method)(f"/api/{path}/")
            assert (answer.status_code, answer.json()["code"]) == (403, "mfa_required")
        with_app(doctor)
        assert client.get("/api/profile/").status_code == 200


@pytest.mark.django_db(transaction=True)
class TestSockets:
    async def test_refused_until_it_is_set_up(self, settings: Any, doctor: User, patient: User) -> None:
        cookie = await sync_to_async(session_cookie)(doctor)
        ticket = await sync_to_async(tickets.issue)(doctor)
        others = await sync_to_async(session_cookie)(patient)
        settings.STAFF_MFA_REQUIRED = True
        async with socket(session=cookie) as by_cookie, socket(ticket=ticket) as by_ticket:
            assert (await by_cookie.receive_output())["code"] == 4401
            assert (await by_ticket.receive_output())["code"] == 4401
        async with socket(session=others) as of_patient:
            assert await is_open(of_patient)
        await sync_to_async(with_app)(doctor)
        async with socket(session=cookie) as now:
            assert await is_open(now)

    async def test_taking_the_last_passkey_off_closes_them(self, settings: Any, doctor: User) -> None:
        settings.STAFF_MFA_REQUIRED = True

        def passkey() -> Any:
            from allauth.mfa.models import Authenticator

            return Authenticator.objects.create(
                user=doctor, type="webauthn", data={"name": "Key", "credential": {}}
            )

        key = await sync_to_async(passkey)()
        client = await sync_to_async(reauthenticated)(doctor)
        cookie = await sync_to_async(session_cookie)(doctor)
        async with socket(session=cookie) as open_socket:
            assert await is_open(open_socket)
            await sync_to_async(client.post)(f"/accounts/2fa/webauthn/keys/{key.pk}/remove/")
            assert await closed_because(open_socket) == sessions.SECOND_FACTOR_CHANGED


@pytest.mark.django_db
def test_off_by_default(doctor: User) -> None:
    client = Client()
    client.force_login(doctor)
    assert is_in(client)
