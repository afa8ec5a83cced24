"""What the portal removes by itself: the files of documents whose time is over, and uploads nobody finished.

One sweep a day. Each plans the next while there is anything to keep an eye on, and each document that is added plans
one if none waits, so a chain that broke is mended by the next document. The row of a document stays for ever, and says
that the file went and when.
"""

import logging
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from itertools import groupby

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.domain import trail
from accounts.enums import ActivityVerb
from records import events
from records.models import Document, UploadSession

from . import document_news, uploads
from .document_timer import plan

logger = logging.getLogger(__name__)

# So long before the end, and at the least so long before the file goes, the patient is told.
NOTICE = timedelta(days=30)


@dataclass
class Swept:
    """How many documents were announced, how many files and unfinished uploads removed."""

    told: int = 0
    removed: int = 0
    uploads: int = 0

    def __str__(self) -> str:
        return ", ".join(f"{field.name} {getattr(self, field.name)}" for field in fields(self))


def sweep(now: datetime | None = None) -> Swept:
    """Tell whose time is nearly over, remove what was announced in time. Any number of workers may do so: each
    document is looked at again under its lock."""
    now = now or timezone.now()
    done = Swept(told=_announce(now), removed=_remove(now), uploads=uploads.sweep(now))
    if Document.objects.filter(removed_at=None).exists() or UploadSession.objects.exists():
        plan()
    return done


def to_announce(today: date) -> QuerySet[Document]:
    """Those whose time ends within NOTICE and whose patient does not know yet."""
    return (
        _kept().filter(keep_until__lt=today + NOTICE, removal_told_at=None).order_by("patient", "keep_until")
    )


def to_remove(now: datetime) -> QuerySet[Document]:
    """Those whose time is over, whose patient was told NOTICE ago, and which nobody holds."""
    return _kept().filter(keep_until__lt=timezone.localdate(now), removal_told_at__lte=now - NOTICE)


def _kept() -> QuerySet[Document]:
    return Document.objects.filter(removed_at=None, held_at=None).select_related("patient")


def _announce(now: datetime) -> int:
    told = 0
    due = to_announce(timezone.localdate(now))
    for _patient, group in groupby(due, key=lambda document: document.patient_id):
        with transaction.atomic():
            ids = [document.pk for document in group]
            locked = list(_kept().select_for_update(of=("self",)).filter(pk__in=ids, removal_told_at=None))
            for document in locked:
                document.removal_told_at = now
                document.save(update_fields=["removal_told_at", "updated_at"])
            # What they do not see they are not told of.
            shown = [each for each in locked if each.released_at and not each.voided_at]
            if shown:
                document_news.time_is_nearly_over(shown[0].patient, shown)
            told += len(locked)
    return told


def _remove(now: datetime) -> int:
    removed = 0
    for pk in to_remove(now).values_list("pk", flat=True):
        with transaction.atomic():
            document = to_remove(now).select_for_update(of=("self",)).filter(pk=pk).first()
            if document is None:
                continue
            names = [str(file.name) for file in (document.file, document.preview) if file]
            document.file, document.preview, document.removed_at = "", "", now
            document.save(update_fields=["file", "preview", "removed_at", "updated_at"])
            trail.record(ActivityVerb.DOCUMENT_REMOVED, actor=None, target=document, patient=document.patient)
            events.document_changed(document)
            transaction.on_commit(lambda names=names: _delete(names))  # type: ignore[misc]
            removed += 1
    return removed


def _delete(names: list[str]) -> None:
    for name in names:
        try:
            default_storage.delete(name)
        except OSError:
            logger.exception("the file of a document whose time is over could not be removed")
