"""Who is there: seen by those who may talk, true for several tabs, gone by itself."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from channels.db import database_sync_to_async
from channels.layers import get_channel_layer
from django.core.cache import cache
from django.utils import timezone

from accounts.models import CareLink
from clinic.core import realtime
from messaging import consumers
from messaging.domain import presence

from .factories import make_conversation
from .sockets import Socket, connected

pytestmark = pytest.mark.django_db(transaction=True)


def watching(user: Any) -> dict[str, str]:
    return {"type": "watch", "topic": f"presence:{user.pk}"}


async def state_of(socket: Socket, user: Any) -> str:
    """The next thing that is said of `user`."""
    return str((await socket.frame("presence"))["users"][str(user.pk)]["state"])


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beats come often, and what is held ends soon."""
    monkeypatch.setattr(presence, "BEAT_SECONDS", 0.1)
    monkeypatch.setattr(presence, "LEAVING_SECONDS", 1)  # Redis counts in whole ones


async def test_coming_and_going_is_seen(patient: Any, doctor: Any, quick: None) -> None:
    await database_sync_to_async(make_conversation)(patient, doctor)
    async with connected(patient) as watcher:
        await watcher.send_json_to(watching(doctor))
        first = await watcher.frame("presence")
        assert first["users"] == {str(doctor.pk): {"state": "offline", "last_seen": None}}
        async with connected(doctor):
            assert await state_of(watcher, doctor) == "online"
        gone = (await watcher.frame("presence"))["users"][str(doctor.pk)]
        assert gone["state"] == "offline"
        assert gone["last_seen"] is not None


async def test_of_two_tabs_the_one_looked_at_counts(patient: Any, doctor: Any, quick: None) -> None:
    await database_sync_to_async(make_conversation)(patient, doctor)
    async with connected(patient) as watcher, connected(doctor) as one:
        await watcher.send_json_to(watching(doctor))
        async with connected(doctor) as two:
            if await state_of(watcher, doctor) == "offline":
                assert await state_of(watcher, doctor) == "online"
            await one.send_json_to({"type": "presence", "state": "away"})
            assert await watcher.receive_nothing(1.3)  # the other tab is still looked at
            await two.send_json_to({"type": "presence", "state": "away"})
            assert await state_of(watcher, doctor) == "away"
            await two.send_json_to({"type": "presence", "state": "online"})
            assert await state_of(watcher, doctor) == "online"
        assert await state_of(watcher, doctor) == "away"  # only the hidden one is left


async def test_changing_pages_is_not_seen(patient: Any, doctor: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(presence, "BEAT_SECONDS", 0.1)
    await database_sync_to_async(make_conversation)(patient, doctor)
    async with connected(patient) as watcher:
        async with connected(doctor):
            await asyncio.sleep(0.1)
            await watcher.send_json_to(watching(doctor))
            assert await state_of(watcher, doctor) == "online"
        assert await watcher.receive_nothing(0.3)
        async with connected(doctor):
            assert await watcher.receive_nothing(0.3)


async def test_a_server_that_died_tells_nobody_and_is_noticed(patient: Any, doctor: Any, quick: None) -> None:
    await database_sync_to_async(make_conversation)(patient, doctor)
    async with connected(patient) as watcher:
        presence.beat(doctor.pk, presence.ONLINE)
        await watcher.send_json_to(watching(doctor))
        assert await state_of(watcher, doctor) == "online"
        cache.delete(f"presence:{doctor.pk}:online")  # as after HELD_SECONDS
        assert await state_of(watcher, doctor) == "offline"


async def test_strangers_see_nobody(
    patient: Any, other_patient: Any, doctor: Any, other_doctor: Any, admin: Any
) -> None:
    await database_sync_to_async(make_conversation)(patient, doctor)
    presence.beat(patient.pk, presence.ONLINE)
    for user in (other_patient, other_doctor, admin):
        async with connected(user) as stranger:
            answer = await stranger.ask(watching(patient))
            assert (answer["type"], answer["code"]) == ("error", "not_found")
            assert await stranger.receive_nothing(0.1)


async def test_several_are_watched_by_one_frame(
    *, patient: Any, other_patient: Any, doctor: Any, other_doctor: Any, manager: Any
) -> None:
    await database_sync_to_async(make_conversation)(patient, doctor)
    presence.beat(doctor.pk, presence.ONLINE)
    people = [doctor, other_doctor, manager, doctor, other_patient]
    async with connected(patient) as socket:
        await socket.send_json_to({"type": "watch", "topics": [watching(each)["topic"] for each in people]})
        # The socket's own round may tell of one of them before the answer tells of both.
        answers: dict[str, bool] = {}
        seen: dict[str, Any] = {}
        while len(answers) < 4 or len(seen) < 2:
            frame = await socket.frame("watching", "presence")
            if frame["type"] == "watching":
                answers[frame["topic"]] = frame["active"]
            else:
                seen |= frame["users"]
        assert {user: state["state"] for user, state in seen.items()} == {
            str(doctor.pk): "online",
            str(manager.pk): "offline",
        }
        assert answers == {
            watching(doctor)["topic"]: True,
            watching(manager)["topic"]: True,
            watching(other_doctor)["topic"]: False,
            watching(other_patient)["topic"]: False,
        }
        both = [watching(doctor)["topic"], watching(manager)["topic"]]
        await socket.send_json_to({"type": "unwatch", "topics": both})
        assert [(await socket.frame("watching"))["active"] for _each in both] == [False, False]
        presence.beat(manager.pk, presence.ONLINE)
        for person in (other_doctor, other_patient, manager):
            presence.beat(person.pk, presence.ONLINE)
            group = realtime.presence_group(person.pk)
            await get_channel_layer().group_send(group, {"type": "presence.changed", "user": str(person.pk)})
        assert await socket.receive_nothing(0.2)


@pytest.mark.parametrize("topics", [None, 1, "presence", {}, [1], ["x"], [[]], [None]])
async def test_a_list_of_topics_that_is_none_is_invalid(patient: Any, topics: Any) -> None:
    async with connected(patient) as socket:
        assert (await socket.ask({"type": "watch", "topics": topics}))["code"] == "invalid"


async def test_who_may_no_longer_talk_sees_no_more(
    patient: Any, doctor: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumers, "RECHECK_SECONDS", 0.1)
    await database_sync_to_async(make_conversation)(patient, doctor)
    async with connected(doctor) as watcher:
        await watcher.send_json_to(watching(patient))
        await watcher.frame("presence")
        await database_sync_to_async(CareLink.objects.all().delete)()
        ended = await watcher.frame("watching")
        assert ended == {"type": "watching", "topic": f"presence:{patient.pk}", "active": False}
        async with connected(patient):
            assert await watcher.receive_nothing(0.3)


@pytest.mark.parametrize("state", [None, "", "offline", 1, ["away"], {}, "\ud800"])
async def test_a_state_that_is_none_is_invalid(patient: Any, state: Any) -> None:
    async with connected(patient) as socket:
        assert (await socket.ask({"type": "presence", "state": state}))["code"] == "invalid"


def test_what_is_held_ends_by_itself(patient: Any, time_machine: Any) -> None:
    now = timezone.now()
    time_machine.move_to(now, tick=False)
    assert presence.beat(patient.pk, presence.ONLINE)
    assert not presence.beat(patient.pk, presence.ONLINE)
    seen = presence.of([patient.pk])[patient.pk].last_seen
    assert seen is not None
    assert abs(seen - now) < timedelta(seconds=1)
