"""What a client gets wrong is answered by an error frame, never by a dead server."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from channels.layers import get_channel_layer
from channels.testing import WebsocketCommunicator
from django.conf import settings

from clinic.core.consumers import MAX_FRAME_BYTES, MAX_FRAMES_A_SECOND, FrameConsumer, session_fingerprint
from clinic.core.errors import Conflict
from clinic.core.realtime import user_group

# Nothing here reads a row; but Channels looks after the connection that an earlier test's socket left open.
pytestmark = pytest.mark.django_db


class Sample(FrameConsumer):
    FRAMES = {"ping": "ping", "refuse": "refuse", "break": "fail", "topic": "topic"}

    async def joined(self) -> None:
        await self.send_frame({"type": "ready"})

    async def ping(self, frame: Any) -> None:
        await self.send_frame({"type": "pong", "n": frame.get("n")})

    async def refuse(self, frame: Any) -> None:
        raise Conflict("Taken")

    async def fail(self, frame: Any) -> None:
        raise KeyError("a bug")

    async def topic(self, frame: Any) -> None:
        await self.join("slots.a.2026-01-01")
        await self.leave("slots.a.2026-01-01")


def person(**fields: Any) -> Any:
    return SimpleNamespace(**{"pk": uuid4(), "is_authenticated": True, "is_active": True, **fields})


@asynccontextmanager
async def socket(user: Any = None, **scope: Any) -> AsyncIterator[WebsocketCommunicator]:
    communicator = WebsocketCommunicator(Sample.as_asgi(), "/ws/")
    communicator.scope.update({"user": user or person(), **scope})
    connected, _protocol = await communicator.connect()
    assert connected
    assert await communicator.receive_json_from() == {"type": "ready"}
    try:
        yield communicator
    finally:
        await communicator.disconnect()


async def error_to(communicator: WebsocketCommunicator, text: str) -> dict[str, Any]:
    await communicator.send_to(text_data=text)
    answer: dict[str, Any] = await communicator.receive_json_from()
    assert answer["type"] == "error"
    assert answer["detail"]
    return answer


async def still_alive(communicator: WebsocketCommunicator) -> bool:
    await communicator.send_json_to({"type": "ping", "n": 7})
    return bool(await communicator.receive_json_from() == {"type": "pong", "n": 7})


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("[]", "invalid"),
        ("null", "invalid"),
        ("1", "invalid"),
        ('"ping"', "invalid"),
        ("{}", "invalid"),
        ('{"type": null}', "invalid"),
        ('{"type": ["ping"]}', "invalid"),
        ('{"type": ""}', "unknown_type"),
        ('{"type": "nope"}', "unknown_type"),
        ('{"type": "disconnect"}', "unknown_type"),
        ('{"type": "session.revoke"}', "unknown_type"),
        ('{"type": "__init__"}', "unknown_type"),
        ('{"type": "\\ud800"}', "unknown_type"),
        ("{", "not_json"),
        ("[" * 50_000, "not_json"),
        ("1" * 5_000, "not_json"),
        ('{"type": "refuse"}', "conflict"),
        ('{"type": "break"}', "server_error"),
    ],
)
async def test_wrong_frames_are_answered_and_the_socket_lives(text: str, code: str) -> None:
    async with socket() as communicator:
        assert (await error_to(communicator, text))["code"] == code
        assert await still_alive(communicator)


async def test_the_error_names_the_frame_it_answers() -> None:
    async with socket() as communicator:
        for kind in ("nope", "refuse", "break"):
            answer = await error_to(communicator, json.dumps({"type": kind, "client_id": "c1"}))
            assert answer["client_id"] == "c1"
        answer = await error_to(communicator, json.dumps({"type": "nope", "client_id": {"a": 1}}))
        assert "client_id" not in answer


async def test_binary_and_second_broken_frame_close() -> None:
    async with socket() as communicator:
        await communicator.send_to(bytes_data=b"\x00\x01")
        assert (await communicator.receive_json_from())["code"] == "not_json"
        await communicator.send_to(text_data="{")
        assert (await communicator.receive_output())["code"] == 4400


async def test_frames_have_a_size() -> None:
    async with socket() as communicator:
        head = '{"type":"ping","n":7,"pad":"'
        fits = head + "x" * (MAX_FRAME_BYTES - len(head) - 2) + '"}'
        await communicator.send_to(text_data=fits)
        assert (await communicator.receive_json_from())["type"] == "pong"
        assert (await error_to(communicator, fits + " "))["code"] == "too_large"
        assert (await error_to(communicator, '"' + "क" * (MAX_FRAME_BYTES // 2) + '"'))["code"] == "too_large"
        await communicator.send_to(bytes_data=b"x" * (MAX_FRAME_BYTES + 1))
        assert (await communicator.receive_json_from())["code"] == "too_large"
        assert await still_alive(communicator)


async def test_flooding_is_warned_about_then_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = SimpleNamespace(now=1000.0)
    monkeypatch.setattr("clinic.core.consumers.time", SimpleNamespace(monotonic=lambda: clock.now))
    async with socket() as communicator:
        for _frame in range(MAX_FRAMES_A_SECOND + 1):
            await communicator.send_json_to({"type": "ping"})
        for _frame in range(MAX_FRAMES_A_SECOND):
            assert (await communicator.receive_json_from())["type"] == "pong"
        assert (await communicator.receive_json_from())["code"] == "flooding"
        clock.now += 1
        for _frame in range(MAX_FRAMES_A_SECOND + 1):
            await communicator.send_json_to({"type": "ping"})
        for _frame in range(MAX_FRAMES_A_SECOND):
            assert (await communicator.receive_json_from())["type"] == "pong"
        assert (await communicator.receive_output())["code"] == 4429


async def test_flooding_on_and_on_in_one_second_closes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("clinic.core.consumers.time", SimpleNamespace(monotonic=lambda: 1000.0))
    async with socket() as communicator:
        for _frame in range(2 * MAX_FRAMES_A_SECOND + 1):
            await communicator.send_json_to({"type": "ping"})
        kinds = [
            (await communicator.receive_json_from())["type"] for _frame in range(MAX_FRAMES_A_SECOND + 1)
        ]
        assert kinds.count("error") == 1
        assert (await communicator.receive_output())["code"] == 4429


async def test_a_quiet_second_forgives(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = SimpleNamespace(now=1000.0)
    monkeypatch.setattr("clinic.core.consumers.time", SimpleNamespace(monotonic=lambda: clock.now))
    async with socket() as communicator:
        for _round in range(2):
            for _frame in range(MAX_FRAMES_A_SECOND + 1):
                await communicator.send_json_to({"type": "ping"})
            for _frame in range(MAX_FRAMES_A_SECOND):
                assert (await communicator.receive_json_from())["type"] == "pong"
            assert (await communicator.receive_json_from())["code"] == "flooding"
            for _quiet in range(2):
                clock.now += 1
                assert await still_alive(communicator)
            clock.now += 1


@pytest.mark.parametrize("fields", [{"is_authenticated": False}, {"is_active": False}])
async def test_strangers_are_closed_with_4401(fields: dict[str, bool]) -> None:
    communicator = WebsocketCommunicator(Sample.as_asgi(), "/ws/")
    communicator.scope["user"] = person(**fields)
    await communicator.connect()
    assert (await communicator.receive_output())["code"] == 4401


async def test_events_reach_the_user_they_name() -> None:
    user: Any = person()
    layer: Any = get_channel_layer()
    async with socket(user) as mine, socket() as other:
        event = {"type": "appointment.changed", "id": "1", "status": "confirmed"}
        await layer.group_send(user_group(user.pk), {"type": "live.event", "event": event})
        assert await mine.receive_json_from() == event
        assert await other.receive_nothing(0.05)


@pytest.mark.parametrize(
    "kind", ["event.of.tomorrow", "_private", "__class__", "", "channel_layer", "scope", "user"]
)
async def test_channel_events_nobody_handles_are_ignored(kind: str) -> None:
    user: Any = person()
    layer: Any = get_channel_layer()
    async with socket(user) as communicator:
        await layer.group_send(user_group(user.pk), {"type": kind})
        assert await still_alive(communicator)


async def test_revoking_one_log_in_leaves_the_others() -> None:
    user: Any = person()
    layer: Any = get_channel_layer()
    by_cookie = {"session": SimpleNamespace(session_key="abc")}
    by_token = {"session": SimpleNamespace(session_key=None), "login": session_fingerprint("token")}
    async with socket(user, **by_cookie) as cookie, socket(user, **by_token) as token:
        message = {"type": "session.revoke", "reason": "logged_out", "session": session_fingerprint("abc")}
        await layer.group_send(user_group(user.pk), message)
        assert await cookie.receive_json_from() == {"type": "session.revoked", "reason": "logged_out"}
        assert (await cookie.receive_output())["code"] == 4401
        assert await still_alive(token)
        await layer.group_send(user_group(user.pk), {**message, "session": None, "reason": "deactivated"})
        assert (await token.receive_json_from())["reason"] == "deactivated"


@pytest.mark.skipif(bool(settings.REDIS_URL), reason="only the in-memory layer lets its groups be looked at")
async def test_closing_leaves_every_group() -> None:
    layer: Any = get_channel_layer()
    user: Any = person()
    async with socket(user) as communicator:
        await communicator.send_json_to({"type": "topic"})
        assert await still_alive(communicator)
        assert layer.groups[user_group(user.pk)]
    assert not layer.groups.get(user_group(user.pk))
    assert not layer.groups.get("slots.a.2026-01-01")
