"""Days on which the whole clinic is closed. Weekly hours don't hold then; one-off openings do."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.domain.queries import doctors
from accounts.models import User
from clinic.core.errors import Invalid, NotAllowed
from scheduling import events
from scheduling.enums import UPCOMING
from scheduling.models import Appointment, Holiday, Opening

from . import waiting_timers

# Slots are shown at most so far ahead (Schedule.horizon_days).
FURTHEST_DAYS = 365
LONGEST_DAYS = 60


def coming() -> QuerySet[Holiday]:
    return Holiday.objects.filter(last_day__gte=timezone.localdate())


def over() -> QuerySet[Holiday]:
    return Holiday.objects.filter(last_day__lt=timezone.localdate()).order_by("-first_day")


@transaction.atomic
def save(*, actor: User, name: str, first_day: date, last_day: date, holiday: UUID | None = None) -> Holiday:
    """Add a holiday, or change the one with this id; appointments stay as they are. Raises NotAllowed, Invalid,
    Holiday.DoesNotExist."""
    if not (actor.is_active and actor.is_management):
        raise NotAllowed
    _refuse_bad(first_day, last_day, holiday)
    row = Holiday() if holiday is None else Holiday.objects.select_for_update(no_key=True).get(pk=holiday)
    touched = [(first_day, last_day)]
    if holiday is not None:
        touched.append((row.first_day, row.last_day))
    row.name, row.first_day, row.last_day = name, first_day, last_day
    row.save()
    _announce(touched)
    return row


@transaction.atomic
def remove(holiday: UUID, *, actor: User) -> None:
    """Open these days again. Raises NotAllowed, Holiday.DoesNotExist."""
    if not (actor.is_active and actor.is_management):
        raise NotAllowed
    row = Holiday.objects.select_for_update(no_key=True).get(pk=holiday)
    row.delete()
    _announce([(row.first_day, row.last_day)])
    for doctor_id in doctors().values_list("pk", flat=True):
        waiting_timers.opened(doctor_id, [(row.first_day, row.last_day, None, None)])


def _refuse_bad(first_day: date, last_day: date, holiday: UUID | None) -> None:
    if last_day < first_day:
        raise Invalid(fields={"last_day": [_("The last day is before the first one.")]})
    if (last_day - first_day).days >= LONGEST_DAYS:
        words = _("A holiday has %(days)s days at most.") % {"days": LONGEST_DAYS}
        raise Invalid(fields={"last_day": [words]})
    if last_day < timezone.localdate():
        raise Invalid(fields={"last_day": [_("These days are over.")]})
    touching = Holiday.objects.filter(first_day__lte=last_day, last_day__gte=first_day)
    other = touching.exclude(pk__in=[holiday] if holiday else []).first()
    if other is not None:
        words = _("The clinic is closed on some of these days already: %(name)s.") % {"name": other.name}
        raise Invalid(fields={"first_day": [words]})


def _announce(spans: Iterable[tuple[date, date]]) -> None:
    """To everyone who looks at slots of these days, of any doctor."""
    today = timezone.localdate()
    last = today + timedelta(days=FURTHEST_DAYS)
    days = {
        date.fromordinal(ordinal)
        for start, end in spans
        for ordinal in range(max(start, today).toordinal(), min(end, last).toordinal() + 1)
    }
    for doctor_id in doctors().values_list("pk", flat=True):
        for day in sorted(days):
            events.schedule_changed(doctor_id, day, 1)


def visits_on(spans: Iterable[tuple[date, date]]) -> list[Appointment]:
    """Coming appointments of all doctors on these days, but those in one-off openings, which hold on a holiday too;
    the soonest first. Two queries."""
    wanted, days = Q(), Q()
    for first, last in spans:
        start = timezone.make_aware(datetime.combine(first, time()))
        after = timezone.make_aware(datetime.combine(last + timedelta(days=1), time()))
        wanted |= Q(starts_at__lt=after, ends_at__gt=start)
        days |= Q(day__range=(first, last))
    if not wanted:
        return []
    found = Appointment.objects.filter(wanted, status__in=UPCOMING, ends_at__gte=timezone.now())
    open_then: dict[tuple[UUID, date], list[tuple[time, time]]] = {}
    for row in Opening.objects.filter(days):
        open_then.setdefault((row.doctor_id, row.day), []).append((row.starts, row.ends))

    def held(visit: Appointment) -> bool:
        starts, ends = timezone.localtime(visit.starts_at), timezone.localtime(visit.ends_at)
        spans_of_day = open_then.get((visit.doctor_id, starts.date()), ())
        return any(first <= starts.time() and ends.time() <= last for first, last in spans_of_day)

    ordered = found.select_related("patient", "doctor", "service").order_by("starts_at", "pk")
    return [visit for visit in ordered if not held(visit)]
