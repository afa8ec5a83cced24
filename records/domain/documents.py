"""Documents of a record: added, shown to the patient, held, and taken out when they were entered in error."""

import hashlib
import logging
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.domain import trail
from accounts.enums import ActivityVerb
from accounts.models import Activity, User
from clinic.core.errors import Invalid, NotAllowed
from clinic.core.files import DOCUMENT_TYPES, clean_upload
from clinic.core.status import lock
from records import events, rules
from records.domain import reading
from records.enums import DocumentCategory
from records.models import Document

from . import document_news, document_timer, retention
from .document_errors import AlreadyThere

logger = logging.getLogger(__name__)

TITLE_MAX_LENGTH = 140
REASON_MAX_LENGTH = 240
EARLIEST = date(1900, 1, 1)
LEAFING = timedelta(hours=1)


def checked(
    *, category: str, title: str, dated_on: date | None, note: str = "", name: str = ""
) -> dict[str, Any]:
    """The words about a document as they are stored: without a title the file's name is one, without a date it is of
    today. Raises Invalid with the fields that are wrong."""
    fields: dict[str, list[str]] = {}
    if category not in DocumentCategory.values:
        fields["category"] = [_("Please choose what kind of document this is.")]
    title = " ".join(title.split()) or " ".join(Path(name).stem.replace("_", " ").split())
    if len(title) > TITLE_MAX_LENGTH:
        fields["title"] = [_("A title has at most %(limit)s characters.") % {"limit": TITLE_MAX_LENGTH}]
    today = timezone.localdate()
    dated_on = dated_on or today
    if dated_on > today:
        fields["dated_on"] = [_("This date is in the future. Please check it.")]
    elif dated_on < EARLIEST:
        fields["dated_on"] = [_("Please check this date.")]
    if fields:
        raise Invalid(next(iter(fields.values()))[0], fields=fields)
    return {
        "category": category,
        "title": title or str(DocumentCategory(category).label),
        "dated_on": dated_on,
        "note": note.strip()[:500],
    }


def add(
    patient: User,
    upload: UploadedFile,
    *,
    actor: User,
    category: str,
    title: str = "",
    dated_on: date | None = None,
    note: str = "",
    is_released: bool = True,
    pk: UUID | None = None,
) -> Document:
    """Check a file and keep it in the patient's record. What patients bring they see themselves; what a doctor puts in
    the patient sees when `is_released`, or later (`release`). `pk`: its id, where it has one already.

    Raises NotAllowed, Invalid for the words, TooLarge (settings.DOCUMENT_MAX_BYTES), UnsupportedType for anything but
    pictures and PDF, what clinic.core.scanning raises, and AlreadyThere for a file that stands in this record.
    """
    if not rules.can_add_document(actor, patient):
        raise NotAllowed
    words = checked(category=category, title=title, dated_on=dated_on, note=note, name=upload.name or "")
    clean = clean_upload(upload, DOCUMENT_TYPES, max_bytes=settings.DOCUMENT_MAX_BYTES)
    digest = hashlib.sha256()
    for piece in clean.content.chunks():
        digest.update(piece)
    now = timezone.now()
    profile = getattr(patient, "patient_profile", None)
    document = Document(
        **({"pk": pk} if pk else {}),
        patient=patient,
        recorded_by=actor,
        content_type=clean.content_type,
        name=clean.original_name,
        size=clean.content.size,
        digest=digest.hexdigest(),
        released_at=now if is_released or actor.is_patient else None,
        keep_until=retention.keep_until(
            words["category"],
            timezone.localdate(now),
            profile.date_of_birth if profile else None,
            settings.DOCUMENT_KEEP_YEARS,
        ),
        **words,
    )
    if Document.objects.filter(patient=patient, digest=document.digest, voided_at=None).exists():
        raise AlreadyThere
    document.file.save(clean.content.name or "file", clean.content, save=False)
    try:
        with transaction.atomic():
            _store(document, actor)
    except IntegrityError as error:
        # Unique (patient, digest): another tab was faster.
        _remove_file(document)
        if Document.objects.filter(patient=patient, digest=document.digest, voided_at=None).exists():
            raise AlreadyThere from error
        raise
    except BaseException:
        _remove_file(document)
        raise
    return document


def _store(document: Document, actor: User) -> None:
    from records.tasks import make_document_preview

    # A large file takes its time: the accounts may have been merged, and the record closed, meanwhile.
    lock(User, document.patient_id)
    if not rules.can_add_document(actor, document.patient):
        raise NotAllowed
    document.save(force_insert=True)
    trail.record(ActivityVerb.DOCUMENT_ADDED, actor=actor, target=document, patient=document.patient)
    events.document_changed(document)
    make_document_preview.enqueue(str(document.pk))
    document_timer.plan()
    if not actor.is_patient and document.released_at:
        document_news.arrived(document)


