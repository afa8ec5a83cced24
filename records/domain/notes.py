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
from records.enums import NoteStatus
from records.models import VisitNote
from scheduling.models import Appointment

MAX_LENGTH = 20_000


class StaleVersion(Conflict):
    """409: the note was saved elsewhere since; `version` and `text` are what is stored now."""

    code = "stale_version"


def save(appointment_id: UUID, *, author: User, text: object, version: object) -> VisitNote:
    """Store the note's text; `version` is the one the writer has seen last (0 before the first save).

    Saving the stored text again changes nothing, so that a lost answer can be retried. Raises NotAllowed for
    anyone but the visit's doctor, Invalid for unusable text or version, StaleVersion, and InvalidTransition when
    the note is signed.
    """
    text = _clean(text)
    if not isinstance(version, int) or isinstance(version, bool) or version < 0:
        raise Invalid(fields={"version": [_("version is the number from the last save.")]})
    with transaction.atomic():
        note = _locked_note(appointment_id, author)
        if note.status == NoteStatus.FINAL:
            raise InvalidTransition(_("This note is signed and does not change any more."))
        if note.version and note.text == text:
            return note
        if note.version != version:
            raise StaleVersion(
                _("This note was changed in another window."),
                extra={"version": note.version, "text": note.text},
            )
        note.text, note.version, note.author = text, note.version + 1, author
        note.save(update_fields=["text", "version", "author", "updated_at"])
        if note.version == 1:
            _note(note, ActivityVerb.NOTE_STARTED, author)
    return note


def sign(appointment_id: UUID, *, author: User) -> VisitNote:
    """Make the note final and tell the patient that it can be read.

    Raises NotAllowed for anyone but the visit's doctor, Invalid for an empty note, InvalidTransition when it is
    signed already.
    """
    with transaction.atomic():
        note = _locked_note(appointment_id, author)
        if not note.text.strip():
            raise Invalid(_("Write the note before you sign it."))
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


def read(shown: Sequence[VisitNote], *, reader: User) -> None:
    """Someone was shown these notes, with their visits loaded: a line each in the activity trail, in one insert."""
    about = [(note, note.appointment.patient_id) for note in shown]
    trail.record_each(ActivityVerb.NOTE_READ, actor=reader, about=about)


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


def _clean(text: object) -> str:
    if not isinstance(text, str) or "\x00" in text:
        raise Invalid(fields={"text": [_("A note is text.")]})
    # Browsers send line ends as CRLF; one way of storing keeps versions comparable.
    text = text.replace("\r\n", "\n")
    if len(text) > MAX_LENGTH:
        raise Invalid(
            fields={"text": [_("A note has at most %(limit)s characters.") % {"limit": MAX_LENGTH}]}
        )
    try:
        text.encode()
    except UnicodeEncodeError:
        raise Invalid(fields={"text": [_("This note contains characters that can't be stored.")]}) from None
    return text
