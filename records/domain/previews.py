"""The small picture of a document, made by a worker: of a picture itself, of a PDF its first page."""

from uuid import UUID

from django.core.files.base import ContentFile

from clinic.core import pdf_pictures
from clinic.core.errors import DomainError
from clinic.core.files import encode_image
from records import events
from records.models import Document

SIDE = 640
# For reading in the lightbox.
PAGE_SIDE = 1600


def make(document_id: UUID | str) -> bool:
    """Make it; returns whether there is one now. A PDF that can't be drawn (a password, damage) stays without."""
    document = Document.objects.filter(pk=document_id, removed_at=None).exclude(file="").first()
    if document is None:
        return False
    if document.preview:
        return True
    content, pages = _drawn(document)
    if content is None:
        return False
    name = document.preview.storage.save(f"documents/{document.pk}-preview.jpg", content)
    kept = Document.objects.filter(pk=document.pk, preview="", removed_at=None).update(
        preview=name, pages=pages
    )
    if not kept:
        document.preview.storage.delete(name)
        return False
    events.document_changed(document)
    return True


def page(document: Document, number: int) -> bytes | None:
    """One page of a PDF as JPEG, large enough to read; None when it can't be drawn."""
    if not document.is_pdf or not document.file or number < 1:
        return None
    drawn = pdf_pictures.draw(document.file.path, number=number, side=PAGE_SIDE)
    return drawn.jpeg if drawn else None


def _drawn(document: Document) -> tuple[ContentFile | None, int | None]:
    try:
        if document.is_picture:
            with document.file.open("rb") as file:
                return encode_image(file, longest_side=SIDE), None
        drawn = pdf_pictures.draw(document.file.path, side=SIDE)
    except (DomainError, FileNotFoundError):
        return None, None
    return (ContentFile(drawn.jpeg), drawn.pages) if drawn else (None, None)
