"""Which coming appointments a doctor's hours no longer hold. Asked before anything is saved; nothing changes here."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from scheduling.enums import OCCUPYING, UPCOMING, AppointmentStatus
from scheduling.models import Appointment, Holiday

from .dates import Absence, Dates, DayHours, dates_of
from .hours import Interval, Week, week_of

ClosedDays = Sequence[tuple[date, date, str]]


@dataclass(frozen=True)
class Plan:
    """All that decides when a doctor can be seen. `holidays`: (first, last, name) of the clinic."""

    week: Week
    dates: Dates
    holidays: ClosedDays = ()


@dataclass(frozen=True)
class Hit:
    """A coming appointment that does not fit, and why in words."""

    visit: Appointment
    why: str
    whole_day: date | None = None


@dataclass(frozen=True)
class Impact:
    """`fresh`: what a change would newly hit; `standing`: what did not fit before it either. The soonest first."""

    fresh: list[Hit]
    standing: list[Hit]

    @property
    def lost_days(self) -> list[date]:
        """Whole days off with appointments on them: these can be settled together."""
        return sorted({hit.whole_day for hit in self.fresh + self.standing if hit.whole_day})


def plan_of(doctor: User) -> Plan:
    """What is stored and not over, in eight queries."""
    coming = Holiday.objects.filter(last_day__gte=timezone.localdate())
    closed = [(row.first_day, row.last_day, row.name) for row in coming]
    return Plan(week_of(doctor), dates_of(doctor), closed)


def of(doctor: User, *, week: Week | None = None, dates: Dates | None = None) -> Impact:
    """What it would do to the doctor's coming appointments if these took the place of what is stored."""
    before = plan_of(doctor)
    after = replace(before, week=week or before.week, dates=dates or before.dates)
    fresh: list[Hit] = []
    standing: list[Hit] = []
    for visit in coming_visits(doctor):
        hit = misfit(visit, after)
        if hit is not None:
            (fresh if misfit(visit, before) is None else standing).append(hit)
    return Impact(fresh, standing)


def coming_visits(doctor: User) -> list[Appointment]:
    """The doctor's appointments that are ahead or under way, the soonest first. One query."""
    found = Appointment.objects.filter(doctor=doctor, status__in=UPCOMING, ends_at__gte=timezone.now())
    return list(found.select_related("patient", "service").order_by("starts_at", "pk"))


def visits_between(doctor: User, first: date, after: date) -> list[Appointment]:
    """The doctor's appointments that take time on these days (the last excluded), with their patients. One query."""
    start, end = (timezone.make_aware(datetime.combine(day, time())) for day in (first, after))
    found = Appointment.objects.filter(
        doctor=doctor, status__in=OCCUPYING, starts_at__lt=end, ends_at__gt=start
    ).exclude(status=AppointmentStatus.PENDING_PAYMENT, hold_expires_at__lte=timezone.now())
    return list(found.select_related("patient").order_by("starts_at", "pk"))


def misfit(visit: Appointment, plan: Plan) -> Hit | None:
    """Why this visit does not lie in the plan's hours; None when it does. An overbooked one was put where there was
    no time, so only days off touch it."""
    starts_at, ends_at = timezone.localtime(visit.starts_at), timezone.localtime(visit.ends_at)
    day, starts = starts_at.date(), starts_at.time()
    ends = ends_at.time() if ends_at.date() == day else time.max
    for off in plan.dates.absences:
        if off.covers(day, starts, ends):
            return _off(visit, off, day)
    why = "" if visit.overbooking_reason else _why_closed(visit, plan, day, starts, ends)
    return Hit(visit, why) if why else None


def _why_closed(visit: Appointment, plan: Plan, day: date, starts: time, ends: time) -> str:
    """What keeps these hours from holding the visit; empty when they do."""
    rows: list[Interval | DayHours] = [row for row in plan.dates.openings if row.day == day]
    holiday = next((name for first, last, name in plan.holidays if first <= day <= last), None)
    if holiday is None:
        rows += [row for row in plan.week.hours if row.weekday == day.weekday()]
    of_mode = [row for row in rows if visit.mode in row.modes]
    for_service = [row for row in of_mode if not row.services or visit.service_id in row.services]
    breaks = [row for row in plan.week.breaks if row.weekday == day.weekday()]
    if not _lies_in(rows, starts, ends):
        if holiday is not None:
            return _("the clinic is closed: %(name)s") % {"name": holiday}
        return _("outside the working hours")
    if not _lies_in(of_mode, starts, ends):
        return _("not by “%(mode)s” at this time") % {"mode": visit.get_mode_display()}
    if not _lies_in(for_service, starts, ends):
        return _("not for “%(service)s” at this time") % {"service": visit.service.name}
    return _("in a break") if any(starts < row.ends and row.starts < ends for row in breaks) else ""


def _off(visit: Appointment, off: Absence, day: date) -> Hit:
    if off.starts is None:
        return Hit(visit, _("on a day off"), whole_day=day)
    return Hit(visit, _("in time off"))


def _lies_in(rows: Iterable[Interval | DayHours], starts: time, ends: time) -> bool:
    """Whether the rows together cover that time; neighbours count as one."""
    reached = starts
    for row in sorted(rows, key=lambda row: row.starts):
        if row.starts > reached:
            return False
        reached = max(reached, row.ends)
        if reached >= ends:
            return True
    return False
