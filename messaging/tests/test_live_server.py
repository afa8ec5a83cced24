"""A real server and real clients: cookie and ticket, races over the wire, bytes that are no text."""

import asyncio
import json
from typing import Any

import httpx
import pytest
import websockets
from channels.db import database_sync_to_async
from django.conf import settings
from knox.models import AuthToken
from websockets.asyncio.client import ClientConnection

from accounts.domain import tickets
from clinic.core.testing.browser import session_cookie
from messaging.models import Message

from .factories import make_conversation, texts

pytestmark = [pytest.mark.server, pytest.mark.django_db(transaction=True)]


async def open_socket(server: Any, user: Any) -> ClientConnection:
    cookie = await database_sync_to_async(session_cookie)(user)
    socket = await websockets.connect(
        f"{server.ws_url}/ws/",
        additional_headers={"Cookie": f"{settings.SESSION_COOKIE_NAME}={cookie}"},
        # Behind a full queue of what nobody reads, `close` would wait ten seconds for the server's answer.
        max_queue=None,
    )
    assert (await heard(socket, "ready"))["user"] == str(user.pk)
    return socket


async def heard(socket: ClientConnection, *types: str) -> dict[str, Any]:
    while True:
        frame: dict[str, Any] = json.loads(await asyncio.wait_for(socket.recv(), 10))
        if frame["type"] in types:
            return frame


async def say(socket: ClientConnection, **frame: Any) -> None:
    await socket.send(json.dumps(frame))


async def test_a_message_goes_from_browser_to_program(server: Any, patient: Any, doctor: Any) -> None:
    """The patient has a session, the doctor's program a ticket, which works once."""
    conversation = await database_sync_to_async(make_conversation)(patient, doctor)
    ticket = await database_sync_to_async(tickets.issue)(doctor)
    here = await open_socket(server, patient)
    there = await websockets.connect(f"{server.ws_url}/ws/?ticket={ticket}")
    assert (await heard(there, "ready"))["user"] == str(doctor.pk)
    text = "नमस्ते 👋 <b>&amp;</b>\nsecond line"
    await say(here, type="message.send", client_id="c", conversation=str(conversation.pk), text=text)
    ack = await heard(here, "message.ack")
    assert (await heard(there, "message.new"))["message"] == ack["message"]
    assert ack["message"]["text"] == text
    again = await websockets.connect(f"{server.ws_url}/ws/?ticket={ticket}")
    with pytest.raises(websockets.ConnectionClosed) as closed:
        await again.recv()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4401
    await here.close()
    await there.close()


async def test_one_client_id_over_twenty_connections_is_stored_once(
    server: Any, patient: Any, doctor: Any
) -> None:
    conversation = await database_sync_to_async(make_conversation)(patient, doctor)
    sockets = await asyncio.gather(*(open_socket(server, patient) for _number in range(10)))
    _token, key = await database_sync_to_async(AuthToken.objects.create)(patient)
    url = f"{server.url}/api/conversations/{conversation.pk}/messages/"
    frame = {
        "type": "message.send",
        "client_id": "same",
        "conversation": str(conversation.pk),
        "text": "once",
    }
    async with httpx.AsyncClient(headers={"Authorization": f"Token {key}"}, timeout=30) as client:
        posting = [
            asyncio.create_task(client.post(url, json={"client_id": "same", "text": "once"}))
            for _number in range(10)
        ]
        await asyncio.gather(*(say(socket, **frame) for socket in sockets))
        answers = await asyncio.gather(*posting)
    acks = await asyncio.gather(*(heard(socket, "message.ack") for socket in sockets))
    ids = {answer.json()["id"] for answer in answers} | {ack["message"]["id"] for ack in acks}
    assert len(ids) == 1
    assert await database_sync_to_async(texts)(conversation) == ["once"]
    for socket in sockets:
        await socket.close()


async def test_forty_messages_over_four_sockets_arrive_once_and_without_a_gap(
    server: Any, patient: Any, doctor: Any
) -> None:
    conversation = await database_sync_to_async(make_conversation)(patient, doctor)
    people = [patient, doctor, patient, doctor]
    sockets = await asyncio.gather(*(open_socket(server, person) for person in people))
    listener = await open_socket(server, doctor)
    for number in range(10):
        for index, socket in enumerate(sockets):
            await say(
                socket,
                type="message.send",
                client_id=f"{index}-{number}",
                conversation=str(conversation.pk),
                text=f"{index}-{number}",
            )
    arrived = [(await heard(listener, "message.new"))["message"] for _number in range(40)]
    assert sorted(message["seq"] for message in arrived) == list(range(1, 41))
    assert len({message["client_id"] for message in arrived}) == 40
    stored = await database_sync_to_async(
        lambda: list(Message.objects.order_by("seq").values_list("seq", "text"))
    )()
    assert [seq for seq, _text in stored] == list(range(1, 41))
    for index in range(4):  # what one socket sent stays in its order
        own = [text for _seq, text in stored if text.startswith(f"{index}-")]
        assert own == [f"{index}-{number}" for number in range(10)]
    for socket in [*sockets, listener]:
        await socket.close()


def alive(server: Any) -> bool:
    return httpx.get(f"{server.url}/healthz").status_code == 200


async def test_what_can_not_be_encoded_never_ends_the_server(server: Any, patient: Any, doctor: Any) -> None:
    conversation = await database_sync_to_async(make_conversation)(patient, doctor)
    socket = await open_socket(server, patient)
    sending: dict[str, Any] = {"conversation": str(conversation.pk), "text": "x", "client_id": "c"}
    for field in ("client_id", "text", "conversation", "type"):
        frame = {"type": "message.send", **sending, field: "\ud800"}
        await socket.send(json.dumps(frame))  # escaped: valid UTF-8 on the wire, half a character inside
        assert (await heard(socket, "error"))["code"] in ("invalid", "unknown_type")
    await socket.send(b"\xff\xfe{", text=True)
    with pytest.raises(websockets.ConnectionClosed):
        await heard(socket, "never")
    assert alive(server)
    assert "Traceback" not in server.log


async def test_bytes_and_nonsense_are_warned_about_then_closed_with_4400(server: Any, patient: Any) -> None:
    socket = await open_socket(server, patient)
    await socket.send(b"\x00\x01")
    assert (await heard(socket, "error"))["code"] == "not_json"
    await socket.send("{")
    with pytest.raises(websockets.ConnectionClosed) as closed:
        await heard(socket, "never")
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4400
    assert alive(server)


async def test_flooding_is_warned_about_then_closed_with_4429(server: Any, patient: Any) -> None:
    socket = await open_socket(server, patient)

    async def flood() -> None:
        for _number in range(600):
            await say(socket, type="ping")

    with pytest.raises(websockets.ConnectionClosed) as closed:
        await asyncio.gather(flood(), heard(socket, "never"))
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4429
    assert alive(server)


async def test_a_foreign_page_opens_no_socket(server: Any, patient: Any) -> None:
    cookie = await database_sync_to_async(session_cookie)(patient)
    with pytest.raises(websockets.InvalidStatus):
        await websockets.connect(
            f"{server.ws_url}/ws/",
            origin=websockets.Origin("https://evil.example"),
            additional_headers={"Cookie": f"{settings.SESSION_COOKIE_NAME}={cookie}"},
        )
