"""The real coturn, started by deploy/coturn/run: whom it serves, and where it refuses to relay to."""

import hashlib
import hmac
import os
import secrets
import shutil
import socket
import ssl
import struct
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from clinic.core.testing.server import free_port
from messaging.domain import ice

pytestmark = pytest.mark.skipif(shutil.which("turnserver") is None, reason="coturn is not installed")

SECRET = "a-secret-of-thirty-two-letters-or-more"
REALM = "relay.test"
RUN = settings.BASE_DIR / "deploy" / "coturn" / "run"
COOKIE = 0x2112A442
ALLOCATE, CREATE_PERMISSION = 0x0003, 0x0008
USERNAME, INTEGRITY, ERROR, PEER, REALM_ATTRIBUTE, NONCE, TRANSPORT = (
    0x0006, 0x0008, 0x0009, 0x0012, 0x0014, 0x0015, 0x0019,
)  # fmt: skip


class Turn:
    """As much of RFC 8656 as it takes to ask for a relay; `stream` is a TCP or TLS connection."""

    def __init__(self, connection: socket.socket, *, stream: bool) -> None:
        self.connection, self.stream = connection, stream
        connection.settimeout(5)

    def ask(self, method: int, *attributes: tuple[int, bytes], key: bytes = b"") -> dict[int, bytes]:
        """The answer's attributes; ERROR is among them when it refuses."""
        body = b"".join(
            struct.pack("!HH", kind, len(value)) + value + bytes(-len(value) % 4)
            for kind, value in attributes
        )
        transaction = secrets.token_bytes(12)
        if key:
            signed = struct.pack("!HHI", method, len(body) + 24, COOKIE) + transaction + body
            body += struct.pack("!HH", INTEGRITY, 20) + hmac.new(key, signed, hashlib.sha1).digest()
        self.connection.sendall(struct.pack("!HHI", method, len(body), COOKIE) + transaction + body)
        answer = self._receive()
        assert answer[8:20] == transaction
        found, at = {}, 20
        while at < len(answer):
            kind, length = struct.unpack("!HH", answer[at : at + 4])
            found[kind] = answer[at + 4 : at + 4 + length]
            at += 4 + length + -length % 4
        return found

    def _receive(self) -> bytes:
        if not self.stream:
            return self.connection.recv(2048)
        data = b""
        while len(data) < 20 or len(data) < 20 + struct.unpack("!H", data[2:4])[0]:
            part = self.connection.recv(2048)
            assert part, "the relay closed the connection"
            data += part
        return data

    def allocate(self, username: str, password: str) -> int:
        """0, or the error that the relay answers with."""
        udp = (TRANSPORT, bytes([17, 0, 0, 0]))
        challenge = self.ask(ALLOCATE, udp)
        assert code_of(challenge) == 401  # nobody without a credential
        self.key = hashlib.md5(f"{username}:{REALM}:{password}".encode()).digest()
        self.who = (
            (USERNAME, username.encode()),
            (REALM_ATTRIBUTE, challenge[REALM_ATTRIBUTE]),
            (NONCE, challenge[NONCE]),
        )
        return code_of(self.ask(ALLOCATE, udp, *self.who, key=self.key))

    def permit(self, address: str) -> int:
        port = 9 ^ (COOKIE >> 16)
        ip = struct.unpack("!I", socket.inet_aton(address))[0] ^ COOKIE
        peer = struct.pack("!BBHI", 0, 1, port, ip)
        return code_of(self.ask(CREATE_PERMISSION, (PEER, peer), *self.who, key=self.key))


def code_of(answer: dict[int, bytes]) -> int:
    if ERROR not in answer:
        return 0
    return answer[ERROR][2] * 100 + answer[ERROR][3]


