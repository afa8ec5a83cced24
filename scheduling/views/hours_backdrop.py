"""What the grid of single dates shows behind what is edited there: weekly hours, breaks, holidays, appointments."""

from collections.abc import Iterable
from datetime import date, time, timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from scheduling.domain.impact import Plan
from scheduling.models import Appointment


def of_week(plan: Plan, first: date, visits: Iterable[Appointment]) -> list[dict[str, Any]]:
    """Things of the seven days from `first`: column 0–6, kind, minutes of the clinic's day, words, and for a visit
    its address."""
    found: list[dict[str, Any]] = []
    for column in range(7):
        day = first + timedelta(days=column)
        closed = [name for start, end, name in plan.holidays if start <= day <= end]
        found += [_thing(column, "holiday", time.min, time.max, name) for name in closed]
        if not closed:
            found += [
                _thing(column, "usual", row.starts, row.ends, "")
                for row in plan.week.hours
                if row.weekday == day.weekday()
            ]
        found += [
            _thing(column, "pause", row.starts, row.ends, _("Break"))
            for row in plan.week.breaks
            if row.weekday == day.weekday() and not closed
        ]
    return found + [_visit(visit, first) for visit in visits]


def _visit(visit: Appointment, first: date) -> dict[str, Any]:
    starts_at, ends_at = timezone.localtime(visit.starts_at), timezone.localtime(visit.ends_at)
    ends = ends_at.time() if ends_at.date() == starts_at.date() else time.max
    thing = _thing((starts_at.date() - first).days, "visit", starts_at.time(), ends, visit.patient.name)
    return {**thing, "url": reverse("appointment", args=[visit.pk]), "status": visit.get_status_display()}


def _thing(column: int, kind: str, starts: time, ends: time, words: str) -> dict[str, Any]:
    return {"column": column, "kind": kind, "starts": _minute(starts), "ends": _minute(ends), "words": words}


def _minute(moment: time) -> int:
    """Of the day; its last moment counts as midnight."""
    return 24 * 60 if moment == time.max else moment.hour * 60 + moment.minute
