"""Uploads where clamd is configured: asked over its socket, and nothing is stored that it did not call clean."""

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from clinic.core import files, scanning
from clinic.core.errors import Infected, NotScanned

PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
EICAR = PDF + b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


class Clamd:
    """As much of clamd as INSTREAM needs. `limit`: its StreamMaxLength; `answer`: what it says instead."""

    def __init__(self, listening: socket.socket, limit: int = 10**9, answer: bytes | None = None) -> None:
        self.listening, self.limit, self.answer = listening, limit, answer
        self.heard: list[bytes] = []

    def run(self) -> None:
        while True:
            try:
                connection, _address = self.listening.accept()
            except OSError:
                return
            with connection:
                connection.sendall(self._verdict(connection.makefile("rb")))

    def _verdict(self, stream: Any) -> bytes:
        assert stream.read(10) == b"zINSTREAM\0"
        content = b""
        while length := struct.unpack("!I", stream.read(4))[0]:
            content += stream.read(length)
            if len(content) > self.limit:
                return b"INSTREAM size limit exceeded. ERROR\0"
        self.heard.append(content)
        if self.answer is not None:
            return self.answer
        return b"stream: Eicar-Signature FOUND\0" if b"EICAR-STANDARD" in content else b"stream: OK\0"


@contextmanager
def running(clamd: Clamd) -> Iterator[Clamd]:
    thread = threading.Thread(target=clamd.run, daemon=True)
    thread.start()
    yield clamd
    clamd.listening.shutdown(socket.SHUT_RDWR)
    clamd.listening.close()
    thread.join(5)


@pytest.fixture
def clamd(settings: Any) -> Iterator[Callable[..., Clamd]]:
    """Starts one on a free port and tells the portal of it."""
    started: list[Any] = []

    def start(**options: Any) -> Clamd:
        listening = socket.create_server(("127.0.0.1", 0))
        settings.CLAMD_ADDRESS = f"127.0.0.1:{listening.getsockname()[1]}"
        started.append(running(Clamd(listening, **options)))
        scanner: Clamd = started[-1].__enter__()
        return scanner

    yield start
    for context in started:
        context.__exit__(None, None, None)


def upload(content: bytes = PDF) -> SimpleUploadedFile:
    return SimpleUploadedFile("report.pdf", content)


def test_a_clean_file_is_heard_whole_and_taken(clamd: Any) -> None:
    scanner = clamd()
    content = PDF + bytes(range(256)) * 1000  # several pieces
    assert files.clean_upload(upload(content)).content.read() == content
    assert scanner.heard == [content]


def test_a_harmful_file_is_refused(clamd: Any) -> None:
    clamd()
    with pytest.raises(Infected) as refused:
        files.clean_upload(upload(EICAR))
    assert (refused.value.status, refused.value.code) == (415, "infected")


def test_a_picture_is_scanned_as_it_came_before_it_is_decoded(clamd: Any) -> None:
    scanner = clamd()
    content = b"\x89PNG\r\n\x1a\n" + b"EICAR-STANDARD"
    with pytest.raises(Infected):
        files.clean_upload(upload(content))
    assert scanner.heard == [content]


@pytest.mark.parametrize(
    "answer", [b"", b"stream: OK", b"UNKNOWN COMMAND\0", b"stream: OK\0more\0", b"x" * 9000]
)
def test_what_is_no_verdict_is_none(clamd: Any, answer: bytes) -> None:
    clamd(answer=answer)
    with pytest.raises(NotScanned):
        files.clean_upload(upload())


def test_a_file_beyond_clamd_s_own_limit_is_not_taken_unscanned(clamd: Any) -> None:
    clamd(limit=100_000)
    with pytest.raises(NotScanned):
        files.clean_upload(upload(PDF + b"x" * 5_000_000))


def test_a_scanner_that_says_nothing_is_given_up(clamd: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scanning, "ANSWER_SECONDS", 0.05)
    monkeypatch.setattr(Clamd, "_verdict", lambda self, stream: str(threading.Event().wait(0.3)).encode())
    clamd()
    with pytest.raises(NotScanned):
        files.clean_upload(upload())


@pytest.mark.parametrize("address", ["127.0.0.1:1", "/nowhere/clamd.ctl", "clamd", "host:port", ":"])
def test_no_scanner_there_means_no_upload(settings: Any, address: str) -> None:
    settings.CLAMD_ADDRESS = address
    with pytest.raises(NotScanned) as refused:
        files.clean_upload(upload())
    assert refused.value.status == 503
    assert "try again" in refused.value.detail


def test_a_scanner_on_a_unix_socket(settings: Any, tmp_path: Path) -> None:
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    settings.CLAMD_ADDRESS = str(tmp_path / "clamd.ctl")
    listening.bind(settings.CLAMD_ADDRESS)
    listening.listen()
    with running(Clamd(listening)) as scanner:
        files.clean_upload(upload())
    assert scanner.heard == [PDF]
