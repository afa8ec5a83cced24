"""Who may do what with an appointment."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone

from accounts.models import User
from scheduling.enums import OPEN, AppointmentStatus
from scheduling.models import Appointment

_S = AppointmentStatus

# A visit whose patient is already in the house is not moved any more.
MOVABLE = OPEN - {_S.CHECKED_IN}
# Patients answer for these; an unconfirmed booking may be let go at any time.
BOUND_BY_NOTICE = frozenset({_S.CONFIRMED, _S.CHECKED_IN})


def _acts(user: Any) -> bool:
    return isinstance(user, User) and user.is_active


def can_see(user: Any, appointment: Appointment) -> bool:
    """As queries.appointments_visible_to."""
    return can_manage(user, appointment) or (
        _acts(user) and user.is_patient and user.pk == appointment.patient_id
    )


def can_manage(user: Any, appointment: Appointment) -> bool:
    """Confirm, decline, check in, start, complete, no-show: its doctor and management."""
    return _acts(user) and (user.is_management or (user.is_doctor and user.pk == appointment.doctor_id))


def can_book_for(user: Any, patient: User) -> bool:
    """Patients for themselves, management for any patient."""
    return _acts(user) and (user.is_management or (user.is_patient and user.pk == patient.pk))


def can_pay(user: Any, appointment: Appointment) -> bool:
    """Hand in a payment: the patient, or management at the desk."""
    return _acts(user) and (user.is_management or (user.is_patient and user.pk == appointment.patient_id))


def inside_notice(appointment: Appointment) -> bool:
    """Too close for the patient to cancel or move: a confirmed visit within CANCEL_NOTICE_HOURS."""
    notice = timedelta(hours=settings.CANCEL_NOTICE_HOURS)
    return appointment.status in BOUND_BY_NOTICE and appointment.starts_at - timezone.now() < notice


def hold_lapsed(appointment: Appointment) -> bool:
    """The time to pay is over, whether or not the hold has been marked expired already."""
    return appointment.hold_expires_at is not None and appointment.hold_expires_at <= timezone.now()


def can_cancel(user: Any, appointment: Appointment) -> bool:
    """Now: staff while the status allows it, the patient also only outside the notice period."""
    if not appointment.can_become(_S.CANCELLED):
        return False
    if can_manage(user, appointment):
        return True
    return can_see(user, appointment) and not inside_notice(appointment)


def can_reschedule(user: Any, appointment: Appointment) -> bool:
    """Now: as can_cancel, but nothing that is checked in and no hold that has lapsed."""
    if appointment.status not in MOVABLE or hold_lapsed(appointment):
        return False
    if can_manage(user, appointment):
        return True
    return can_see(user, appointment) and not inside_notice(appointment)


_MANAGED: dict[str, AppointmentStatus] = {
    "confirm": _S.CONFIRMED,
    "decline": _S.DECLINED,
    "check-in": _S.CHECKED_IN,
    "start": _S.IN_PROGRESS,
    "complete": _S.COMPLETED,
    "no-show": _S.NO_SHOW,
}


def available_actions(user: Any, appointment: Appointment) -> list[str]:
    """What to offer this person now, named as in the API: confirm, decline, check-in, start, complete,
    no-show (only once the visit should have begun), reschedule, cancel."""
    actions = []
    if can_manage(user, appointment):
        actions = [name for name, to in _MANAGED.items() if appointment.can_become(to)]
        if appointment.starts_at > timezone.now() and "no-show" in actions:
            actions.remove("no-show")
    if can_reschedule(user, appointment):
        actions.append("reschedule")
    if can_cancel(user, appointment):
        actions.append("cancel")
    return actions
