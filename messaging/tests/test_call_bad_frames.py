"""Frames of every wrong shape on a call's socket: an error each, and the call goes on."""

from typing import Any
from uuid import uuid4

import pytest

from messaging.models import Call, CallPeer

from .call_sockets import CANDIDATE, OFFER, make_call, meeting

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def call(patient: Any, doctor: Any) -> Call:
    return make_call(patient, doctor)


BAD_FRAMES: list[dict[str, Any]] = [
    {"type": "signal"},
    {"type": "signal", "to": "not-a-peer", "description": OFFER},
    {"type": "signal", "to": 7, "description": OFFER},
    {"type": "signal", "to": "PEER"},
    {"type": "signal", "to": "PEER", "description": OFFER, "candidate": CANDIDATE},
    {"type": "signal", "to": "PEER", "description": "v=0"},
    {"type": "signal", "to": "PEER", "description": {"type": "shout", "sdp": ""}},
    {"type": "signal", "to": "PEER", "description": {"type": ["offer"], "sdp": ""}},
    {"type": "signal", "to": "PEER", "description": {"type": "offer", "sdp": 3}},
    {"type": "signal", "to": "PEER", "description": {"type": "offer", "sdp": "\ud800"}},
    {"type": "signal", "to": "PEER", "candidate": {"candidate": "\udfff"}},
    {"type": "signal", "to": "PEER", "candidate": "candidate:1"},
    {"type": "signal", "to": "PEER", "candidate": {"candidate": None}},
    {"type": "signal", "to": "PEER", "candidate": {"candidate": "", "sdpMLineIndex": "0"}},
    {"type": "signal", "to": "PEER", "candidate": {"candidate": "", "sdpMLineIndex": 2**64}},
    {"type": "signal", "to": "PEER", "candidate": {"candidate": "", "sdpMLineIndex": -1}},
    {"type": "signal", "to": "PEER", "candidate": {"candidate": "", "sdpMLineIndex": True}},
    {"type": "state"},
    {"type": "state", "mic": "yes"},
    {"type": "state", "mic": 1},
    {"type": "state", "volume": True},
    {"type": "admit"},
    {"type": "admit", "peer": {}},
    {"type": "admit", "peer": str(uuid4())},
    {"type": "remove", "peer": None},
    {"type": "remove", "peer": str(uuid4())},
    {"type": "lock"},
    {"type": "lock", "locked": 1},
    {"type": "lock", "locked": "false"},
    {"type": "quality"},
    {"type": "quality", "seconds": 0},
    {"type": "quality", "seconds": True},
    {"type": "quality", "seconds": 121},
    {"type": "quality", "seconds": 10, "rtt_ms": float("nan")},
    {"type": "quality", "seconds": 10, "rtt_ms": -1},
    {"type": "quality", "seconds": 10, "loss_percent": 10**400},
    {"type": "quality", "seconds": 10, "relay": 1},
    {"type": "quality", "seconds": [10]},
    {"type": "shout"},
    {"type": "live.event"},
    {"type": "joined"},
]


async def test_wrong_frames_get_an_error_and_nothing_breaks(call: Call, patient: Any, doctor: Any) -> None:
    async with meeting(doctor, patient, call) as (host, guest):
        for frame in BAD_FRAMES:
            sent = {**frame, "to": guest.peer} if frame.get("to") == "PEER" else frame
            await host.send_json_to(sent)
            error = await host.frame()
            assert error["type"] == "error", (frame, error)
            assert error["code"] in ("invalid", "unknown_type"), (frame, error)
        stored = await CallPeer.objects.aget(pk=host.peer)
        assert stored.quality == {}
        assert await guest.receive_nothing(0.2)
        await host.send_json_to({"type": "signal", "to": str(uuid4()), "description": OFFER})
        assert (await host.frame())["code"] == "no_such_peer"
        await host.send_json_to({"type": "signal", "to": host.peer, "description": OFFER})
        assert (await host.frame())["code"] == "no_such_peer"
        await host.send_to(text_data='{"type":"state","mic":' + " " * 65536 + "true}")
        assert (await host.frame())["code"] == "too_large"
        await host.send_to(text_data="not json")
        assert (await host.frame())["code"] == "not_json"
        await host.send_json_to({"type": "ping"})
        assert (await host.frame())["type"] == "pong"
