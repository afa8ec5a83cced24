"""Free slots of real doctors: loads the rules and what is taken, and lets slots.py calculate.

A hold past its time counts as free here even before anyone has marked it expired.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.enums import Mode
from accounts.models import DoctorProfile, User
from scheduling.enums import OCCUPYING, AppointmentStatus, ServiceKind
from scheduling.models import Appointment, Break, DayOff, Schedule, Service, WorkingHours

from . import slots
from .queries import services
from .slots import Rules, Slot, WeeklyInterval

Taken = list[tuple[datetime, datetime]]

# How far around a taken slot the nearest free ones are looked for first.
NEAR_DAYS = 7
# next_free reads this many days for everyone, and the rest only for those who are full so long.
NEXT_FREE_DAYS = 14


class Standing(StrEnum):
    """What a wished time is."""

    FREE = "free"
    TAKEN = "taken"
    PATIENT_BUSY = "patient_busy"
    NOT_OFFERED = "not_offered"


def free_slots(
    doctor: User,
    service: Service,
    first_day: date,
    last_day: date,
    *,
    mode: str | None = None,
    now: datetime | None = None,
    patient: User | None = None,
    ignoring: Appointment | None = None,
) -> list[Slot]:
    """Free slots on these days of the clinic, in order of time; empty when nobody is to be booked there.

    With `patient`, times at which they have another visit are left out; `ignoring` is a visit that is being
    moved and so does not stand in its own way.
    """
    now = now or timezone.now()
    rules = _rules_of({doctor.pk: offered_modes(doctor, service)})[doctor.pk]
    span = _around(first_day, last_day)
    others = [] if patient is None else _occupied(Q(patient=patient), span, now, ignoring)
    return list(
        slots.free_slots(
            rules,
            minutes=service.minutes,
            first_day=first_day,
            last_day=last_day,
            now=now,
            taken=_occupied(Q(doctor=doctor), span, now, ignoring),
            busy=others,
            mode=mode,
        )
    )


def nearest_free(
    doctor: User,
    service: Service,
    around: datetime,
    *,
    mode: str | None = None,
    count: int = 3,
    patient: User | None = None,
    ignoring: Appointment | None = None,
) -> list[Slot]:
    """The `count` free slots that start closest to `around`, in order of time."""
    day = timezone.localdate(around, timezone.get_default_timezone())
    near = timedelta(days=NEAR_DAYS)
    found = free_slots(doctor, service, day - near, day + near, mode=mode, patient=patient, ignoring=ignoring)
    if len(found) < count:
        year = timedelta(days=366)
        found = free_slots(
            doctor, service, day - year, day + year, mode=mode, patient=patient, ignoring=ignoring
        )
    closest = sorted(found, key=lambda slot: (abs(slot.starts_at - around), slot.starts_at))[:count]
    return sorted(closest, key=lambda slot: slot.starts_at)


def standing(
    doctor: User,
    service: Service,
    starts_at: datetime,
    *,
    mode: str,
    patient: User,
    ignoring: Appointment | None = None,
) -> Standing:
    """Whether this very time can be booked, and if not, what is in the way."""
    now = timezone.now()
    rules = _rules_of({doctor.pk: offered_modes(doctor, service)})[doctor.pk]
    day = starts_at.astimezone(rules.zone).date()
    span = _around(day, day)

    def offered(taken: Taken, busy: Taken) -> bool:
        found = slots.free_slots(
            rules,
            minutes=service.minutes,
            first_day=day,
            last_day=day,
            now=now,
            taken=taken,
            busy=busy,
            mode=mode,
        )
        return any(slot.starts_at == starts_at for slot in found)

    if not offered([], []):
        return Standing.NOT_OFFERED
    taken = _occupied(Q(doctor=doctor), span, now, ignoring)
    if not offered(taken, []):
        return Standing.TAKEN
    if not offered(taken, _occupied(Q(patient=patient), span, now, ignoring)):
        return Standing.PATIENT_BUSY
    return Standing.FREE


def next_free(
    doctors: Iterable[User], *, mode: str | None = None, now: datetime | None = None
) -> dict[UUID, datetime | None]:
    """When each doctor is first free for their shortest consultation (in this mode); None: not within their
    horizon, or they do not offer it.

    A constant number of queries, however many doctors.
    """
    now = now or timezone.now()
    first: dict[UUID, datetime | None] = {doctor.pk: None for doctor in doctors}
    shortest = _shortest_consultations(list(first), mode)
    rules = _rules_of({pk: modes for pk, (_, modes) in shortest.items()})
    today = timezone.localdate(now, timezone.get_default_timezone())
    furthest = max((rule.horizon_days for rule in rules.values()), default=0)
    for last in (NEXT_FREE_DAYS, furthest):
        open_ids = [pk for pk in shortest if first[pk] is None]
        last_day = today + timedelta(days=last)
        span = _around(today, last_day)
        taken: dict[UUID, Taken] = defaultdict(list)
        held = _occupying(now).filter(doctor__in=open_ids, starts_at__lt=span[1], ends_at__gt=span[0])
        for doctor_id, starts_at, ends_at in held.values_list("doctor_id", "starts_at", "ends_at"):
            taken[doctor_id].append((starts_at, ends_at))
        for pk in open_ids:
            found = slots.free_slots(
                rules[pk],
                minutes=shortest[pk][0],
                first_day=today,
                last_day=last_day,
                now=now,
                taken=taken[pk],
            )
            first[pk] = next((slot.starts_at for slot in found), None)
    return first


def _occupying(now: datetime) -> QuerySet[Appointment]:
    """What really takes time: a hold past its time no longer does."""
    lapsed = Q(status=AppointmentStatus.PENDING_PAYMENT, hold_expires_at__lte=now)
    return Appointment.objects.filter(status__in=OCCUPYING).exclude(lapsed).order_by()


def _occupied(
    whose: Q, span: tuple[datetime, datetime], now: datetime, ignoring: Appointment | None
) -> Taken:
    found = _occupying(now).filter(whose, starts_at__lt=span[1], ends_at__gt=span[0])
    if ignoring is not None:
        found = found.exclude(pk=ignoring.pk)
    return list(found.values_list("starts_at", "ends_at"))


def _around(first_day: date, last_day: date) -> tuple[datetime, datetime]:
    """A little more than these days of the clinic, so that buffers over midnight count."""
    zone = timezone.get_default_timezone()
    start = datetime.combine(first_day, time(), tzinfo=zone)
    end = datetime.combine(last_day, time(), tzinfo=zone)
    return start - timedelta(days=1), end + timedelta(days=2)


def _shortest_consultations(
    doctor_ids: list[UUID], mode: str | None
) -> dict[UUID, tuple[int, frozenset[str]]]:
    """Minutes and modes of the shortest consultation of each of these doctors; who has none is left out."""
    wanted = frozenset(Mode.values if mode is None else [mode])
    offered = list(services().filter(kind=ServiceKind.CONSULTATION))
    shortest = {}
    for profile in DoctorProfile.objects.filter(user__in=doctor_ids, user__is_active=True):
        choices = [
            (service.minutes, modes)
            for service in offered
            if service.specialty_id in (None, profile.specialty_id)
            and (modes := _modes(profile, service) & wanted)
        ]
        if choices:
            shortest[profile.user_id] = min(choices, key=lambda choice: choice[0])
    return shortest


def _modes(profile: DoctorProfile, service: Service) -> frozenset[str]:
    return frozenset(profile.modes) & frozenset(service.modes)


def offered_modes(doctor: User, service: Service) -> frozenset[str]:
    """The modes in which this doctor gives this service."""
    profile = getattr(doctor, "doctor_profile", None)
    return frozenset() if profile is None else _modes(profile, service)


def _rules_of(modes: Mapping[UUID, frozenset[str]]) -> dict[UUID, Rules]:
    """The rules of each doctor for visits in any of these modes, in four queries. Who has no schedule, or no
    such mode, gets rules that offer nothing."""
    zone = timezone.get_default_timezone()
    doctor_ids = list(modes)
    hours: dict[UUID, list[WeeklyInterval]] = defaultdict(list)
    for row in WorkingHours.objects.filter(doctor__in=doctor_ids):
        if both := frozenset(row.modes) & modes[row.doctor_id]:
            hours[row.doctor_id].append(WeeklyInterval(row.weekday, row.starts, row.ends, both))
    breaks: dict[UUID, list[WeeklyInterval]] = defaultdict(list)
    for pause in Break.objects.filter(doctor__in=doctor_ids):
        breaks[pause.doctor_id].append(WeeklyInterval(pause.weekday, pause.starts, pause.ends))
    days_off: dict[UUID, list[tuple[date, date]]] = defaultdict(list)
    for off in DayOff.objects.filter(doctor__in=doctor_ids):
        days_off[off.doctor_id].append((off.first_day, off.last_day))
    schedules = {schedule.doctor_id: schedule for schedule in Schedule.objects.filter(doctor__in=doctor_ids)}
    rules = {}
    for pk in doctor_ids:
        schedule = schedules.get(pk)
        if schedule is None:
            rules[pk] = Rules(zone=zone, hours=())
            continue
        rules[pk] = Rules(
            zone=zone,
            hours=hours[pk],
            breaks=breaks[pk],
            days_off=days_off[pk],
            slot_minutes=schedule.slot_minutes,
            buffer_minutes=schedule.buffer_minutes,
            notice_minutes=schedule.notice_minutes,
            horizon_days=schedule.horizon_days,
        )
    return rules
