"""What one DICOM file says. Imports nothing of the project: it is read in a process of its own (child.py)."""

import os
import re
from contextlib import suppress
from math import isfinite
from pathlib import Path
from typing import IO, Any

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
    "TimezoneOffsetFromUTC", "ImagePositionPatient", "ImageOrientationPatient",
]  # fmt: skip
TAIL = 64 * 1024
# Far more than a heart's film has; a file may say billions, and the viewer keeps a place for each.
FRAMES_MAX = 20_000


class Skipped(Exception):
    """This one file is not taken; its argument says why."""


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
        if rows < 1 or columns < 1:
            raise Skipped("no_pictures")
        if frames > FRAMES_MAX:
            raise Skipped("damaged")
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
        "transfer_syntax": text(meta, "TransferSyntaxUID", 64),
        "modality": text(said, "Modality", 16),
        "date": text(said, "StudyDate", 8),
        "time": text(said, "StudyTime", 6),
        "zone": text(said, "TimezoneOffsetFromUTC", 5),
        "study_description": text(said, "StudyDescription", 140),
        "series_description": text(said, "SeriesDescription", 140),
        "series_number": number(said, "SeriesNumber"),
        "number": number(said, "InstanceNumber"),
        **lies(said),
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


def lies(said: Any) -> dict[str, Any]:
    """Where the picture is in the body: its plane, and how far along what stands upright on that, in mm."""
    place, turned = decimals(said, "ImagePositionPatient", 3), decimals(said, "ImageOrientationPatient", 6)
    if place is None or turned is None:
        return {"plane": "", "position": None}
    (a, b, c), (d, e, f) = turned[:3], turned[3:]
    upright = (b * f - c * e, c * d - a * f, a * e - b * d)
    far = sum(one * other for one, other in zip(upright, place, strict=True))
    # Without the minus of a zero.
    plane = " ".join(f"{round(cosine, 2) + 0:.2f}" for cosine in turned)
    return {"plane": plane[:64], "position": round(far, 3) if isfinite(far) else None}


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


def decimals(said: Any, tag: str, count: int) -> list[float] | None:
    """None when it does not say exactly so many."""
    with suppress(ValueError, TypeError, OverflowError):
        values = [float(value) for value in said.get(tag) or ()]
        return values if len(values) == count and all(map(isfinite, values)) else None
    return None
