"""The process that unpacks what was sent and reads its tags (unpacking.py starts it).

Each DICOM file with pictures becomes FOLDER/1.dcm, 2.dcm …: names and paths of an archive are never used. What they say
stands in FOLDER/found.json. Imports neither Django nor more of the project than tags.py, so it starts fast and knows no
secret.
"""

import hashlib
import json
import os
import resource
import stat
import sys
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from .tags import Skipped, tags

CPU_SECONDS = 300
MEMORY_BYTES = 1024**3
# What is taken out of one upload.
ENTRIES_MAX = 10_000
UNPACKED_MAX_BYTES = 3 * 1024**3
# Pictures pack to a half or a tenth. What unfolds to this much more is made to fill the disk.
RATIO_MAX = 200
RATIO_COUNTS_FROM = 64 * 1024**2
PIECE = 1024**2
HEAD = 132
ZIP = b"PK\x03\x04"


class Refused(Exception):
    """Nothing of this upload is taken; its argument says why (records.domain.imaging.arriving.FAILURES)."""


def take(source: Path, folder: Path) -> dict[str, Any]:
    """Unpack and read everything. Raises Refused."""
    files: list[dict[str, Any]] = []
    skipped: Counter[str] = Counter()
    digests: dict[str, str] = {}
    budget = Budget(source.stat().st_size)
    for entry in entries(source, budget):
        place = folder / f"{len(files) + 1}.dcm"
        try:
            if isinstance(entry, Skipped):
                raise entry
            digest = copy(entry, place, budget)
            said = tags(place)
            uid = said["uid"]
            if uid in digests:
                raise Skipped("twice" if digests[uid] == digest else "conflicting")
            digests[uid] = digest
            files.append({"file": place.name, "size": place.stat().st_size, "digest": digest, **said})
        except Skipped as reason:
            skipped[str(reason)] += 1
            place.unlink(missing_ok=True)
    return {"files": files, "skipped": dict(skipped)}


class Budget:
    """How much may still be unpacked. Counted as it comes out: what an archive says of itself may be a lie."""

    def __init__(self, sent: int) -> None:
        self.sent, self.unpacked = sent, 0

    def spend(self, amount: int) -> None:
        self.unpacked += amount
        if self.unpacked > UNPACKED_MAX_BYTES:
            raise Refused("too_much")
        if self.unpacked > RATIO_COUNTS_FROM and self.unpacked > RATIO_MAX * self.sent:
            raise Refused("too_much")


def entries(source: Path, budget: Budget) -> Iterator[IO[bytes] | Skipped]:
    """The files of the upload, one after the other."""
    head = head_of(source)
    if head[128:] == b"DICM" or head[:4] != ZIP:
        with source.open("rb") as alone:
            yield alone
        return
    try:
        archive = zipfile.ZipFile(source)
        listed = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, UnicodeDecodeError) as error:
        raise Refused("damaged") from error
    with archive:
        if len(listed) > ENTRIES_MAX:
            raise Refused("too_many")
        if any(entry.flag_bits & 0x1 for entry in listed):
            raise Refused("password")
        for entry in listed:
            if entry.is_dir():
                continue
            if stat.S_IFMT(entry.external_attr >> 16) not in (0, stat.S_IFREG):
                yield Skipped("link")
                continue
            try:
                file = archive.open(entry)
            except (zipfile.BadZipFile, OSError, ValueError, RuntimeError, EOFError):
                yield Skipped("damaged")
                continue
            with file:
                yield file


def head_of(source: Path) -> bytes:
    with source.open("rb") as file:
        return file.read(HEAD)


def copy(file: IO[bytes], place: Path, budget: Budget) -> str:
    """To its place; returns its digest. Raises Skipped when it is no DICOM file or does not come out whole."""
    digest = hashlib.sha256()
    try:
        piece = file.read(HEAD)
        if piece[128:] != b"DICM":
            raise Skipped("nested" if piece[:4] == ZIP else "other")
        with place.open("wb") as out:
            while piece:
                budget.spend(len(piece))
                digest.update(piece)
                out.write(piece)
                piece = file.read(PIECE)
    # zlib.error is none of zipfile's; it derives from Exception alone.
    except (Skipped, Refused, MemoryError):
        raise
    except OSError as error:
        if getattr(error, "errno", None) is not None and not isinstance(error, EOFError):
            raise Refused("no_room") from error
        raise Skipped("damaged") from error
    except Exception as error:
        raise Skipped("damaged") from error
    return digest.hexdigest()


def _bound_this_process() -> None:
    # Calls and pages on this machine come first.
    os.nice(10)
    bounds = {
        resource.RLIMIT_CPU: CPU_SECONDS,
        resource.RLIMIT_AS: MEMORY_BYTES,
        resource.RLIMIT_FSIZE: UNPACKED_MAX_BYTES,
        resource.RLIMIT_CORE: 0,
    }
    for limit, most in bounds.items():
        resource.setrlimit(limit, (most, most))


def main(source: Path, folder: Path) -> None:
    try:
        found = take(source, folder)
    except Refused as reason:
        found = {"failure": str(reason)}
    except MemoryError:
        found = {"failure": "too_much"}
    (folder / "found.json").write_text(json.dumps(found))


def run() -> None:
    """With the arguments SOURCE and FOLDER."""
    _bound_this_process()
    main(Path(sys.argv[1]), Path(sys.argv[2]))
