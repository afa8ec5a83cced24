"""A mail server for tests: it takes mail, refuses it, or falls silent with the mail in its hands."""

import socketserver
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Barrier, Event, Thread
from typing import Any


class FakeServer(socketserver.ThreadingTCPServer):
    """`answers` overrides what is said to a command ("RCPT": "550 no such person", "." after the text); the answer
    "drop" cuts the line, "hang" says nothing until the test is over. `mails` holds what was taken."""

    allow_reuse_address = daemon_threads = True

    def __init__(self, answers: dict[str, str]) -> None:
        super().__init__(("127.0.0.1", 0), _Talk)
        self.answers = answers
        self.mails: list[str] = []
        self.has_text = Event()
        self.over = Event()
        # Set one to let the first mails be handed in at the same moment.
        self.meeting: Barrier | None = None

    @property
    def port(self) -> int:
        return int(self.server_address[1])


class _Talk(socketserver.StreamRequestHandler):
    server: FakeServer

    def handle(self) -> None:
        self._say("220 test")
        while line := self.rfile.readline():
            command = line.decode().split()[0].upper() if line.strip() else ""
            if command == "DATA":
                self._say("354 go on")
                text = self._text()
                if not self._say(self.server.answers.get(".", "250 taken")):
                    return
                if "." not in self.server.answers:
                    self.server.mails.append(text)
            elif command == "QUIT":
                self._say("221 bye")
                return
            elif not self._say(self.server.answers.get(command, "250 ok")):
                return

    def _text(self) -> str:
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line.decode())
        self.server.has_text.set()
        if meeting := self.server.meeting:
            meeting.wait(25)
            self.server.meeting = None
        return "".join(lines)

    def _say(self, words: str) -> bool:
        if words == "hang":
            self.server.over.wait(30)
        if words in ("drop", "hang"):
            return False
        self.wfile.write(f"{words}\r\n".encode())
        return True


@contextmanager
def smtp_server(**answers: str) -> Iterator[FakeServer]:
    with FakeServer(answers) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.over.set()
            server.shutdown()


def use(settings: Any, server: FakeServer) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", server.port, 5
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
