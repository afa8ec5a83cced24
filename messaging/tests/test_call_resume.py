"""A socket that drops and comes back is the same peer; one that does not is told of, also after a crash."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from channels.db import database_sync_to_async
from django.utils import timezone

from messaging import call_consumer
from messaging.domain import peers
from messaging.models import Call, CallPeer

from .call_sockets import OFFER, closed_with, enter, make_call, meeting, refused

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def call(patient: Any, doctor: Any) -> Call:
    return make_call(patient, doctor)


def later(seconds: float) -> Any:
    return time_machine.travel(timezone.now() + timedelta(seconds=seconds), tick=True)


async def test_a_dropped_socket_comes_back_as_the_same_admitted_peer(
    call: Call, patient: Any, doctor: Any
) -> None:
    async with meeting(doctor, patient, call) as (host, guest):
        await guest.disconnect()
        # Nobody is told that it left, and what is sent meanwhile is refused and not kept.
        await host.send_json_to({"type": "signal", "to": guest.peer, "description": OFFER})
        assert (await host.frame())["code"] == "peer_gone"
        with later(29):
            back = await enter(patient, call, resume=guest.welcome["resume"])
        assert (back.peer, back.welcome["status"], back.welcome["resumed"]) == (guest.peer, "admitted", True)
        [seen] = back.welcome["participants"]
        assert seen["peer"] == host.peer
        assert await host.frame() == {"type": "peer.back", "peer": guest.peer}
        await host.send_json_to({"type": "signal", "to": back.peer, "description": OFFER})
        assert (await back.frame())["description"] == OFFER
        # Once more, with the token of the second welcome.
        await back.disconnect()
        again = await enter(patient, call, resume=back.welcome["resume"])
        assert again.peer == guest.peer
        await again.disconnect()


async def test_after_thirty_seconds_it_has_left_and_waits_again(
    call: Call, patient: Any, doctor: Any
) -> None:
    async with meeting(doctor, patient, call) as (host, guest):
        await guest.disconnect()
        with later(31):
            back = await enter(patient, call, resume=guest.welcome["resume"])
            assert await host.frame() == {"type": "peer.left", "peer": guest.peer, "reason": "lost"}
            assert (await host.frame("peer.waiting"))["peer"] == back.peer
        assert back.peer != guest.peer
        assert (back.welcome["status"], back.welcome["resumed"]) == ("waiting", False)
        await back.disconnect()


async def test_the_others_are_told_when_the_grace_is_over(
    call: Call, patient: Any, doctor: Any, monkeypatch: Any
) -> None:
    monkeypatch.setattr(call_consumer, "RESUME_SECONDS", 0.2)
    monkeypatch.setattr(peers, "RESUME_SECONDS", 0.2)
    async with meeting(doctor, patient, call) as (host, guest):
        await guest.disconnect()
        assert await host.receive_nothing(0.1)
        assert await host.frame() == {"type": "peer.left", "peer": guest.peer, "reason": "lost"}


async def test_a_peer_whose_process_died_is_taken_out_by_the_others(
    call: Call, patient: Any, doctor: Any, monkeypatch: Any
) -> None:
    """No disconnect ran, its channel still stands in the row, only the heartbeat has stopped."""
    async with meeting(doctor, patient, call) as (host, guest):
        await CallPeer.objects.filter(pk=guest.peer).aupdate(seen_at=timezone.now() - timedelta(seconds=45))
        monkeypatch.setattr(call_consumer, "HEARTBEAT_SECONDS", 0.05)
        second = await enter(doctor, call)
        assert (await host.frame())["peer"] == guest.peer
        stored = await CallPeer.objects.aget(pk=guest.peer)
        assert stored.status == "left"
        # Should that socket live after all, it is told to join again.
        assert (await guest.frame("peer.left"))["reason"] == "lost"
        assert await closed_with(guest) == 1012
        await second.disconnect()


async def test_the_heartbeat_keeps_a_living_peer(call: Call, doctor: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(call_consumer, "HEARTBEAT_SECONDS", 0.05)
    host = await enter(doctor, call)
    await CallPeer.objects.filter(pk=host.peer).aupdate(seen_at=timezone.now() - timedelta(seconds=35))
    assert await host.receive_nothing(0.3)
    stored = await CallPeer.objects.aget(pk=host.peer)
    assert stored.seen_at > timezone.now() - timedelta(seconds=5)
    await host.disconnect()


async def test_the_newer_socket_of_a_peer_replaces_the_older(call: Call, patient: Any, doctor: Any) -> None:
    """The client noticed a dead connection before the server did."""
    async with meeting(doctor, patient, call) as (host, guest):
        back = await enter(patient, call, resume=guest.welcome["resume"])
        assert back.peer == guest.peer
        assert await closed_with(guest) == 4409
        await guest.disconnect()
        await host.frame("peer.back")
        # The old socket's end does not mark the peer as gone.
        await host.send_json_to({"type": "signal", "to": back.peer, "description": OFFER})
        assert (await back.frame("signal"))["description"] == OFFER
        await back.disconnect()


async def test_nobody_comes_back_as_someone_else(call: Call, patient: Any, doctor: Any) -> None:
    async with meeting(doctor, patient, call) as (host, _guest):
        await host.disconnect()
        thief = await enter(patient, call, resume=host.welcome["resume"])
        assert thief.peer != host.peer
        assert thief.welcome["status"] == "waiting"
        await thief.disconnect()
        for token in ("nonsense", "%00", "x" * 3000):
            other = await enter(patient, call, resume=token)
            assert other.welcome["status"] == "waiting"
            await other.send_json_to({"type": "leave"})
            await other.frame("peer.left")


async def test_leaving_and_being_removed_are_not_undone_by_the_token(
    call: Call, patient: Any, doctor: Any
) -> None:
    async with meeting(doctor, patient, call) as (host, guest):
        await host.send_json_to({"type": "remove", "peer": guest.peer})
        await guest.frame("peer.left")
        back = await enter(patient, call, resume=guest.welcome["resume"])
        assert (back.peer != guest.peer, back.welcome["status"]) == (True, "waiting")
        await back.disconnect()


async def test_admitted_while_away(call: Call, patient: Any, doctor: Any) -> None:
    host = await enter(doctor, call)
    guest = await enter(patient, call)
    await guest.disconnect()
    await host.send_json_to({"type": "admit", "peer": guest.peer})
    await host.frame("peer.joined")
    back = await enter(patient, call, resume=guest.welcome["resume"])
    assert back.welcome["status"] == "admitted"
    assert [entry["peer"] for entry in back.welcome["participants"]] == [host.peer]
    for socket in (host, back):
        await socket.disconnect()


async def test_a_browser_that_is_gone_gives_way_when_the_call_is_full(
    call: Call, patient: Any, doctor: Any
) -> None:
    tabs = [await enter(doctor, call) for _ in range(4)]
    assert await refused(patient, call) == ("full", 4403)
    await tabs[1].disconnect()
    guest = await enter(patient, call)
    assert guest.welcome["status"] == "waiting"
    left = await tabs[0].frame("peer.left")
    assert (left["peer"], left["reason"]) == (tabs[1].peer, "lost")
    for socket in (guest, tabs[0], tabs[2], tabs[3]):
        await socket.disconnect()


async def test_the_work_is_done_once_however_many_reap(call: Call, patient: Any, doctor: Any) -> None:
    async with meeting(doctor, patient, call) as (host, guest):
        await guest.disconnect()
        with later(31):
            for _ in range(3):
                await database_sync_to_async(peers.reap)(call.pk)
        assert (await host.frame())["type"] == "peer.left"
        assert await host.receive_nothing(0.2)
