"""Who may do what with clinical records."""

from accounts.models import User
from accounts.rules import treats
from records.enums import NoteStatus
from records.models import VisitNote
from scheduling.enums import AppointmentStatus
from scheduling.models import Appointment

_S = AppointmentStatus
# A note is prepared before a visit and written during and after it.
NOTED = frozenset({_S.CONFIRMED, _S.CHECKED_IN, _S.IN_PROGRESS, _S.COMPLETED})


def can_write_note(user: User, appointment: Appointment) -> bool:
    """The visit's doctor alone, for a visit that takes or took place."""
    return (
        user.is_active and user.is_doctor and user.pk == appointment.doctor_id and appointment.status in NOTED
    )


def can_read_note(user: User, note: VisitNote) -> bool:
    """Its author always; the patient and the doctors who treat them once it is signed. As queries.visible_to."""
    if not user.is_active:
        return False
    if user.pk == note.author_id:
        return True
    if note.status != NoteStatus.FINAL:
        return False
    return user.pk == note.appointment.patient_id or treats(user, note.appointment.patient)
