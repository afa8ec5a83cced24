"""What a patient is told about their documents. Neither title nor mail says what is in them."""

from django.urls import reverse

from accounts.models import User
from messaging.domain.notifications import notify
from records.models import Document


def arrived(document: Document) -> None:
    notify(
        document.patient,
        occasion="document.new",
        url=reverse("document", args=[document.pk]),
        key=f"document:{document.pk}:new",
    )


def time_is_nearly_over(patient: User, documents: list[Document]) -> None:
    """Once for those whose turn came on one day."""
    notify(
        patient,
        occasion="document.expiring",
        variables={"count": str(len(documents))},
        url=f"{reverse('record_documents', args=[patient.pk])}?order=keep",
        key=f"document:{min(str(each.pk) for each in documents)}:expiring:{documents[0].removal_told_at:%Y-%m-%d}",
    )
