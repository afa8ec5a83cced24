"""Who may do what with clinical records."""

from accounts.models import User
from accounts.rules import may_open_record
from records.enums import FeedbackStatus, NoteStatus
from records.models import Feedback, VisitNote
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
    """Its author always; once it is signed, the patient and the doctors to whom their record is open. As
    queries.visible_to."""
    if not user.is_active:
        return False
    if user.pk == note.author_id:
        return True
    if note.status != NoteStatus.FINAL:
        return False
    return may_open_record(user, note.appointment.patient)


def is_feedback_theirs(user: User, appointment: Appointment) -> bool:
    """Whose visit it was. Nobody says how it was in their place."""
    return user.is_active and user.is_patient and user.pk == appointment.patient_id


def can_give_feedback(user: User, appointment: Appointment) -> bool:
    """The visit's patient, once it is over."""
    return is_feedback_theirs(user, appointment) and appointment.status == AppointmentStatus.COMPLETED


def can_change_feedback(user: User, feedback: Feedback) -> bool:
    """Its author, until management has decided."""
    return can_give_feedback(user, feedback.appointment) and feedback.status == FeedbackStatus.PENDING


def can_moderate(user: User) -> bool:
    """Publish and hide. Not the doctors: who is judged does not decide what the public reads."""
    return user.is_active and user.is_management
