"""Which days have to be summed up again. A mark is written in the transaction of the change it is for, so there is no
change without one, and marking costs one INSERT that waits for nobody."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db.models import DateField, F
from django.db.models.functions import Trunc
from django.utils import timezone

from billing.models import Attempt, Refund
from insights.models import FigureDay, FigureMark
from scheduling.models import Appointment

from .periods import Period

_BATCH = 1000


def day_of(moment: datetime) -> date:
    """The clinic's day."""
    return timezone.localdate(moment, timezone.get_default_timezone())


def mark(days: Iterable[date]) -> None:
    """Once for a change, however many rows it is of: whoever writes rows in bulk, past Django's signals, calls this."""
    FigureMark.objects.bulk_create([FigureMark(day=day) for day in sorted(set(days))], batch_size=_BATCH)


def moments(found: Iterable[datetime | None]) -> None:
    """As `mark`, of the days of these moments."""
    if days := {day_of(moment) for moment in found if moment is not None}:
        mark(days)


def marked(period: Period | None = None, *, most: int | None = None) -> list[date]:
    """The days (of the period) that have a mark, in order; `most` of them at most."""
    found = FigureMark.objects.order_by("day")
    if period:
        found = found.filter(day__gte=period.first, day__lte=period.last)
    return list(found.values_list("day", flat=True).distinct()[:most])


def mark_everything() -> int:
    """Every day that anything to be summed lies on, or was ever summed; returns how many."""
    days = set(FigureDay.objects.values_list("day", flat=True))
    for rows, at in (
        (Appointment.objects.all(), "starts_at"),
        (Attempt.objects.exclude(decided_at=None), "decided_at"),
        (Refund.objects.exclude(settled_at=None), "settled_at"),
    ):
        day = Trunc(at, "day", output_field=DateField(), tzinfo=timezone.get_default_timezone())
        days |= set(rows.order_by().annotate(day=day).values_list(F("day"), flat=True).distinct())
    mark(days)
    return len(days)
