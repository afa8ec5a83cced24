"""What a note said before: its versions, at most one a minute while it is written, and what changed between them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import User
from records.models import NoteVersion, VisitNote

from . import note_content, note_diff

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Step:
    """A version and what it changed of the one before."""

    version: NoteVersion
    changes: list[note_diff.Change]
    is_latest: bool


def keep(note: VisitNote, *, author: User, apart: bool = False) -> bool:
    """Keep what `note` says now as a version. It takes the place of the author's version of the last minute, unless it
    is to stand `apart` or most of the words are gone: what somebody may want back is never written over. Returns
    whether it is a version more.

    Called under the lock of the note's appointment.
    """
    now, last = note_content.of(note), note.versions.order_by("-number").first()  # type: ignore[attr-defined]
    if last is not None and last.number == note.version:
        return False
    if (
        last is not None
        and not apart
        and last.author_id == author.pk
        and last.created_at > timezone.now() - MINUTE
        and note_content.length(now) * 2 >= note_content.length(last.content)
    ):
        last.number, last.content = note.version, now
        last.save(update_fields=["number", "content", "updated_at"])
        return False
    NoteVersion.objects.create(note=note, number=note.version, content=now, author=author)
    return True


def of(note: VisitNote) -> QuerySet[NoteVersion]:
    """All versions, the latest first, with who wrote them."""
    return NoteVersion.objects.filter(note=note).select_related("author").order_by("-number")


def steps(note: VisitNote, shown: Sequence[NoteVersion]) -> list[Step]:
    """These versions, which follow each other, the latest first: each with what it changed of the one before."""
    oldest = shown[-1].number if shown else 0
    before = NoteVersion.objects.filter(note=note, number__lt=oldest).order_by("-number").first()
    contents = [version.content for version in shown] + [before.content if before else {}]
    return [
        Step(version, note_diff.changes(contents[at + 1], version.content), version.number == note.version)
        for at, version in enumerate(shown)
    ]
