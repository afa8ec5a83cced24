"""Who may see a payment and what they may do to it. Doctors see none: what a visit costs is between the patient
and the clinic."""

from uuid import UUID

from accounts.models import User
from billing.models import Payment


def can_see(user: User, payment: Payment) -> bool:
    """As queries.visible_to."""
    return can_decide(user) or can_submit(user, payment)


def can_submit(user: User, payment: Payment) -> bool:
    """Only the patient: who checks the money should not be who says it was sent."""
    return user.is_active and user.is_patient and payment.appointment.patient_id == user.pk


def can_decide(user: User) -> bool:
    """Confirm, reject and refund."""
    return user.is_active and user.is_management


def can_use_desk(user: User) -> bool:
    """Take and give money at the desk, count a drawer, see everybody's shifts."""
    return can_decide(user)


def can_use_credit(user: User, payment: Payment) -> bool:
    """The patient, whose money it is, and the desk for them."""
    return can_use_desk(user) or can_submit(user, payment)


def can_see_quote(user: User, patient_id: UUID) -> bool:
    """What a visit of this patient costs: the patient and management, no doctor."""
    return can_decide(user) or (user.is_active and user.is_patient and user.pk == patient_id)


def can_run_medical_aid(user: User) -> bool:
    """Keep the plans, compare memberships with their cards, deal with insurers."""
    return user.is_active and user.is_management
