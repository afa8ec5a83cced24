"""`/ws/`: chat frames, topics, outsiders, and frames of every wrong shape."""

import json
from typing import Any
from uuid import uuid4

import pytest
from channels.db import database_sync_to_async
from channels.layers import get_channel_layer
from channels.routing import URLRouter
from django.contrib.auth.models import AnonymousUser

from clinic.core import realtime
from messaging import consumers
from messaging.domain import messages, notifications
from messaging.models import Conversation
from messaging.routing import websocket_urlpatterns

from .factories import make_conversation, texts
from .sockets import Socket, connected

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def conversation(patient: Any, doctor: Any) -> Conversation:
    return make_conversation(patient, doctor)


def sending(conversation: Any, **changes: Any) -> dict[str, Any]:
    frame = {
        "type": "message.send",
        "conversation": str(conversation.pk),
        "client_id": "c-1",
        "text": "hello",
    }
    return {**frame, **changes}


async def test_anonymous_is_closed_with_4401() -> None:
    socket = Socket(URLRouter(websocket_urlpatterns), "/ws/")
    socket.scope["user"] = AnonymousUser()
    await socket.connect()
    assert (await socket.receive_output())["code"] == 4401


async def test_ready_says_who_and_how_often(patient: Any) -> None:
    socket = Socket(URLRouter(websocket_urlpatterns), "/ws/")
    socket.scope["user"] = patient
    await socket.connect()
    ready = await socket.frame()
    assert ready == {
        "type": "ready",
        "user": str(patient.pk),
        "server_time": ready["server_time"],
        "heartbeat_s": 25,
    }
    assert (await socket.ask({"type": "ping"}))["type"] == "pong"
    await socket.disconnect()


async def test_a_message_reaches_every_socket_of_every_member(
    patient: Any, doctor: Any, other_patient: Any, conversation: Any
) -> None:
    async with (
        connected(patient) as here,
        connected(patient) as there,
        connected(doctor) as doctors,
        connected(other_patient) as strangers,
    ):
        ack = await here.ask(sending(conversation), "message.ack")
        assert ack["client_id"] == "c-1"
        assert ack["message"]["seq"] == 1
        for socket in (there, doctors):
            assert await socket.frame() == {"type": "message.new", "message": ack["message"]}
        assert await strangers.receive_nothing(0.2)


async def test_the_sender_is_told_message_new_too(patient: Any, conversation: Any) -> None:
    async with connected(patient) as socket:
        await socket.send_json_to(sending(conversation))
        frames = [await socket.frame(), await socket.frame()]
        assert {frame["type"] for frame in frames} == {"message.ack", "message.new"}


async def test_the_same_client_id_is_acked_again_and_told_once(
    patient: Any, doctor: Any, conversation: Any
) -> None:
    async with connected(patient) as socket, connected(doctor) as doctors:
        first = await socket.ask(sending(conversation), "message.ack")
        again = await socket.ask(sending(conversation, text="other"), "message.ack")
        assert first == again
        assert (await doctors.frame())["message"] == first["message"]
        assert await doctors.receive_nothing(0.2)
    assert await database_sync_to_async(texts)(conversation) == ["hello"]


async def test_reading_is_told_to_the_members_and_never_goes_back(
    patient: Any, doctor: Any, conversation: Any
) -> None:
    post = database_sync_to_async(messages.post)
    for text in ("one", "two"):
        await post(conversation, sender=doctor, text=text)
    frame = {"type": "message.read", "conversation": str(conversation.pk)}
    async with connected(patient) as socket, connected(doctor) as doctors:
        await socket.send_json_to({**frame, "seq": 2})
        expected = {**frame, "user": str(patient.pk), "seq": 2}
        assert await doctors.frame() == expected
        assert await socket.frame() == expected
        await socket.send_json_to({**frame, "seq": 1})
        assert await doctors.receive_nothing(0.2)
    member = await conversation.members.aget(user=patient)
    assert member.last_read_seq == 2


