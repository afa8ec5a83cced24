"""Calling patients in, and telling those who wait that it takes longer. Who stands where: board.py.

A call is no status: the patient is checked in until the visit begins, and whoever was called in error keeps their
place. The doctor's row is locked first, so that two people at the desk who press "Call next" at once call one patient.
"""

from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.domain import trail
from accounts.enums import ActivityVerb
from accounts.models import User
from clinic.core.errors import Invalid, InvalidTransition, NotAllowed
from clinic.core.status import lock
from scheduling import events, rules
from scheduling.enums import QUEUED, AppointmentStatus
from scheduling.models import Appointment, DelayNotice

from . import queue_telling
from .errors import AlreadyCalled, NobodyWaits

# Pressing twice calls once.
DOUBLE_PRESS = timedelta(seconds=10)
MAX_DELAY_MINUTES = 240


def on_day(found: QuerySet[Appointment], day: date) -> QuerySet[Appointment]:
    """Those of `found` that begin on this day of the clinic's."""
    start = datetime.combine(day, time(), tzinfo=timezone.get_default_timezone())
    after = datetime.combine(day + timedelta(days=1), time(), tzinfo=timezone.get_default_timezone())
    return found.filter(starts_at__gte=start, starts_at__lt=after)


def todays(doctor_id: UUID) -> QuerySet[Appointment]:
    """The doctor's visits of the clinic's today."""
    return on_day(Appointment.objects.filter(doctor=doctor_id), timezone.localdate())


def place(appointment: Appointment, not_here: datetime | None = None) -> tuple[datetime, datetime, UUID]:
    """Who goes first: by the time of the visit, and who came later than that by when they came; `not_here` stands for
    the coming of those who did not yet (now)."""
    came = appointment.checked_in_at or not_here or timezone.now()
    return max(appointment.starts_at, came), appointment.starts_at, appointment.pk


def in_line(doctor_id: UUID) -> list[Appointment]:
    """Those who are here today and not in yet, first the one whose turn it is."""
    return sorted(todays(doctor_id).filter(status=AppointmentStatus.CHECKED_IN), key=place)


@transaction.atomic
def call_next(doctor: User, *, actor: User) -> Appointment:
    """Call whoever's turn it is. Raises NotAllowed, AlreadyCalled (someone has been called and is not in yet) and
    NobodyWaits."""
    _locked_day(doctor.pk, actor)
    line = in_line(doctor.pk)
    if any(rules.was_called(visit) for visit in line):
        raise AlreadyCalled
    if not line:
        raise NobodyWaits
    return call(line[0].pk, actor=actor)


@transaction.atomic
def call(appointment_id: UUID | str, *, actor: User, reason: str = "") -> Appointment:
    """Ask this patient to come in, whatever their place; again when they did not hear it. Raises NotAllowed and
    InvalidTransition (not here, or in already)."""
    appointment = lock(Appointment, appointment_id)
    if not rules.can_manage(actor, appointment):
        raise NotAllowed
    if not rules.can_call(actor, appointment):
        raise InvalidTransition(extra={"status": str(appointment.status)})
    now = timezone.now()
    if appointment.called_at and now - appointment.called_at < DOUBLE_PRESS:
        return appointment
    _set_called(appointment, now, actor)
    queue_telling.called(appointment)
    return appointment


@transaction.atomic
def take_back(appointment_id: UUID | str, *, actor: User, reason: str = "") -> Appointment:
    """It was not their turn: the patient waits on, at the place they had. Raises NotAllowed and InvalidTransition."""
    appointment = lock(Appointment, appointment_id)
    if not rules.can_manage(actor, appointment):
        raise NotAllowed
    if not rules.was_called(appointment):
        raise InvalidTransition(extra={"status": str(appointment.status)})
    called_at = appointment.called_at
    _set_called(appointment, None, actor)
    queue_telling.taken_back(appointment, called_at)
    return appointment


@transaction.atomic
def say_late(doctor: User, minutes: int, *, actor: User) -> int:
    """Tell those of today who still wait that the doctor runs `minutes` late (0: on time again); each is told once of
    one delay. Returns how many were told. Raises NotAllowed and Invalid (field minutes)."""
    if not 0 <= minutes <= MAX_DELAY_MINUTES:
        message = _("A delay has up to %(most)s minutes.") % {"most": MAX_DELAY_MINUTES}
        raise Invalid(message, fields={"minutes": [message]})
    _locked_day(doctor.pk, actor)
    day = timezone.localdate()
    notice = latest_notice(doctor.pk)
    if notice is None or notice.minutes != minutes:
        if notice is None and minutes == 0:
            return 0
        notice = DelayNotice.objects.create(doctor=doctor, day=day, minutes=minutes, told_by=actor)
    waiting = todays(doctor.pk).filter(
        status__in=QUEUED - {AppointmentStatus.IN_PROGRESS},
        displaced_at=None,
        called_at=None,
        ends_at__gt=timezone.now() - timedelta(minutes=MAX_DELAY_MINUTES),
    )
    told = [queue_telling.late(visit, notice) for visit in waiting.select_related("patient", "doctor")]
    events.queue_changed(doctor.pk, day)
    return sum(told)


def latest_notice(doctor_id: UUID) -> DelayNotice | None:
    """What was said last about today."""
    return DelayNotice.objects.filter(doctor=doctor_id, day=timezone.localdate()).first()


def _locked_day(doctor_id: UUID, actor: User) -> None:
    if not (actor.is_active and (actor.is_management or actor.pk == doctor_id)):
        raise NotAllowed
    User.objects.select_for_update(no_key=True).get(pk=doctor_id)


def _set_called(appointment: Appointment, moment: datetime | None, actor: User) -> None:
    appointment.called_at = moment
    appointment.save(update_fields=["called_at", "updated_at"])
    trail.record(
        ActivityVerb.APPOINTMENT_CHANGED,
        actor=actor,
        target=appointment,
        patient=appointment.patient_id,
        changed=["called_at"],
    )
    events.appointment_changed(appointment)
