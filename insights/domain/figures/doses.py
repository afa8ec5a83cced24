"""Adherence over all patients, by the day of the dose and the doctor who prescribed it.

What is planned follows from prescriptions and cannot be summed in SQL, so a day is reckoned as a patient's own page
reckons it (records.domain.dose_plan, adherence), once it is over in every zone a patient may live in, and kept. Doses
of the last CLOSED days are not in the figures yet. What a patient tells of an older day later marks that day.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Min
from django.utils import timezone

from accounts.models import User
from insights.models import DoseDay, DoseFigures, DoseMark
from messaging.domain.preferences import zone_of
from records.domain import adherence, dose_plan
from records.models import PrescriptionItem

from . import periods
from .marks import day_of

CLOSED = 3
PORTION = 7
_BATCH = 500


def mark(day: date) -> None:
    """Something was told of this day, or taken back. The sums of a day that is not over yet will see it anyway; a day
    to spare, for who begins before midnight and commits after it."""
    if day <= last_closed() + timedelta(days=1):
        DoseMark.objects.create(day=day)


def mark_everything() -> None:
    """Every day that was ever summed; those that never were are due anyway."""
    days = DoseDay.objects.values_list("day", flat=True)
    DoseMark.objects.bulk_create([DoseMark(day=day) for day in days], batch_size=_BATCH)


def last_closed() -> date:
    return day_of(timezone.now()) - timedelta(days=CLOSED)


def due() -> list[date]:
    """The days to be summed: those over and not summed yet, and those that are marked."""
    items = PrescriptionItem.objects.filter(prescription__status__in=dose_plan.SIGNED_ONCE)
    first = items.aggregate(first=Min("starts_on"))["first"]
    if first is None:
        return []
    last = last_closed()
    closed = {date.fromordinal(n) for n in range(first.toordinal(), last.toordinal() + 1)}
    marked = DoseMark.objects.filter(day__lte=last).values_list("day", flat=True).distinct()
    return sorted(closed - set(DoseDay.objects.values_list("day", flat=True)) | set(marked))


def sum_due(*, most: int | None = None) -> int:
    """Sum up what is due, the oldest first; returns how many days were."""
    days = due()[:most]
    return sum(sum_days(portion) for portion in periods.portions(days, PORTION))


@transaction.atomic
def sum_days(days: Sequence[date]) -> int:
    """Sum up these days, each of which is over, as sums.sum_days does its own; returns how many there were."""
    known = set(DoseDay.objects.filter(day__in=days).values_list("day", flat=True))
    DoseDay.objects.bulk_create([DoseDay(day=day) for day in sorted(days)], ignore_conflicts=True)
    list(DoseDay.objects.select_for_update().filter(day__in=days).order_by("day"))
    marked = set(DoseMark.objects.filter(day__in=days).values_list("day", flat=True))
    left = sorted(marked | set(days) - known)
    DoseMark.objects.filter(day__in=left).delete()
    DoseFigures.objects.filter(day__in=left).delete()
    for span in periods.spans(left):
        _sum_span(span)
    return len(left)


def _sum_span(span: periods.Period) -> None:
    """Three queries, and one more for each further zone that patients live in."""
    by_zone: dict[ZoneInfo, list[dose_plan.Prescribed]] = defaultdict(list)
    for each in dose_plan.prescribed_to(User.objects.all(), span.first):
        if each.item.starts_on <= span.last:
            by_zone[zone_of(each.item.prescription.patient)].append(each)
    now, states = timezone.now(), []
    for zone, prescribed in by_zone.items():
        for line in dose_plan.lines_of(prescribed, (span.first, span.last), zone, now):
            states.append(((line.dose.day, line.item.prescription.author_id), line.state))
    DoseFigures.objects.bulk_create(
        [
            DoseFigures(
                day=day,
                doctor_id=doctor,
                on_time=share.on_time,
                late=share.late,
                skipped=share.skipped,
                missed=share.missed,
            )
            for (day, doctor), share in adherence.by(states).items()
        ],
        batch_size=_BATCH,
    )
