"""Odd values in every field of every frame of both sockets: none breaks the server, and each socket goes on.

What exactly answers a wrong field: test_live_socket.py and test_call_bad_frames.py. `make fuzz` tries more of them
(FUZZ, FUZZ_SEED).
"""

import json
import logging
import os
from collections.abc import Iterator
from copy import deepcopy
from itertools import islice
from random import Random
from typing import Any
from uuid import uuid4

import pytest
from channels.db import database_sync_to_async
from django.urls import get_resolver

from clinic.core import consumers as core
from messaging.call_consumer import CallConsumer
from messaging.consumers import LiveConsumer
from messaging.domain import messages

from .call_sockets import CANDIDATE, OFFER, make_call, meeting
from .factories import make_conversation
from .sockets import Socket, connected

pytestmark = pytest.mark.django_db(transaction=True)

LONG = int(os.environ.get("FUZZ", "0"))
SEED = int(os.environ.get("FUZZ_SEED", "1"))
MADE_UP = 100 * LONG or 40
# The bounded run of the suite tries each fourth; not a divisor of how many odd values there are.
STEP = 1 if LONG else 4

DEEP: Any = []
for _level in range(400):
    DEEP = [DEEP]
ODD: list[Any] = [
    None,
    True,
    -1,
    2**64,
    10**400,
    -0.0,
    1e308,
    float("nan"),
    float("inf"),
    "",
    "\x00",
    "a\x00b",
    "\ud800",
    "\u202e\ufeff",
    "x" * 30_000,
    "9" * 36,
    "0" * 8 + "-0000-0000-0000-" + "0" * 12,
    "{00000000-0000-0000-0000-000000000000}",
    "slots:00000000-0000-0000-0000-000000000000:0000-00-00",
    [],
    [[], {}, None],
    ["a"] * 200,
    {},
    {"type": ["offer"], "": None},
    {"a": {"b": {"c": DEEP}}},
    DEEP,
]
# These read no field; and the last two, whatever comes with them, end the socket.
WITHOUT_FIELDS = ("ping", "leave", "end")


