"""Pictures of a scan on their way in: they have arrived whole, a task reads them, and what belongs here is kept.

A task may run twice, or be killed at any point: each run unpacks into a folder of its own, nothing counts before its
single transaction, which asks whether another run was faster, and what no row names is removed afterwards.
"""

import logging
import os
import shutil
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from clinic.core import scanning
from clinic.core.errors import Infected, NotScanned
from clinic.core.status import lock
from records import imaging_events
from records.enums import ImagingStatus, PictureUploadState
from records.models import ImagingInstance, ImagingReport, ImagingUpload

from . import keeping, ordering
from .unpacking import SECONDS, Unpacked, Unreadable, unpack

logger = logging.getLogger(__name__)

_S = PictureUploadState
INCOMING = "imaging-incoming"
FOLDER = "imaging"
TRIES = 3
# A worker that has not said by then what it found has died.
STALE = timedelta(seconds=SECONDS + 120)

FAILURES: dict[str, Any] = {
    "damaged": _("It could not be opened: it is damaged, or no zip or DICOM file."),
    "password": _("It is a zip with a password. Please send it without one."),
    "too_many": _("There are more than 10,000 files in it. Please send one study at a time."),
    "too_much": _("There is more in it than can be unpacked here. Please send one study at a time."),
    "no_room": _("There was no room for it on the portal's disk. Please tell the office."),
    "nothing": _("There are no DICOM pictures in it."),
    "infected": _("The virus scanner found something harmful in it."),
    "unscanned": _("It could not be checked for viruses. Please send it again in a few minutes."),
    "elsewhere": _("These pictures belong to another report already. Nothing was added here."),
    "broken": _("It could not be read. Please try once more, and tell the office if it does not work."),
}
SKIPPED: dict[str, Any] = {
    "other": _("no DICOM"),
    "nested": _("a zip within the zip"),
    "link": _("a link instead of a file"),
    "dicomdir": _("a disc's table of contents"),
    "no_pictures": _("DICOM without a picture"),
    "damaged": _("damaged or cut off"),
    "twice": _("the same file twice"),
    "conflicting": _("two different files of one number; the first was kept"),
    "known": _("here already"),
    "elsewhere": _("belongs to another report"),
}


def may_hold_pictures(head: bytes) -> bool:
    """From its beginning: a DICOM file, or a zip."""
    return head[128:132] == b"DICM" or head[:4] == b"PK\x03\x04"


def arrived(
    pk: UUID, report: ImagingReport, path: Path, *, name: str, size: int, uploaded_by: User
) -> ImagingUpload:
    """Queue what has arrived; in the transaction that holds its session, whose id it takes. The file gets a second
    name, so that it is there under one of both, however this ends."""
    from records.tasks import read_imaging_upload, watch_imaging_upload

    upload = ImagingUpload(pk=pk, report=report, uploaded_by=uploaded_by, name=name, size=size)
    upload.path = f"{INCOMING}/{upload.pk.hex}"
    place = _source(upload)
    place.parent.mkdir(parents=True, exist_ok=True)
    # What a call left that died before its commit.
    place.unlink(missing_ok=True)
    os.link(path, place)
    upload.save(force_insert=True)
    read_imaging_upload.enqueue(str(upload.pk))
    watch_imaging_upload.using(run_after=timezone.now() + STALE).enqueue(str(upload.pk))
    imaging_events.pictures_changed(report)
    return upload


def read(upload_id: UUID | str) -> bool:
    """Unpack it and keep what belongs here; returns whether this call came to an end with it."""
    waiting = ImagingUpload.objects.filter(pk=upload_id, state=_S.WAITING)
    if not waiting.update(tries=F("tries") + 1, updated_at=timezone.now()):
        return False
    upload = waiting.select_related("report").filter(pk=upload_id).first()
    if upload is None:
        return False
    folder = _folder(upload) / uuid4().hex
    folder.mkdir(parents=True)
    try:
        return _kept(upload, folder, _checked(unpack(_source(upload), folder), folder))
    except Unreadable as why:
        return _finish(upload, failure=str(why))
    except FileNotFoundError:
        # Another run was faster and has tidied up; or the file went, and no run will ever read it.
        return _finish(upload, failure="broken")
    finally:
        tidy(upload)


def watch(upload_id: UUID | str) -> bool:
    """Some time after it has arrived: begin again when the worker that read it has died, and remove what a killed one
    left. Returns whether it has to be watched on."""
    upload = ImagingUpload.objects.filter(pk=upload_id).first()
    if upload is None:
        return False
    if upload.state == _S.WAITING:
        if upload.tries >= TRIES:
            _finish(upload, failure="broken")
        elif upload.tries and timezone.now() - upload.updated_at >= STALE:
            read(upload_id)
    upload.refresh_from_db()
    if upload.state == _S.WAITING:
        return True
    tidy(upload)
    return False


