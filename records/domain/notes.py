"""Visit notes: saved while they are written, final once signed."""

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.domain import trail
from accounts.enums import ActivityVerb
from accounts.models import User
from clinic.core.errors import Conflict, Invalid, InvalidTransition, NotAllowed
from clinic.core.status import change_status, lock, record_start
from messaging.domain import notifications
from records import rules
from records.domain import reading
from records.enums import NoteStatus
from records.models import NoteVersion, VisitNote
from scheduling.models import Appointment

from . import note_content, note_versions


class StaleVersion(Conflict):
    """409: the note was saved elsewhere since; `version`, `content` and its `text` are what is stored now."""

    code = "stale_version"


def save(
    appointment_id: UUID, *, author: User, version: object, apart: bool = False, **content: object
) -> VisitNote:
    """Store what is given of the note's `kind`, `text`, `subjective`, `objective`, `assessment` and `plan`; `version`
    is the one the writer has seen last (0 before the first save). `apart`: what was stored is another's, and stays
    among the versions whenever it was written.

    Saving what is stored again changes nothing, so that a lost answer can be retried. Raises NotAllowed for anyone but
    the visit's doctor, Invalid for unusable content or version, StaleVersion, and InvalidTransition when the note is
    signed.
    """
    if not isinstance(version, int) or isinstance(version, bool) or version < 0:
        raise Invalid(fields={"version": [_("version is the number from the last save.")]})
    with transaction.atomic():
        note = _locked_note(appointment_id, author)
        stored = note_content.of(note)
        wanted = note_content.cleaned(content, stored)
        if note.status == NoteStatus.FINAL:
            raise InvalidTransition(_("This note is signed and does not change any more."))
        if note.version and wanted == stored:
            return note
        if note.version != version:
            raise _stale(note)
        # A note of before versions were kept has none yet.
        if note.version and note_versions.keep(note, author=note.author):
            apart = True
        for name, value in wanted.items():
            setattr(note, name, value)
        note.version, note.author = note.version + 1, author
        note.save(update_fields=[*wanted, "version", "author", "updated_at"])
        note_versions.keep(note, author=author, apart=apart)
        if note.version == 1:
            _note(note, ActivityVerb.NOTE_STARTED, author)
    return note


def bring_back(appointment_id: UUID, *, author: User, number: int, version: object) -> VisitNote:
    """Make version `number` what the note says again; what it says now stays among the versions. Raises as `save`, and
    NoteVersion.DoesNotExist."""
    old = NoteVersion.objects.get(note__appointment=appointment_id, number=number)
    content = {name: value for name, value in old.content.items() if name in note_content.FIELDS}
    return save(appointment_id, author=author, version=version, apart=True, **content)


def sign(appointment_id: UUID, *, author: User, version: int | None = None) -> VisitNote:
    """Make the note final and tell the patient that it can be read. `version`: the one that its author has before them.

    Raises NotAllowed for anyone but the visit's doctor, Invalid for an empty note, InvalidTransition when it is
    signed already, StaleVersion when it says something else by now.
    """
    with transaction.atomic():
        note = _locked_note(appointment_id, author)
        if version is not None and note.version != version and note.status != NoteStatus.FINAL:
            raise _stale(note)
        if note_content.is_empty(note_content.of(note)):
            raise Invalid(_("Write the note before you sign it."))
        if note.status != NoteStatus.FINAL:
            note_versions.keep(note, author=author)
        change_status(note, NoteStatus.FINAL, actor=author, signed_at=timezone.now())
        _note(note, ActivityVerb.NOTE_SIGNED, author)
        notifications.notify(
            note.appointment.patient,
            occasion="note.signed",
            variables={"name": author.name},
            url=reverse("visit_note", args=[appointment_id]),
            key=f"note:{note.pk}:signed",
        )
    return note


def _stale(note: VisitNote) -> StaleVersion:
    return StaleVersion(
        _("This note was changed in another window."),
        extra={"version": note.version, "text": note.text, "content": note_content.of(note)},
    )


def read(shown: Sequence[VisitNote], *, reader: User, by_itself: bool = False) -> None:
    """Someone was shown these notes, with their visits loaded: a line each in the activity trail."""
    about = [(note, note.appointment.patient_id) for note in shown]
    reading.note(ActivityVerb.NOTE_READ, about, reader=reader, by_itself=by_itself)


def _note(note: VisitNote, verb: ActivityVerb, actor: User) -> None:
    trail.record(verb, actor=actor, target=note, patient=note.appointment.patient_id)


def _locked_note(appointment_id: UUID, author: User) -> VisitNote:
    """The visit's note, made when there is none. Whoever holds the appointment's row makes it."""
    try:
        appointment = lock(Appointment, appointment_id)
    except Appointment.DoesNotExist:
        raise NotAllowed from None
    if not rules.can_write_note(author, appointment):
        raise NotAllowed(_("Only the doctor of this visit writes its note."))
    note, created = VisitNote.objects.get_or_create(appointment=appointment, defaults={"author": author})
    if created:
        record_start(note, actor=author)
    return note
