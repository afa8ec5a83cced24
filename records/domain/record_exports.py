"""A whole record as one file: asked for, made by a worker, there for a day for who asked and still may.

A worker takes an export by writing its own `run` into the waiting row; each later write asks for that `run` again. When
it dies its last sign of life grows old, and a task (or the asker's page) marks the export as failed.
"""

import logging
from contextlib import suppress
from datetime import timedelta
from time import monotonic
from typing import Any
from uuid import UUID, uuid4

from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.domain import trail
from accounts.domain.break_glass import live_access
from accounts.domain.trail_queries import BY_BREAK_GLASS
from accounts.enums import ActivityVerb
from accounts.models import User
from clinic.core.errors import Conflict, DomainError, Invalid, NotAllowed
from messaging.domain.notifications import notify
from records import events, rules
from records.enums import ExportFormat, ExportState
from records.models import RecordExport

from .export import fhir, paper
from .export.collect import collect

logger = logging.getLogger(__name__)

_S = ExportState
KEPT = timedelta(hours=24)
# A worker gives a sign with every piece, which takes seconds.
STALE = timedelta(minutes=5)
AN_HOUR = 6
PROGRESS_SECONDS = 0.5
FOLDER = "record-exports"


class Taken(Exception):
    """This run is over: the export was given up as dead, or the record is no longer open to who asked."""


def of(user: User, patient: User) -> QuerySet[RecordExport]:
    """Those this person asked for of this record, the latest first."""
    return RecordExport.objects.filter(asked_by=user, patient=patient).order_by("-created_at")


@transaction.atomic
def ask(patient: User, *, actor: User, file_format: str) -> RecordExport:
    """Queue it; asking again while it is being made gives the same one. Raises NotAllowed, Invalid for a format there
    is not, Conflict when too many were asked for within the hour."""
    from records.tasks import make_record_export, watch_record_export

    if not rules.can_export_record(actor, patient):
        raise NotAllowed
    if file_format not in ExportFormat.values:
        raise Invalid(_("Please choose PDF or FHIR."))
    own = of(actor, patient)
    under_way = own.filter(state=_S.WAITING, format=file_format)
    notice_dead(under_way)
    if found := under_way.first():
        return found
    if own.filter(created_at__gt=timezone.now() - timedelta(hours=1)).count() >= AN_HOUR:
        raise Conflict(
            _("You have asked for this record several times just now. Please try again in an hour.")
        )
    try:
        with transaction.atomic():
            export = RecordExport.objects.create(patient=patient, asked_by=actor, format=file_format)
    except IntegrityError:
        return under_way.get()
    _note(ActivityVerb.RECORD_EXPORTED, export)
    make_record_export.enqueue(str(export.pk))
    watch_record_export.using(run_after=timezone.now() + STALE).enqueue(str(export.pk))
    return export


def run(export_id: UUID | str) -> bool:
    """Make the file, unless another worker does; returns whether it was made. What goes wrong marks the export as
    failed and is raised again, so that it stands in the task table."""
    mine = uuid4()
    waiting = Q(run=None)
    if not _set(export_id, waiting, run=mine, beat_at=timezone.now(), done=0):
        return False
    export = _get(export_id)
    try:
        if not rules.can_export_record(export.asked_by, export.patient):
            raise Taken
        with translation.override(export.asked_by.language):
            content = _made(export, _Reporter(export, mine))
        _finish(export, mine, content)
    except Taken:
        _fail(export, mine, "", tell=False)
        return False
    except DomainError as refusal:
        _fail(export, mine, refusal.detail)
        raise
    except BaseException:
        _fail(export, mine, "")
        raise
    return True


def notice_dead(whose: QuerySet[RecordExport]) -> int:
    """Mark as failed what gave no sign of life for too long, and tell who asked; returns how many there were."""
    lost = whose.filter(state=_S.WAITING, beat_at__lt=timezone.now() - STALE)
    return sum(_fail(export, export.run, "") for export in lost.select_related("asked_by", "patient"))


def watch(export_id: UUID | str) -> bool:
    """Look whether its worker lives; returns whether to look again later."""
    notice_dead(RecordExport.objects.filter(pk=export_id))
    return RecordExport.objects.filter(pk=export_id, state=_S.WAITING).exists()


