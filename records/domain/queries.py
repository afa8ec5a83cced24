"""What a person may see of clinical records."""

from django.db.models import Q, QuerySet

from accounts.domain.queries import patients_open_to
from accounts.models import User
from records.enums import NoteStatus
from records.models import VisitNote


def visible_to(user: User) -> QuerySet[VisitNote]:
    """Visit notes `user` may read: a doctor's own, and the signed ones of the patients whose record is open to them;
    a patient's own signed ones; none for anyone else. With the visit, its people and its service loaded."""
    notes = VisitNote.objects.select_related(
        "author", "appointment__patient", "appointment__doctor", "appointment__service"
    )
    if not user.is_active:
        return notes.none()
    if user.is_patient:
        return notes.filter(appointment__patient=user.pk, status=NoteStatus.FINAL)
    if user.is_doctor:
        return notes.filter(
            Q(author=user.pk) | Q(appointment__patient__in=patients_open_to(user), status=NoteStatus.FINAL)
        )
    return notes.none()
