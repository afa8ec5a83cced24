"""Exports: small lists at once, large ones by a worker, for their owner alone and for a day.

A worker takes an export by writing its own `run` into the waiting row, in one UPDATE that only one worker can win.
Whatever it writes later asks for that `run` again. When it dies, its last sign of life grows old: a task that looks
every now and then (and the owner's page) notices, and the owner may start it again.
"""

from contextlib import suppress
from datetime import timedelta
from time import monotonic
from typing import Any
from uuid import UUID, uuid4

from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.domain import trail
from accounts.enums import ActivityVerb
from accounts.models import User
from clinic.core.errors import Conflict, Invalid
from insights import events
from insights.enums import UNDER_WAY, ExportStatus
from insights.models import Export

from . import export_news
from .lists.base import ExportedList
from .lists.registry import listed, may_export

_S = ExportStatus

# So many rows are made while one waits; more go to a worker.
SMALL = 500
KEPT = timedelta(hours=24)
# A worker gives a sign with every portion, which takes seconds.
STALE = timedelta(minutes=2)
AT_ONCE = 3
FILTERS_MAX_LENGTH = 2000
PROGRESS_SECONDS = 0.5


class Taken(Exception):
    """This run is over: the export was cancelled, or given to another worker."""


def visible_to(user: User) -> QuerySet[Export]:
    """A person's own, asked for in the role they still have."""
    return Export.objects.filter(owner=user, role=user.role)


def make_now(chosen: ExportedList, file_format: str) -> bytes:
    """A small list as a file, written down in the activity trail."""
    content = chosen.make(file_format, lambda _done: None)
    _note(chosen, file_format, chosen.count())
    return content


@transaction.atomic
def ask(chosen: ExportedList, file_format: str) -> Export:
    """Queue a large list; asking twice for the same gives the same one. Raises Conflict when too many wait already,
    Invalid when the filters are too long to keep."""
    from insights.tasks import make_export, watch_export

    owner = chosen.owner
    if len(chosen.filters) > FILTERS_MAX_LENGTH:
        raise Invalid(_("These are too many filters at once. Please choose fewer."))
    same = {
        "owner": owner,
        "kind": chosen.kind,
        "format": file_format,
        "filters": chosen.filters,
    }
    under_way = Export.objects.filter(owner=owner, status__in=UNDER_WAY)
    if found := under_way.filter(**same).first():
        return found
    if under_way.count() >= AT_ONCE:
        raise Conflict(_("Some of your exports are still being made. Please wait for them, or cancel one."))
    try:
        with transaction.atomic():
            export = Export.objects.create(**same, role=owner.role, total=chosen.count())
    except IntegrityError:
        return under_way.get(**same)
    _note(chosen, file_format, export.total, export)
    make_export.enqueue(str(export.pk))
    watch_export.using(run_after=timezone.now() + STALE).enqueue(str(export.pk))
    return export


def run(export_id: UUID | str) -> bool:
    """Make the file, unless another worker does or the export is no longer wanted; returns whether it was made.

    What goes wrong marks the export as stopped and is raised again, so that it stands in the task table.
    """
    mine = uuid4()
    if not _set(export_id, (_S.WAITING,), status=_S.RUNNING, run=mine, beat_at=timezone.now(), done=0):
        return False
    export = Export.objects.select_related("owner").get(pk=export_id)
    events.export_changed(export)
    try:
        if export.role != export.owner.role or not may_export(export.owner, export.kind, export.format):
            raise Taken
        with translation.override(export.owner.language):
            chosen = listed(export.kind, export.owner, export.filters)
            _set(export_id, (_S.RUNNING,), mine, total=chosen.count())
            content = chosen.make(export.format, _Reporter(export, mine))
        _finish(export, mine, content)
    except Taken:
        _stop(export, mine, tell=False)
        return False
    except BaseException:
        _stop(export, mine)
        raise
    return True


def cancel(export: Export) -> None:
    """The worker stops at its next portion. Raises Conflict when it is over already."""
    if not _set(export.pk, UNDER_WAY, status=_S.CANCELLED, run=None, finished_at=timezone.now()):
        raise Conflict(_("This export is over already."))
    _announce(export.pk)


