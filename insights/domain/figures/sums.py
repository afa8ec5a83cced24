"""Summing up days, by a task, by each sweep, or by `manage.py sum_figures`.

One transaction takes a portion of days: it holds their rows of FigureDay, deletes the marks that it sees, and only then
reads. Whatever is committed after that has left a mark of its own which this transaction cannot have deleted, so the
day is summed again. A second worker waits for the days, finds no mark left and does nothing; a worker that is killed
leaves everything as it was.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Model
from django.utils import timezone

from insights.models import FeedbackFigures, FigureDay, FigureMark, MoneyFigures, VisitFigures

from . import marks, periods
from .sources import Narrowing, Raw, Row

# Days in one transaction: few enough that SQLite's other writers hardly wait.
PORTION = 14
_BATCH = 500
_KEY = ("bucket", "doctor", "service", "mode")


def sum_marked(*, most: int | None = None, say: Callable[[int], object] = lambda _done: None) -> int:
    """Sum up the days that are marked, `most` of them at most; returns how many were. Any number may do it at once."""
    done = 0
    for portion in periods.portions(marks.marked(most=most), PORTION):
        done += sum_days(portion)
        say(done)
    return done


@transaction.atomic
def sum_days(days: Sequence[date]) -> int:
    """Sum up those of these days that are still marked; returns how many were."""
    # In the order of days, always: two workers with common days wait for each other and never in a circle.
    FigureDay.objects.bulk_create([FigureDay(day=day) for day in sorted(days)], ignore_conflicts=True)
    list(FigureDay.objects.select_for_update().filter(day__in=days).order_by("day"))
    left = sorted(set(FigureMark.objects.filter(day__in=days).values_list("day", flat=True)))
    if not left:
        return 0
    FigureMark.objects.filter(day__in=left).delete()
    raw = Raw(periods.spans(left), Narrowing())
    _replace(VisitFigures, left, raw.visits(*_KEY, "currency"))
    _replace(MoneyFigures, left, _merged(raw.money(*_KEY, "currency", "method"), "currency", "method"))
    _replace(FeedbackFigures, left, raw.feedback(*_KEY))
    FigureDay.objects.filter(day__in=left).update(summed_at=timezone.now())
    return len(left)


def _replace(model: type[Model], days: Sequence[date], rows: Sequence[Row]) -> None:
    manager = model._default_manager
    manager.filter(day__in=days).delete()
    names = {"bucket": "day", "doctor": "doctor_id", "service": "service_id"}
    made = [model(**{names.get(name, name): value for name, value in row.items()}) for row in rows]
    manager.bulk_create(made, batch_size=_BATCH)


def _merged(rows: Sequence[Row], *more: str) -> list[Row]:
    """What came in and what went back of one key in one row."""
    found: dict[tuple[Any, ...], Row] = defaultdict(dict)
    for row in rows:
        found[tuple(row[name] for name in (*_KEY, *more))].update(row)
    return list(found.values())
