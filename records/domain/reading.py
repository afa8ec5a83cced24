"""Opening a patient's record leaves a line in the activity trail."""

from accounts.domain import trail
from accounts.domain.trail_queries import BY_BREAK_GLASS
from accounts.enums import ActivityVerb
from accounts.models import User


def record_opened(patient: User, reader: User, *, by_break_glass: bool) -> None:
    trail.record(
        ActivityVerb.RECORD_READ,
        actor=reader,
        target=patient,
        patient=patient,
        reason=BY_BREAK_GLASS if by_break_glass else "",
    )