def remove_old() -> int:
    """Delete the files whose day is over, and those that a dead worker left."""
    removed = 0
    for export in RecordExport.objects.filter(state=_S.READY, expires_at__lte=timezone.now()):
        if _set(export.pk, Q(), state=_S.REMOVED, file="", from_state=_S.READY):
            # A file that can't go now is one without a row, which the next round removes.
            with suppress(OSError):
                export.file.storage.delete(export.file.name)
            events.record_export_changed(_get(export.pk))
            removed += 1
    storage = RecordExport._meta.get_field("file").storage  # type: ignore[union-attr]
    with suppress(FileNotFoundError):
        for name in storage.listdir(FOLDER)[1]:
            path = f"{FOLDER}/{name}"
            old = timezone.now() - storage.get_modified_time(path) > KEPT
            if old and not RecordExport.objects.filter(file=path).exists():
                storage.delete(path)
    return removed


def note_download(export: RecordExport) -> None:
    _note(ActivityVerb.RECORD_DOWNLOADED, export)


class _Reporter:
    """Says how far a run is, not more often than people can see. Raises Taken when the run is over."""

    def __init__(self, export: RecordExport, mine: UUID) -> None:
        self.export, self.mine, self.last = export, mine, 0.0

    def __call__(self, done: int) -> None:
        if monotonic() - self.last < PROGRESS_SECONDS:
            return
        self.last = monotonic()
        if not _set(self.export.pk, Q(run=self.mine), done=done, beat_at=timezone.now()):
            raise Taken
        events.record_export_changed(_get(self.export.pk))


def _made(export: RecordExport, progress: _Reporter) -> bytes:
    record = collect(export.patient, export.asked_by)
    if export.format == ExportFormat.PDF:
        return paper.make(record, progress)
    progress(50)
    return fhir.as_json(record)


def _finish(export: RecordExport, mine: UUID, content: bytes) -> None:
    from records.tasks import remove_record_exports

    ending = "pdf" if export.format == ExportFormat.PDF else "json"
    name = export.file.storage.save(f"{FOLDER}/{mine}.{ending}", ContentFile(content))
    now = timezone.now()
    with transaction.atomic():
        kept = _set(
            export.pk,
            Q(run=mine),
            state=_S.READY,
            file=name,
            size=len(content),
            done=100,
            expires_at=now + KEPT,
        )
        if kept:
            remove_record_exports.using(run_after=now + KEPT).enqueue()
            events.record_export_changed(_get(export.pk))
            notify(
                export.asked_by,
                occasion="record_export.ready",
                url=reverse("record_export", args=[export.patient_id]),
                key=f"record-export:{export.pk}:ready",
            )
    if not kept:
        export.file.storage.delete(name)
        raise Taken


def _fail(export: RecordExport, mine: UUID | None, why: str, *, tell: bool = True) -> bool:
    failed = _set(export.pk, Q(run=mine), state=_S.FAILED, failure=why[:240])
    if failed:
        events.record_export_changed(_get(export.pk))
        if tell:
            notify(
                export.asked_by,
                occasion="record_export.stopped",
                url=reverse("record_export", args=[export.patient_id]),
                key=f"record-export:{export.pk}:stopped",
            )
    return failed


def _set(export_id: UUID | str, condition: Q, *, from_state: str = _S.WAITING, **fields: Any) -> bool:
    """Write these fields if the export stands in that state (and in this run); returns whether it did."""
    found = RecordExport.objects.filter(condition, pk=export_id, state=from_state)
    return bool(found.update(**fields, updated_at=timezone.now()))


def _get(export_id: UUID | str) -> RecordExport:
    return RecordExport.objects.select_related("asked_by", "patient__patient_profile").get(pk=export_id)


def _note(verb: ActivityVerb, export: RecordExport) -> None:
    by_break_glass = export.asked_by_id != export.patient_id and live_access(export.asked_by, export.patient)
    reason = f"{export.format}, {BY_BREAK_GLASS}" if by_break_glass else str(export.format)
    trail.record(verb, actor=export.asked_by, target=export, patient=export.patient, reason=reason)
