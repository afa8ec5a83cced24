"""The process that unpacks what was sent and reads its tags: `python child.py SOURCE FOLDER`.

Each DICOM file with pictures becomes FOLDER/1.dcm, 2.dcm …: names and paths of an archive are never used. What they say
stands in FOLDER/found.json. Imports neither Django nor the project, so it starts fast and knows no secret.
"""

import hashlib
import json
import os
import re
import resource
import stat
import sys
import zipfile
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from math import isfinite
from pathlib import Path
from typing import IO, Any

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
TAIL = 64 * 1024

UID = re.compile(r"[0-9.]{1,64}\Z")
DICOMDIR = "1.2.840.10008.1.3.10"
DEFLATED = "1.2.840.10008.1.2.1.99"
BIG_ENDIAN = "1.2.840.10008.1.2.2"
PIXELS = (0x7FE0, (0x0008, 0x0009, 0x0010))
END_OF_PIECES = b"\xfe\xff\xdd\xe0"
TAGS = [
    "SpecificCharacterSet", "SOPClassUID", "SOPInstanceUID", "StudyInstanceUID", "SeriesInstanceUID", "Modality",
    "StudyDate", "StudyTime", "StudyDescription", "SeriesDescription", "SeriesNumber", "InstanceNumber",
    "BodyPartExamined", "PatientName", "PatientID", "PatientBirthDate", "PatientSex", "Rows", "Columns",
    "NumberOfFrames", "BitsAllocated", "SamplesPerPixel", "PhotometricInterpretation", "WindowCenter", "WindowWidth",
    "TimezoneOffsetFromUTC",
]  # fmt: skip


class Refused(Exception):
    """Nothing of this upload is taken; its argument says why (records.domain.imaging.arriving.FAILURES)."""


class Skipped(Exception):
    """This one file is not taken; its argument says why."""


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


def tags(place: Path) -> dict[str, Any]:
    """What one file says. Raises Skipped when it is damaged, or has no pictures."""
    try:
        return _tags(place)
    except Skipped:
        raise
    # Also MemoryError: a deflated file that unfolds beyond every measure.
    except (Exception, MemoryError) as error:
        raise Skipped("damaged") from error


def _tags(place: Path) -> dict[str, Any]:
    import pydicom

    with place.open("rb") as file:
        head = pydicom.filereader.read_partial(file, stop_when=lambda tag, _vr, _length: tag.group > 2)
        meta = head.file_meta
        syntax = str(meta.get("TransferSyntaxUID", ""))
        if str(meta.get("MediaStorageSOPClassUID", "")) == DICOMDIR:
            raise Skipped("dicomdir")
        file.seek(0)
        deflated = syntax == DEFLATED
        said = pydicom.dcmread(
            file, stop_before_pixels=not deflated, specific_tags=[*TAGS, "PixelData"] if deflated else TAGS
        )
        uids = {name: text(said, tag) for name, tag in UIDS.items()}
        if not all(UID.match(uid) for uid in uids.values()):
            raise Skipped("damaged")
        rows, columns = number(said, "Rows"), number(said, "Columns")
        frames = max(number(said, "NumberOfFrames"), 1)
        bits, samples = number(said, "BitsAllocated"), max(number(said, "SamplesPerPixel"), 1)
        whole = rows * columns * frames * samples * bits // 8
        if not rows or not columns:
            raise Skipped("no_pictures")
        if deflated:
            if len(said.get("PixelData", b"")) < whole:
                raise Skipped("damaged")
        else:
            check_pixels(
                file, syntax, whole, compressed="YBR_FULL_422" in text(said, "PhotometricInterpretation")
            )
    return {
        **uids,
        "sop_class": text(said, "SOPClassUID", 64),
        "transfer_syntax": syntax[:64],
        "modality": text(said, "Modality", 16),
        "date": text(said, "StudyDate", 8),
        "time": text(said, "StudyTime", 6),
        "zone": text(said, "TimezoneOffsetFromUTC", 5),
        "study_description": text(said, "StudyDescription", 140),
        "series_description": text(said, "SeriesDescription", 140),
        "series_number": number(said, "SeriesNumber"),
        "number": number(said, "InstanceNumber"),
        "body_part": text(said, "BodyPartExamined", 32),
        "rows": rows,
        "columns": columns,
        "frames": frames,
        "window": [decimal(said, "WindowCenter"), decimal(said, "WindowWidth")],
        "person": {
            "name": text(said, "PatientName", 140),
            "birth_date": text(said, "PatientBirthDate", 8),
            "sex": text(said, "PatientSex", 16),
            "id": text(said, "PatientID", 64),
        },
    }


UIDS = {"uid": "SOPInstanceUID", "study": "StudyInstanceUID", "series": "SeriesInstanceUID"}


def check_pixels(file: IO[bytes], syntax: str, whole: int, *, compressed: bool) -> None:
    """The pictures are there to their end. `file` stands before them; `compressed`: by the way colours are
    written, they need less than `whole`. Raises Skipped."""
    order = "big" if syntax == BIG_ENDIAN else "little"
    start = file.tell()
    head = file.read(12)
    size = file.seek(0, os.SEEK_END)
    if len(head) < 8:
        raise Skipped("damaged" if head else "no_pictures")
    group, element = (int.from_bytes(head[at : at + 2], order) for at in (0, 2))  # type: ignore[arg-type]
    if group != PIXELS[0] or element not in PIXELS[1]:
        raise Skipped("no_pictures")
    explicit = head[4:6].isalpha()
    length = int.from_bytes(head[8:12] if explicit else head[4:8], order)  # type: ignore[arg-type]
    begins = start + (12 if explicit else 8)
    if length == 0xFFFFFFFF:
        file.seek(max(begins, size - TAIL))
        if END_OF_PIECES not in file.read():
            raise Skipped("damaged")
    elif begins + length > size or (length < whole and not compressed):
        raise Skipped("damaged")


def text(said: Any, tag: str, most: int = 200) -> str:
    value = said.get(tag)
    if value is None:
        return ""
    if not isinstance(value, str) and hasattr(value, "__iter__") and not hasattr(value, "components"):
        value = next(iter(value), "")
    kept = "".join(sign if sign.isprintable() else " " for sign in str(value))
    return " ".join(kept.encode(errors="replace").decode().split())[:most].strip()


def number(said: Any, tag: str) -> int:
    """0 when it says none, or one beyond every measure."""
    with suppress(ValueError, TypeError, OverflowError):
        value = int(text(said, tag) or 0)
        return value if -(2**31) < value < 2**31 else 0
    return 0


def decimal(said: Any, tag: str) -> float | None:
    with suppress(ValueError, TypeError, OverflowError):
        value = float(text(said, tag))
        return value if isfinite(value) else None
    return None


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


if __name__ == "__main__":
    # Beside this file stand modules named like some of Python's own libraries' parts.
    sys.path.pop(0)
    _bound_this_process()
    main(Path(sys.argv[1]), Path(sys.argv[2]))
