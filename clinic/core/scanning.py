"""Asking clamd about an upload, by its INSTREAM command (man clamd): the file goes over the socket in pieces, each
after its length in four bytes, and a length of 0 ends it. So the scanner's account needs to read no file of ours."""

import logging
import socket
import struct
from typing import Any

from django.conf import settings

from .errors import Infected, NotScanned

logger = logging.getLogger(__name__)

CONNECT_SECONDS = 3
# For each piece that is sent, and for the verdict.
ANSWER_SECONDS = 30
PIECE = 64 * 1024
LONGEST_ANSWER = 4096


def scan(file: Any) -> None:
    """Returns when the file is clean, or when no scanner is configured (settings.CLAMD_ADDRESS).

    Raises Infected, and NotScanned when the scanner can't be reached, breaks off or refuses: then nothing may be
    stored. The file is left at its beginning.
    """
    if not settings.CLAMD_ADDRESS:
        return
    try:
        file.seek(0)
        verdict = _ask(file)
    except (OSError, ValueError) as error:
        logger.error("clamd at %s: %s", settings.CLAMD_ADDRESS, error)
        raise NotScanned from error
    finally:
        file.seek(0)
    if verdict.endswith(" FOUND"):
        logger.warning("clamd refused an upload: %s", verdict)
        raise Infected
    if verdict != "stream: OK":
        # "INSTREAM size limit exceeded. ERROR": its StreamMaxLength is below what the portal takes.
        logger.error("clamd at %s answered %r", settings.CLAMD_ADDRESS, verdict)
        raise NotScanned


def _ask(file: Any) -> str:
    with _connect(settings.CLAMD_ADDRESS) as connection:
        connection.settimeout(ANSWER_SECONDS)
        try:
            connection.sendall(b"zINSTREAM\0")
            while piece := file.read(PIECE):
                connection.sendall(struct.pack("!I", len(piece)) + piece)
            connection.sendall(struct.pack("!I", 0))
        except (BrokenPipeError, ConnectionResetError):
            pass  # It has heard enough: its reason may still be there to read.
        return _answer(connection)


def _answer(connection: socket.socket) -> str:
    """Up to its end, a null character. Half an answer is none."""
    answer = b""
    while not answer.endswith(b"\0"):
        piece = connection.recv(LONGEST_ANSWER)
        if not piece or len(answer) > LONGEST_ANSWER:
            raise ConnectionError("no whole answer")
        answer += piece
    return answer[:-1].decode(errors="replace").strip()


def _connect(address: str) -> socket.socket:
    """Raises OSError, and ValueError for an address that is none."""
    if address.startswith("/"):
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            connection.settimeout(CONNECT_SECONDS)
            connection.connect(address)
        except OSError:
            connection.close()
            raise
        return connection
    host, _, port = address.rpartition(":")
    return socket.create_connection((host.strip("[]"), int(port)), timeout=CONNECT_SECONDS)