def spoilt(right: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The frame without each of its fields, with each odd value in each, and so on in the objects within it."""
    for name, value in right.items():
        if name == "type":
            continue
        yield {key: other for key, other in right.items() if key != name}
        for odd in ODD:
            yield {**right, name: odd}
        if isinstance(value, dict):
            for inner in spoilt({**value, "type": value.get("type", "")}):
                yield {**right, name: inner}
            for odd in ODD:
                yield {**right, name: {**value, "type": odd}}


def made_up(rights: list[dict[str, Any]], dice: Random) -> Iterator[dict[str, Any]]:
    """Random mixtures: fields of one frame in another, odd values within values, several at once."""
    fields = sorted({name for right in rights for name in right} | {"client_id", "", "__class__"})
    values = ODD + [right[name] for right in rights for name in right if name != "type"]

    def value(depth: int) -> Any:
        choice = dice.random()
        if depth and choice < 0.15:
            return [value(depth - 1) for _number in range(dice.randint(0, 4))]
        if depth and choice < 0.3:
            return {dice.choice(fields): value(depth - 1) for _number in range(dice.randint(0, 4))}
        return dice.randint(-(2**70), 2**70) if choice < 0.35 else dice.choice(values)

    for _number in range(MADE_UP):
        frame = deepcopy(dice.choice(rights))
        kind = frame["type"]
        for _change in range(dice.randint(1, 4)):
            frame[dice.choice(fields)] = value(3)
        if dice.random() < 0.9:
            frame["type"] = kind
        yield frame


async def outlives(socket: Socket, frames: Iterator[dict[str, Any]], may_say: set[str]) -> None:
    """Each frame is answered by nothing, by what a right one gets, or by an error that is the client's."""
    for frame in frames:
        text = json.dumps(frame)
        await socket.send_to(text_data=text)
        await socket.send_json_to({"type": "ping"})
        answer = await socket.frame()
        while answer["type"] != "pong":
            assert answer["type"] in may_say | {"error"}, (text[:500], answer)
            if answer["type"] == "error":
                assert answer["code"] not in ("server_error", "not_json"), (text[:500], answer)
                assert answer["detail"], (text[:500], answer)
            answer = await socket.frame()


@pytest.fixture(autouse=True)
def _unlimited(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.LIMITS = {}
    assert get_resolver().url_patterns  # read before anybody waits for an answer
    monkeypatch.setattr(core, "MAX_FRAMES_A_SECOND", 10**9)


def nothing_broke(caplog: pytest.LogCaptureFixture) -> bool:
    return [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR] == []


async def test_the_live_socket(patient: Any, doctor: Any, caplog: pytest.LogCaptureFixture) -> None:
    conversation = await database_sync_to_async(make_conversation)(patient, doctor)
    mine = await database_sync_to_async(messages.post)(conversation, sender=patient, text="one")
    here, slots = str(conversation.pk), f"slots:{doctor.pk}:2026-11-21"
    rights: list[dict[str, Any]] = [
        {
            "type": "message.send",
            "conversation": here,
            "client_id": "c",
            "text": "hi",
            "attachments": [],
            "reply_to": str(mine.pk),
        },
        {"type": "message.edit", "message": str(mine.pk), "text": "two", "client_id": "c"},
        {"type": "message.delete", "message": str(uuid4()), "client_id": "c"},
        {"type": "message.delivered", "conversation": here, "seq": 1},
        {"type": "message.read", "conversation": here, "seq": 1},
        {"type": "typing", "conversation": here},
        {"type": "watch", "topic": slots},
        {"type": "watch", "topics": [slots, f"presence:{doctor.pk}"]},
        {"type": "unwatch", "topic": slots},
        {"type": "unwatch", "topics": [slots]},
        {"type": "presence", "state": "away"},
        {"type": "since", "began": 1795314302.118},
    ]
    assert {right["type"] for right in rights} == set(LiveConsumer.FRAMES).difference(WITHOUT_FIELDS)
    may_say = {"message.ack", "message.new", "message.changed", "message.read", "message.delivered"}
    may_say |= {"watching", "missed", "presence", "pong", "ready"}
    async with connected(patient) as socket, connected(doctor) as doctors:
        for right in rights:
            await outlives(socket, islice(spoilt(right), 0, None, STEP), may_say)
        await outlives(socket, made_up(rights, Random(SEED)), may_say)
        await doctors.send_json_to({"type": "ping"})
        await doctors.frame("pong")
    assert nothing_broke(caplog)


async def test_a_call_s_socket(patient: Any, doctor: Any, caplog: pytest.LogCaptureFixture) -> None:
    call = await database_sync_to_async(make_call)(patient, doctor)
    async with meeting(doctor, patient, call) as (host, guest):
        rights: list[dict[str, Any]] = [
            {"type": "signal", "to": guest.peer, "description": OFFER},
            {"type": "signal", "to": guest.peer, "candidate": {**CANDIDATE, "usernameFragment": "x"}},
            {"type": "state", "mic": True, "camera": True, "screen": False, "hand": False},
            {"type": "admit", "peer": guest.peer},
            {"type": "remove", "peer": str(uuid4())},
            {"type": "lock", "locked": False},
            {
                "type": "quality",
                "seconds": 10,
                "audio_only_seconds": 1,
                "reconnects": 1,
                "rtt_ms": 9.5,
                "loss_percent": 1,
                "height": 720,
                "relay": False,
                "silent_mic": False,
            },
        ]
        assert {right["type"] for right in rights} == set(CallConsumer.FRAMES).difference(WITHOUT_FIELDS)
        for socket in (host, guest):
            may_say = {"pong", "peer.state", "call.locked", "signal"}
            for right in rights:
                await outlives(socket, islice(spoilt(right), 0, None, STEP), may_say)
            await outlives(socket, made_up(rights, Random(SEED)), may_say)
    assert nothing_broke(caplog)
