"""The PDF of a document: made once, of its frozen content alone, kept with a digest, and the same bytes ever after."""

import hashlib
import logging

from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.domain import trail
from accounts.enums import ActivityVerb
from accounts.models import User
from billing.models import BillingDocument, DocumentFile
from clinic.core import pdf
from clinic.core.errors import Conflict

from .document_sheet import sheet_of

logger = logging.getLogger(__name__)


class FileChanged(Conflict):
    """409: what lies on the disk is not what was made."""

    code = "file_changed"


def made(document: BillingDocument) -> bytes:
    """The bytes of its PDF; the same at every call as long as the template stays. Raises PdfMissing."""
    with translation.override(document.content["language"]):
        context = {
            "sheet": sheet_of(document),
            "language": document.content["language"],
            "made_at": document.content["issued_on"],
        }
        return pdf.render("pdf/billing_document.html", context, "sheet.css", "billing_document.css")


def file_of(document: BillingDocument) -> DocumentFile:
    """The document's one file, made and stored at the first call. A file that was lost is made again, to the same
    bytes. Raises PdfMissing, and FileChanged when the bytes are not those that were made first."""
    stored = DocumentFile.objects.filter(document=document).first() or _store(document)
    if _digest_on_disk(stored) != stored.digest:
        _restore(stored, document)
    return stored


def note_opened(document: BillingDocument, reader: User) -> None:
    """Someone of the clinic opened a patient's document: a line in the activity trail."""
    patient = document.payment.appointment.patient_id
    if reader.pk != patient:
        trail.record(ActivityVerb.BILLING_DOCUMENT_OPENED, actor=reader, target=document, patient=patient)


def _store(document: BillingDocument) -> DocumentFile:
    content = made(document)
    kept = DocumentFile(document=document, digest=_digest(content))
    kept.file.save(f"{document.pk.hex}.pdf", ContentFile(content), save=False)
    try:
        with transaction.atomic():
            kept.save(force_insert=True)
    except IntegrityError:
        # Someone opened it at the same moment: theirs is the one.
        kept.file.delete(save=False)
        return DocumentFile.objects.get(document=document)
    return kept


def _restore(stored: DocumentFile, document: BillingDocument) -> None:
    content = made(document)
    if _digest(content) != stored.digest:
        logger.error("The stored file of billing document %s is not the one that was made", document.pk)
        raise FileChanged(_("The stored file of this document is damaged. Please tell the clinic."))
    stored.file.storage.delete(stored.file.name)
    stored.file.storage.save(stored.file.name, ContentFile(content))


def _digest_on_disk(stored: DocumentFile) -> str:
    try:
        with stored.file.open("rb") as handle:
            return _digest(handle.read())
    except FileNotFoundError:
        return ""


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