async def test_typing_is_told_to_the_others_and_throttled(
    patient: Any, doctor: Any, conversation: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    frame = {"type": "typing", "conversation": str(conversation.pk)}
    async with connected(patient) as socket, connected(doctor) as doctors:
        for _number in range(5):
            await socket.send_json_to(frame)
        assert await doctors.frame() == {**frame, "user": str(patient.pk)}
        assert await doctors.receive_nothing(0.2)
        assert await socket.receive_nothing(0.1)
        monkeypatch.setattr(consumers, "TYPING_SECONDS", 0)
        await socket.send_json_to(frame)
        assert (await doctors.frame())["type"] == "typing"


@pytest.mark.parametrize("name", ["message.send", "message.read", "typing"])
async def test_a_stranger_s_conversation_is_not_found(
    other_patient: Any, doctor: Any, conversation: Any, name: str
) -> None:
    frame = {"type": name, "conversation": str(conversation.pk), "client_id": "c", "text": "hi", "seq": 1}
    async with connected(other_patient) as socket, connected(doctor) as doctors:
        answer = await socket.ask(frame)
        assert (answer["type"], answer["code"], answer["client_id"]) == ("error", "not_found", "c")
        answer = await socket.ask({**frame, "conversation": str(uuid4())})
        assert answer["code"] == "not_found"
        assert (await socket.ask({"type": "ping"}))["type"] == "pong"
        assert await doctors.receive_nothing(0.1)
    assert await database_sync_to_async(texts)(conversation) == []


NONSENSE: list[Any] = [
    None,
    True,
    7,
    10**40,
    1.5,
    "",
    "x",
    "\x00",
    "\ud800",
    [],
    ["a"],
    {},
    {"a": 1},
    "9" * 36,
]
FIELDS = {
    "message.send": ("conversation", "client_id", "text", "attachments", "reply_to"),
    "message.edit": ("message", "text"),
    "message.delete": ("message",),
    "message.delivered": ("conversation", "seq"),
    "message.read": ("conversation", "seq"),
    "typing": ("conversation",),
    "watch": ("topic",),
    "unwatch": ("topic",),
    "presence": ("state",),
}
FINE = {
    ("message.send", "client_id", "x"),
    ("message.send", "client_id", "9" * 36),
    ("message.send", "text", "x"),
    ("message.send", "text", "9" * 36),
    ("message.edit", "text", "x"),
    ("message.edit", "text", "9" * 36),
    ("message.send", "attachments", "[]"),
    ("message.send", "attachments", "None"),
    ("message.send", "reply_to", "None"),
    ("message.delivered", "seq", "7"),
    ("message.delivered", "seq", str(10**40)),
    ("message.read", "seq", "7"),
    ("message.read", "seq", str(10**40)),
}


@pytest.mark.parametrize(
    ("name", "field"), [(name, field) for name, fields in FIELDS.items() for field in fields]
)
async def test_a_wrong_field_is_an_error_and_the_socket_stays(
    patient: Any, doctor: Any, conversation: Any, name: str, field: str
) -> None:
    mine = await database_sync_to_async(messages.post)(conversation, sender=patient, text="one")
    right = {"type": name, "conversation": str(conversation.pk), "client_id": "c", "text": "hi", "seq": 1}
    right |= {"topic": f"slots:{uuid4()}:2026-11-21", "message": str(mine.pk)}
    missing = {key: value for key, value in right.items() if key != field}
    async with connected(patient) as socket:
        for frame in [missing, *({**right, field: wrong} for wrong in NONSENSE)]:
            if (name, field, str(frame.get(field))) in FINE:
                continue
            await socket.send_to(text_data=json.dumps(frame))
            answer = await socket.frame()
            assert (answer["type"], answer["code"]) == ("error", "invalid"), frame
        assert (await socket.ask({"type": "ping"}))["type"] == "pong"
    assert await database_sync_to_async(texts)(conversation) == ["one"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("[]", "invalid"),
        ("1", "invalid"),
        ('"text"', "invalid"),
        ("null", "invalid"),
        ("{}", "invalid"),
        ('{"type": 1}', "invalid"),
        ('{"type": ["ping"]}', "invalid"),
        ('{"type": "join"}', "unknown_type"),
        ('{"type": "session.revoke"}', "unknown_type"),
        ('{"type": "__class__", "client_id": "\\ud800"}', "unknown_type"),
        ("not json", "not_json"),
        ("[" * 30_000, "not_json"),
        ('{"type": "ping", "x": "' + "x" * 65_536 + '"}', "too_large"),
    ],
)
async def test_a_frame_of_the_wrong_shape_is_an_error(patient: Any, text: str, code: str) -> None:
    async with connected(patient) as socket:
        await socket.send_to(text_data=text)
        answer = await socket.frame()
        assert (answer["type"], answer["code"]) == ("error", code)
        assert (await socket.ask({"type": "ping"}))["type"] == "pong"


async def test_a_message_that_is_too_long_names_its_client_id(patient: Any, conversation: Any) -> None:
    async with connected(patient) as socket:
        answer = await socket.ask(sending(conversation, text="x" * 4001))
        assert (answer["code"], answer["client_id"]) == ("invalid", "c-1")
        assert "4000" in answer["detail"]
        assert (await socket.ask(sending(conversation, text="x" * 4000), "message.ack"))["message"][
            "seq"
        ] == 1


