"""Looking into a visit leaves a line in the activity trail."""

from accounts.domain import trail, trail_queries
from accounts.enums import ActivityVerb
from accounts.models import User
from scheduling.models import Appointment, AppointmentFile


def note_read(appointment: Appointment, reader: User, *, by_itself: bool = False) -> None:
    """Staff looked at a visit and its reason; patients looking at their own leave no line. `by_itself`: an open page
    fetched this again; no second line for who has one lately."""
    about = [(appointment, appointment.patient_id)]
    if by_itself:
        about = trail_queries.not_looked_at(ActivityVerb.APPOINTMENT_READ, about, reader=reader)
    if reader.pk != appointment.patient_id:
        trail.record_each(ActivityVerb.APPOINTMENT_READ, actor=reader, about=about)


def note_opened(file: AppointmentFile, appointment: Appointment, reader: User) -> None:
    """Someone opened a file of a visit."""
    trail.record(ActivityVerb.FILE_OPENED, actor=reader, target=file, patient=appointment.patient_id)
