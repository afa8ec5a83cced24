"""Who may do what with explanations. A patient asks for their own and reads what a doctor has released; doctors to whom
the record is open ask, read drafts, release and discard."""

from accounts.models import User
from accounts.rules import may_open_record
from records.enums import Audience, ExplanationStatus
from records.models import Explanation

_X = ExplanationStatus


def can_ask(user: User, patient: User) -> bool:
    """Of a source that they see; patients in their own record only."""
    return user.is_active and (user.is_patient or user.is_doctor) and may_open_record(user, patient)


def can_ask_for(user: User, patient: User, audience: str) -> bool:
    """What is written for doctors is no patient's to ask for."""
    return can_ask(user, patient) and (user.is_doctor or audience == Audience.PATIENT)


def can_release(user: User, explanation: Explanation) -> bool:
    """Let the patient read it: a doctor's word. What is written for doctors stays with them."""
    return (
        explanation.status == _X.DRAFT
        and explanation.audience == Audience.PATIENT
        and user.is_doctor
        and can_ask(user, explanation.patient)
    )


def can_discard(user: User, explanation: Explanation) -> bool:
    """A doctor of the patient, also of what was released and turned out wrong."""
    return explanation.status != _X.DISCARDED and user.is_doctor and can_ask(user, explanation.patient)
