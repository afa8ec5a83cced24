"""A token client on a real server: ticket in, live socket, and out again at log-out."""

import json
import urllib.request
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from accounts.models import User
from accounts.tests.factories import PASSWORD

pytestmark = pytest.mark.server


def post(server: Any, path: str, token: str = "", **body: str) -> Any:
    headers = {"Content-Type": "application/json", **({"Authorization": f"Token {token}"} if token else {})}
    request = urllib.request.Request(f"{server.url}{path}", json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request, timeout=20) as answer:
        return json.loads(answer.read() or b"null")


def close_code(socket: Any) -> int:
    """Read until the server closes."""
    try:
        while True:
            socket.recv(timeout=10)
    except ConnectionClosed as closed:
        return closed.rcvd.code if closed.rcvd else 0


@pytest.fixture
def _real_hashing(settings: Any) -> None:
    """The server process hashes as in production."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]


@pytest.mark.usefixtures("_real_hashing")
def test_ticket_opens_once_and_logout_closes(server: Any, patient: User) -> None:
    token = post(server, "/api/login/", email=patient.email, password=PASSWORD)["token"]
    url = f"{server.ws_url}/ws/?ticket={post(server, '/api/socket-ticket/', token)['ticket']}"
    with connect(url) as socket:
        assert json.loads(socket.recv(timeout=10))["type"] == "ready"
        with connect(url) as again:
            assert close_code(again) == 4401, "used already"
        socket.send('{"type": "ping"}')
        assert json.loads(socket.recv(timeout=10))["type"] == "pong"
        post(server, "/api/logout/", token)
        assert json.loads(socket.recv(timeout=10)) == {"type": "session.revoked", "reason": "logged_out"}
        assert close_code(socket) == 4401


def test_stranger_and_foreign_page_get_nothing(server: Any) -> None:
    with connect(f"{server.ws_url}/ws/?ticket=guess") as socket:
        assert close_code(socket) == 4401
    with pytest.raises(Exception, match="403"):
        connect(f"{server.ws_url}/ws/", origin="https://evil.example")  # type: ignore[arg-type]
