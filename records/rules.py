"""Who may do what with clinical records."""

from accounts.models import User
from accounts.rules import may_open_record, treats
from records.enums import FeedbackStatus, NoteStatus, PrescriptionStatus, RecordRequestStatus
from records.models import Document, Feedback, NoteTemplate, Phrase, Prescription, RecordExport, VisitNote
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


def can_add_to_note(user: User, note: VisitNote) -> bool:
    """Its author and the patient's care team. Who broke the glass reads and does not write."""
    return (
        user.is_active
        and user.is_doctor
        and (user.pk == note.author_id or treats(user, note.appointment.patient))
    )


def can_see_versions(user: User, note: VisitNote) -> bool:
    """Its author alone: half a thought that was crossed out is nobody else's to read."""
    return user.is_active and user.is_doctor and user.pk == note.author_id


def can_use_words(user: User) -> bool:
    """Open the pages of templates and phrases: doctors write with them, and management keeps the clinic's."""
    return user.is_active and (user.is_doctor or user.is_management)


def can_change_words(user: User, words: NoteTemplate | Phrase) -> bool:
    """A doctor their own, management the clinic's."""
    if not can_use_words(user):
        return False
    return words.doctor_id is None if user.is_management else words.doctor_id == user.pk


def can_keep_history(user: User, patient: User) -> bool:
    """Write down what is known of a patient: the doctors who may open the record; in an emergency also by break-glass,
    for an allergy that nobody wrote down is the next one's accident."""
    return user.is_active and user.is_doctor and may_open_record(user, patient)


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


# --- Documents and exports of a record ---


def can_add_document(user: User, patient: User) -> bool:
    """Patients to their own record, doctors to the records open to them."""
    return user.is_active and (user.is_patient or user.is_doctor) and may_open_record(user, patient)


def can_change_document(user: User, document: Document) -> bool:
    """Patients what they brought themselves, doctors whatever stands in the records open to them."""
    if document.voided_at is not None or not may_open_record(user, document.patient):
        return False
    return user.is_doctor or user.pk == document.recorded_by_id


def can_hold_document(user: User, document: Document) -> bool:
    """Doctors to whom the record is open, as long as there is a file to hold."""
    return user.is_doctor and document.removed_at is None and may_open_record(user, document.patient)


def can_export_record(user: User, patient: User) -> bool:
    """Patients their own, doctors the records open to them."""
    return user.is_active and (user.is_patient or user.is_doctor) and may_open_record(user, patient)


def can_download_export(user: User, export: RecordExport) -> bool:
    """Who asked for it, as long as the record is open to them."""
    return user.pk == export.asked_by_id and can_export_record(user, export.patient)


def can_prescribe(user: User, patient: User) -> bool:
    """Doctors to whom the patient's record is open. Also stopping what another doctor prescribed."""
    return user.is_active and user.is_doctor and may_open_record(user, patient)


def can_write_prescription(user: User, prescription: Prescription) -> bool:
    """A draft: by its author, and by management while it prepares what the doctor asked for (E7)."""
    if prescription.status != PrescriptionStatus.DRAFT or not user.is_active:
        return False
    if user.pk == prescription.author_id:
        return can_prescribe(user, prescription.patient)
    request = getattr(prescription, "request", None)
    return (
        user.is_management
        and request is not None
        and request.status == RecordRequestStatus.IN_PROGRESS
        and request.handled_by_id in (None, user.pk)
    )


def can_sign(user: User, prescription: Prescription) -> bool:
    """Its author alone; one that management prepares, once it was handed over."""
    if prescription.status != PrescriptionStatus.DRAFT or user.pk != prescription.author_id:
        return False
    request = getattr(prescription, "request", None)
    if request is not None and request.status != RecordRequestStatus.PREPARED:
        return False
    return can_prescribe(user, prescription.patient)


def can_dispense(user: User, prescription: Prescription) -> bool:
    """A doctor of the patient, or the patient who says that they have it."""
    return user.pk == prescription.patient_id or can_prescribe(user, prescription.patient)


def can_search_medicines(user: User) -> bool:
    """Who writes prescriptions, and who keeps the catalogue."""
    return user.is_active and (user.is_doctor or user.is_management)


def can_change_medicines(user: User) -> bool:
    return user.is_active and user.is_management
