"""Moving a visit to another time, and by management to another doctor. Locks and order of locks: taking.py."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.domain import trail
from accounts.enums import ActivityVerb
from accounts.models import User
from clinic.core.errors import Invalid, InvalidTransition, NotAllowed
from clinic.core.status import lock
from scheduling import events, rules
from scheduling.models import Appointment

from . import meeting, offers, progress, requests, taking, telling, timers
from .availability import offered_modes
from .errors import MovedMeanwhile, TooLate
from .queries import services_for
from .taking import Wanted


@transaction.atomic
def reschedule(
    appointment_id: UUID | str,
    *,
    starts_at: datetime,
    actor: User,
    doctor: User | None = None,
    overbooking_reason: str = "",
    seen_sequence: int | None = None,
    note: str = "",
) -> Appointment:
    """Move the visit; status, price and payment stay, the call's window and the reminders move along.

    Management only: to another `doctor`, who joins the care team and gets the conversation and the call of a confirmed
    visit; and with `overbooking_reason` to a time at which the doctor has another visit. `seen_sequence` is the
    appointment's `sequence` on the page of whoever asks: when it was moved since, nothing happens but MovedMeanwhile,
    which says where it is now (moving it to where it is already is fine). `note` goes to the patient with the news.

    Raises NotAllowed, InvalidTransition (no longer open, or the hold has lapsed), TooLate (a patient inside the
    notice period of a confirmed visit), MovedMeanwhile, Invalid (fields starts_at, doctor) and SlotTaken with
    `nearest` free slots.
    """
    seen = Appointment.objects.select_related("doctor", "patient").get(pk=appointment_id)
    to_doctor = doctor or seen.doctor
    if (to_doctor.pk != seen.doctor_id or overbooking_reason) and not actor.is_management:
        raise NotAllowed
    patient, from_doctor, to_doctor = taking.lock_people(seen.patient, seen.doctor, to_doctor)
    wanted = Wanted(
        doctor=to_doctor,
        patient=patient,
        service=seen.service,
        mode=seen.mode,
        starts_at=starts_at,
        by_staff=not actor.is_patient,
        overbooking=bool(overbooking_reason.strip()),
        ignoring=seen,
    )
    taking.make_room(wanted)
    appointment = lock(Appointment, appointment_id)
    _check_movable(appointment, actor)
    if (appointment.starts_at, appointment.doctor_id) == (starts_at, to_doctor.pk):
        return appointment
    if appointment.doctor_id != from_doctor.pk or seen_sequence not in (None, appointment.sequence):
        raise MovedMeanwhile.of(appointment)
    was_request = False
    if to_doctor != from_doctor:
        _check_doctor(appointment, to_doctor)
        was_request = requests.waiting_for(from_doctor.pk).filter(pk=appointment.pk).exists()
    overbooked = taking.check(wanted)

    before = (appointment.starts_at, appointment.ends_at)
    said_before = _said(appointment, with_doctor=to_doctor != from_doctor)
    appointment.doctor, appointment.starts_at, appointment.ends_at = to_doctor, starts_at, wanted.ends_at
    changed: dict[str, Any] = {
        "sequence": appointment.sequence + 1,
        "displaced_at": None,
        "overbooking_reason": overbooking_reason.strip() if overbooked else "",
    }
    if appointment.hold_expires_at and appointment.hold_expires_at > starts_at:
        changed["hold_expires_at"] = starts_at
    _set(appointment, changed)
    taking.claim(appointment, wanted)
    changed |= (
        meeting.move(appointment, actor=actor)
        if to_doctor == from_doctor
        else meeting.hand_over(appointment, actor=actor)
    )
    _set(appointment, changed)
    appointment.save(update_fields=["doctor", "starts_at", "ends_at", "updated_at", *changed])
    _note(appointment, said_before, from_doctor, actor)

    timers.at_hold_end(appointment)
    was_confirmed = appointment.status in rules.BOUND_BY_NOTICE
    if was_confirmed:
        timers.of_visit(appointment)
    telling.moved(appointment, actor=actor, was_confirmed=was_confirmed, note=note)
    events.appointment_changed(appointment)
    events.slots_changed(appointment, before, (appointment.starts_at, appointment.ends_at))
    if timezone.localdate(before[0]) == timezone.localdate():
        events.queue_changed(from_doctor.pk, timezone.localdate())
    if to_doctor != from_doctor:
        if was_confirmed:
            telling.handed_over(appointment, from_doctor, before[0], actor=actor)
        events.appointment_left(appointment, from_doctor.pk, before)
        _ask_again(appointment, was_request=was_request, actor=actor)
    offers.offer_freed(from_doctor.pk, *before)
    return appointment


def _check_movable(appointment: Appointment, actor: User) -> None:
    if not rules.can_see(actor, appointment):
        raise NotAllowed
    if rules.can_reschedule(actor, appointment):
        return
    if appointment.status in rules.MOVABLE and not rules.hold_lapsed(appointment):
        raise TooLate
    raise InvalidTransition(extra={"status": str(appointment.status)})


def _check_doctor(appointment: Appointment, doctor: User) -> None:
    """Raises Invalid (field doctor) when the other doctor does not give this visit."""
    if (
        not (doctor.is_active and doctor.is_doctor)
        or not services_for(doctor).filter(pk=appointment.service_id).exists()
        or appointment.mode not in offered_modes(doctor, appointment.service)
    ):
        message = _("This doctor does not offer this visit. Please choose another one.")
        raise Invalid(message, fields={"doctor": [message]})


def _ask_again(appointment: Appointment, *, was_request: bool, actor: User) -> None:
    """A request that waits for its doctor's own yes asks the doctor it has now; one who doesn't confirm personally
    has said yes."""
    if requests.waiting_for(appointment.doctor_id).filter(pk=appointment.pk).exists():
        requests.ask(appointment)
    elif was_request:
        progress.confirm(appointment.pk, actor=actor)
        appointment.refresh_from_db()


def _set(appointment: Appointment, fields: dict[str, Any]) -> None:
    for name, value in fields.items():
        setattr(appointment, name, value)


def _said(appointment: Appointment, *, with_doctor: bool) -> str:
    when = telling.spoken_time(appointment)
    if not with_doctor:
        return when
    return _("%(time)s with %(doctor)s") % {"time": when, "doctor": appointment.doctor.name}


def _note(appointment: Appointment, said_before: str, from_doctor: User, actor: User) -> None:
    """The history and the trail: from where to where. Why a doctor is overbooked is not for the patient, who reads
    the history."""
    with_doctor = appointment.doctor != from_doctor
    reason = _("Moved from %(before)s to %(after)s") % {
        "before": said_before,
        "after": _said(appointment, with_doctor=with_doctor),
    }
    appointment.history.create(
        from_status=appointment.status, to_status=appointment.status, actor=actor, reason=reason[:500]
    )
    trail.record(
        ActivityVerb.APPOINTMENT_MOVED,
        actor=actor,
        target=appointment,
        patient=appointment.patient_id,
        changed=["starts_at", "ends_at", *(["doctor"] if with_doctor else [])],
    )