@transaction.atomic
def restart(export: Export) -> None:
    """Make it anew after it stopped or was cancelled. Raises Conflict when it is under way or done."""
    from insights.tasks import make_export, watch_export

    try:
        with transaction.atomic():
            begun = _set(
                export.pk, (_S.FAILED, _S.CANCELLED), status=_S.WAITING, run=None, done=0, finished_at=None
            )
    except IntegrityError:
        begun = False
    if not begun:
        raise Conflict(_("This list is being made already, or is ready."))
    make_export.enqueue(str(export.pk))
    watch_export.using(run_after=timezone.now() + STALE).enqueue(str(export.pk))
    _announce(export.pk)


def notice_dead(whose: QuerySet[Export]) -> int:
    """Mark as stopped what gave no sign of life for too long, and tell its owner; returns how many there were."""
    lost = whose.filter(status=_S.RUNNING, beat_at__lt=timezone.now() - STALE)
    return sum(_stop(export, export.run) for export in lost.select_related("owner"))


def watch(export_id: UUID | str) -> bool:
    """Look whether its worker lives; returns whether to look again later."""
    notice_dead(Export.objects.filter(pk=export_id))
    return Export.objects.filter(pk=export_id, status__in=UNDER_WAY).exists()


def remove_old() -> int:
    """Delete the files whose day is over, and those that a worker left which died just before it was done."""
    removed = 0
    for export in Export.objects.filter(status=_S.READY, expires_at__lte=timezone.now()):
        if _set(export.pk, (_S.READY,), status=_S.REMOVED, file=""):
            export.file.storage.delete(export.file.name)
            _announce(export.pk)
            removed += 1
    storage = Export._meta.get_field("file").storage  # type: ignore[union-attr]
    folder = "exports"
    with suppress(FileNotFoundError):
        for name in storage.listdir(folder)[1]:
            path = f"{folder}/{name}"
            old = timezone.now() - storage.get_modified_time(path) > KEPT
            if old and not Export.objects.filter(file=path).exists():
                storage.delete(path)
    return removed


def note_download(export: Export) -> None:
    trail.record(ActivityVerb.LIST_DOWNLOADED, actor=export.owner, target=export)


class _Reporter:
    """Says how far a run is, but not more often than people can see. Raises Taken when the run is over."""

    def __init__(self, export: Export, mine: UUID) -> None:
        self.export, self.mine, self.last = export, mine, 0.0

    def __call__(self, done: int) -> None:
        if monotonic() - self.last < PROGRESS_SECONDS:
            return
        self.last = monotonic()
        if not _set(self.export.pk, (_S.RUNNING,), self.mine, done=done, beat_at=timezone.now()):
            raise Taken
        _announce(self.export.pk)


def _finish(export: Export, mine: UUID, content: bytes) -> None:
    from insights.tasks import remove_exports

    name = export.file.storage.save(f"exports/{mine}.{export.format}", ContentFile(content))
    now = timezone.now()
    with transaction.atomic():
        kept = _set(
            export.pk,
            (_S.RUNNING,),
            mine,
            status=_S.READY,
            file=name,
            done=F("total"),
            size=len(content),
            finished_at=now,
            expires_at=now + KEPT,
        )
        if kept:
            remove_exports.using(run_after=now + KEPT).enqueue()
            export_news.ready(_announce(export.pk))
    if not kept:
        export.file.storage.delete(name)
        raise Taken


def _stop(export: Export, mine: UUID | None, *, tell: bool = True) -> bool:
    stopped = _set(export.pk, (_S.RUNNING,), mine, status=_S.FAILED, run=None, finished_at=timezone.now())
    if stopped:
        changed = _announce(export.pk)
        if tell:
            export_news.stopped(changed)
    return stopped


def _set(export_id: UUID | str, from_statuses: Any, mine: UUID | None = None, **fields: Any) -> bool:
    """Write these fields if the export stands in one of the statuses (and in this run); returns whether it did."""
    found = Export.objects.filter(pk=export_id, status__in=from_statuses)
    if mine is not None:
        found = found.filter(run=mine)
    return bool(found.update(**fields, updated_at=timezone.now()))


def _announce(export_id: UUID | str) -> Export:
    export = Export.objects.select_related("owner").get(pk=export_id)
    events.export_changed(export)
    return export


def _note(chosen: ExportedList, file_format: str, rows: int, export: Export | None = None) -> None:
    """Who took which list, how long it was and by what it was filtered; not the values, which may be names."""
    trail.record(
        ActivityVerb.LIST_EXPORTED,
        actor=chosen.owner,
        target=export,
        changed=chosen.chosen_names,
        reason=f"{chosen.kind}, {file_format}, {rows}",
    )
