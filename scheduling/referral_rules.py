"""Who may do what with a referral. Who finds it at all: domain.referral_queries."""

from typing import Any

from accounts.models import User
from accounts.rules import may_open_record
from scheduling.enums import ReferralStatus
from scheduling.models import Referral


def can_ask(user: Any, patient: User) -> bool:
    """A doctor who may open the patient's record."""
    return isinstance(user, User) and user.is_doctor and may_open_record(user, patient)


def can_read_question(user: Any, referral: Referral) -> bool:
    """What is asked, and the document: clinical, so not for the front desk. The doctor of the booked scan needs it
    before the patient is on their care team."""
    if not isinstance(user, User) or not user.is_active:
        return False
    if user.is_doctor and user.pk in (referral.referrer_id, _scanning_doctor(referral)):
        return True
    return may_open_record(user, referral.patient)


def can_withdraw(user: Any, referral: Referral) -> bool:
    """Now: whoever asked, and management, as long as the scan has not been done."""
    if not isinstance(user, User) or not user.is_active:
        return False
    theirs = user.is_management or (user.is_doctor and user.pk == referral.referrer_id)
    return theirs and referral.can_become(ReferralStatus.CANCELLED)


def can_book(user: Any, referral: Referral) -> bool:
    """Now: the patient, and management at the desk, while nothing is booked."""
    if not isinstance(user, User) or not user.is_active:
        return False
    theirs = user.is_management or (user.is_patient and user.pk == referral.patient_id)
    return theirs and referral.can_become(ReferralStatus.BOOKED)


def _scanning_doctor(referral: Referral) -> Any:
    return referral.appointment.doctor_id if referral.appointment else None
