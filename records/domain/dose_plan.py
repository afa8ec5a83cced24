"""A patient's doses as they stand in the database: what is planned, and what was told of it. Reads only."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from accounts.domain.queries import patients_open_to
from accounts.models import User
from messaging.domain.preferences import zone_of
from records.domain import adherence, doses, dosing
from records.domain.dose_lines import AsNeeded, DayPlan, DoseLine, Today
from records.domain.doses import Course, Dose
from records.enums import PrescriptionStatus
from records.models import Intake, PrescriptionItem, PrescriptionStatusChange

_P = PrescriptionStatus
SIGNED_ONCE = (_P.SIGNED, _P.DISPENSED, _P.STOPPED, _P.REPLACED)
_ENDED = (_P.STOPPED, _P.REPLACED)


@dataclass(frozen=True)
class Prescribed:
    """An item with its medicine and prescription loaded, and the course it is."""

    item: PrescriptionItem
    course: Course


def items_visible_to(user: User) -> QuerySet[PrescriptionItem]:
    """Items that were signed once: a patient's own, and for doctors of the patients whose record is open to them."""
    items = PrescriptionItem.objects.filter(prescription__status__in=SIGNED_ONCE)
    if not user.is_active:
        return items.none()
    if user.is_patient:
        return items.filter(prescription__patient=user)
    return items.filter(prescription__patient__in=patients_open_to(user)) if user.is_doctor else items.none()


def intakes_visible_to(user: User) -> QuerySet[Intake]:
    """As items_visible_to; with item and medicine loaded."""
    items = items_visible_to(user)
    return Intake.objects.filter(item__in=items.values("pk")).select_related(
        "item__medicine", "item__prescription"
    )


def prescribed_to(
    patients: Iterable[User] | QuerySet[User], first: date | None = None, *, item: UUID | None = None
) -> list[Prescribed]:
    """What was prescribed to these patients and may have doses on or after `first` (None: ever), in the order of the
    prescriptions. One query."""
    ended = PrescriptionStatusChange.objects.filter(
        prescription=OuterRef("prescription"), to_status__in=_ENDED
    ).order_by("at")
    items = (
        PrescriptionItem.objects.filter(
            prescription__patient__in=patients, prescription__status__in=SIGNED_ONCE
        )
        .select_related("medicine", "prescription__patient")
        .annotate(ended_at=Subquery(ended.values("at")[:1]))
        .order_by("prescription__signed_at", "prescription", "position")
    )
    if item:
        items = items.filter(pk=item)
    if first:
        # A day more on either side: whose day it is depends on the patient's zone.
        before = datetime.combine(first - timedelta(days=1), time(), timezone.get_default_timezone())
        items = items.filter(
            Q(days=None) | Q(starts_on__gt=first - timedelta(days=dosing.MAX_DAYS)),
            Q(stopped_at=None) | Q(stopped_at__gte=before),
        )
    found = [Prescribed(each, course_of(each)) for each in items]
    if first is None:
        return found
    return [each for each in found if each.course.last_day is None or each.course.last_day >= first]


def course_of(item: PrescriptionItem) -> Course:
    """Of an item from prescribed_to (with `ended_at`)."""
    ends = [at for at in (item.stopped_at, getattr(item, "ended_at", None)) if at]
    return Course(
        item=item.pk,
        frequency=item.frequency,
        times=doses.times_from(item.times),
        starts_on=item.starts_on,
        days=item.days,
        as_needed=item.as_needed,
        begins_at=item.prescription.signed_at,
        ends_at=min(ends, default=None),
    )


def planned_dose(each: Prescribed, day: date, clock: time, zone: ZoneInfo) -> Dose | None:
    """The dose of this item that is planned for that time; None when there is none."""
    return next((dose for dose in doses.due_on(each.course, day, zone) if dose.time == clock), None)