def tidy(upload: ImagingUpload) -> None:
    """Remove what is of no use (any more) of the files of an upload that is over: what was sent, and what no row
    names."""
    if not ImagingUpload.objects.filter(pk=upload.pk).exclude(state=_S.WAITING).exists():
        return
    _source(upload).unlink(missing_ok=True)
    folder = _folder(upload)
    if not folder.is_dir():
        return
    named = set(
        ImagingInstance.objects.filter(file__startswith=_within_media(folder)).values_list("file", flat=True)
    )
    for run in folder.iterdir():
        for path in run.iterdir():
            if _within_media(path) not in named:
                path.unlink(missing_ok=True)
        if not any(run.iterdir()):
            shutil.rmtree(run, ignore_errors=True)
    if not any(folder.iterdir()):
        shutil.rmtree(folder, ignore_errors=True)


def tidy_soon(report: ImagingReport, names: Iterable[str]) -> None:
    """In the transaction that removes the rows of these files: they go even when this process dies before it has
    removed them itself."""
    from records.tasks import watch_imaging_upload

    folders = {Path(name).parent for name in names}
    for upload in ImagingUpload.objects.filter(report=report):
        if any(Path(FOLDER, upload.pk.hex) in folder.parents for folder in folders):
            watch_imaging_upload.enqueue(str(upload.pk))


def sweep(before: datetime) -> None:
    """Remove what was sent and belongs to no upload: its process died before it was queued."""
    folder = Path(settings.MEDIA_ROOT) / INCOMING
    for path in folder.iterdir() if folder.is_dir() else ():
        old = path.stat().st_mtime < before.timestamp()
        if old and not ImagingUpload.objects.filter(path=_within_media(path)).exists():
            path.unlink(missing_ok=True)


def _checked(unpacked: Unpacked, folder: Path) -> Unpacked:
    """Each file past the virus scanner, where there is one. Raises Unreadable."""
    if not unpacked.files:
        raise Unreadable("damaged" if set(unpacked.skipped) == {"damaged"} else "nothing")
    for found in unpacked.files:
        with (folder / found.file).open("rb") as file:
            try:
                scanning.scan(UploadedFile(file, name=found.file, size=found.size))
            except Infected as error:
                raise Unreadable("infected") from error
            except NotScanned as error:
                raise Unreadable("unscanned") from error
    return unpacked


def _kept(upload: ImagingUpload, folder: Path, unpacked: Unpacked) -> bool:
    try:
        return _keep(upload, folder, unpacked)
    except IntegrityError:
        # The same study came to another report at the same moment. Now it is there to be seen.
        return _keep(upload, folder, unpacked)


@transaction.atomic
def _keep(upload: ImagingUpload, folder: Path, unpacked: Unpacked) -> bool:
    if ImagingReport.objects.filter(pk=upload.report_id, status=ImagingStatus.CANCELLED).exists():
        # A report may be made below: not for an account that is being merged into another. People are locked first, as
        # a merge locks them, which keeps nobody waiting whose rows merely point at them.
        User.objects.select_for_update(no_key=True).get(pk=upload.report.patient_id)
    report = lock(ImagingReport, upload.report_id)
    locked = lock(ImagingUpload, upload.pk)
    if locked.state != _S.WAITING:
        return False
    if report.status == ImagingStatus.CANCELLED and keeping.takes_any(report, unpacked.files):
        report = locked.report = ordering.for_pictures_of(report, actor=upload.uploaded_by)
    kept = keeping.keep(report, unpacked.files, _within_media(folder), uploaded_by=upload.uploaded_by)
    skipped = {**unpacked.skipped, **kept.skipped}
    failure = "elsewhere" if set(kept.skipped) == {"elsewhere"} and not kept.added else ""
    return _finish(
        locked, failure=failure, found={"added": kept.added, "studies": kept.studies, "skipped": skipped}
    )


@transaction.atomic
def _finish(upload: ImagingUpload, *, failure: str = "", found: dict[str, Any] | None = None) -> bool:
    state = _S.FAILED if failure else _S.DONE
    done = ImagingUpload.objects.filter(pk=upload.pk, state=_S.WAITING).update(
        state=state, failure=failure, found=found or {}, path="", updated_at=timezone.now()
    )
    if done:
        imaging_events.pictures_changed(upload.report)
    return bool(done)


def _source(upload: ImagingUpload) -> Path:
    return Path(settings.MEDIA_ROOT) / INCOMING / upload.pk.hex


def _folder(upload: ImagingUpload) -> Path:
    return Path(settings.MEDIA_ROOT) / FOLDER / upload.pk.hex


def _within_media(path: Path) -> str:
    return path.relative_to(Path(settings.MEDIA_ROOT)).as_posix()