@transaction.atomic
def release(document_id: UUID, *, actor: User) -> Document:
    """Let the patient see it, and tell them. Nothing changes for one that they see already. Raises NotAllowed."""
    document = _locked(document_id)
    if not rules.can_change_document(actor, document) or not actor.is_doctor:
        raise NotAllowed
    if document.released_at is None:
        document.released_at = timezone.now()
        _changed(document, actor, "released_at")
        document_news.arrived(document)
    return document


@transaction.atomic
def void(document_id: UUID, *, actor: User, reason: str) -> Document:
    """Take out what was entered in error: it is shown no more, and kept for as long as any other. Raises NotAllowed,
    Invalid without a reason."""
    document = _locked(document_id)
    if not rules.can_change_document(actor, document):
        raise NotAllowed
    document.void_reason = _reason(reason, _("Please say why it does not belong here."))
    document.voided_at, document.voided_by = timezone.now(), actor
    _changed(document, actor, "voided_at", "voided_by", "void_reason")
    return document


@transaction.atomic
def hold(document_id: UUID, *, actor: User, reason: str) -> Document:
    """Keep it beyond its time, until it is let go (`let_go`). Raises NotAllowed, Invalid without a reason."""
    document = _locked(document_id)
    if not rules.can_hold_document(actor, document):
        raise NotAllowed
    document.hold_reason = _reason(reason, _("Please say why it has to be kept."))
    document.held_at, document.held_by = timezone.now(), actor
    _changed(document, actor, "held_at", "held_by", "hold_reason")
    return document


@transaction.atomic
def let_go(document_id: UUID, *, actor: User) -> Document:
    """End a hold. If its time was over meanwhile, the patient is told anew before the file goes. Raises NotAllowed."""
    document = _locked(document_id)
    if not rules.can_hold_document(actor, document):
        raise NotAllowed
    document.held_at, document.held_by, document.hold_reason = None, None, ""
    document.removal_told_at = None
    _changed(document, actor, "held_at", "held_by", "hold_reason", "removal_told_at")
    return document


def note_opened(document: Document, reader: User, *, by_itself: bool = False) -> None:
    """Somebody looked at a document or took its file: a line in the trail, unless it is the patient. The small pictures
    of a list leave none; the list itself does (`note_listed`)."""
    if reader.pk != document.patient_id:
        about = [(document, document.patient_id)]
        reading.note(ActivityVerb.DOCUMENT_READ, about, reader=reader, by_itself=by_itself)


def note_page_read(document: Document, reader: User) -> None:
    """Somebody read a page of it. Told once while they leaf through it, whichever page they begin with."""
    lately = Activity.objects.filter(
        target_type=Document._meta.label_lower,
        target_id=str(document.pk),
        actor=reader,
        verb=ActivityVerb.DOCUMENT_READ,
        at__gt=timezone.now() - LEAFING,
    )
    if not lately.exists():
        note_opened(document, reader)


def note_listed(patient: User, reader: User, *, by_itself: bool = False) -> None:
    """Somebody looked through the titles of a patient's documents."""
    if reader.pk != patient.pk:
        about = [(patient, patient.pk)]
        reading.note(ActivityVerb.DOCUMENTS_LISTED, about, reader=reader, by_itself=by_itself)


def _locked(document_id: UUID) -> Document:
    return (
        Document.objects.select_for_update(of=("self",))
        .select_related("patient", "recorded_by")
        .get(pk=document_id)
    )


def _changed(document: Document, actor: User, *fields: str) -> None:
    document.save(update_fields=[*fields, "updated_at"])
    trail.record(
        ActivityVerb.DOCUMENT_CHANGED,
        actor=actor,
        target=document,
        patient=document.patient,
        changed=[name for name in fields if not name.endswith("_by")],
    )
    events.document_changed(document)


def _reason(text: str, missing: str) -> str:
    text = " ".join(text.split())
    if not text:
        raise Invalid(missing, fields={"reason": [missing]})
    if len(text) > REASON_MAX_LENGTH:
        long = _("Please say it in at most %(limit)s characters.") % {"limit": REASON_MAX_LENGTH}
        raise Invalid(long, fields={"reason": [long]})
    return text


def _remove_file(document: Document) -> None:
    try:
        default_storage.delete(str(document.file.name))
    except OSError:
        logger.exception("the file of a document that was not kept could not be removed")
