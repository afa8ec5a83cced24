"""Socket tickets: one use, one minute, one winner."""

import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.utils import timezone

from accounts.domain import tickets
from accounts.models import SocketTicket, User
from accounts.socket_auth import TicketMiddleware


@pytest.mark.django_db
def test_ticket_lets_its_user_in_once(patient: User) -> None:
    ticket = tickets.issue(patient)
    assert tickets.redeem(ticket) == patient
    assert tickets.redeem(ticket) is None


@pytest.mark.django_db
def test_only_the_hash_is_stored(patient: User) -> None:
    ticket = tickets.issue(patient)
    stored = SocketTicket.objects.get()
    assert stored.digest == hashlib.sha256(ticket.encode()).hexdigest()
    assert ticket not in str(SocketTicket.objects.values_list())
    assert tickets.redeem(stored.digest) is None


@pytest.mark.django_db
def test_ticket_expires_after_a_minute(patient: User) -> None:
    in_time, late = tickets.issue(patient), tickets.issue(patient)
    with time_machine.travel(timezone.now() + timedelta(seconds=58), tick=False):
        assert tickets.redeem(in_time) == patient
    with time_machine.travel(timezone.now() + timedelta(seconds=61), tick=False):
        assert tickets.redeem(late) is None
        tickets.issue(patient)
        assert SocketTicket.objects.count() == 1, "old ones are swept away"


@pytest.mark.django_db
def test_ticket_of_somebody_deactivated_is_worthless(patient: User) -> None:
    ticket = tickets.issue(patient)
    User.objects.update(is_active=False)
    assert tickets.redeem(ticket) is None


@pytest.mark.django_db
@pytest.mark.parametrize("ticket", ["", "x", "\x00", "\ud800", "é" * 9000])
def test_nonsense_is_refused(ticket: str) -> None:
    assert tickets.redeem(ticket) is None


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_one_wins(patient: User) -> None:
    ticket = tickets.issue(patient)
    start = Barrier(8)

    def try_it(_number: int) -> bool:
        try:
            start.wait()
            return tickets.redeem(ticket) is not None
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(try_it, range(8))) == 1


@pytest.mark.django_db
def test_the_api_issues_one(api: Callable[..., Any], patient: User) -> None:
    answer = api(patient).post("/api/socket-ticket/")
    assert answer.status_code == 201
    assert answer.json()["expires_in"] == 60
    assert tickets.redeem(answer.json()["ticket"]) == patient
    assert api().post("/api/socket-ticket/").status_code == 401
    assert api(patient).get("/api/socket-ticket/").json()["code"] == "method_not_allowed"


async def _user_of(query: bytes, user: Any) -> Any:
    seen: dict[str, Any] = {}

    async def application(scope: Any, receive: Any, send: Any) -> None:
        seen.update(scope)

    await TicketMiddleware(application)(
        {"type": "websocket", "query_string": query, "user": user}, None, None
    )
    return seen["user"]


@pytest.mark.django_db(transaction=True)
async def test_middleware_takes_the_session_first_then_the_ticket(patient: User, doctor: User) -> None:
    from asgiref.sync import sync_to_async

    nobody = AnonymousUser()
    ticket = await sync_to_async(tickets.issue)(patient)
    query = f"x=1&ticket={ticket}".encode()
    assert await _user_of(query, doctor) == doctor
    assert await _user_of(query, nobody) == patient, "the session's user left it unused"
    assert (await _user_of(query, nobody)).is_anonymous
    for broken in (b"", b"ticket=", b"ticket=%00", b"ticket=%ff%fe", b"\xff\xfe"):
        assert (await _user_of(broken, nobody)).is_anonymous
