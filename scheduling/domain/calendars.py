"""What stands in the calendars: the rules doctors work by, and what takes their time. Read here, reckoned elsewhere.

A hold or an offer past its time takes none here, even before anyone has marked it so.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.models import DoctorProfile
from scheduling.enums import OCCUPYING, AppointmentStatus, OfferStatus
from scheduling.models import (
    Appointment,
    Break,
    DayOff,
    Holiday,
    Opening,
    Schedule,
    Service,
    WaitingOffer,
    WorkingHours,
)

from .slots import DayInterval, Rules, WeeklyInterval

Taken = list[tuple[datetime, datetime]]
Span = tuple[datetime, datetime]

# How far ahead staff may book; they keep to no notice either.
STAFF_HORIZON_DAYS = 365


class Wish(NamedTuple):
    """What a doctor is asked for: a service in any of these modes."""

    service_id: UUID
    minutes: int
    modes: frozenset[str]


def wish(profile: DoctorProfile | None, service: Service, mode: str | None = None) -> Wish:
    """The service as the doctor with this profile gives it; without modes when not at all (in this mode)."""
    modes = frozenset() if profile is None else frozenset(profile.modes) & frozenset(service.modes)
    if mode is not None:
        modes &= {mode}
    return Wish(service.pk, service.minutes, modes)


def rules_of(
    wishes: Mapping[UUID, Wish], first_day: date, last_day: date, *, by_staff: bool = False
) -> dict[UUID, Rules]:
    """The rules of each doctor on these days for what they are asked for, in six queries. Who has no schedule, or
    none of the modes, gets rules that offer nothing."""
    mine = Q(doctor__in=list(wishes))
    services = {wish.service_id for wish in wishes.values()}
    suiting = Q(services=None) | Q(services__in=services)
    fields = ("doctor_id", "starts", "ends", "modes", "services__pk")
    hours: dict[UUID, list[WeeklyInterval]] = defaultdict(list)
    for weekday, *row in WorkingHours.objects.filter(mine, suiting).values_list("weekday", *fields):
        if modes := _open_modes(wishes, row):
            hours[row[0]].append(WeeklyInterval(weekday, row[1], row[2], modes))
    openings: dict[UUID, list[DayInterval]] = defaultdict(list)
    single_days = Opening.objects.filter(mine, suiting, day__range=(first_day, last_day))
    for day, *row in single_days.values_list("day", *fields):
        if modes := _open_modes(wishes, row):
            openings[row[0]].append(DayInterval(day, row[1], row[2], modes))
    breaks: dict[UUID, list[WeeklyInterval]] = defaultdict(list)
    for pause in Break.objects.filter(mine):
        breaks[pause.doctor_id].append(WeeklyInterval(pause.weekday, pause.starts, pause.ends))
    days_off: dict[UUID, list[tuple[date, date]]] = defaultdict(list)
    parts_off: dict[UUID, list[DayInterval]] = defaultdict(list)
    in_range = Q(first_day__lte=last_day, last_day__gte=first_day)
    for off in DayOff.objects.filter(mine, in_range):
        if off.starts is None or off.ends is None:
            days_off[off.doctor_id].append((off.first_day, off.last_day))
        else:
            parts_off[off.doctor_id].append(DayInterval(off.first_day, off.starts, off.ends))
    holidays = list(Holiday.objects.filter(in_range).values_list("first_day", "last_day"))
    zone = timezone.get_default_timezone()
    rules = {pk: Rules(zone=zone, hours=()) for pk in wishes}
    for schedule in Schedule.objects.filter(mine):
        pk = schedule.doctor_id
        rules[pk] = Rules(
            zone=zone,
            hours=hours[pk],
            breaks=breaks[pk],
            openings=openings[pk],
            holidays=holidays,
            days_off=days_off[pk],
            parts_off=parts_off[pk],
            slot_minutes=schedule.slot_minutes,
            buffer_before_minutes=schedule.buffer_before_minutes,
            buffer_minutes=schedule.buffer_minutes,
            notice_minutes=0 if by_staff else schedule.notice_minutes,
            horizon_days=STAFF_HORIZON_DAYS if by_staff else schedule.horizon_days,
        )
    return rules


def _open_modes(wishes: Mapping[UUID, Wish], row: list[Any]) -> frozenset[str]:
    """Those of the doctor's wish in which these hours serve it."""
    doctor_id, _starts, _ends, modes, service_id = row
    asked = wishes[doctor_id]
    return frozenset(modes) & asked.modes if service_id in (None, asked.service_id) else frozenset()


def occupying(now: datetime) -> QuerySet[Appointment]:
    """What really takes time: a hold past its time no longer does."""
    lapsed = Q(status=AppointmentStatus.PENDING_PAYMENT, hold_expires_at__lte=now)
    return Appointment.objects.filter(status__in=OCCUPYING).exclude(lapsed).order_by()


def taken_from(
    doctor_ids: Iterable[UUID],
    span: Span,
    *,
    now: datetime,
    ignoring: Appointment | None = None,
    offer: WaitingOffer | None = None,
) -> dict[UUID, Taken]:
    """When each doctor has visits, overbooked ones too, or keeps a time for someone on the waiting list; two queries.
    `ignoring` and `offer` do not stand in their own way."""
    touching = Q(doctor__in=list(doctor_ids), starts_at__lt=span[1], ends_at__gt=span[0])
    visits = occupying(now).filter(touching)
    offers = WaitingOffer.objects.filter(touching, status=OfferStatus.OPEN, expires_at__gt=now).order_by()
    if ignoring is not None:
        visits = visits.exclude(pk=ignoring.pk)
    if offer is not None:
        offers = offers.exclude(pk=offer.pk)
    taken: dict[UUID, Taken] = defaultdict(list)
    for found in (visits, offers):
        for doctor_id, starts_at, ends_at in found.values_list("doctor_id", "starts_at", "ends_at"):
            taken[doctor_id].append((starts_at, ends_at))
    return taken


def taken_from_patient(
    patient_id: UUID, span: Span, *, now: datetime, ignoring: Appointment | None = None
) -> Taken:
    """When the patient has visits, with whomever."""
    visits = occupying(now).filter(patient=patient_id, starts_at__lt=span[1], ends_at__gt=span[0])
    if ignoring is not None:
        visits = visits.exclude(pk=ignoring.pk)
    return list(visits.values_list("starts_at", "ends_at"))


def around(first_day: date, last_day: date) -> Span:
    """A little more than these days of the clinic, so that buffers over midnight count."""
    return midnight(first_day) - timedelta(days=1), midnight(last_day) + timedelta(days=2)


def midnight(day: date) -> datetime:
    """The day's beginning by the clinic's clock."""
    return datetime.combine(day, time(), tzinfo=timezone.get_default_timezone())


def midnight_after(day: date) -> datetime:
    return midnight(day + timedelta(days=1))
