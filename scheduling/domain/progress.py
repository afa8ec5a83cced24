"""Every step of an appointment after it was booked. Each locks the row, asks the rule, changes the status through
the one door, frees or keeps the time, announces, and tells who needs to know.

All take the appointment's id. All raise InvalidTransition (409) for a step the status machine does not have and
NotAllowed (403) for someone who may not take it. Lock order everywhere: appointment, payment, cells.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.domain import trail
from accounts.enums import ActivityVerb
from accounts.models import User
from clinic.core.errors import InvalidTransition, NotAllowed
from clinic.core.status import change_status, lock
from scheduling import events, rules
from scheduling.enums import OCCUPYING, AppointmentStatus
from scheduling.models import Appointment
from scheduling.signals import appointment_status_changed

from . import cells, meeting, offers, referrals, requests, telling, timers
from .errors import TooLate

_S = AppointmentStatus
# So long a slot is held for the rest when a part of its price was paid.
PART_PAID_HOLD = timedelta(hours=24)
AppointmentId = UUID | str


@transaction.atomic
def payment_submitted(appointment_id: AppointmentId, *, actor: User, reason: str = "") -> Appointment:
    """The patient has handed in a payment: the hold no longer runs out. Refused once the hold has lapsed."""
    appointment = lock(Appointment, appointment_id)
    _require(rules.can_pay(actor, appointment))
    if rules.hold_lapsed(appointment):
        raise InvalidTransition(_("The time to pay is over and the slot is free again. Please book anew."))
    return change(appointment, _S.PENDING_CONFIRMATION, actor=actor, reason=reason)


@transaction.atomic
def payment_rejected(appointment_id: AppointmentId, *, actor: User, reason: str = "") -> Appointment:
    """The payment was not accepted: back to waiting for one, with a fresh hold."""
    appointment = _managed(appointment_id, actor)
    change(
        appointment,
        _S.PENDING_PAYMENT,
        actor=actor,
        reason=reason,
        hold_expires_at=hold_end(appointment.starts_at),
    )
    timers.at_hold_end(appointment)
    return appointment


@transaction.atomic
def part_paid(appointment_id: AppointmentId, *, actor: User | None) -> Appointment:
    """A part of the money is there: the slot is held for the rest, a day long but not past its start. Asks no rule:
    billing knows whose word on money counts. Anything not waiting for money stays as it is."""
    appointment = lock(Appointment, appointment_id)
    until = max(timezone.now(), min(timezone.now() + PART_PAID_HOLD, appointment.starts_at))
    if appointment.status == _S.PENDING_CONFIRMATION:
        change(appointment, _S.PENDING_PAYMENT, actor=actor, hold_expires_at=until)
    elif appointment.status == _S.PENDING_PAYMENT:
        appointment.hold_expires_at = max(until, appointment.hold_expires_at or until)
        appointment.save(update_fields=["hold_expires_at", "updated_at"])
        events.appointment_changed(appointment)
    else:
        return appointment
    timers.at_hold_end(appointment)
    return appointment


@transaction.atomic
def paid(appointment_id: AppointmentId, *, actor: User | None) -> Appointment:
    """The money is there, or none is needed: the visit is confirmed, or asked of a doctor who confirms personally (it
    then waits for confirmation). Also out of a hold that nobody has ended yet. Asks no rule: billing knows whose word
    on money counts. Raises InvalidTransition for a visit that waits for neither."""
    appointment = lock(Appointment, appointment_id)
    if appointment.status == _S.PENDING_PAYMENT:
        change(appointment, _S.PENDING_CONFIRMATION, actor=actor)
    _possible(appointment, "confirm")
    if requests.asks(appointment.doctor_id):
        requests.ask(appointment)
        return appointment
    return _confirmed(appointment, actor=actor, reason="")


@transaction.atomic
def confirm(appointment_id: AppointmentId, *, actor: User, reason: str = "") -> Appointment:
    """The visit will take place: care link, conversation, call (video) and reminders come with it."""
    appointment = _managed(appointment_id, actor)
    _possible(appointment, "confirm")
    return _confirmed(appointment, actor=actor, reason=reason)


def _confirmed(appointment: Appointment, *, actor: User | None, reason: str) -> Appointment:
    fields = meeting.open_for(appointment)
    change(appointment, _S.CONFIRMED, actor=actor, reason=reason, fields=fields)
    timers.of_visit(appointment)
    telling.confirmed(appointment, actor=actor)
    return appointment


@transaction.atomic
def decline(appointment_id: AppointmentId, *, actor: User, reason: str = "") -> Appointment:
    """The clinic says no; the time is free again."""
    appointment = _managed(appointment_id, actor)
    change(appointment, _S.DECLINED, actor=actor, reason=reason)
    meeting.call_off(appointment, actor=actor)
    telling.declined(appointment)
    return appointment


@transaction.atomic
def cancel(
    appointment_id: AppointmentId,
    *,
    actor: User,
    reason: str = "",
    note: str = "",
    at_patients_wish: bool | None = None,
) -> Appointment:
    """The time is free again; `note` goes to the patient with the news. `at_patients_wish` says on whose account it is
    called off: when not given, on that of whoever acts. Raises TooLate for a patient inside the notice period of a
    confirmed visit."""
    appointment = lock(Appointment, appointment_id)
    _require(rules.can_see(actor, appointment) or rules.asked_for(actor, appointment))
    if not appointment.can_become(_S.CANCELLED):
        raise _impossible(appointment, _S.CANCELLED)
    if not rules.can_cancel(actor, appointment):
        raise TooLate
    was_confirmed = appointment.status in rules.BOUND_BY_NOTICE
    wished = actor.pk == appointment.patient_id if at_patients_wish is None else at_patients_wish
    by_patient = wished and rules.answers_for(appointment)
    change(appointment, _S.CANCELLED, actor=actor, reason=reason, by_patient=by_patient)
    meeting.call_off(appointment, actor=actor)
    telling.cancelled(appointment, actor=actor, was_confirmed=was_confirmed, note=note)
    return appointment


@transaction.atomic
def check_in(appointment_id: AppointmentId, *, actor: User, reason: str = "") -> Appointment:
    """The patient is here: so say staff, or the patient of a visit in person shortly before it."""
    appointment = lock(Appointment, appointment_id)
    _require(rules.can_check_in(actor, appointment))
    _possible(appointment, "check-in")
    return change(appointment, _S.CHECKED_IN, actor=actor, reason=reason)


@transaction.atomic
def start(appointment_id: AppointmentId, *, actor: User, reason: str = "") -> Appointment:
    """The visit begins."""
    return _step("start", appointment_id, actor, reason)


@transaction.atomic
def complete(appointment_id: AppointmentId, *, actor: User, reason: str = "") -> Appointment:
    """The visit is over, and so is its call."""
    appointment = _step("complete", appointment_id, actor, reason)
    meeting.close(appointment, actor=actor)
    return appointment


@transaction.atomic
def no_show(appointment_id: AppointmentId, *, actor: User, reason: str = "") -> Appointment:
    """The patient did not come."""
    appointment = _step("no-show", appointment_id, actor, reason)
    meeting.close(appointment, actor=actor)
    return appointment


@transaction.atomic
def undo_check_in(appointment_id: AppointmentId, *, actor: User, reason: str = "") -> Appointment:
    """They were not here after all; a call into the room is taken back with it."""
    return _step("undo-check-in", appointment_id, actor, reason)


@transaction.atomic
def undo_start(appointment_id: AppointmentId, *, actor: User, reason: str = "") -> Appointment:
    """It had not begun: the patient is back in the queue, at the place they had."""
    return _step("undo-start", appointment_id, actor, reason)


@transaction.atomic
def undo_no_show(appointment_id: AppointmentId, *, actor: User, reason: str = "") -> Appointment:
    """They came after all, and are here. A video call that was closed stays closed."""
    return _step("undo-no-show", appointment_id, actor, reason)


@transaction.atomic
def expire(appointment_id: AppointmentId) -> Appointment:
    """End a hold whose time is over; anything else stays as it is. May be called any number of times."""
    appointment = lock(Appointment, appointment_id)
    if appointment.status == _S.PENDING_PAYMENT and rules.hold_lapsed(appointment):
        change(appointment, _S.EXPIRED, actor=None)
        telling.expired(appointment)
    return appointment


def expire_lapsed(whose: Q | None = None) -> int:
    """Expire every hold (of `whose`) that is past its time, in the order of their ids; returns how many."""
    lapsed = Appointment.objects.filter(
        whose or Q(), status=_S.PENDING_PAYMENT, hold_expires_at__lte=timezone.now()
    )
    ids = list(lapsed.order_by("pk").values_list("pk", flat=True))
    for pk in ids:
        expire(pk)
    return len(ids)


def hold_end(starts_at: datetime) -> datetime:
    """Until when a slot is held from now: HOLD_MINUTES, but never past its own start."""
    now = timezone.now()
    return max(now, min(now + timedelta(minutes=settings.HOLD_MINUTES), starts_at))


# What the API and the pages may ask for by name, as in rules.available_actions.
ACTIONS: Mapping[str, Callable[..., Appointment]] = {
    "confirm": confirm,
    "decline": decline,
    "check-in": check_in,
    "start": start,
    "complete": complete,
    "no-show": no_show,
    "undo-check-in": undo_check_in,
    "undo-start": undo_start,
    "undo-no-show": undo_no_show,
    "cancel": cancel,
}

# A calendar program has to hear of these.
_CALLED_OFF = frozenset({_S.CANCELLED, _S.DECLINED, _S.EXPIRED})


def _managed(appointment_id: AppointmentId, actor: User) -> Appointment:
    appointment = lock(Appointment, appointment_id)
    _require(rules.can_manage(actor, appointment))
    return appointment


def _require(allowed: bool) -> None:
    if not allowed:
        raise NotAllowed


def _possible(appointment: Appointment, step: str) -> None:
    if not rules.is_step(step, appointment):
        raise _impossible(appointment, rules.STEPS[step][1])


def _impossible(appointment: Appointment, to: str) -> InvalidTransition:
    return InvalidTransition(extra={"status": str(appointment.status), "wanted": str(to)})


def _step(name: str, appointment_id: AppointmentId, actor: User, reason: str) -> Appointment:
    appointment = _managed(appointment_id, actor)
    _possible(appointment, name)
    return change(appointment, rules.STEPS[name][1], actor=actor, reason=reason)


def _moments(appointment: Appointment, to: str) -> dict[str, Any]:
    """When the patient came, went in and left, as `to` tells it; a step back takes away what was not so."""
    now = timezone.now()
    match to:
        case _S.CONFIRMED:
            return {"checked_in_at": None, "called_at": None}
        case _S.CHECKED_IN:
            return {"checked_in_at": appointment.checked_in_at or now, "called_at": None, "started_at": None}
        case _S.IN_PROGRESS:
            return {"started_at": now}
        case _S.COMPLETED:
            return {"completed_at": now}
    return {}


def change(
    appointment: Appointment,
    to: str,
    *,
    actor: User | None,
    reason: str = "",
    hold_expires_at: datetime | None = None,
    fields: Mapping[str, Any] | None = None,
    by_patient: bool = False,
) -> Appointment:
    """The way of every step: change the status of a locked row, free its time when it no longer occupies any, and
    announce. Asks no rule; `actor` None is the portal itself. Raises InvalidTransition."""
    from_status = appointment.status
    also = {**_moments(appointment, to), **(fields or {})}
    if to in _CALLED_OFF:
        also["sequence"] = appointment.sequence + 1
    change_status(appointment, to, actor=actor, reason=reason, hold_expires_at=hold_expires_at, **also)
    trail.record(
        ActivityVerb.APPOINTMENT_CHANGED,
        actor=actor,
        target=appointment,
        patient=appointment.patient_id,
        changed=["status"],
        reason=str(to),  # which status; the words people gave for it stay with the visit
    )
    if to not in OCCUPYING:
        cells.release(appointment)
        events.slots_changed(appointment)
    appointment_status_changed.send(
        sender=Appointment,
        appointment=appointment,
        from_status=from_status,
        to_status=to,
        actor=actor,
        reason=reason,
        by_patient=by_patient,
    )
    events.appointment_changed(appointment)
    referrals.follow(appointment, to, actor=actor)
    if to not in OCCUPYING:
        offers.offer_freed(appointment.doctor_id, appointment.starts_at, appointment.ends_at)
    return appointment
