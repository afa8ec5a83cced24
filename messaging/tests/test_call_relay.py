"""A call whose every packet goes through a real coturn, with the credentials the portal gives out."""

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from clinic.core.testing.server import RunningServer, free_port

from .call_browser import flow, join, wait_for_flow, watch
from .call_sockets import make_call

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(shutil.which("turnserver") is None, reason="coturn is not installed"),
]

SECRET = "relay-test-secret"


@pytest.fixture
def relay(tmp_path: Path) -> Iterator[str]:
    """The relay's URL."""
    port = free_port()
    options = [
        "turnserver", "-n", "--listening-ip=127.0.0.1", "--relay-ip=127.0.0.1", f"--listening-port={port}",
        "--min-port=50000", "--max-port=50100", "--use-auth-secret", f"--static-auth-secret={SECRET}", "--realm=test",
        "--no-tls", "--no-dtls", "--no-cli", "--allow-loopback-peers", f"--userdb={tmp_path / 'turn.db'}",
        f"--pidfile={tmp_path / 'turn.pid'}",
    ]  # fmt: skip
    with (tmp_path / "turn.log").open("w") as log:
        process = subprocess.Popen(options, stdout=log, stderr=log, cwd=tmp_path)
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.1)
    yield f"turn:127.0.0.1:{port}?transport=udp"
    process.terminate()
    process.wait(timeout=10)


@pytest.fixture
def server(transactional_db: None, _private_media: None, tmp_path: Path, relay: str) -> Iterator[Any]:
    running = RunningServer(tmp_path, {"TURN_URLS": relay, "TURN_SECRET": SECRET}).start()
    yield running
    running.stop()


def test_picture_and_sound_through_the_relay_alone(
    person: Any, server: Any, patient: Any, doctor: Any
) -> None:
    call = make_call(patient, doctor)
    host, guest = watch(person(doctor), relay_only=True), watch(person(patient), relay_only=True)
    join(host, call)
    join(guest, call)
    host.get_by_role("button", name="Let in").click()
    for page in (host, guest):
        wait_for_flow(page)
        assert set(flow(page)["pairs"]) == {"relay"}
