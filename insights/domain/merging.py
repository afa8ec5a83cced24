"""What two accounts of one patient hold, side by side."""

from dataclasses import dataclass

from accounts.models import User
from billing.models import Membership, Payment
from messaging.models import Member
from records.models import VisitNote
from scheduling.models import Appointment


@dataclass(frozen=True)
class Holdings:
    """How much there is of each; nothing of what is in it."""

    visits: int
    payments: int
    conversations: int
    notes: int
    memberships: int = 0


def holdings(patient: User) -> Holdings:
    return Holdings(
        visits=Appointment.objects.filter(patient=patient).count(),
        payments=Payment.objects.filter(appointment__patient=patient).count(),
        conversations=Member.objects.filter(user=patient, conversation__last_seq__gt=0).count(),
        notes=VisitNote.objects.filter(appointment__patient=patient).count(),
        memberships=Membership.objects.filter(patient=patient).count(),
    )
