"""What stands in an upload of pictures, read by a process of its own (child.py) that is bounded in time, memory and
what it may write: an archive made to break a reader breaks nothing else."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone as clinic

from .identity import Person

SECONDS = 600
# The project's folder stands last, so that nothing in it is taken for one of Python's own modules.
START = "import sys; sys.path.append(sys.argv.pop(1)); from records.domain.imaging import child; child.run()"


class Unreadable(Exception):
    """Nothing can be taken; the argument is a name of arriving.FAILURES."""


@dataclass(frozen=True)
class Found:
    """One DICOM file with pictures, in `folder`/`file`, and what it says."""

    file: str
    size: int
    uid: str
    study: str
    series: str
    sop_class: str
    transfer_syntax: str
    modality: str
    taken_at: datetime | None
    study_description: str
    series_description: str
    series_number: int
    number: int
    body_part: str
    rows: int
    columns: int
    frames: int
    window: tuple[float | None, float | None]
    person: Person
    # The plane it lies in, and how far along the line that stands upright on it, in mm.
    plane: str = ""
    position: float | None = None


@dataclass(frozen=True)
class Unpacked:
    """`skipped`: how many files were left out, by why."""

    files: list[Found] = field(default_factory=list)
    skipped: dict[str, int] = field(default_factory=dict)


def unpack(source: Path, folder: Path) -> Unpacked:
    """Take the DICOM files out of `source` into the empty `folder`. Raises Unreadable."""
    # Secrets of the portal are in its environment; this process gets none of it.
    environment = {"PATH": os.defpath, "OPENBLAS_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-I", "-c", START, str(settings.BASE_DIR), str(source), str(folder)]
    try:
        done = subprocess.run(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            # Warnings there quote what the files say, as often as they like.
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise Unreadable("too_much") from error
    said = folder / "found.json"
    if not said.exists():
        # Killed by one of its bounds, or broken by a file.
        raise Unreadable("too_much" if done.returncode < 0 else "damaged")
    found = json.loads(said.read_text())
    said.unlink()
    if failure := found.get("failure"):
        raise Unreadable(failure)
    return Unpacked([_found(entry) for entry in found["files"]], found["skipped"])


def _found(entry: dict[str, Any]) -> Found:
    person = entry["person"]
    kept = {name: entry[name] for name in Found.__dataclass_fields__ if name in entry}
    return Found(
        **{
            **kept,
            "taken_at": _moment(entry["date"], entry["time"], entry["zone"]),
            "window": (entry["window"][0], entry["window"][1]),
            "person": Person(
                name=person["name"],
                birth_date=_day(person["birth_date"]),
                sex=person["sex"],
                ids=(person["id"],) if person["id"] else (),
            ),
        }
    )


def _day(text: str) -> date | None:
    """Of YYYYMMDD, or YYYY.MM.DD as old devices write."""
    digits = text.replace(".", "").replace("-", "")
    try:
        return datetime.strptime(digits, "%Y%m%d").date() if len(digits) == 8 else None
    except ValueError:
        return None


def _moment(day: str, time: str, zone: str) -> datetime | None:
    """Without a zone, the clinic's."""
    on = _day(day)
    if on is None:
        return None
    digits = time.replace(":", "")[:6]
    digits = digits.ljust(6, "0") if digits.isascii() and digits.isdigit() else "000000"
    try:
        at = datetime.strptime(f"{on:%Y%m%d}{digits}", "%Y%m%d%H%M%S")
    except ValueError:
        at = datetime(on.year, on.month, on.day)
    try:
        made = at.replace(tzinfo=_zone(zone) or clinic.get_default_timezone())
        # What no database keeps: the first and last days of the calendar.
        return made.astimezone(UTC) if 1900 <= on.year <= 2200 else None
    except (ValueError, OverflowError):
        return None


def _zone(text: str) -> timezone | None:
    if len(text) != 5 or text[0] not in "+-" or not text[1:].isdigit():
        return None
    offset = timedelta(hours=int(text[1:3]), minutes=int(text[3:]))
    return timezone(-offset if text[0] == "-" else offset) if offset < timedelta(hours=15) else None
