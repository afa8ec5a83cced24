"""`/ws/calls/<id>/`: the door, the waiting room, signals, and leaving."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from channels.db import database_sync_to_async
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from messaging import signals
from messaging.domain import calls
from messaging.models import Call

from .call_sockets import CANDIDATE, OFFER, closed_with, enter, knock, make_call, meeting, refused

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def call(patient: Any, doctor: Any) -> Call:
    return make_call(patient, doctor)


async def test_nobody_signed_in_is_closed_with_4401(call: Call) -> None:
    socket = await knock(AnonymousUser(), call)
    assert await closed_with(socket) == 4401


@pytest.mark.parametrize("who", ["other_patient", "other_doctor", "manager", "admin"])
async def test_outsiders_are_closed_with_4403(call: Call, who: str, request: Any) -> None:
    outsider = await database_sync_to_async(request.getfixturevalue)(who)
    assert await refused(outsider, call) == ("not_allowed", 4403)


async def test_a_call_that_is_not_there_looks_like_one_that_is_not_yours(doctor: Any) -> None:
    assert await refused(doctor, Call(pk=uuid4())) == ("not_allowed", 4403)


async def test_a_refused_socket_has_nothing_to_say(call: Call, other_doctor: Any) -> None:
    socket = await knock(other_doctor, call)
    await socket.frame("error")
    await socket.receive_output()
    await socket.send_json_to({"type": "state", "mic": True})
    assert await socket.receive_nothing()


async def test_too_early_says_when(patient: Any, doctor: Any) -> None:
    call = await database_sync_to_async(make_call)(patient, doctor, opens_in=60)
    for person in (patient, doctor):
        socket = await knock(person, call)
        error = await socket.frame("error")
        assert error["code"] == "too_early"
        assert error["opens_at"] == call.opens_at.isoformat()
        assert await closed_with(socket) == 4403
    with time_machine.travel(call.opens_at + timedelta(seconds=1)):
        assert (await enter(doctor, call)).welcome["status"] == "admitted"


async def test_a_call_that_is_over_takes_nobody(call: Call, patient: Any, doctor: Any) -> None:
    with time_machine.travel(call.closes_at):
        assert await refused(patient, call) == ("over", 4403)
    await database_sync_to_async(calls.end)(call.pk, actor=doctor, reason="ended")
    assert await refused(doctor, call) == ("over", 4403)


async def test_the_patient_waits_until_the_doctor_admits_them(
    call: Call, patient: Any, doctor: Any, settings: Any
) -> None:
    settings.TURN_URLS, settings.TURN_SECRET = ["turn:relay.test:3478"], "s"
    started: list[Any] = []
    signals.call_started.connect(
        lambda **kwargs: started.append((kwargs["call"].pk, kwargs["actor"])), weak=False, dispatch_uid="t"
    )
    guest = await enter(patient, call)
    assert guest.welcome["status"] == "waiting"
    assert guest.welcome["participants"] == []
    assert guest.welcome["ice_servers"][0]["urls"] == ["turn:relay.test:3478"]
    host = await enter(doctor, call)
    assert host.welcome["status"] == "admitted"
    # Whoever waited before the doctor came is named as well.
    waiting = await host.frame()
    assert (
        waiting.items()
        >= {"type": "peer.waiting", "peer": guest.peer, "name": "Asha Gurung", "guest": False}.items()
    )
    await host.send_json_to({"type": "admit", "peer": guest.peer})
    joined = await host.frame()
    if joined["type"] == "peer.waiting":
        # Redis may deliver the guest's own announcement after the doctor has been told of the guest: said twice.
        joined = await host.frame()
    admitted = await guest.frame()
    signals.call_started.disconnect(dispatch_uid="t")
    assert joined["type"] == "peer.joined"
    assert (joined["peer"], joined["user"]) == (guest.peer, str(patient.pk))
    assert (joined["name"], joined["role"]) == ("Asha Gurung", "patient")
    assert admitted["type"] == "admitted"
    [seen] = admitted["participants"]
    assert (seen["peer"], seen["user"], seen["name"], seen["role"]) == (
        host.peer,
        str(doctor.pk),
        "Dr. Sita Sharma",
        "doctor",
    )
    assert {joined["polite"], seen["polite"]} == {True, False}
    stored = await Call.objects.aget(pk=call.pk)
    assert stored.status == "active"
    assert started == [(call.pk, doctor)]
    # Admitting again changes nothing and says nothing.
    await host.send_json_to({"type": "admit", "peer": guest.peer})
    assert await guest.receive_nothing(0.2)
    assert await host.receive_nothing(0.1)
    await host.disconnect()
    await guest.disconnect()


async def test_signals_pass_between_the_admitted(call: Call, patient: Any, doctor: Any) -> None:
    async with meeting(doctor, patient, call) as (host, guest):
        await host.send_json_to({"type": "signal", "to": guest.peer, "description": OFFER})
        assert await guest.frame() == {"type": "signal", "from": host.peer, "description": OFFER}
        for candidate in (CANDIDATE, None):
            await guest.send_json_to({"type": "signal", "to": host.peer, "candidate": candidate})
            assert await host.frame() == {"type": "signal", "from": guest.peer, "candidate": candidate}


async def test_a_waiting_peer_sends_and_receives_no_signal(call: Call, patient: Any, doctor: Any) -> None:
    host = await enter(doctor, call)
    guest = await enter(patient, call)
    await host.frame("peer.waiting")
    await guest.send_json_to({"type": "signal", "to": host.peer, "description": OFFER})
    assert (await guest.frame())["code"] == "not_allowed"
    assert await host.receive_nothing(0.2)
    await host.send_json_to({"type": "signal", "to": guest.peer, "description": OFFER})
    assert (await host.frame())["code"] == "no_such_peer"
    # Nor does it hear of the others' states, or tell its own.
    await host.send_json_to({"type": "state", "mic": False})
    await guest.send_json_to({"type": "state", "mic": True})
    assert await guest.receive_nothing(0.2)
    assert await host.receive_nothing(0.1)
    await host.disconnect()
    await guest.disconnect()


@pytest.mark.parametrize("frame", ["admit", "remove", "end", "lock"])
async def test_only_the_host_decides(call: Call, patient: Any, doctor: Any, frame: str) -> None:
    async with meeting(doctor, patient, call) as (host, guest):
        waiting = await enter(patient, call)
        await waiting.frame("waiting")
        await host.frame("peer.waiting")
        await guest.send_json_to({"type": frame, "peer": waiting.peer, "locked": True})
        error = await guest.frame()
        assert (error["type"], error["code"]) == ("error", "not_allowed")
        assert await waiting.receive_nothing(0.2)
        await waiting.disconnect()


async def test_state_is_told_and_kept_for_latecomers(call: Call, patient: Any, doctor: Any) -> None:
    async with meeting(doctor, patient, call) as (host, guest):
        await guest.send_json_to(
            {"type": "state", "mic": True, "camera": False, "screen": False, "hand": True}
        )
        state = {"mic": True, "camera": False, "screen": False, "hand": True}
        assert await host.frame() == {"type": "peer.state", "peer": guest.peer, **state}
        await guest.send_json_to({"type": "state", "mic": False})
        assert await host.frame() == {"type": "peer.state", "peer": guest.peer, **state, "mic": False}
        second = await enter(doctor, call)
        seen = next(entry for entry in second.welcome["participants"] if entry["peer"] == guest.peer)
        assert seen["state"] == {**state, "mic": False}
        await second.disconnect()


async def test_leaving_is_told_at_once(call: Call, patient: Any, doctor: Any) -> None:
    async with meeting(doctor, patient, call) as (host, guest):
        await guest.send_json_to({"type": "leave"})
        assert await host.frame() == {"type": "peer.left", "peer": guest.peer, "reason": "left"}
        await guest.frame("peer.left")
        assert await closed_with(guest) == 1000
        # A consultation goes on: the patient may knock again.
        again = await enter(patient, call)
        assert again.welcome["status"] == "waiting"
        await again.disconnect()


async def test_removing_shows_out_and_turns_away(call: Call, patient: Any, doctor: Any) -> None:
    async with meeting(doctor, patient, call) as (host, guest):
        await host.send_json_to({"type": "remove", "peer": guest.peer})
        assert (await guest.frame("peer.left"))["reason"] == "removed"
        assert await closed_with(guest) == 4403
        assert await host.frame() == {"type": "peer.left", "peer": guest.peer, "reason": "removed"}
        await host.send_json_to({"type": "signal", "to": guest.peer, "description": OFFER})
        assert (await host.frame())["code"] == "no_such_peer"
        await host.send_json_to({"type": "remove", "peer": host.peer})
        assert (await host.frame())["code"] == "invalid"


async def test_the_end_is_told_to_all_also_to_those_who_wait(call: Call, patient: Any, doctor: Any) -> None:
    async with meeting(doctor, patient, call) as (host, guest):
        waiting = await enter(patient, call)
        await host.frame("peer.waiting")
        await host.send_json_to({"type": "end"})
        for socket in (host, guest, waiting):
            assert await socket.frame() == {"type": "call.ended", "by": str(doctor.pk), "reason": "ended"}
            assert await closed_with(socket) == 1000
    stored = await Call.objects.aget(pk=call.pk)
    assert stored.status == "ended"
    assert stored.ended_at is not None


async def test_two_tabs_of_one_person_and_no_fifth_peer(call: Call, patient: Any, doctor: Any) -> None:
    async with meeting(doctor, patient, call) as (host, guest):
        tab = await enter(patient, call)
        assert tab.peer != guest.peer
        await host.send_json_to({"type": "admit", "peer": tab.peer})
        admitted = await tab.frame("admitted")
        assert {entry["peer"] for entry in admitted["participants"]} == {host.peer, guest.peer}
        fourth = await enter(doctor, call)
        assert fourth.welcome["status"] == "admitted"
        for person in (doctor, patient):
            assert await refused(person, call) == ("full", 4403)
        await fourth.send_json_to({"type": "leave"})
        await fourth.frame("peer.left")
        await closed_with(fourth)
        fifth = await enter(doctor, call)
        await fifth.disconnect()
        await tab.disconnect()


async def test_waiting_browsers_never_lock_the_doctor_out(call: Call, patient: Any, doctor: Any) -> None:
    tabs = [await enter(patient, call) for _ in range(3)]
    assert await refused(patient, call) == ("full", 4403)
    host = await enter(doctor, call)
    assert host.welcome["status"] == "admitted"
    for tab in tabs:
        await host.send_json_to({"type": "admit", "peer": tab.peer})
        await tab.frame("admitted")
    for socket in (host, *tabs):
        await socket.disconnect()


async def test_every_pair_has_one_polite_peer(call: Call, patient: Any, doctor: Any) -> None:
    async with meeting(doctor, patient, call) as (_host, _guest):
        third = await enter(doctor, call)
        fourth = await enter(doctor, call)
        views = {
            socket.peer: {entry["peer"]: entry["polite"] for entry in socket.welcome["participants"]}
            for socket in (third, fourth)
        }
        assert len(views[fourth.peer]) == 3
        joined = await third.frame("peer.joined")
        assert joined["peer"] == fourth.peer
        assert joined["polite"] is not views[fourth.peer][third.peer]
        await third.disconnect()
        await fourth.disconnect()


async def test_other_events_of_the_person_stay_on_the_live_socket(
    call: Call, patient: Any, doctor: Any
) -> None:
    from messaging.domain import messages

    host = await enter(doctor, call)
    conversation = await database_sync_to_async(lambda: call.conversation)()
    await database_sync_to_async(messages.post)(conversation, sender=patient, text="hello")
    assert await host.receive_nothing(0.2)
    await host.disconnect()


async def test_a_revoked_session_ends_the_socket(call: Call, doctor: Any) -> None:
    from accounts.domain import sessions

    host = await enter(doctor, call)
    await database_sync_to_async(sessions.revoke)(doctor, "deactivated")
    assert (await host.frame())["type"] == "session.revoked"
    assert await closed_with(host) == 4401


async def test_flooding_is_warned_of_and_then_closed_with_4429(call: Call, doctor: Any) -> None:
    host = await enter(doctor, call)
    for _ in range(140):
        await host.send_json_to({"type": "ping"})
    outputs: list[Any] = []
    while not outputs or outputs[-1]["type"] != "websocket.close":
        outputs.append(await host.receive_output(timeout=5))
    assert any('"flooding"' in output.get("text", "") for output in outputs)
    assert outputs[-1]["code"] == 4429


async def test_ended_at_its_time_by_the_task(call: Call, doctor: Any) -> None:
    host = await enter(doctor, call)
    await database_sync_to_async(calls.close)(call.pk)
    assert await host.receive_nothing(0.1)
    with time_machine.travel(timezone.now() + timedelta(hours=2)):
        await database_sync_to_async(calls.close)(call.pk)
    ended = await host.frame("call.ended")
    assert (ended["by"], ended["reason"]) == (None, "over")
