"""Which documents a person may see, and the patients a document may be added for."""

from datetime import date

from django.db.models import Q, QuerySet

from accounts.domain.queries import patients_open_to
from accounts.models import User
from records.models import Document


def documents_visible_to(user: User, *, voided: bool = False) -> QuerySet[Document]:
    """A patient's own that are released to them; for doctors all of the patients whose record is open to them; none
    for anyone else. `voided`: for doctors, also those entered in error. With patient and author."""
    documents = Document.objects.select_related("patient", "recorded_by")
    if not (user.is_active and (user.is_patient or user.is_doctor)):
        return documents.none()
    documents = documents.filter(patient__in=patients_open_to(user))
    if user.is_patient:
        documents = documents.filter(released_at__isnull=False)
    if not (voided and user.is_doctor):
        documents = documents.filter(voided_at__isnull=True)
    return documents


def narrowed(
    documents: QuerySet[Document],
    *,
    search: str = "",
    category: str = "",
    first: date | None = None,
    last: date | None = None,
    brought_by: str = "",
) -> QuerySet[Document]:
    """Every word of `search` in the title, the file's name or the note; `brought_by` is "patient" or "clinic"."""
    for word in search.split()[:8]:
        documents = documents.filter(
            Q(title__icontains=word) | Q(name__icontains=word) | Q(note__icontains=word)
        )
    if category:
        documents = documents.filter(category=category)
    if first:
        documents = documents.filter(dated_on__gte=first)
    if last:
        documents = documents.filter(dated_on__lte=last)
    if brought_by == "patient":
        documents = documents.filter(recorded_by__role="patient")
    elif brought_by == "clinic":
        documents = documents.exclude(recorded_by__role="patient")
    return documents.order_by("-dated_on", "-created_at", "-pk")
