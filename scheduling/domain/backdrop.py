"""What is behind the visits in a calendar: hours, openings, breaks, days off and holidays of several doctors.

Drawn, not reckoned with: what can be booked is availability.py's. Times are the clinic's wall clock.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.enums import Mode
from accounts.models import User
from scheduling.models import Break, DayOff, Holiday, Opening, WorkingHours


@dataclass(frozen=True)
class Patch:
    """A piece of a day: `kind` is hours, opening, break, off or holiday; `doctor_id` None: the whole clinic's.
    Without times it is the whole day."""

    kind: str
    day: date
    doctor_id: UUID | None
    starts: time | None = None
    ends: time | None = None
    words: str = ""


def patches(doctors: Sequence[User], first_day: date, day_after: date) -> list[Patch]:
    """Every patch of these days (the end excluded), in a constant number of queries."""
    days = [first_day + timedelta(days=offset) for offset in range((day_after - first_day).days)]
    found = closures(doctors, first_day, day_after)
    holidays = {patch.day for patch in found if patch.kind == "holiday"}
    away = {(patch.doctor_id, patch.day) for patch in found if patch.kind == "off" and patch.starts is None}
    weekly = WorkingHours.objects.filter(doctor__in=doctors).prefetch_related("services")
    found += [
        Patch("hours", day, row.doctor_id, row.starts, row.ends, _only_for(row))
        for row in weekly
        for day in days
        if day.weekday() == row.weekday and day not in holidays and (row.doctor_id, day) not in away
    ]
    openings = Opening.objects.filter(doctor__in=doctors, day__gte=first_day, day__lt=day_after)
    found += [
        Patch("opening", row.day, row.doctor_id, row.starts, row.ends, _only_for(row))
        for row in openings.prefetch_related("services")
        if (row.doctor_id, row.day) not in away
    ]
    open_days = {(patch.doctor_id, patch.day) for patch in found if patch.kind in ("hours", "opening")}
    found += [
        Patch("break", day, row.doctor_id, row.starts, row.ends)
        for row in Break.objects.filter(doctor__in=doctors)
        for day in days
        if day.weekday() == row.weekday and (row.doctor_id, day) in open_days
    ]
    return found


def closures(doctors: Sequence[User], first_day: date, day_after: date) -> list[Patch]:
    """Only what keeps doctors away on these days: holidays and days off; two queries."""
    days = [first_day + timedelta(days=offset) for offset in range((day_after - first_day).days)]
    holidays = Holiday.objects.filter(first_day__lt=day_after, last_day__gte=first_day)
    absences = DayOff.objects.filter(doctor__in=doctors, first_day__lt=day_after, last_day__gte=first_day)
    found = [
        Patch("holiday", day, None, words=row.name)
        for row in holidays
        for day in days
        if row.first_day <= day <= row.last_day
    ]
    return found + [
        Patch("off", day, row.doctor_id, row.starts, row.ends, row.reason)
        for row in absences
        for day in days
        if row.first_day <= day <= row.last_day
    ]


def _only_for(row: WorkingHours | Opening) -> str:
    """What these hours are kept for, in words; "" for everything."""
    words = []
    if len(row.modes) < len(Mode.values):
        words += [str(Mode(mode).label) for mode in row.modes]
    services = [service.name for service in row.services.all()]
    if len(services) == 1:
        words += services
    elif services:
        words.append(
            ngettext("%(count)s service", "%(count)s services", len(services)) % {"count": len(services)}
        )
    return _("Only %(what)s") % {"what": ", ".join(words)} if words else ""
