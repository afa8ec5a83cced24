"""Files of a booking that is not booked yet.

They wait in the private storage under `drafts/<day>/`; the patient's session names them, so nobody else can ask
for them. Whatever was never booked is swept when the next draft arrives a day or more later.
"""

import shutil
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path
from typing import TypedDict
from uuid import uuid4

from django.conf import settings
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile, UploadedFile
from django.utils import timezone

from clinic.core.files import clean_upload

FOLDER = "drafts"
KEPT_DAYS = 2
MAX_FILES = 5


class DraftFile(TypedDict):
    """What the session keeps about one file."""

    id: str
    stored: str
    name: str
    content_type: str
    size: int


def keep(upload: UploadedFile) -> DraftFile:
    """Check and store one upload. Raises TooLarge and UnsupportedType."""
    clean = clean_upload(upload)
    _sweep()
    today = timezone.localdate().isoformat()
    stored = default_storage.save(f"{FOLDER}/{today}/{clean.content.name}", clean.content)
    return {
        "id": uuid4().hex,
        "stored": stored,
        "name": clean.original_name,
        "content_type": clean.content_type,
        "size": default_storage.size(stored),
    }


def load(drafts: list[DraftFile]) -> list[UploadedFile]:
    """The kept files as uploads again, for booking. A file that was swept meanwhile is left out."""
    uploads: list[UploadedFile] = []
    for draft in drafts:
        with suppress(FileNotFoundError), default_storage.open(draft["stored"]) as handle:
            uploads.append(SimpleUploadedFile(draft["name"], handle.read(), draft["content_type"]))
    return uploads


def drop(drafts: list[DraftFile]) -> None:
    """Remove kept files from the storage."""
    for draft in drafts:
        default_storage.delete(draft["stored"])


def _sweep() -> None:
    oldest = timezone.localdate() - timedelta(days=KEPT_DAYS)
    folder = Path(settings.MEDIA_ROOT) / FOLDER
    for entry in folder.iterdir() if folder.is_dir() else ():
        with suppress(ValueError):
            if date.fromisoformat(entry.name) < oldest:
                shutil.rmtree(entry, ignore_errors=True)
