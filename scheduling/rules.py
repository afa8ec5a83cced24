"""Who may do what with an appointment."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone

from accounts.enums import Mode
from accounts.models import User
from accounts.rules import treats
from scheduling.enums import OPEN, AppointmentStatus
from scheduling.models import Appointment, Referral

_S = AppointmentStatus

# A visit whose patient is already in the house is not moved any more.
MOVABLE = OPEN - {_S.CHECKED_IN}
# From when on patients may say that they are here.
CHECK_IN_OPENS = timedelta(minutes=60)
# How long after the visit 'did not come' may be taken back.
UNDO_NO_SHOW = timedelta(hours=24)
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
    """Patients for themselves, management for any patient, doctors for those they treat."""
    return _acts(user) and (
        user.is_management or (user.is_patient and user.pk == patient.pk) or treats(user, patient)
    )


# From these on one may agree on the next visit; the others never take place.
LEADS_ON = frozenset(
    {_S.PENDING_CONFIRMATION, _S.CONFIRMED, _S.CHECKED_IN, _S.IN_PROGRESS, _S.COMPLETED, _S.NO_SHOW}
)


def can_plan_next(user: Any, appointment: Appointment) -> bool:
    """A follow-up or a series: the visit's doctor, who treats the patient by now, and management."""
    return (
        appointment.status in LEADS_ON
        and can_manage(user, appointment)
        and can_book_for(user, appointment.patient)
    )


def can_run_clinic(user: Any) -> bool:
    """Decide what the clinic offers, and about its rooms and equipment."""
    return _acts(user) and user.is_management


def can_pay(user: Any, appointment: Appointment) -> bool:
    """Hand in a payment: the patient, or management at the desk."""
    return _acts(user) and (user.is_management or (user.is_patient and user.pk == appointment.patient_id))


def inside_notice(appointment: Appointment) -> bool:
    """Too close for the patient to cancel or move: a confirmed visit within CANCEL_NOTICE_HOURS. Not one for which
    the clinic itself asks for another time."""
    if appointment.displaced_at is not None:
        return False
    notice = timedelta(hours=settings.CANCEL_NOTICE_HOURS)
    return appointment.status in BOUND_BY_NOTICE and appointment.starts_at - timezone.now() < notice


def answers_for(appointment: Appointment) -> bool:
    """Whether a patient who calls it off now answers for that: the visit was confirmed, and it is not the clinic that
    asks for another time."""
    return appointment.status in BOUND_BY_NOTICE and appointment.displaced_at is None


def hold_lapsed(appointment: Appointment) -> bool:
    """The time to pay is over, whether or not the hold has been marked expired already."""
    return appointment.hold_expires_at is not None and appointment.hold_expires_at <= timezone.now()


def asked_for(user: Any, appointment: Appointment) -> bool:
    """The doctor whose referral this scan was booked for: withdrawing the one calls off the other."""
    return (
        _acts(user)
        and user.is_doctor
        and Referral.objects.filter(appointment=appointment, referrer=user).exists()
    )


def can_cancel(user: Any, appointment: Appointment) -> bool:
    """Now: staff while the status allows it, the patient also only outside the notice period."""
    if not appointment.can_become(_S.CANCELLED):
        return False
    if can_manage(user, appointment) or asked_for(user, appointment):
        return True
    return can_see(user, appointment) and not inside_notice(appointment)


def can_reschedule(user: Any, appointment: Appointment) -> bool:
    """Now: as can_cancel, but nothing that is checked in and no hold that has lapsed."""
    if appointment.status not in MOVABLE or hold_lapsed(appointment):
        return False
    if can_manage(user, appointment):
        return True
    return can_see(user, appointment) and not inside_notice(appointment)


def can_check_in(user: Any, appointment: Appointment) -> bool:
    """Staff; and the patient of a visit in person who says 'I am here', from CHECK_IN_OPENS before until its end."""
    if can_manage(user, appointment):
        return True
    return (
        can_see(user, appointment)
        and appointment.mode == Mode.IN_PERSON
        and appointment.displaced_at is None
        and appointment.starts_at - CHECK_IN_OPENS <= timezone.now() < appointment.ends_at
    )


def can_call(user: Any, appointment: Appointment) -> bool:
    """Ask a patient who is here to come in."""
    return can_manage(user, appointment) and appointment.status == _S.CHECKED_IN


def was_called(appointment: Appointment) -> bool:
    """Asked to come in, and not in yet."""
    return appointment.status == _S.CHECKED_IN and appointment.called_at is not None


# Step of the staff -> the statuses it may be taken from (empty: wherever the table has it), and where it leads.
# Steps that take another one back lead where others lead too, so those say from where.
STEPS: dict[str, tuple[frozenset[str], AppointmentStatus]] = {
    "confirm": (frozenset({_S.PENDING_CONFIRMATION}), _S.CONFIRMED),
    "decline": (frozenset(), _S.DECLINED),
    "check-in": (frozenset({_S.CONFIRMED}), _S.CHECKED_IN),
    "start": (frozenset(), _S.IN_PROGRESS),
    "complete": (frozenset(), _S.COMPLETED),
    "no-show": (frozenset(), _S.NO_SHOW),
    "undo-check-in": (frozenset({_S.CHECKED_IN}), _S.CONFIRMED),
    "undo-start": (frozenset({_S.IN_PROGRESS}), _S.CHECKED_IN),
    "undo-no-show": (frozenset({_S.NO_SHOW}), _S.CHECKED_IN),
}


def is_step(name: str, appointment: Appointment) -> bool:
    """The status machine has this step from where the visit stands."""
    sources, to = STEPS[name]
    return appointment.can_become(to) and (not sources or appointment.status in sources)


def _makes_sense(name: str, appointment: Appointment) -> bool:
    """Whether to offer a step that is possible."""
    if name == "decline":
        return appointment.status != _S.CONFIRMED  # who has said yes cancels
    if name == "no-show":
        return appointment.starts_at <= timezone.now()
    if name == "undo-check-in":
        return not was_called(appointment)
    if name == "undo-start":
        return appointment.mode == Mode.IN_PERSON  # an open video call has begun, whatever one says
    if name == "undo-no-show":
        return timezone.now() - appointment.ends_at < UNDO_NO_SHOW
    return True


def available_actions(user: Any, appointment: Appointment) -> list[str]:
    """What to offer this person now, named as in the API: confirm, decline, check-in, start, complete, no-show (only
    once the visit should have begun), call, take-back (of a call), undo-check-in, undo-start, undo-no-show,
    reschedule, cancel."""
    actions = []
    if can_manage(user, appointment):
        actions = [name for name in STEPS if is_step(name, appointment) and _makes_sense(name, appointment)]
        if can_call(user, appointment):
            actions.insert(0, "take-back" if was_called(appointment) else "call")
    elif appointment.status == _S.CONFIRMED and can_check_in(user, appointment):
        actions.append("check-in")
    if can_reschedule(user, appointment):
        actions.append("reschedule")
    if can_cancel(user, appointment):
        actions.append("cancel")
    return actions
