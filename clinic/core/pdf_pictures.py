"""A page of a PDF as a picture, by PDFium. People bring PDF files from anywhere, so it is drawn in a process of its own
with little memory and time: one that crashes or never ends takes nothing along."""

import io
import resource
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

SECONDS = 20
MEMORY = 1024 * 1024 * 1024
QUALITY = 80


@dataclass(frozen=True)
class Drawn:
    """The page as JPEG, and how many pages the file has."""

    jpeg: bytes
    pages: int


def draw(path: str | Path, *, number: int = 1, side: int = 640) -> Drawn | None:
    """Page `number` with its longest side of `side` pixels. None when it can't be drawn: no such page, a password, a
    damaged file, or one that asks for too much."""
    command = [sys.executable, __file__, str(path), str(number), str(side)]
    try:
        done = subprocess.run(command, capture_output=True, timeout=SECONDS + 5, check=False)
    except subprocess.TimeoutExpired:
        return None
    pages, _, jpeg = done.stdout.partition(b"\n")
    if done.returncode or not jpeg or not pages.isdigit():
        return None
    return Drawn(jpeg, int(pages))


def _draw(path: str, number: int, side: int) -> None:
    """What the process does: the number of pages, a line end, the JPEG."""
    import pypdfium2

    for limit, most in ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CPU, SECONDS)):
        with suppress(ValueError, OSError):
            resource.setrlimit(limit, (most, most))
    document = pypdfium2.PdfDocument(path)
    page = document[number - 1]
    scale = side / max(page.get_width(), page.get_height(), 1)
    out = io.BytesIO()
    page.render(scale=scale).to_pil().convert("RGB").save(out, "JPEG", quality=QUALITY, optimize=True)
    sys.stdout.buffer.write(b"%d\n" % len(document) + out.getvalue())


if __name__ == "__main__":
    # Beside this file stand modules named like some of Python's own libraries' parts.
    sys.path.pop(0)
    _draw(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
