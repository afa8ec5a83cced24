"""A real coturn for the tests of calls, with the shared secret that the portal's credentials are made of."""

import socket
import subprocess
import time
from pathlib import Path

from clinic.core.testing.server import free_port

SECRET = "relay-test-secret"


class Relay:
    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"turn:127.0.0.1:{self.port}?transport=udp"

    def start(self) -> "Relay":
        """Returns when it answers."""
        options = [
            "turnserver", "-n", "--listening-ip=127.0.0.1", "--relay-ip=127.0.0.1", f"--listening-port={self.port}",
            "--min-port=50000", "--max-port=50100", "--use-auth-secret", f"--static-auth-secret={SECRET}",
            "--realm=test", "--no-tls", "--no-dtls", "--no-cli", "--allow-loopback-peers",
            f"--userdb={self.directory / 'turn.db'}", f"--pidfile={self.directory / 'turn.pid'}",
        ]  # fmt: skip
        with (self.directory / "turn.log").open("w") as log:
            self._process = subprocess.Popen(options, stdout=log, stderr=log, cwd=self.directory)
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return self
            time.sleep(0.05)
        raise RuntimeError("coturn did not start")

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(timeout=10)
