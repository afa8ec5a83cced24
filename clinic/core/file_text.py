"""The words of a file: of a PDF its text by PDFium, of a picture what tesseract reads, where that is installed. People
bring files from anywhere, so it happens in a process of its own with little memory and time, which knows no secret."""

import io
import json
import os
import resource
import shutil
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

SECONDS = 20
MEMORY = 1024 * 1024 * 1024
MOST_PAGES = 20
MOST_CHARACTERS = 40_000
MOST_PIXELS = 40_000_000
OCR_SECONDS = 15


@dataclass(frozen=True)
class Words:
    """`is_cut`: the file goes on."""

    text: str
    is_cut: bool


def of_pdf(path: str | Path) -> Words | None:
    """The text of the first MOST_PAGES pages; empty for scanned paper. None when it can't be read: a password, damage,
    or one that asks for too much."""
    return _ask("pdf", path)


def of_picture(path: str | Path) -> Words | None:
    """What stands in the picture; None without tesseract, or when it can't be read."""
    return _ask("picture", path) if shutil.which("tesseract") else None


def _ask(kind: str, path: str | Path) -> Words | None:
    command = [sys.executable, __file__, kind, str(path)]
    environment = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8", "OMP_THREAD_LIMIT": "1"}
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            stdin=subprocess.DEVNULL,
            timeout=SECONDS + 5,
            check=False,
            env=environment,
        )
        found = json.loads(done.stdout) if done.returncode == 0 else None
    except (subprocess.TimeoutExpired, ValueError):
        return None
    return Words(found["text"], found["is_cut"]) if found else None


def _pdf(path: str) -> tuple[str, bool]:
    import pypdfium2

    document = pypdfium2.PdfDocument(path)
    pages, length = [], 0
    for number in range(min(len(document), MOST_PAGES)):
        text = document[number].get_textpage().get_text_bounded()
        pages.append(text)
        length += len(text)
        if length > MOST_CHARACTERS:
            break
    text = "\n".join(pages)
    return text[:MOST_CHARACTERS], len(document) > len(pages) or len(text) > MOST_CHARACTERS


def _picture(path: str) -> tuple[str, bool]:
    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    grey = io.BytesIO()
    with Image.open(path) as picture:
        upright = ImageOps.exif_transpose(picture).convert("L")
        ImageOps.expand(upright, 20, 255).save(grey, "PNG", compress_level=1)
    command = ["tesseract", "-", "-", "-l", _languages(), "--psm", "4"]
    done = subprocess.run(
        command,
        input=grey.getvalue(),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        timeout=OCR_SECONDS,
        check=True,
    )
    text = done.stdout.decode("utf-8", "replace")
    return text[:MOST_CHARACTERS], len(text) > MOST_CHARACTERS


def _languages() -> str:
    known = subprocess.run(
        ["tesseract", "--list-langs"], capture_output=True, text=True, timeout=5, check=False
    )
    return "+".join(name for name in ("eng", "nep") if name in known.stdout.split()) or "eng"


def _read(kind: str, path: str) -> None:
    """What the process does: the text as JSON."""
    for limit, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, SECONDS),
        (resource.RLIMIT_CORE, 0),
    ):
        with suppress(ValueError, OSError):
            resource.setrlimit(limit, (most, most))
    text, is_cut = _pdf(path) if kind == "pdf" else _picture(path)
    # PDFium writes halves of letter pairs and U+FFFE for hyphens at the end of a line.
    clean = text.encode("utf-8", "replace").decode().replace("\x00", "").replace("\ufffe", "-")
    json.dump({"text": clean, "is_cut": is_cut}, sys.stdout)


if __name__ == "__main__":
    # Beside this file stand modules named like some of Python's own libraries' parts.
    sys.path.pop(0)
    _read(sys.argv[1], sys.argv[2])
