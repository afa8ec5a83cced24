"""What the month grid and the day's times show; one for booking and for moving a visit."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _

from accounts.models import User
from scheduling.domain import month as months
from scheduling.domain.availability import free_slots, nearest_free
from scheduling.domain.slots import Slot
from scheduling.models import Appointment, Schedule, Service

DEFAULT_HORIZON_DAYS = 60
NOON, EVENING = 12, 17
FURTHEST = timedelta(days=2 * 366)


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
    """A month of days and the times of the chosen day. `url` is this very state, for refetching."""

    month: date
    weeks: list[list[DayCell | None]]
    weekdays: list[date]
    previous_url: str
    next_url: str
    day: date | None
    groups: list[tuple[str, list[Choice]]]
    topic: str
    url: str
    free_in_month: int
    further: list[Choice] = field(default_factory=list)


def choices(slots: list[Slot], choose: str) -> list[Choice]:
    joiner = "&" if "?" in choose else "?"
    return [
        Choice(slot.starts_at, slot.ends_at, value, f"{choose}{joiner}{urlencode({'at': value})}")
        for slot in slots
        for value in [address_of(slot.starts_at)]
    ]


def pick(
    doctor: User,
    service: Service,
    mode: str,
    params: QueryDict,
    *,
    here: str,
    choose: str,
    patient: User | None = None,
    moving: Appointment | None = None,
) -> Picker:
    """Build the picker for what the address asks (`month=YYYY-MM`, `day=YYYY-MM-DD`).

    `here` and `choose` are addresses with their fixed query: this page, and the one a time leads to. Without a
    month the first one with a free time is shown, without a day its first free day. Times at which `patient` is
    busy are left out; `moving` does not stand in its own way.
    """
    today = timezone.localdate()
    schedule = Schedule.objects.filter(doctor=doctor).first()
    last_day = today + timedelta(days=schedule.horizon_days if schedule else DEFAULT_HORIZON_DAYS)
    asked_day = _date(params.get("day"))
    month = _month(params.get("month")) or (months.first_of(asked_day) if asked_day else None)
    now = timezone.now()
    further: list[Slot] = []
    if month is None:
        further = nearest_free(doctor, service, now, mode=mode, count=1, patient=patient, ignoring=moving)
        month = months.first_of(timezone.localdate(further[0].starts_at) if further else today)
    month = min(max(month, months.first_of(today)), months.first_of(last_day))

    slots = free_slots(
        doctor, service, month, months.last_of(month), mode=mode, patient=patient, ignoring=moving
    )
    by_day: dict[date, list[Slot]] = {}
    for slot in slots:
        by_day.setdefault(timezone.localdate(slot.starts_at), []).append(slot)
    day = asked_day if asked_day and months.first_of(asked_day) == month else min(by_day, default=None)
    if not slots:
        further = nearest_free(doctor, service, now, mode=mode, count=3, patient=patient, ignoring=moving)

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
        groups=_groups(choices(by_day.get(day, []) if day else [], choose)),
        topic=f"slots:{doctor.pk}:{day}" if day else "",
        url=to(month=f"{month:%Y-%m}", **({"day": str(day)} if day else {})),
        free_in_month=len(slots),
        further=choices(further, choose) if not slots else [],
    )


def _groups(times: list[Choice]) -> list[tuple[str, list[Choice]]]:
    named: list[tuple[str, list[Choice]]] = [(_("Morning"), []), (_("Afternoon"), []), (_("Evening"), [])]
    for choice in times:
        hour = timezone.localtime(choice.starts_at).hour
        named[0 if hour < NOON else 1 if hour < EVENING else 2][1].append(choice)
    return [(name, group) for name, group in named if group]


def _date(text: str | None) -> date | None:
    try:
        return parse_date(text or "")
    except ValueError:
        return None


def _month(text: str | None) -> date | None:
    return _date(f"{text}-01") if text else None
