"""Free slots of real doctors: reads their calendars, and lets slots.py calculate.

For staff (`by_staff`) there is no earliest notice, and the horizon is a year.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import TypeVar
from uuid import UUID

from django.utils import timezone

from accounts.models import DoctorProfile, User
from scheduling.enums import CELL_MINUTES, ServiceKind
from scheduling.models import Appointment, Service, WaitingOffer

from . import calendars
from .calendars import Wish
from .queries import services
from .sheet import Sheet, read
from .slots import Slot

# How far around a taken slot the nearest free ones are looked for first.
NEAR_DAYS = 7
# next_free reads this many days for everyone, and the rest only for those who are full so long.
NEXT_FREE_DAYS = 14


class Standing(StrEnum):
    """What a wished time is."""

    FREE = "free"
    TAKEN = "taken"
    NO_RESOURCE = "no_resource"
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
    by_staff: bool = False,
) -> list[Slot]:
    """Free slots on these days of the clinic, in order of time; empty when nobody is to be booked there.

    With `patient`, times at which they have another visit are left out; `ignoring` is a visit that is being
    moved and so does not stand in its own way.
    """
    wish = _wish(doctor, service, mode)
    if not wish.modes:
        return []
    sheet = read(
        {doctor.pk: wish},
        first_day,
        last_day,
        now=now,
        patient=patient,
        ignoring=ignoring,
        by_staff=by_staff,
    )
    return list(sheet.free(doctor.pk))


def nearest_free(
    doctor: User,
    service: Service,
    around: datetime,
    *,
    mode: str | None = None,
    count: int = 3,
    patient: User | None = None,
    ignoring: Appointment | None = None,
    by_staff: bool = False,
) -> list[Slot]:
    """The `count` free slots that start closest to `around`, in order of time."""
    day = timezone.localdate(around, timezone.get_default_timezone())
    found: list[Slot] = []
    for days in (NEAR_DAYS, 366):
        reach = timedelta(days=days)
        found = free_slots(
            doctor,
            service,
            day - reach,
            day + reach,
            mode=mode,
            patient=patient,
            ignoring=ignoring,
            by_staff=by_staff,
        )
        if len(found) >= count:
            break
    return _closest(found, around, count)


def standing(
    doctor: User,
    service: Service,
    starts_at: datetime,
    *,
    mode: str,
    patient: User,
    ignoring: Appointment | None = None,
    offer: WaitingOffer | None = None,
    by_staff: bool = False,
    overbooking: bool = False,
) -> Standing:
    """Whether this very time can be booked, and if not, what is in the way.

    `offer` is a time the clinic keeps for this patient; it need not lie on the grid of the hours, nor does a time
    that management overbooks, for which it does not matter either what else the doctor has.
    """
    day = timezone.localdate(starts_at, timezone.get_default_timezone())
    sheet = read(
        {doctor.pk: _wish(doctor, service, mode)},
        day,
        day,
        patient=patient,
        ignoring=ignoring,
        offer=offer,
        by_staff=by_staff or offer is not None,
    )
    if doctor.pk not in sheet.wishes:
        return Standing.NOT_OFFERED
    if overbooking or offer is not None:
        sheet.rules[doctor.pk] = replace(sheet.rules[doctor.pk], slot_minutes=CELL_MINUTES)
    # One thing after the other is put in the way: what turns it from free is the answer.
    so_far = Sheet(sheet.first_day, sheet.last_day, sheet.now, sheet.wishes, sheet.rules)

    def offered() -> bool:
        return any(slot.starts_at == starts_at for slot in so_far.free(doctor.pk))

    if not offered():
        return Standing.NOT_OFFERED
    if not overbooking:
        so_far.taken = sheet.taken
        if not offered():
            return Standing.TAKEN
    so_far.busy = sheet.busy
    if not offered():
        return Standing.PATIENT_BUSY
    so_far.needs = sheet.needs
    return Standing.FREE if offered() else Standing.NO_RESOURCE


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
    today = timezone.localdate(now, timezone.get_default_timezone())
    for days in (NEXT_FREE_DAYS, calendars.STAFF_HORIZON_DAYS):
        waiting = {pk: wish for pk, wish in shortest.items() if first[pk] is None}
        if waiting:
            sheet = read(waiting, today, today + timedelta(days=days), now=now)
            for pk in waiting:
                first[pk] = next((slot.starts_at for slot in sheet.free(pk)), None)
    return first


def _shortest_consultations(doctor_ids: Sequence[UUID], mode: str | None) -> dict[UUID, Wish]:
    """The shortest consultation of each of these doctors; who has none is left out."""
    offered = list(services().filter(kind=ServiceKind.CONSULTATION))
    shortest = {}
    for profile in DoctorProfile.objects.filter(user__in=doctor_ids, user__is_active=True):
        wishes = [
            wish
            for service in offered
            if service.specialty_id in (None, profile.specialty_id)
            and (wish := calendars.wish(profile, service, mode)).modes
        ]
        if wishes:
            shortest[profile.user_id] = min(wishes, key=lambda wish: wish.minutes)
    return shortest


@dataclass(frozen=True)
class AnySlot:
    """A time at which at least one of several doctors is free; `doctor_ids` are all of those."""

    starts_at: datetime
    ends_at: datetime
    doctor_ids: tuple[UUID, ...]


def free_with_any(
    doctors: Iterable[User],
    service: Service,
    first_day: date,
    last_day: date,
    *,
    mode: str | None = None,
    patient: User | None = None,
    ignoring: Appointment | None = None,
    by_staff: bool = False,
    now: datetime | None = None,
) -> list[AnySlot]:
    """Free slots with any of these doctors, in order of time, each once; a constant number of queries, however many
    doctors. Who does not give the service is never among the `doctor_ids`."""
    wishes = _wishes([doctor.pk for doctor in doctors], service, mode)
    if not wishes:
        return []
    sheet = read(wishes, first_day, last_day, now=now, patient=patient, ignoring=ignoring, by_staff=by_staff)
    found: dict[datetime, tuple[Slot, list[UUID]]] = {}
    for pk in wishes:
        for slot in sheet.free(pk):
            found.setdefault(slot.starts_at, (slot, []))[1].append(pk)
    return [
        AnySlot(slot.starts_at, slot.ends_at, tuple(ids))
        for slot, ids in sorted(found.values(), key=lambda both: both[0].starts_at)
    ]


def nearest_with_any(
    doctors: Iterable[User],
    service: Service,
    around: datetime,
    *,
    mode: str | None,
    patient: User | None = None,
    ignoring: Appointment | None = None,
    count: int = 3,
    by_staff: bool = False,
) -> list[tuple[Slot, User]]:
    """The `count` free times closest to `around` with any of these doctors, in order of time, each with whoever of
    the free ones comes first in `doctors`. A constant number of queries."""
    people = {doctor.pk: doctor for doctor in doctors}
    day = timezone.localdate(around, timezone.get_default_timezone())
    found: list[AnySlot] = []
    for days in (NEAR_DAYS, 366):
        reach = timedelta(days=days)
        found = free_with_any(
            people.values(),
            service,
            day - reach,
            day + reach,
            mode=mode,
            patient=patient,
            ignoring=ignoring,
            by_staff=by_staff,
        )
        if len(found) >= count:
            break
    return [
        (Slot(free.starts_at, free.ends_at), next(people[pk] for pk in people if pk in free.doctor_ids))
        for free in _closest(found, around, count)
    ]


def choose_doctor(
    doctors: Iterable[User],
    service: Service,
    starts_at: datetime,
    *,
    mode: str,
    patient: User | None = None,
    by_staff: bool = False,
) -> User | None:
    """Of those who are free at this time the one with the fewest visits that day; None when nobody is."""
    people = {doctor.pk: doctor for doctor in doctors}
    day = timezone.localdate(starts_at, timezone.get_default_timezone())
    now = timezone.now()
    sheet = read(_wishes(list(people), service, mode), day, day, now=now, patient=patient, by_staff=by_staff)
    free = [pk for pk in sheet.wishes if any(slot.starts_at == starts_at for slot in sheet.free(pk))]
    start, end = calendars.midnight(day), calendars.midnight_after(day)
    visits = {pk: sum(start <= visit[0] < end for visit in sheet.taken.get(pk, ())) for pk in free}
    order = list(people)
    return people[min(free, key=lambda pk: (visits[pk], order.index(pk)))] if free else None


def offered_modes(doctor: User, service: Service) -> frozenset[str]:
    """The modes in which this doctor gives this service."""
    return _wish(doctor, service).modes


def _wish(doctor: User, service: Service, mode: str | None = None) -> Wish:
    return calendars.wish(getattr(doctor, "doctor_profile", None), service, mode)


def _wishes(doctor_ids: Sequence[UUID], service: Service, mode: str | None) -> dict[UUID, Wish]:
    """Those of these doctors who give the service (in this mode), in one query."""
    profiles = DoctorProfile.objects.filter(user__in=doctor_ids, user__is_active=True)
    if service.specialty_id is not None:
        profiles = profiles.filter(specialty=service.specialty_id)
    found = {profile.user_id: calendars.wish(profile, service, mode) for profile in profiles}
    return {pk: found[pk] for pk in doctor_ids if pk in found and found[pk].modes}


S = TypeVar("S", Slot, AnySlot)


def _closest(found: Iterable[S], around: datetime, count: int) -> list[S]:
    closest = sorted(found, key=lambda slot: (abs(slot.starts_at - around), slot.starts_at))[:count]
    return sorted(closest, key=lambda slot: slot.starts_at)
