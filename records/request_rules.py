"""Who may do what with requests (E7): a doctor asks, management prepares, the doctor releases."""

from accounts.models import User
from accounts.rules import may_open_record
from records.enums import RecordRequestStatus
from records.models import RecordRequest
from scheduling.models import Appointment

from .rules import NOTED

_S = RecordRequestStatus
OPEN = frozenset({_S.REQUESTED, _S.IN_PROGRESS, _S.PREPARED})


def can_ask(user: User, appointment: Appointment) -> bool:
    """The visit's doctor, for a visit that takes or took place."""
    return (
        user.is_active
        and user.is_doctor
        and user.pk == appointment.doctor_id
        and appointment.status in NOTED
        and may_open_record(user, appointment.patient)
    )


def can_read(user: User, request: RecordRequest) -> bool:
    """What is asked for: the patient's doctors, and management as long as there is something to do."""
    if not user.is_active:
        return False
    if user.is_management:
        return request.status in OPEN
    return user.is_doctor and (user.pk == request.doctor_id or may_open_record(user, request.patient))


def can_take(user: User, request: RecordRequest) -> bool:
    return user.is_active and user.is_management and request.status == _S.REQUESTED


def prepares(user: User, request: RecordRequest) -> bool:
    """Works on it now."""
    return (
        user.is_active
        and user.is_management
        and request.status == _S.IN_PROGRESS
        and request.handled_by_id == user.pk
    )


def can_let_go(user: User, request: RecordRequest) -> bool:
    """Anybody of management: a colleague who has gone home keeps nothing back."""
    return user.is_active and user.is_management and request.status == _S.IN_PROGRESS


def can_decline(user: User, request: RecordRequest) -> bool:
    return can_take(user, request) or prepares(user, request)


def can_decide(user: User, request: RecordRequest) -> bool:
    """Who asked: checks what is prepared, sends it back, or wants it no more."""
    return user.is_active and user.is_doctor and user.pk == request.doctor_id
