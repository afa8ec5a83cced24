"""A doctor's days as a calendar shows them: wall-clock times of the clinic, visits and what is behind them."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from scheduling.enums import OCCUPYING, AppointmentStatus
from scheduling.models import Appointment, Break, DayOff, WorkingHours

from .queries import appointments_visible_to

MAX_DAYS = 45


def visits(viewer: User, doctor: User, first_day: date, day_after: date) -> QuerySet[Appointment]:
    """Visits of `doctor` that `viewer` may see and that take time on these days; lapsed holds don't."""
    return (
        appointments_visible_to(viewer)
        .filter(
            doctor=doctor,
            status__in=OCCUPYING,
            starts_at__lt=_midnight(day_after),
            ends_at__gt=_midnight(first_day),
        )
        .exclude(status=AppointmentStatus.PENDING_PAYMENT, hold_expires_at__lte=timezone.now())
        .order_by("starts_at", "pk")
    )


def events(viewer: User, doctor: User, first_day: date, day_after: date) -> list[dict[str, Any]]:
    """What the calendar draws on these days (EventCalendar's plain objects), in four queries. Times carry no offset:
    they are the clinic's wall clock wherever the browser is."""
    found = [_visit(visit) for visit in visits(viewer, doctor, first_day, day_after)]
    days = [first_day + timedelta(days=offset) for offset in range((day_after - first_day).days)]
    absent = list(DayOff.objects.filter(doctor=doctor, first_day__lt=day_after, last_day__gte=first_day))
    off = {day: row for row in absent for day in days if row.first_day <= day <= row.last_day}
    found += [_all_day(day, row) for day, row in off.items()]
    found += [
        _background(day, row.starts, row.ends, "hours", "")
        for row in WorkingHours.objects.filter(doctor=doctor)
        for day in _on(row.weekday, days)
        if day not in off
    ]
    found += [
        _background(day, row.starts, row.ends, "break", _("Break"))
        for row in Break.objects.filter(doctor=doctor)
        for day in _on(row.weekday, days)
        if day not in off
    ]
    return found


def _visit(visit: Appointment) -> dict[str, Any]:
    return {
        "id": str(visit.pk),
        "start": _wall_clock(visit.starts_at),
        "end": _wall_clock(visit.ends_at),
        "title": visit.patient.name,
        "classNames": ["visit", f"visit-{visit.status}"],
        "extendedProps": {
            "kind": "visit",
            "status": visit.get_status_display(),
            "mode": visit.get_mode_display(),
            "service": visit.service.name,
            "url": reverse("appointment", args=[visit.pk]),
        },
    }


def _background(day: date, starts: time, ends: time, kind: str, title: str) -> dict[str, Any]:
    return {
        "id": f"{kind}-{day}-{starts:%H%M}",
        "start": f"{day}T{starts:%H:%M}:00",
        "end": f"{day}T{ends:%H:%M}:00",
        "title": title,
        "display": "background",
        "classNames": [f"calendar-{kind}"],
        "extendedProps": {"kind": kind},
    }


def _all_day(day: date, row: DayOff) -> dict[str, Any]:
    return {
        "id": f"off-{day}",
        "start": f"{day}T00:00:00",
        "end": f"{day + timedelta(days=1)}T00:00:00",
        "title": row.reason or _("Day off"),
        "display": "background",
        "classNames": ["calendar-off"],
        "extendedProps": {"kind": "off"},
    }


def _on(weekday: int, days: list[date]) -> Iterator[date]:
    return (day for day in days if day.weekday() == weekday)


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))


def _wall_clock(moment: datetime) -> str:
    return f"{timezone.localtime(moment):%Y-%m-%dT%H:%M:%S}"
