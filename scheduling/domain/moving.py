"""What would become of a visit that is dragged somewhere: asked before anything is moved.

booking.reschedule does the moving and has the last word.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from django.utils import timezone

from accounts.models import User
from scheduling import rules
from scheduling.models import Appointment

from .availability import Standing, nearest_free, offered_modes, standing
from .queries import services_for
from .slots import Slot


class Answer(StrEnum):
    FREE = "free"
    # The visit is where it is to go.
    SAME = "same"
    # Somebody changed the visit since it was picked up.
    CHANGED = "changed"
    # Over, checked in, or its hold has lapsed.
    CLOSED = "closed"
    PAST = "past"
    # The doctor gives no such service, or not in this mode.
    NOT_GIVEN = "not_given"
    NOT_OFFERED = "not_offered"
    TAKEN = "taken"
    PATIENT_BUSY = "patient_busy"
    NO_RESOURCE = "no_resource"


ELSEWHEN = frozenset({Answer.PAST, Answer.NOT_OFFERED, Answer.TAKEN, Answer.PATIENT_BUSY, Answer.NO_RESOURCE})


@dataclass(frozen=True)
class Plan:
    """`nearest`: free times of `doctor` around the wished one, when that one is not to be had. `can_overbook`:
    management may put the visit there all the same, with a reason."""

    appointment: Appointment
    doctor: User
    starts_at: datetime
    answer: Answer
    nearest: list[Slot] = field(default_factory=list)
    can_overbook: bool = False


def plan(
    appointment: Appointment, *, starts_at: datetime, doctor: User, actor: User, seen: int | None = None
) -> Plan:
    """Look at moving `appointment` to this time of this doctor; nothing is written. `seen` is the sequence the
    visit had for whoever moves it."""
    answer = _answer(appointment, starts_at, doctor, actor, seen)
    if answer not in ELSEWHEN:
        return Plan(appointment, doctor, starts_at, answer)
    nearest = nearest_free(
        doctor,
        appointment.service,
        max(starts_at, timezone.now()),
        mode=appointment.mode,
        patient=appointment.patient,
        ignoring=appointment,
        by_staff=True,
    )
    can_overbook = (
        actor.is_management
        and answer in (Answer.TAKEN, Answer.NOT_OFFERED)
        and _standing(appointment, starts_at, doctor, overbooking=True) == Standing.FREE
    )
    return Plan(appointment, doctor, starts_at, answer, nearest, can_overbook)


def _answer(
    appointment: Appointment, starts_at: datetime, doctor: User, actor: User, seen: int | None
) -> Answer:
    if not rules.can_reschedule(actor, appointment):
        return Answer.CLOSED
    if seen is not None and seen != appointment.sequence:
        return Answer.CHANGED
    if (starts_at, doctor.pk) == (appointment.starts_at, appointment.doctor_id):
        return Answer.SAME
    if starts_at <= timezone.now():
        return Answer.PAST
    service, mode = appointment.service, appointment.mode
    gives = doctor.is_active and mode in offered_modes(doctor, service)
    if not (gives and services_for(doctor).filter(pk=service.pk).exists()):
        return Answer.NOT_GIVEN
    return Answer(_standing(appointment, starts_at, doctor).value)


def _standing(
    appointment: Appointment, starts_at: datetime, doctor: User, *, overbooking: bool = False
) -> Standing:
    return standing(
        doctor,
        appointment.service,
        starts_at,
        mode=appointment.mode,
        patient=appointment.patient,
        ignoring=appointment,
        by_staff=True,
        overbooking=overbooking,
    )
