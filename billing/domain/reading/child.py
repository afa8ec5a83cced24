"""The process that decodes pictures: `python -m billing.domain.reading.child read PICTURE` or `compare PICTURE OTHERS`.

Writes JSON to its output. Imports neither Django nor the project, so it starts fast and knows no secret.
"""

import io
import json
import os
import resource
import shutil
import subprocess
import sys
from typing import Any

from PIL import Image, ImageChops, ImageOps

Image.MAX_IMAGE_PIXELS = 40_000_000
CPU_SECONDS = 20
MEMORY_BYTES = 2 * 1024**3
OCR_SECONDS = 10
TEXT_MAX = 8_000
CODES_MAX = 5
CODE_CHARACTERS_MAX = 1_000
# The picture is compared as a grid of light and dark, then in blocks of this side.
GRID = (256, 512)
BLOCK = 8


def read(path: str) -> dict[str, Any]:
    with Image.open(path) as picture:
        picture.load()
        return {"hash": difference_hash(picture), "codes": codes_in(picture), "text": text_in(picture)}


def compare(path: str, others: list[str]) -> dict[str, Any]:
    """For each of `others` how much its most different block differs from that of `path` (0–255); null when it can't be
    read."""
    mine = _grid(path)
    return {"differences": [_difference(mine, other) for other in others]}


def difference_hash(picture: Image.Image) -> str:
    """dHash: whether each of 8×8 places is lighter than the one to its right, as 16 hex digits. Pictures that were only
    scaled or compressed anew differ in a few bits."""
    small = picture.convert("L").resize((9, 8), Image.Resampling.LANCZOS).tobytes()
    bits = 0
    for row in range(8):
        for column in range(8):
            at = row * 9 + column
            bits = bits << 1 | (small[at] > small[at + 1])
    return f"{bits:016x}"


def codes_in(picture: Image.Image) -> list[str] | None:
    """The texts of the QR codes in the picture; None when the reader is not installed."""
    try:
        import zxingcpp
    except ImportError:
        return None
    found = zxingcpp.read_barcodes(picture.convert("L"), formats=zxingcpp.barcode_formats_from_str("QRCode"))
    return [code.text[:CODE_CHARACTERS_MAX] for code in found[:CODES_MAX]]


def text_in(picture: Image.Image) -> str | None:
    """The words in the picture; None when they can't be read here (tesseract is not installed, or took too long)."""
    tesseract = shutil.which("tesseract")
    if tesseract is None:
        return None
    # In grey, with a border, as one block of text: otherwise it leaves out lines that stand apart, as amounts do
    # (measured on ten receipts: found in ten of them, by its own choice of layout in nine, in colour in four).
    grey = io.BytesIO()
    ImageOps.expand(picture.convert("L"), 20, 255).save(grey, "PNG", compress_level=1)
    try:
        done = subprocess.run(
            [tesseract, "-", "-", "-l", "eng", "--psm", "6"],
            input=grey.getvalue(),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=OCR_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return None
    return done.stdout.decode("utf-8", "replace")[:TEXT_MAX] if done.returncode == 0 else None


def _grid(path: str) -> Image.Image:
    with Image.open(path) as picture:
        # A JPEG of many pixels need not be unfolded in full.
        picture.draft("L", (GRID[0] * 2, GRID[1] * 2))
        return picture.convert("L").resize(GRID, Image.Resampling.BOX)


def _difference(mine: Image.Image, path: str) -> int | None:
    try:
        theirs = _grid(path)
    except (OSError, ValueError, SyntaxError):
        return None
    blocks = (GRID[0] // BLOCK, GRID[1] // BLOCK)
    return max(ImageChops.difference(mine, theirs).resize(blocks, Image.Resampling.BOX).tobytes())


def _bound_this_process() -> None:
    # Calls and pages on this machine come first.
    os.nice(10)
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    _bound_this_process()
    verb, first, *rest = sys.argv[1:]
    json.dump(read(first) if verb == "read" else compare(first, rest), sys.stdout)
