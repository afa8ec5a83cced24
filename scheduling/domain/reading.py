"""Looking into a visit leaves a line in the activity trail."""

from accounts.domain import trail
from accounts.enums import ActivityVerb
from accounts.models import User
from scheduling.models import Appointment, AppointmentFile


def note_read(appointment: Appointment, reader: User) -> None:
    """Staff looked at a visit and its reason; patients looking at their own leave no line."""
    if reader.pk != appointment.patient_id:
        trail.record(
            ActivityVerb.APPOINTMENT_READ, actor=reader, target=appointment, patient=appointment.patient_id
        )


def note_opened(file: AppointmentFile, appointment: Appointment, reader: User) -> None:
    """Someone opened a file of a visit."""
    trail.record(ActivityVerb.FILE_OPENED, actor=reader, target=file, patient=appointment.patient_id)