async def test_one_person_is_held_back_over_all_sockets_and_nobody_else(
    patient: Any, doctor: Any, conversation: Any, settings: Any
) -> None:
    settings.LIMITS = {"chat": (3, 3600)}
    async with connected(patient) as one, connected(patient) as two, connected(doctor) as doctors:
        for number, socket in enumerate((one, two, one)):
            await socket.ask(sending(conversation, client_id=f"c-{number}"), "message.ack")
        for socket in (one, two):
            answer = await socket.ask(sending(conversation, client_id="c-4"), "error")
            assert (answer["code"], answer["client_id"]) == ("throttled", "c-4")
        edit = {"type": "message.edit", "message": str(uuid4()), "text": "x"}
        assert (await one.ask(edit, "error"))["code"] == "throttled"
        await doctors.ask(sending(conversation, client_id="d-1"), "message.ack")
    assert await database_sync_to_async(texts)(conversation) == ["hello"] * 4


# --- topics ---


async def test_a_watched_topic_is_told_until_unwatched(patient: Any, doctor: Any) -> None:
    topic = f"slots:{doctor.pk}:2026-11-21"
    event = {"type": "slots.changed", "doctor": str(doctor.pk), "date": "2026-11-21"}
    layer = get_channel_layer()
    group = realtime.slots_group(doctor.pk, "2026-11-21")
    async with connected(patient) as socket:
        watching = {"type": "watching", "topic": topic, "active": True}
        assert await socket.ask({"type": "watch", "topic": topic}) == watching
        assert await socket.ask({"type": "watch", "topic": topic}) == watching
        await layer.group_send(group, {"type": "live.event", "event": event})
        assert await socket.frame() == event
        await socket.ask({"type": "unwatch", "topic": topic})
        await layer.group_send(group, {"type": "live.event", "event": event})
        assert await socket.receive_nothing(0.2)


async def test_a_socket_watches_forty_topics_at_most(patient: Any) -> None:
    topics = [f"slots:{uuid4()}:2026-11-21" for _number in range(41)]
    async with connected(patient) as socket:
        for topic in topics[:40]:
            assert (await socket.ask({"type": "watch", "topic": topic}))["type"] == "watching"
        assert (await socket.ask({"type": "watch", "topic": topics[40]}))["code"] == "too_many_topics"
        await socket.ask({"type": "unwatch", "topic": topics[0]})


# Fixed: parallel test workers have to collect the same tests.
SOMEBODY = "5d0c2a0e-7a53-4b5e-9a3a-0d8e4a6f1c27"


@pytest.mark.parametrize(
    "topic",
    [
        "slots:x:2026-11-21",
        f"slots:{SOMEBODY}:2026-13-01",
        f"slots:{SOMEBODY}:2026-11-2१",
        f"user:{SOMEBODY}:2026-11-21",
        f"slots:{SOMEBODY}:2026-11-21\n",
        f"slots:{'-' * 36}:2026-11-21",
    ],
)
async def test_a_topic_that_is_none_is_invalid(patient: Any, topic: str) -> None:
    async with connected(patient) as socket:
        assert (await socket.ask({"type": "watch", "topic": topic}))["code"] == "invalid"


async def test_management_hears_what_its_role_is_told(patient: Any, manager: Any) -> None:
    event = {"type": "payment.changed", "id": "1"}
    async with connected(manager) as desk, connected(patient) as patients:
        await get_channel_layer().group_send(
            realtime.role_group("management"), {"type": "live.event", "event": event}
        )
        assert await desk.frame() == event
        assert await patients.receive_nothing(0.1)


# --- notifications, the end of a session ---


async def test_a_notification_arrives_with_the_unread_count(patient: Any) -> None:
    notify = database_sync_to_async(notifications.notify)
    async with connected(patient) as socket:
        told = {"occasion": "payment.refunded", "url": "/payments/", "key": "a"}
        stored = await notify(patient, **told)
        assert await socket.frame() == {
            "type": "notification.new",
            "id": str(stored.pk),
            "kind": "payment",
            "title": "Your payment was refunded",
            "url": "/payments/",
            "unread": 1,
        }
        await notify(patient, **told)
        assert await socket.receive_nothing(0.2)


@pytest.mark.parametrize("change", [{"is_active": False}, {"role": "doctor"}])
async def test_the_account_is_looked_at_again(
    patient: Any, change: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumers, "RECHECK_SECONDS", 0.1)
    async with connected(patient) as socket:
        assert await socket.receive_nothing(0.4)
        await database_sync_to_async(type(patient).objects.filter(pk=patient.pk).update)(**change)
        assert (await socket.frame())["type"] == "session.revoked"
        assert (await socket.receive_output(timeout=5))["code"] == 4401