def today_of(patient: User, *, now: datetime | None = None) -> Today:
    """The patient's day by their own clock, yesterday, and when the next dose comes. Two queries."""
    now = now or timezone.now()
    zone = zone_of(patient)
    day = now.astimezone(zone).date()
    prescribed = prescribed_to([patient], day - timedelta(days=1))
    yesterday, today = _days(prescribed, [day - timedelta(days=1), day], zone, now)
    following = doses.next_after(
        [each.course for each in prescribed], doses.moment(day, time(23, 59), zone), zone
    )
    ahead = None
    if following:
        item = next(each.item for each in prescribed if each.item.pk == following.item)
        ahead = DoseLine(following, item, None, "ahead", now)
    has_any = any(each.course.ends_at is None or each.course.ends_at > now for each in prescribed)
    return Today(day, zone, today.lines, today.as_needed, yesterday=yesterday, ahead=ahead, has_any=has_any)


def days_of(patient: User, first: date, last: date, *, now: datetime | None = None) -> list[DayPlan]:
    """Each of these days with its doses, the latest first. Two queries however many days and medicines."""
    zone = zone_of(patient)
    wanted = [date.fromordinal(n) for n in range(first.toordinal(), last.toordinal() + 1)]
    return _days(prescribed_to([patient], first), wanted, zone, now or timezone.now())[::-1]


def first_day(patient: User) -> date | None:
    """When the patient's first medicine began; None without any."""
    found = PrescriptionItem.objects.filter(
        prescription__patient=patient, prescription__status__in=SIGNED_ONCE
    )
    return found.order_by("starts_on").values_list("starts_on", flat=True).first()


def lines_of(
    prescribed: Sequence[Prescribed], span: tuple[date, date], zone: ZoneInfo, now: datetime
) -> list[DoseLine]:
    """All planned doses from the first to the last day of `span`, in order of time. One query."""
    return _lines(prescribed, span, zone, now, _told(prescribed, *span))


def _days(
    prescribed: Sequence[Prescribed], wanted: Sequence[date], zone: ZoneInfo, now: datetime
) -> list[DayPlan]:
    span = wanted[0], wanted[-1]
    told = _told(prescribed, *span)
    lines: dict[date, list[DoseLine]] = defaultdict(list)
    for line in _lines(prescribed, span, zone, now, told):
        lines[line.dose.day].append(line)
    free: dict[tuple[UUID, date], list[Intake]] = defaultdict(list)
    for intake in told.values():
        free[intake.item_id, intake.day].append(intake)
    plans = []
    for day in wanted:
        as_needed = [
            AsNeeded(each.item, free[each.item.pk, day], doses.is_open_as_needed(each.course, now, zone))
            for each in prescribed
            if each.course.is_as_needed and (doses.is_within(each.course, day) or free[each.item.pk, day])
        ]
        plans.append(
            DayPlan(day, zone, lines[day], [each for each in as_needed if each.is_open or each.taken])
        )
    return plans


def _lines(
    prescribed: Sequence[Prescribed],
    span: tuple[date, date],
    zone: ZoneInfo,
    now: datetime,
    told: Mapping[tuple[UUID, date, time], Intake],
) -> list[DoseLine]:
    items = {each.item.pk: each.item for each in prescribed}
    planned = doses.due_between([each.course for each in prescribed], *span, zone)
    # What was told stays, though its dose is planned no more (told early, then the medicine was stopped).
    known = {(dose.item, dose.day, dose.time) for dose in planned}
    as_needed = {each.item.pk for each in prescribed if each.course.is_as_needed}
    kept = [
        Dose(doses.moment(day, clock, zone), item, day, clock)
        for item, day, clock in told.keys() - known
        if item not in as_needed
    ]
    found = []
    for dose in sorted([*planned, *kept]):
        intake = told.get((dose.item, dose.day, dose.time))
        said = adherence.Told(intake.outcome, intake.taken_at, intake.planned_at) if intake else None
        found.append(DoseLine(dose, items[dose.item], intake, adherence.state_of(dose, said, now), now))
    return found


def _told(prescribed: Sequence[Prescribed], first: date, last: date) -> dict[tuple[UUID, date, time], Intake]:
    """What was told of these days, by item, day and time, in order of time."""
    if not prescribed:
        return {}
    intakes = Intake.objects.filter(
        item__in=[each.item.pk for each in prescribed], day__gte=first, day__lte=last
    )
    return {(each.item_id, each.day, each.time): each for each in intakes.order_by("day", "time")}
