"""A large file in parts, over a line that may break at any time.

The browser asks how much has arrived and goes on from there. A part counts when it follows what is there, carries its
own SHA-256, and stands on the disk before the row says so; a part that was stored but whose answer got lost is answered
with 409 and the true offset. The same person choosing the same file again (its `fingerprint`) finds the same upload.

What is whole becomes a document of the record, or goes on its way as pictures of a scan (imaging.arriving).
"""

import hashlib
import logging
import os
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import puremagic
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from clinic.core.errors import Conflict, Invalid, NotAllowed, TooLarge, UnsupportedType
from clinic.core.files import DOCUMENT_TYPES
from records import rules
from records.models import Document, ImagingReport, ImagingUpload, UploadSession

from . import document_timer, documents
from .document_errors import AlreadyThere, Damaged, WrongOffset
from .document_queries import documents_visible_to
from .imaging import arriving, pictures

logger = logging.getLogger(__name__)

# The largest part; the browser begins with less and takes more when the line is good.
PART_MAX_BYTES = 2 * 1024 * 1024
AT_ONCE = 5
KEPT = timedelta(days=1)
FOLDER = "uploads"


def check_size(size: int, most: int | None = None) -> None:
    """Raises TooLarge (`most`, or settings.DOCUMENT_MAX_BYTES), before anything is sent."""
    most = most or settings.DOCUMENT_MAX_BYTES
    if size > most:
        limit = most // (1024 * 1024)
        raise TooLarge(_("This file is over %(limit)s MB. Please choose a smaller one.") % {"limit": limit})


def start(
    patient: User,
    *,
    owner: User,
    name: str,
    size: int,
    fingerprint: str,
    category: str,
    title: str = "",
    dated_on: date | None = None,
    is_released: bool = True,
) -> UploadSession:
    """Begin, or find what this person has begun with the same file. Raises NotAllowed, TooLarge, Invalid, and Conflict
    when too many are unfinished."""
    if not rules.can_add_document(owner, patient):
        raise NotAllowed
    check_size(size)
    words = documents.checked(category=category, title=title, dated_on=dated_on, name=name)
    del words["note"]
    same = of(owner, patient).filter(fingerprint=fingerprint, size=size)
    if found := same.first():
        same.update(**words, is_released=is_released, updated_at=timezone.now())
        found.refresh_from_db()
        return found
    return _begun(
        same, owner=owner, patient=patient, name=name, size=size, fingerprint=fingerprint,
        is_released=is_released, **words,
    )  # fmt: skip


def start_pictures(
    report: ImagingReport, *, owner: User, name: str, size: int, fingerprint: str
) -> UploadSession:
    """Begin with the DICOM files of a scan, one file or a zip; or find what this person has begun with the same. Raises
    NotAllowed, TooLarge (settings.IMAGING_MAX_BYTES), and Conflict when too many are unfinished."""
    if not pictures.can_bring(owner, report):
        raise NotAllowed
    check_size(size, settings.IMAGING_MAX_BYTES)
    same = of_pictures(owner, report).filter(fingerprint=fingerprint, size=size)
    if found := same.first():
        return found
    return _begun(
        same, owner=owner, patient=report.patient, imaging_report=report, name=name, size=size,
        fingerprint=fingerprint,
    )  # fmt: skip


def _begun(same: Any, *, name: str, **fields: Any) -> UploadSession:
    if UploadSession.objects.filter(owner=fields["owner"]).count() >= AT_ONCE:
        raise Conflict(_("Some of your uploads are not finished. Please finish them or give them up first."))
    session = UploadSession(
        name=Path(name).name[:140] or "file", path=f"{FOLDER}/{uuid4().hex}.part", **fields
    )
    try:
        with transaction.atomic():
            session.save(force_insert=True)
            document_timer.plan()
    except IntegrityError:
        return same.get()
    return session


def of(owner: User, patient: User | None = None) -> QuerySet[UploadSession]:
    """A person's unfinished uploads of documents, the latest first."""
    sessions = UploadSession.objects.filter(owner=owner, imaging_report=None).order_by("-created_at")
    return sessions.filter(patient=patient) if patient else sessions


def of_pictures(owner: User, report: ImagingReport | None = None) -> QuerySet[UploadSession]:
    """A person's unfinished uploads of pictures of scans, the latest first."""
    sessions = UploadSession.objects.filter(owner=owner, imaging_report__isnull=False).order_by("-created_at")
    return sessions.filter(imaging_report=report) if report else sessions


def receive(session_id: UUID, *, offset: int, part: bytes, digest: str) -> UploadSession:
    """Take the next part; `digest` is the SHA-256 of `part` in hex. Raises WrongOffset, Damaged, Invalid for a part
    that is empty or more than announced, TooLarge for one over PART_MAX_BYTES, and UnsupportedType when the first part
    shows that this is no picture or PDF, or no DICOM file or zip for a scan (the upload is over then)."""
    session = _received(session_id, offset, part, digest)
    if offset == 0:
        is_pictures = session.imaging_report_id is not None
        if is_pictures and not arriving.may_hold_pictures(part):
            give_up(session_id)
            raise UnsupportedType(_("Please choose DICOM files, or a zip of them."))
        if not is_pictures and _type_of(part) not in DOCUMENT_TYPES:
            give_up(session_id)
            raise UnsupportedType(_("Please choose a picture (JPEG, PNG, WebP) or a PDF."))
    return session