class Relay:
    def __init__(self, directory: Path) -> None:
        self.port, self.tls_port = free_port(), free_port()
        self.certificate = directory / "relay.pem"
        key = directory / "relay.key"
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
             "-days", "2", "-subj", f"/CN={REALM}", "-addext", f"subjectAltName=DNS:{REALM}",
             "-keyout", key, "-out", self.certificate],
            check=True, capture_output=True,
        )  # fmt: skip
        (directory / "run").mkdir()
        self.environment = {
            **os.environ,
            "TURN_SECRET": SECRET,
            "TURN_REALM": REALM,
            "TURN_CERT": str(self.certificate),
            "TURN_KEY": str(key),
            "TURN_LISTEN_IP": "127.0.0.1",
            "TURN_PORT": str(self.port),
            "TURN_TLS_PORT": str(self.tls_port),
            "TURN_MIN_PORT": "50200",
            "TURN_MAX_PORT": "50300",
            "RUNTIME_DIRECTORY": str(directory / "run"),
        }
        with (directory / "log").open("w") as log:
            self.process = subprocess.Popen([RUN], env=self.environment, stdout=log, stderr=log)
        deadline = time.monotonic() + 20
        for port in (self.port, self.tls_port):
            while socket.socket().connect_ex(("127.0.0.1", port)):
                assert time.monotonic() < deadline, (directory / "log").read_text()
                assert self.process.poll() is None, (directory / "log").read_text()
                time.sleep(0.05)

    def udp(self) -> Turn:
        connection = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        connection.connect(("127.0.0.1", self.port))
        return Turn(connection, stream=False)

    def tls(self) -> Turn:
        context = ssl.create_default_context(cafile=str(self.certificate))
        raw = socket.create_connection(("127.0.0.1", self.tls_port), timeout=5)
        return Turn(context.wrap_socket(raw, server_hostname=REALM), stream=True)


@pytest.fixture(scope="module")
def relay(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Relay]:
    running = Relay(tmp_path_factory.mktemp("relay"))
    yield running
    running.process.terminate()
    running.process.wait(timeout=10)


def portal_credential(seconds: int = 60, secret: str = SECRET) -> tuple[str, str]:
    return ice.credential(secret, "5d0c", int(time.time()) + seconds)


def test_the_portals_credential_is_taken_by_udp_and_by_tls(relay: Relay) -> None:
    assert relay.udp().allocate(*portal_credential()) == 0
    assert relay.tls().allocate(*portal_credential()) == 0


def test_no_other_credential_is(relay: Relay) -> None:
    username, password = portal_credential()
    later = f"{int(username.split(':')[0]) + 3600}:5d0c"
    for wrong in (
        portal_credential(-5),
        portal_credential(secret="another-secret-of-thirty-two-letters"),
        (later, password),
        (username, ""),
    ):
        assert relay.udp().allocate(*wrong) == 401, wrong


def test_it_relays_to_the_internet_and_into_no_network_behind_it(relay: Relay) -> None:
    turn = relay.udp()
    assert turn.allocate(*portal_credential()) == 0
    for public in ("1.1.1.1", "9.255.255.255", "11.0.0.1", "172.15.0.1", "172.32.0.1", "192.167.1.1"):
        assert turn.permit(public) == 0, public
    for inside in (
        "10.0.0.1", "10.255.255.254", "100.64.0.1", "127.0.0.1", "127.1.2.3", "169.254.169.254", "172.16.0.1",
        "172.31.255.254", "192.168.0.1", "192.0.2.1", "198.18.0.1", "203.0.113.9", "0.0.0.0", "240.0.0.1", "224.0.0.1",
    ):  # fmt: skip
        assert turn.permit(inside) == 403, inside


@pytest.mark.parametrize(
    "change",
    [
        {"TURN_SECRET": "short"},
        {"TURN_SECRET": ""},
        {"TURN_KEY": "/nowhere"},
        {"TURN_SECRET": "x" * 40 + "\ncli"},
    ],
)
def test_the_recipe_starts_nothing_half_set(relay: Relay, change: dict[str, str]) -> None:
    environment = {**relay.environment, **change}
    ended = subprocess.run([RUN], env=environment, capture_output=True, timeout=10, check=False)
    assert ended.returncode != 0
    assert ended.stderr
