"""A real server process on the test database, for sockets, browsers, races and killing."""

import contextlib
import os
import random
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

from django.conf import settings
from django.db import connection

START_SECONDS = 60
# Its two task threads may take five seconds each to end what they do, and a busy machine the rest.
STOP_SECONDS = 30
# Above 10080, which Chromium refuses to open, and below those that Linux gives to outgoing connections: one of these
# could sit on a server's port while that restarts.
PORTS = range(10_081, 32_000)


def database_url(name: str) -> str:
    """DATABASE_URL of the database `name` where the running tests have theirs."""
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    database = connection.settings_dict
    password = quote(str(database["PASSWORD"] or ""), safe="")
    host = quote(str(database["HOST"] or "localhost"), safe="")
    return f"postgres://{database['USER']}:{password}@{host}:{database['PORT'] or 5432}/{name}"


def test_database_url() -> str:
    """DATABASE_URL of the database the running tests use."""
    return database_url(str(connection.settings_dict["NAME"]))


def free_port() -> int:
    # Tests seed the usual source of chance, and parallel workers would all take the same.
    for port in random.SystemRandom().sample(PORTS, 100):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise RuntimeError("no port is free")


class RunningServer:
    """`manage.py serve` (server and task worker) as a process of its own. Mail is written to `mail_dir`."""

    def __init__(self, directory: Path, environment: Mapping[str, str] | None = None) -> None:
        self.directory = directory
        self.mail_dir = directory / "mail"
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.ws_url = f"ws://127.0.0.1:{self.port}"
        self._environment = {
            **os.environ,
            "DEBUG": "true",
            "DATABASE_URL": test_database_url(),
            "REDIS_URL": settings.REDIS_URL,
            "MEDIA_ROOT": str(settings.MEDIA_ROOT),
            "EMAIL_URL": f"filemail:///{self.mail_dir}",
            **(environment or {}),
        }
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """Of the running process; 0 when there is none."""
        return self._process.pid if self._process else 0

    @property
    def log(self) -> str:
        return (self.directory / "server.log").read_text(errors="replace")

    def start(self) -> "RunningServer":
        """Start and wait until it answers. Also starts it again on the same port after `stop` or `kill`."""
        with (self.directory / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "manage.py", "serve", "--port", str(self.port)],
                cwd=settings.BASE_DIR,
                env=self._environment,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                break
            try:
                with urllib.request.urlopen(f"{self.url}/healthz", timeout=2):
                    return self
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                time.sleep(0.05)
        # Left alone, its worker would take the tasks of the tests that follow.
        self.kill()
        raise RuntimeError(f"the server did not start:\n{self.log}")

    def stop(self) -> None:
        """As an administrator would. Raises RuntimeError when it does not end by itself."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """As a power cut would."""
        self._end(signal.SIGKILL)

    def _end(self, with_signal: signal.Signals) -> None:
        if self._process is None:
            return
        self._process.send_signal(with_signal)
        try:
            self._process.wait(timeout=STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(timeout=STOP_SECONDS)
            raise RuntimeError(f"the server did not stop:\n{self.log}") from None
        finally:
            self._process = None
