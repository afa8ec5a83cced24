"""What the front desk has to know before it books: whether a time can be had, and what it collides with."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.models import User
from scheduling.enums import OCCUPYING, AppointmentStatus
from scheduling.models import Appointment, Schedule, Service

from .availability import Standing, standing

# Whatever stands in the way of one of these, management may decide to book all the same.
OVERBOOKABLE = frozenset({Standing.TAKEN, Standing.NOT_OFFERED})


@dataclass(frozen=True)
class Outlook:
    """`standing` is how the time stands for staff; `can_overbook`: it can still be had, with a reason. What it would
    collide with are `visits` of the doctor (pauses between visits included) and `own` ones of the patient."""

    standing: Standing
    can_overbook: bool = False
    visits: list[Appointment] = field(default_factory=list)
    own: list[Appointment] = field(default_factory=list)

    @property
    def is_free(self) -> bool:
        return self.standing == Standing.FREE


def outlook(doctor: User, patient: User, service: Service, starts_at: datetime, *, mode: str) -> Outlook:
    """How booking this very time would turn out, for management; nothing is written."""
    found = standing(doctor, service, starts_at, mode=mode, patient=patient, by_staff=True)
    if found == Standing.FREE:
        return Outlook(found)
    can_overbook = found in OVERBOOKABLE and starts_at > timezone.now()
    if can_overbook:
        anyway = standing(
            doctor, service, starts_at, mode=mode, patient=patient, by_staff=True, overbooking=True
        )
        can_overbook = anyway == Standing.FREE
        # The doctor's time is not what stands in the way: say what is.
        found = found if can_overbook or anyway == Standing.NOT_OFFERED else anyway
    schedule = Schedule.objects.filter(doctor=doctor).first()
    before = timedelta(minutes=schedule.buffer_before_minutes if schedule else 0)
    after = timedelta(minutes=schedule.buffer_minutes if schedule else 0)
    ends_at = starts_at + timedelta(minutes=service.minutes)
    pause = before + after
    return Outlook(
        found,
        can_overbook,
        visits=list(_between(Q(doctor=doctor), starts_at - pause, ends_at + pause)),
        own=list(_between(Q(patient=patient), starts_at, ends_at)),
    )


def outlook_with_nobody(patient: User, service: Service, starts_at: datetime) -> Outlook:
    """With any of several doctors and none of them free for this patient: is it the patient who is taken?"""
    ends_at = starts_at + timedelta(minutes=service.minutes)
    own = list(_between(Q(patient=patient), starts_at, ends_at))
    return Outlook(Standing.PATIENT_BUSY if own else Standing.TAKEN, own=own)


def _between(whose: Q, start: datetime, end: datetime) -> QuerySet[Appointment]:
    lapsed = Q(status=AppointmentStatus.PENDING_PAYMENT, hold_expires_at__lte=timezone.now())
    found = Appointment.objects.filter(whose, status__in=OCCUPYING, starts_at__lt=end, ends_at__gt=start)
    return found.exclude(lapsed).select_related("patient", "doctor", "service").order_by("starts_at")
