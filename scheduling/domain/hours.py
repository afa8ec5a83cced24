"""When a doctor works: weekly hours, breaks, days off and the rules of their slots, saved as one.

Existing appointments never change by this; `visits_hit` says which ones a day off touches.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from clinic.core.errors import Invalid, NotAllowed
from scheduling import events
from scheduling.enums import CELL_MINUTES, UPCOMING, Weekday
from scheduling.models import Appointment, Break, DayOff, Schedule, WorkingHours


@dataclass(frozen=True)
class Interval:
    """Wall-clock hours of each such weekday; a break has no modes."""

    weekday: int
    starts: time
    ends: time
    modes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Absence:
    first_day: date
    last_day: date
    reason: str = ""


@dataclass(frozen=True)
class SlotRules:
    """Minutes; the horizon in days."""

    slot_minutes: int
    buffer_minutes: int
    notice_minutes: int
    horizon_days: int


# (index of the row, field, message): what the form puts beside the field.
Mistake = tuple[int, str, str]


def can_edit(user: User, doctor: User) -> bool:
    """The doctor themself and management."""
    return user.is_active and (user.is_management or (user.is_doctor and user.pk == doctor.pk))


def mistakes_in_hours(hours: Sequence[Interval | None]) -> list[Mistake]:
    """Rows that are reversed, off the grid, without a mode, or overlap an earlier row of their day.
    None stands for a row that is left out."""
    found = _mistakes_in_rows(hours)
    found += [
        (index, "modes", _("Choose at least one way to meet."))
        for index, row in enumerate(hours)
        if row is not None and not row.modes
    ]
    return found


def mistakes_in_breaks(breaks: Sequence[Interval | None], hours: Sequence[Interval | None]) -> list[Mistake]:
    """As for hours; and breaks that are not inside one interval of their day's hours."""
    found = _mistakes_in_rows(breaks)
    wrong = {index for index, _field, _message in found}
    for index, row in enumerate(breaks):
        if row is None or index in wrong:
            continue
        same_day = [hour for hour in hours if hour is not None and hour.weekday == row.weekday]
        if not same_day:
            found.append((index, "starts", _("There are no working hours on this day.")))
        elif any(hour.starts <= row.starts and row.ends <= hour.ends for hour in same_day):
            if any(hour.starts == row.starts and hour.ends == row.ends for hour in same_day):
                found.append((index, "ends", _("This break takes up all of these hours.")))
        else:
            found.append((index, "starts", _("A break has to lie inside this day's working hours.")))
    return found


def mistakes_in_absences(absences: Sequence[Absence | None]) -> list[Mistake]:
    """Days off that end before they begin, or touch an earlier row."""
    found: list[Mistake] = []
    for index, row in enumerate(absences):
        if row is None:
            continue
        if row.last_day < row.first_day:
            found.append((index, "last_day", _("The last day is before the first one.")))
            continue
        for other in absences[:index]:
            if other and row.first_day <= other.last_day and other.first_day <= row.last_day:
                found.append((index, "first_day", _("These days overlap another row.")))
                break
    return found


def _mistakes_in_rows(rows: Sequence[Interval | None]) -> list[Mistake]:
    found: list[Mistake] = []
    for index, row in enumerate(rows):
        if row is None:
            continue
        off_grid = [
            name
            for name, moment in (("starts", row.starts), ("ends", row.ends))
            if moment.minute % CELL_MINUTES or moment.second
        ]
        if off_grid:
            found += [
                (index, name, _("Use steps of %(minutes)s minutes.") % {"minutes": CELL_MINUTES})
                for name in off_grid
            ]
        elif row.ends <= row.starts:
            found.append((index, "ends", _("The end has to be after the start.")))
        elif any(
            other is not None
            and other.weekday == row.weekday
            and row.starts < other.ends
            and other.starts < row.ends
            for other in rows[:index]
        ):
            found.append((index, "starts", _("This overlaps another row of the day.")))
    return found


@transaction.atomic
def save(
    doctor: User,
    *,
    actor: User,
    slot_rules: SlotRules,
    hours: Sequence[Interval],
    breaks: Sequence[Interval],
    absences: Sequence[Absence],
) -> Schedule:
    """Replace the doctor's weekly hours, breaks, and days off that are not over; past ones stay as they were.

    Raises NotAllowed, and Invalid for what the form would have shown (an API or a script sent it).
    """
    if not can_edit(actor, doctor):
        raise NotAllowed
    mistakes = [
        *mistakes_in_hours(hours),
        *mistakes_in_breaks(breaks, hours),
        *mistakes_in_absences(absences),
    ]
    if mistakes:
        raise Invalid(fields={field: [message] for _index, field, message in mistakes})
    # Two saves of one doctor go one after the other, so that their rows never mix.
    User.objects.select_for_update(no_key=True).get(pk=doctor.pk)
    schedule, _created = Schedule.objects.update_or_create(
        doctor=doctor,
        defaults={
            "slot_minutes": slot_rules.slot_minutes,
            "buffer_minutes": slot_rules.buffer_minutes,
            "notice_minutes": slot_rules.notice_minutes,
            "horizon_days": slot_rules.horizon_days,
        },
    )
    WorkingHours.objects.filter(doctor=doctor).delete()
    WorkingHours.objects.bulk_create(
        WorkingHours(
            doctor=doctor, weekday=row.weekday, starts=row.starts, ends=row.ends, modes=list(row.modes)
        )
        for row in hours
    )
    Break.objects.filter(doctor=doctor).delete()
    Break.objects.bulk_create(
        Break(doctor=doctor, weekday=row.weekday, starts=row.starts, ends=row.ends) for row in breaks
    )
    days_off(doctor).delete()
    DayOff.objects.bulk_create(
        DayOff(doctor=doctor, first_day=row.first_day, last_day=row.last_day, reason=row.reason)
        for row in absences
    )
    events.schedule_changed(doctor.pk, timezone.localdate(), schedule.horizon_days + 1)
    return schedule


def days_off(doctor: User) -> QuerySet[DayOff]:
    """The doctor's days off that are not over."""
    return DayOff.objects.filter(doctor=doctor, last_day__gte=timezone.localdate())


def visits_hit(doctor: User, absences: Iterable[Absence | DayOff]) -> list[Appointment]:
    """Coming appointments of the doctor on these days, the soonest first. One query."""
    spans = Q()
    for absence in absences:
        first = timezone.make_aware(datetime.combine(absence.first_day, time()))
        after = timezone.make_aware(datetime.combine(absence.last_day + timedelta(days=1), time()))
        spans |= Q(starts_at__lt=after, ends_at__gt=first)
    if not spans:
        return []
    found = Appointment.objects.filter(spans, doctor=doctor, status__in=UPCOMING, ends_at__gte=timezone.now())
    return list(found.select_related("patient", "service").order_by("starts_at"))


WEEKDAYS = (Weekday.MONDAY, Weekday.TUESDAY, Weekday.WEDNESDAY, Weekday.THURSDAY, Weekday.FRIDAY)
