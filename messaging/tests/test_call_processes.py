"""A call across two server processes with Redis between them, one of which dies."""

import json
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from websockets.sync.client import connect

from clinic.core.testing.browser import session_cookie
from clinic.core.testing.server import RunningServer, free_port

from .call_sockets import CANDIDATE, OFFER, make_call

pytestmark = [
    pytest.mark.server,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(shutil.which("redis-server") is None, reason="Redis is not installed"),
]


@pytest.fixture
def redis_url(tmp_path: Path) -> Iterator[str]:
    port = free_port()
    process = subprocess.Popen(
        ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(tmp_path)],
        stdout=subprocess.DEVNULL,
    )
    yield f"redis://127.0.0.1:{port}/0"
    process.terminate()
    process.wait(timeout=10)


@pytest.fixture
def servers(transactional_db: None, tmp_path: Path, redis_url: str) -> Iterator[list[RunningServer]]:
    with ExitStack() as stack:
        running = []
        for name in ("one", "two"):
            (tmp_path / name).mkdir()
            running.append(RunningServer(tmp_path / name, {"REDIS_URL": redis_url}).start())
            stack.callback(running[-1].stop)
        yield running


class Client:
    def __init__(
        self, server: RunningServer, user: Any, call: Any, resume: str = "", cookie: str = ""
    ) -> None:
        self.socket = connect(
            f"{server.ws_url}/ws/calls/{call.pk}/?resume={resume}",
            additional_headers={"Cookie": f"sessionid={session_cookie(user)}; {cookie}"},
            origin=server.url,  # type: ignore[arg-type]
        )
        self.welcome = self.frame("welcome")
        self.peer = self.welcome["peer"]

    def frame(self, *types: str) -> dict[str, Any]:
        while True:
            frame: dict[str, Any] = json.loads(self.socket.recv(timeout=10))
            if not types or frame["type"] in types:
                return frame

    def send(self, **frame: Any) -> None:
        self.socket.send(json.dumps(frame))


def test_signals_cross_processes_and_a_killed_one_is_left_behind(
    servers: list[RunningServer], patient: Any, doctor: Any
) -> None:
    one, two = servers
    call = make_call(patient, doctor)
    host, guest = Client(one, doctor, call), Client(two, patient, call)
    host.frame("peer.waiting")
    host.send(type="admit", peer=guest.peer)
    assert guest.frame("admitted")
    assert host.frame()["type"] == "peer.joined"
    # In the order they were sent, offer first.
    for number in range(20):
        host.send(type="signal", to=guest.peer, description={**OFFER, "sdp": f"v={number}"})
        host.send(type="signal", to=guest.peer, candidate=CANDIDATE)
    for number in range(20):
        assert guest.frame()["description"]["sdp"] == f"v={number}"
        assert guest.frame()["candidate"] == CANDIDATE
    began = time.monotonic()
    two.kill()
    back = Client(one, patient, call, resume=guest.welcome["resume"])
    assert time.monotonic() - began < 5
    assert (back.peer, back.welcome["status"]) == (guest.peer, "admitted")
    assert host.frame() == {"type": "peer.back", "peer": guest.peer}
    host.send(type="signal", to=back.peer, description=OFFER)
    assert back.frame()["description"] == OFFER
    back.send(type="signal", to=host.peer, description=OFFER)
    assert host.frame()["from"] == guest.peer
