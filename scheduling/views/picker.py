"""What the month grid and the day's times show; one for booking and for moving a visit."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlencode
from uuid import UUID

from django.http import QueryDict
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from accounts.models import User
from scheduling.domain import month as months
from scheduling.domain.availability import AnySlot, free_with_any, nearest_with_any
from scheduling.domain.calendars import STAFF_HORIZON_DAYS
from scheduling.domain.slots import Slot
from scheduling.domain.soonest import in_part, soonest
from scheduling.enums import PartOfDay
from scheduling.models import Appointment, Schedule, Service

DEFAULT_HORIZON_DAYS = 60
FURTHEST = timedelta(days=2 * 366)
# A socket watches at most so many topics (messaging.topic_consumer.MAX_TOPICS); a page leaves room for others.
MAX_TOPICS = 30


def address_of(moment: datetime) -> str:
    """A moment as it stands in an address: `2026-11-25T04:45Z`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%MZ")


def moment_of(text: str | None) -> datetime | None:
    """The moment an address or a form names; None for anything that is not one with its offset, or that lies
    further from now than anything bookable."""
    try:
        moment = parse_datetime(text or "")
    except ValueError:
        return None
    if moment is None or timezone.is_naive(moment):
        return None
    return moment if abs(moment.replace(tzinfo=UTC) - timezone.now()) < FURTHEST else None


@dataclass(frozen=True)
class Choice:
    """A time to pick and where picking it leads."""

    starts_at: datetime
    ends_at: datetime
    value: str
    url: str


@dataclass(frozen=True)
class DayCell:
    day: date
    free: int
    is_today: bool
    is_chosen: bool
    url: str


@dataclass
class Picker:
    """A month of days and the times of the chosen day. `url` is this very state, for refetching; `topics` are what
    tells of changes on the chosen day."""

    month: date
    weeks: list[list[DayCell | None]]
    weekdays: list[date]
    previous_url: str
    next_url: str
    day: date | None
    groups: list[tuple[str, list[Choice]]]
    topics: str
    url: str
    free_in_month: int
    further: list[Choice] = field(default_factory=list)

    @property
    def first_time(self) -> datetime | None:
        return self.groups[0][1][0].starts_at if self.groups else None


def choices(slots: Iterable[Slot | AnySlot], choose: str) -> list[Choice]:
    joiner = "&" if "?" in choose else "?"
    return [
        Choice(slot.starts_at, slot.ends_at, value, f"{choose}{joiner}{urlencode({'at': value})}")
        for slot in slots
        for value in [address_of(slot.starts_at)]
    ]


def topics_of(pairs: Iterable[tuple[UUID, date]]) -> str:
    """What a page watches to hear of changes: doctors' days, each once, no more than a socket may."""
    return " ".join(list(dict.fromkeys(f"slots:{doctor}:{day}" for doctor, day in pairs))[:MAX_TOPICS])


def pick(
    whom: User | Sequence[User],
    service: Service,
    mode: str,
    params: QueryDict,
    *,
    here: str,
    choose: str,
    patient: User | None = None,
    moving: Appointment | None = None,
    part: str = "",
    by_staff: bool = False,
) -> Picker:
    """Build the picker for what the address asks (`month=YYYY-MM`, `day=YYYY-MM-DD`), for one doctor or the merged
    times of several.

    `here` and `choose` are addresses with their fixed query: this page, and the one a time leads to. Without a
    month the first one with a free time is shown, without a day its first free day. Times at which `patient` is
    busy are left out, and those in another `part` of the day; `moving` does not stand in its own way.
    """
    doctors = [whom] if isinstance(whom, User) else list(whom)
    today = timezone.localdate()
    last_day = today + timedelta(days=_horizon(doctors, by_staff))
    asked_day = _date(params.get("day"))
    month = _month(params.get("month")) or (months.first_of(asked_day) if asked_day else None)

    def first_free(count: int) -> Sequence[Slot | AnySlot]:
        if part:
            return soonest(
                doctors, service, mode=mode, count=count, part=part, patient=patient, by_staff=by_staff
            )
        now = timezone.now()
        found = nearest_with_any(
            doctors, service, now, mode=mode, patient=patient, ignoring=moving, count=count, by_staff=by_staff
        )
        return [slot for slot, _doctor in found]

    if month is None:
        first = first_free(1)
        month = months.first_of(timezone.localdate(first[0].starts_at) if first else today)
    month = min(max(month, months.first_of(today)), months.first_of(last_day))

    slots = free_with_any(
        doctors,
        service,
        month,
        months.last_of(month),
        mode=mode,
        patient=patient,
        ignoring=moving,
        by_staff=by_staff,
    )
    by_day: dict[date, list[AnySlot]] = {}
    for slot in slots:
        if in_part(slot.starts_at, part):
            by_day.setdefault(timezone.localdate(slot.starts_at), []).append(slot)
    day = asked_day if asked_day and months.first_of(asked_day) == month else min(by_day, default=None)

    def to(**changes: str) -> str:
        return f"{here}{'&' if '?' in here else '?'}{urlencode(changes)}"

    grid = months.weeks(month, {day: len(found) for day, found in by_day.items()}, today=today)
    cells = [
        [
            DayCell(c.day, c.free, c.is_today, c.day == day, to(month=f"{month:%Y-%m}", day=str(c.day)))
            if c
            else None
            for c in week
        ]
        for week in grid
    ]
    before, after = months.month_before(month), months.month_after(month)
    return Picker(
        month=month,
        weeks=cells,
        weekdays=[date(2023, 1, 1) + timedelta(days=offset) for offset in range(7)],  # a Sunday
        previous_url=to(month=f"{before:%Y-%m}") if months.last_of(before) >= today else "",
        next_url=to(month=f"{after:%Y-%m}") if after <= last_day else "",
        day=day,
        groups=grouped(choices(by_day.get(day, []) if day else [], choose)),
        topics=_topics(day, by_day.get(day, []), doctors) if day else "",
        url=to(month=f"{month:%Y-%m}", **({"day": str(day)} if day else {})),
        free_in_month=sum(len(found) for found in by_day.values()),
        further=choices(first_free(3), choose) if not by_day else [],
    )


def _topics(day: date, slots: Sequence[AnySlot], doctors: Sequence[User]) -> str:
    """Doctors with a time to lose first, then those who may get one."""
    free = [pk for slot in slots for pk in slot.doctor_ids]
    return topics_of((pk, day) for pk in [*free, *(doctor.pk for doctor in doctors)])


def _horizon(doctors: Sequence[User], by_staff: bool) -> int:
    if by_staff:
        return STAFF_HORIZON_DAYS
    horizons = Schedule.objects.filter(doctor__in=doctors).values_list("horizon_days", flat=True)
    return max(horizons, default=DEFAULT_HORIZON_DAYS)


def grouped(times: list[Choice]) -> list[tuple[str, list[Choice]]]:
    """By part of the day, with its name; parts without times are left out."""
    parts: dict[PartOfDay, list[Choice]] = {part: [] for part in PartOfDay}
    for choice in times:
        parts[PartOfDay.of(timezone.localtime(choice.starts_at))].append(choice)
    return [(str(part.label), group) for part, group in parts.items() if group]


def _date(text: str | None) -> date | None:
    try:
        return parse_date(text or "")
    except ValueError:
        return None


def _month(text: str | None) -> date | None:
    return _date(f"{text}-01") if text else None
