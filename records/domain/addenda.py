"""What is added to a signed note: signed as it is written, and never changed."""

from uuid import UUID

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.domain import trail
from accounts.enums import ActivityVerb
from accounts.models import User
from clinic.core.errors import Invalid, InvalidTransition, NotAllowed
from clinic.core.status import lock
from messaging.domain.notifications import notify
from records import rules
from records.enums import NoteStatus
from records.models import NoteAddendum, VisitNote

MAX_LENGTH = 5_000


def add(note_id: UUID, *, author: User, text: object) -> NoteAddendum:
    """Add `text` to a signed note and tell the patient, and the note's author when it was somebody else. The same words
    of the same person once more are the ones that stand there: a double click adds once.

    Raises NotAllowed, Invalid (`text`), InvalidTransition while the note is a draft.
    """
    text = _clean(text)
    with transaction.atomic():
        try:
            note = lock(VisitNote, note_id)
        except VisitNote.DoesNotExist:
            raise NotAllowed from None
        if not rules.can_add_to_note(author, note):
            raise NotAllowed(_("Only the doctors who treat this patient add to a note."))
        if note.status != NoteStatus.FINAL:
            raise InvalidTransition(_("This note is a draft: write it in the note itself."))
        same = note.addenda.filter(author=author, text=text).first()  # type: ignore[attr-defined]
        if same is not None:
            return same  # type: ignore[no-any-return]
        addendum = NoteAddendum.objects.create(note=note, author=author, text=text)
        visit = note.appointment
        trail.record(ActivityVerb.NOTE_ADDED_TO, actor=author, target=note, patient=visit.patient_id)
        people = [visit.patient] if author.pk == note.author_id else [visit.patient, note.author]
        for person in people:
            notify(
                person,
                occasion="note.addendum",
                variables={"name": author.name},
                url=reverse("visit_note", args=[visit.pk]),
                key=f"addendum:{addendum.pk}",
            )
    return addendum


def _clean(text: object) -> str:
    if not isinstance(text, str) or "\x00" in text:
        raise Invalid(fields={"text": [_("An addendum is text.")]})
    text = text.replace("\r\n", "\n").strip()
    if not text:
        raise Invalid(fields={"text": [_("Write what is to be added.")]})
    if len(text) > MAX_LENGTH:
        raise Invalid(fields={"text": [_("At most %(limit)s characters, please.") % {"limit": MAX_LENGTH}]})
    try:
        text.encode()
    except UnicodeEncodeError:
        raise Invalid(fields={"text": [_("This text contains characters that can't be stored.")]}) from None
    return text
