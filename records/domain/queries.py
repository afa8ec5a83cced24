"""What a person may see of clinical records."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import CareLink, User
from records.enums import NoteStatus
from records.models import VisitNote


def visible_to(user: User) -> QuerySet[VisitNote]:
    """Visit notes `user` may read: a doctor's own, and the signed ones of the patients they treat; a patient's
    own signed ones; none for anyone else. With the visit, its people and its service loaded."""
    notes = VisitNote.objects.select_related(
        "author", "appointment__patient", "appointment__doctor", "appointment__service"
    )
    if not user.is_active:
        return notes.none()
    if user.is_patient:
        return notes.filter(appointment__patient=user.pk, status=NoteStatus.FINAL)
    if user.is_doctor:
        treated = CareLink.objects.filter(doctor=user.pk, patient=OuterRef("appointment__patient"))
        return notes.filter(Q(author=user.pk) | Q(Exists(treated), status=NoteStatus.FINAL))
    return notes.none()
