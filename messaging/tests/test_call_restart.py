"""The server is restarted, or dies, in the middle of a call: everyone comes back as who they were."""

import json
import time
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed

from clinic.core.testing.server import RunningServer
from messaging.domain import invitations
from messaging.models import CallPeer

from .call_sockets import CANDIDATE, OFFER, make_call
from .test_call_processes import Client

pytestmark = [pytest.mark.server, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("end", ["stop", "kill"])
def test_peers_and_places_outlive_the_server(
    server: RunningServer, patient: Any, doctor: Any, other_patient: Any, end: str
) -> None:
    call = make_call(patient, doctor)
    invitation, _token = invitations.invite(call, name="Maya Rai", part="interpreter", actor=doctor)
    cookie = f"{invitations.cookie_name(call.pk)}={invitations.redeem(invitation.pk)}"
    host, other = Client(server, doctor, call), Client(server, patient, call)
    # A guest in a browser in which somebody else is logged in.
    guest = Client(server, other_patient, call, cookie=cookie)
    host.send(type="lock", locked=True)
    host.send(type="admit", peer=other.peer)
    other.frame("admitted")
    host.send(type="quality", seconds=10, rtt_ms=90)
    host.send(type="ping")
    host.frame("pong")
    getattr(server, end)()
    for client in (host, other, guest):
        with pytest.raises(ConnectionClosed):
            client.frame("nothing of this kind")
    server.start()
    began = time.monotonic()
    back = {}
    for name, before, user, extra in (
        ("guest", guest, other_patient, cookie),
        ("other", other, patient, ""),
        ("host", host, doctor, ""),
    ):
        back[name] = Client(server, user, call, resume=before.welcome["resume"], cookie=extra)
        assert back[name].peer == before.peer
        assert back[name].welcome["resumed"] is True
    assert time.monotonic() - began < 10
    assert back["host"].welcome["locked"] is True
    assert [back[name].welcome["status"] for name in ("guest", "other", "host")] == [
        "waiting",
        "admitted",
        "admitted",
    ]
    place = back["guest"].frame("waiting")
    assert (place["place"], place["count"]) == (1, 1)
    assert back["host"].frame("peer.waiting")["name"] == "Maya Rai"
    back["host"].send(type="signal", to=back["other"].peer, description=OFFER)
    assert back["other"].frame("signal")["description"] == OFFER
    back["other"].send(type="signal", to=back["host"].peer, candidate=CANDIDATE)
    assert back["host"].frame("signal")["candidate"] == CANDIDATE
    back["host"].send(type="admit", peer=back["guest"].peer)
    assert len(back["guest"].frame("admitted")["participants"]) == 2
    assert CallPeer.objects.get(pk=host.peer).quality["seconds"] == 10


def test_bad_frames_at_a_real_server_end_no_call(server: RunningServer, patient: Any, doctor: Any) -> None:
    call = make_call(patient, doctor)
    host, other = Client(server, doctor, call), Client(server, patient, call)
    host.send(type="admit", peer=other.peer)
    other.frame("admitted")
    for text in (
        '{"type":',
        "[]",
        "null",
        '"signal"',
        "7",
        '{"type":7}',
        '{"type":{}}',
        "[" * 30_000,
        '{"type":"state"}',
    ):
        other.socket.send(text)
    for text in (
        json.dumps({"type": "quality", "seconds": 1e308}),
        '{"type":"quality","seconds":NaN}',
        "x" * 70_000,
    ):
        host.socket.send(text)
    assert [host.frame("error")["code"] for _ in range(3)] == ["invalid", "invalid", "too_large"]
    host.send(type="ping")
    assert host.frame("pong")
