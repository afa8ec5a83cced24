"""How a patient's doses of the last weeks were taken, for them and for their doctors."""

from dataclasses import dataclass, field
from datetime import date, datetime

from django.db.models import Count
from django.utils import timezone

from accounts.enums import ActivityVerb
from accounts.models import User
from messaging.domain.preferences import zone_of
from records.domain import adherence, dose_lines, dose_plan, reading
from records.models import Intake, PrescriptionItem

WEEKS = 8
MOST_WEEKS = 52
SHOWN_SKIPPED = 10


@dataclass
class Report:
    """Adherence over some weeks: each figure is an adherence.Share. `medicines` by medicine, with its own weeks;
    `skipped` the latest doses that were left out; `as_needed` how often what has no plan was taken."""

    first: date
    last: date
    weeks: list[date]
    total: adherence.Share = field(default_factory=adherence.Share)
    by_week: dict[date, adherence.Share] = field(default_factory=dict)
    medicines: list["MedicineShare"] = field(default_factory=list)
    skipped: list[dose_lines.DoseLine] = field(default_factory=list)
    as_needed: list[tuple[PrescriptionItem, int]] = field(default_factory=list)


@dataclass(frozen=True)
class MedicineShare:
    item: PrescriptionItem
    total: adherence.Share
    by_week: dict[date, adherence.Share]


def of_patient(patient: User, *, weeks: int = 8, now: datetime | None = None) -> Report:
    """How the planned doses of the last `weeks` weeks were taken, over all, by week and by medicine. Three queries."""
    now = now or timezone.now()
    zone = zone_of(patient)
    last = now.astimezone(zone).date()
    starts = adherence.weeks_until(last, weeks)
    prescribed = dose_plan.prescribed_to([patient], starts[0])
    lines = dose_plan.lines_of(prescribed, (starts[0], last), zone, now)
    told = Report(starts[0], last, starts, total=adherence.share_of(line.state for line in lines))
    found = adherence.by((adherence.week_of(line.dose.day), line.state) for line in lines)
    told.by_week = {week: found.get(week, adherence.Share()) for week in starts}
    shares = adherence.by((line.item.medicine_id, line.state) for line in lines)
    weekly = adherence.by(
        ((line.item.medicine_id, adherence.week_of(line.dose.day)), line.state) for line in lines
    )
    # Of a medicine that was prescribed again, the newest item speaks for all.
    items = {each.item.medicine_id: each.item for each in prescribed}
    for medicine, share in shares.items():
        own = {week: weekly.get((medicine, week), adherence.Share()) for week in starts}
        told.medicines.append(MedicineShare(items[medicine], share, own))
    told.skipped = [line for line in lines if line.state == "skipped"][: -SHOWN_SKIPPED - 1 : -1]
    told.as_needed = _as_needed(prescribed, starts[0])
    told.medicines.sort(key=lambda each: str(each.item.medicine))
    return told


def read(patient: User, *, reader: User, by_itself: bool = False) -> None:
    """Someone was shown these figures: a line in the activity trail. Patients' looks at their own are not noted, as
    for the rest of what they are shown of themselves."""
    if reader.pk != patient.pk:
        about = [(patient, patient.pk)]
        reading.note(ActivityVerb.ADHERENCE_READ, about, reader=reader, by_itself=by_itself)


def _as_needed(prescribed: list[dose_plan.Prescribed], first: date) -> list[tuple[PrescriptionItem, int]]:
    items = {each.item.pk: each.item for each in prescribed if each.course.is_as_needed}
    if not items:
        return []
    taken = Intake.objects.filter(item__in=items, day__gte=first).values("item").annotate(count=Count("pk"))
    counts = dict(taken.order_by().values_list("item", "count"))
    return [(item, counts.get(pk, 0)) for pk, item in items.items()]
