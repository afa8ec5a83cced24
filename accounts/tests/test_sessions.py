"""Whatever somebody has open ends when it must: sockets, sessions, tokens."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from channels.auth import AuthMiddlewareStack
from channels.testing import WebsocketCommunicator
from django.conf import settings
from django.test import Client
from rest_framework.test import APIClient

from accounts.domain import people, sessions
from accounts.models import User
from accounts.socket_auth import TicketMiddleware
from accounts.tests.factories import PASSWORD
from clinic.core.consumers import FrameConsumer
from clinic.core.testing.browser import session_cookie

pytestmark = pytest.mark.django_db(transaction=True)


class Echo(FrameConsumer):
    FRAMES = {"ping": "ping"}

    async def ping(self, frame: Any) -> None:
        await self.send_frame({"type": "pong"})


@asynccontextmanager
async def socket(*, session: str = "", ticket: str = "") -> AsyncIterator[WebsocketCommunicator]:
    application = AuthMiddlewareStack(TicketMiddleware(Echo.as_asgi()))
    cookie = f"{settings.SESSION_COOKIE_NAME}={session}".encode()
    path = f"/ws/?ticket={ticket}" if ticket else "/ws/"
    communicator = WebsocketCommunicator(application, path, [(b"cookie", cookie)] if session else [])
    connected, _protocol = await communicator.connect()
    assert connected
    try:
        yield communicator
    finally:
        await communicator.disconnect()


async def is_open(communicator: WebsocketCommunicator) -> bool:
    await communicator.send_json_to({"type": "ping"})
    return (await communicator.receive_json_from())["type"] == "pong"


async def closed_because(communicator: WebsocketCommunicator) -> str:
    told = await communicator.receive_json_from()
    assert told["type"] == "session.revoked"
    assert (await communicator.receive_output())["code"] == 4401
    return str(told["reason"])


async def test_logging_out_closes_the_sockets_of_that_session(patient: User) -> None:
    first = await sync_to_async(session_cookie)(patient)
    second = await sync_to_async(session_cookie)(patient)
    async with socket(session=first) as mine, socket(session=second) as other:
        client = Client()
        client.cookies[settings.SESSION_COOKIE_NAME] = first
        await sync_to_async(client.post)("/accounts/logout/")
        assert await closed_because(mine) == "logged_out"
        assert await is_open(other)


async def test_api_logout_closes_the_sockets_of_that_token(patient: User) -> None:
    def token_client() -> tuple[APIClient, str]:
        client = APIClient()
        log_in = {"email": patient.email, "password": PASSWORD}
        client.credentials(HTTP_AUTHORIZATION="Token " + client.post("/api/login/", log_in).json()["token"])
        return client, client.post("/api/socket-ticket/").json()["ticket"]

    leaving, ticket = await sync_to_async(token_client)()
    _staying, other_ticket = await sync_to_async(token_client)()
    async with socket(ticket=ticket) as mine, socket(ticket=other_ticket) as other:
        assert await is_open(mine)
        await sync_to_async(leaving.post)("/api/logout/")
        assert await closed_because(mine) == "logged_out"
        assert await is_open(other)


@pytest.mark.parametrize("reason", ["deactivated", "role_changed", "password_changed"])
async def test_change_of_standing_closes_all_sockets(patient: User, other_patient: User, reason: str) -> None:
    changes: dict[str, Callable[[], Any]] = {
        "deactivated": lambda: people.deactivate(patient),
        "role_changed": lambda: people.change_role(patient, "management"),
        "password_changed": lambda: _change_password(patient),
    }
    own, foreign = (
        await sync_to_async(session_cookie)(patient),
        await sync_to_async(session_cookie)(other_patient),
    )
    async with (
        socket(session=own) as first,
        socket(session=own) as second,
        socket(session=foreign) as outsider,
    ):
        await sync_to_async(changes[reason])()
        assert await closed_because(first) == reason
        assert await closed_because(second) == reason
        assert await is_open(outsider)


def _change_password(user: User) -> None:
    client = Client()
    client.force_login(user)
    new = "sunny-mountain-9"
    client.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new})


async def test_closed_account_opens_no_socket(patient: User) -> None:
    key = await sync_to_async(session_cookie)(patient)
    await sync_to_async(people.deactivate)(patient)
    async with socket(session=key) as communicator:
        assert (await communicator.receive_output())["code"] == 4401


def test_nothing_is_sent_when_the_change_is_rolled_back(
    patient: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.db import transaction

    from clinic.core import realtime

    sent: list[Any] = []
    monkeypatch.setattr(realtime, "_deliver", lambda *told: sent.append(told))

    with transaction.atomic():
        sessions.revoke(patient, sessions.DEACTIVATED)
        transaction.set_rollback(True)
    assert sent == []
    sessions.revoke(patient, sessions.DEACTIVATED)
    assert len(sent) == 1


def test_logging_out_everywhere(patient: User, other_patient: User) -> None:
    here, there, outsider, program = Client(), Client(), Client(), APIClient()
    for browser, user in ((here, patient), (there, patient), (outsider, other_patient)):
        browser.force_login(user)
    log_in = {"email": patient.email, "password": PASSWORD}
    program.credentials(HTTP_AUTHORIZATION="Token " + program.post("/api/login/", log_in).json()["token"])
    assert here.get("/profile/log-out-everywhere/").status_code == 405
    assert Client().post("/profile/log-out-everywhere/").status_code == 302
    assert there.get("/profile/").status_code == 200, "neither a link nor a stranger does it"
    assert here.post("/profile/log-out-everywhere/").status_code == 302
    assert here.get("/profile/").status_code == there.get("/profile/").status_code == 302
    assert program.get("/api/profile/").status_code == 401
    assert outsider.get("/profile/").status_code == 200


def test_deactivating_ends_sessions_and_tokens_for_good(patient: User) -> None:
    browser, program = Client(), APIClient()
    browser.force_login(patient)
    log_in = {"email": patient.email, "password": PASSWORD}
    program.credentials(HTTP_AUTHORIZATION="Token " + program.post("/api/login/", log_in).json()["token"])
    assert browser.get("/profile/").status_code == program.get("/api/profile/").status_code == 200
    people.deactivate(patient)
    assert browser.get("/profile/").status_code == 302
    assert program.get("/api/profile/").status_code == 401
    people.activate(patient)
    assert browser.get("/profile/").status_code == 302, "what was open before does not come back"
    assert program.get("/api/profile/").status_code == 401
    assert APIClient().post("/api/login/", log_in).status_code == 200