@transaction.atomic
def _received(session_id: UUID, offset: int, part: bytes, digest: str) -> UploadSession:
    session = UploadSession.objects.select_for_update().get(pk=session_id)
    if session.received != offset:
        raise WrongOffset(extra={"received": session.received})
    if len(part) > PART_MAX_BYTES:
        limit = PART_MAX_BYTES // (1024 * 1024)
        raise TooLarge(_("A part has at most %(limit)s MB.") % {"limit": limit})
    if not part or offset + len(part) > session.size:
        raise Invalid(_("This part is empty, or more than the file was said to have."))
    if hashlib.sha256(part).hexdigest() != digest.strip().lower():
        raise Damaged(extra={"received": session.received})
    path = _path(session)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("r+b" if path.exists() else "w+b") as file:
        # Whatever a process that died before its commit has left behind this point is overwritten.
        file.seek(offset)
        file.write(part)
        file.truncate()
        file.flush()
        os.fsync(file.fileno())
    session.received = offset + len(part)
    session.save(update_fields=["received", "updated_at"])
    return session


def finish(session_id: UUID, *, owner: User) -> Document:
    """Make the document of what has arrived whole. It takes the id of its upload, so that once more (the answer got
    lost) finds the same one.

    Raises UploadSession.DoesNotExist when `owner` has neither, WrongOffset when something is missing, and what
    `documents.add` raises; the upload is then over, unless the scanner could not be asked.
    """
    session = of(owner).select_related("owner", "patient__patient_profile").filter(pk=session_id).first()
    made = documents_visible_to(owner).filter(pk=session_id, recorded_by=owner)
    if session is None or Document.objects.filter(pk=session_id).exists():
        if session is not None:
            # A process has died between both.
            give_up(session_id)
        if document := made.first():
            return document
        raise UploadSession.DoesNotExist
    if session.received != session.size:
        raise WrongOffset(extra={"received": session.received})
    try:
        with _path(session).open("rb") as file:
            document = documents.add(
                session.patient,
                UploadedFile(file, name=session.name, size=session.size),
                actor=session.owner,
                category=session.category,
                title=session.title,
                dated_on=session.dated_on,
                is_released=session.is_released,
                pk=session_id,
            )
    except (UnsupportedType, TooLarge, AlreadyThere, NotAllowed, FileNotFoundError) as refusal:
        give_up(session_id)
        # Another call has just finished it.
        if document := made.first():
            return document
        if isinstance(refusal, FileNotFoundError):
            raise UploadSession.DoesNotExist from refusal
        raise
    give_up(session_id)
    return document


def finish_pictures(session_id: UUID, *, owner: User) -> ImagingUpload:
    """Hand over what has arrived whole; a task reads it. Once more (the answer got lost) finds the same.

    Raises UploadSession.DoesNotExist when `owner` has neither, WrongOffset when something is missing, NotAllowed.
    """
    with transaction.atomic():
        sessions = of_pictures(owner).select_for_update(of=("self",))
        session = sessions.select_related("owner", "imaging_report__service").filter(pk=session_id).first()
        if session is None:
            if done := ImagingUpload.objects.filter(pk=session_id, uploaded_by=owner).first():
                return done
            raise UploadSession.DoesNotExist
        if session.received != session.size:
            raise WrongOffset(extra={"received": session.received})
        report = session.imaging_report
        # Also of a scan that was called off while they were on their way (imaging.arriving).
        if report is None or not pictures.handles(session.owner, report):
            raise NotAllowed
        upload = arriving.arrived(
            session_id, report, _path(session), name=session.name, size=session.size, uploaded_by=owner
        )
        _remove(session)
    return upload


def give_up(session_id: UUID) -> None:
    """Forget an upload and what has arrived of it."""
    with transaction.atomic():
        session = UploadSession.objects.select_for_update().filter(pk=session_id).first()
        if session is not None:
            _remove(session)


def sweep(now: datetime | None = None) -> int:
    """Remove what nobody went on with for KEPT, and parts without a row; returns how many uploads."""
    before = (now or timezone.now()) - KEPT
    removed = 0
    for pk in UploadSession.objects.filter(updated_at__lt=before).values_list("pk", flat=True):
        with transaction.atomic():
            session = UploadSession.objects.select_for_update().filter(pk=pk, updated_at__lt=before).first()
            if session is not None:
                _remove(session)
                removed += 1
    folder = Path(settings.MEDIA_ROOT) / FOLDER
    for path in folder.glob("*.part") if folder.is_dir() else ():
        old = path.stat().st_mtime < before.timestamp()
        if old and not UploadSession.objects.filter(path=f"{FOLDER}/{path.name}").exists():
            path.unlink(missing_ok=True)
    arriving.sweep(before)
    return removed


def _type_of(head: bytes) -> str:
    try:
        return str(puremagic.from_string(head[:4096], mime=True))
    except (puremagic.PureError, ValueError):
        return ""


def _path(session: UploadSession) -> Path:
    return Path(settings.MEDIA_ROOT) / session.path


def _remove(session: UploadSession) -> None:
    path = _path(session)
    session.delete()
    transaction.on_commit(lambda: path.unlink(missing_ok=True))
