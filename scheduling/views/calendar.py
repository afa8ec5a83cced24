"""Calendars of doctors and of the whole clinic: timeline, list and grid of one address each, and the sheet to print.

Everything that is chosen lives in the address: `view`, `date`, and the filters of forms/agenda.py.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db import models
from django.db.models import Min
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.models import User
from scheduling import rules
from scheduling.domain import agenda, backdrop
from scheduling.domain.backdrop import Patch
from scheduling.domain.timeline import Moment, Place, moments
from scheduling.enums import AppointmentStatus
from scheduling.forms.agenda import VisitFilter, day_of
from scheduling.models import Appointment, Schedule, WaitingOffer
from scheduling.views.action_names import ACTIONS, Action
from scheduling.views.calendar_feed import notes_on
from scheduling.views.guards import person, shown_doctors, staff_calendar
from scheduling.views.next_step import CallDoor, call_door

# date.weekday() of the day before a week starts: weeks run from Sunday.
SATURDAY = 5


class View(models.TextChoices):
    TIMELINE = "timeline", gettext_lazy("Now")
    DAY = "day", gettext_lazy("Day")
    WEEK = "week", gettext_lazy("Week")
    MONTH = "month", gettext_lazy("Month")
    LIST = "list", gettext_lazy("List")


DEFAULT_STEP = 15
# So many doctors are named above the calendar, the others counted.
NAMED = 3
GRIDS = (View.DAY, View.WEEK, View.MONTH)


@dataclass(frozen=True)
class Line:
    """A visit in the timeline or the list: where it stands, the step to take at once, the call, what is unusual."""

    visit: Appointment
    moment: Moment
    step: Action | None
    door: CallDoor | None
    notes: list[str]

    @property
    def is_open(self) -> bool:
        return self.moment.place != Place.DONE

    @property
    def tone(self) -> str:
        """How loud the step's button is: loud when it is due and there is no call to join."""
        due = self.moment.place in (Place.LATE, Place.NOW)
        return "primary" if due and not (self.door and self.door.is_open) else "secondary"


@dataclass(frozen=True)
class Lane:
    """One doctor's line of today: what is over, and what is not."""

    doctor: User
    over: list[Line]
    lines: list[Line]
    offers: list[WaitingOffer]
    closures: list[Patch]


@dataclass(frozen=True)
class Day:
    day: date
    lines: list[Line]
    offers: list[WaitingOffer]
    closures: list[tuple[Patch, str]]


@staff_calendar
@never_cache
@require_safe
def calendar(request: HttpRequest) -> HttpResponse:
    user = person(request)
    filters = VisitFilter(request.GET, user=user)
    doctors = shown_doctors(request, filters)
    today = timezone.localdate()
    chosen = day_of(request.GET.get("date")) or today
    if "print" in request.GET:
        return _sheet(request, filters, doctors, chosen)
    view = _view(request, user)
    context: dict[str, Any] = {
        "view": view,
        "is_grid": view in GRIDS,
        "tabs": [(tab, tab.label, _to(request, view=tab)) for tab in View],
        "filters": filters,
        "lead": _lead(filters, doctors),
        "only": doctors[0] if len(doctors) == 1 else None,
        "today": today,
        "chosen": chosen,
        "here": request.get_full_path(),
        "print_url": _to(request, view="", date=str(chosen), print="1"),
        "hours_url": _hours(user, doctors),
        "book_url": reverse("desk_book") if user.is_management else "",
    }
    if view == View.TIMELINE:
        context |= {"lanes": _lanes(user, filters, doctors, today), "now": timezone.localtime()}
    elif view == View.LIST:
        context |= _listed(request, filters, doctors, chosen)
    else:
        step = {View.DAY: 1, View.WEEK: 7}.get(view, 28)
        context |= {
            "columns": [
                {
                    "id": str(doctor.pk),
                    "title": doctor.name,
                    "specialty": doctor.doctor_profile.specialty.slug,
                }
                for doctor in agenda.doctors_of(user)
            ],
            "offset": f"{timezone.localtime():%z}",
            "snap": _snap(doctors),
            "before_url": _to(request, date=str(chosen - timedelta(days=step))),
            "after_url": _to(request, date=str(chosen + timedelta(days=step))),
        }
    return render(request, "scheduling/calendar.html", context)


def _view(request: HttpRequest, user: User) -> View:
    """The one the address asks for, else a day of the whole clinic or a doctor's own week."""
    try:
        return View(request.GET.get("view", ""))
    except ValueError:
        return View.DAY if user.is_management else View.WEEK


def _lead(filters: VisitFilter, doctors: list[User]) -> str:
    """Whose calendar this is."""
    if len(doctors) > 1 and not {"doctor", "specialty"}.intersection(filters.chosen):
        return _("All doctors")
    names = [doctor.name for doctor in doctors]
    more = f" +{len(names) - NAMED}" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more


def _to(request: HttpRequest, **changes: str) -> str:
    """This page with other parameters; "" drops one."""
    params = request.GET.copy()
    for name, value in changes.items():
        params.pop(name, None)
        if value:
            params[name] = value
    return f"{reverse('calendar')}?{params.urlencode()}"


def _hours(user: User, doctors: list[User]) -> str:
    """The working hours behind this calendar, when it is one doctor's."""
    if user.is_doctor:
        return reverse("working_hours")
    only = doctors[0] if len(doctors) == 1 else None
    return f"{reverse('working_hours')}?{urlencode({'doctor': str(only.pk)})}" if only else ""


def _snap(doctors: list[User]) -> int:
    """Minutes between the times at which a dragged visit comes to rest: the finest steps of these doctors."""
    steps = Schedule.objects.filter(doctor__in=doctors).aggregate(finest=Min("slot_minutes"))
    return int(steps["finest"] or DEFAULT_STEP)


def _lanes(user: User, filters: VisitFilter, doctors: list[User], today: date) -> list[Lane]:
    """Today, a lane for each doctor who has visits or is away, those who still have some first; for oneself always."""
    tomorrow = today + timedelta(days=1)
    lines: dict[Any, list[Line]] = {}
    for line in _lines(user, filters, today, tomorrow):
        lines.setdefault(line.visit.doctor_id, []).append(line)
    offers: dict[Any, list[WaitingOffer]] = {}
    for offer in agenda.offers([doctor.pk for doctor in doctors], today, tomorrow):
        offers.setdefault(offer.doctor_id, []).append(offer)
    closures = backdrop.closures(doctors, today, tomorrow)
    lanes = [
        Lane(
            doctor,
            [line for line in lines.get(doctor.pk, []) if not line.is_open],
            [line for line in lines.get(doctor.pk, []) if line.is_open],
            offers.get(doctor.pk, []),
            [patch for patch in closures if patch.doctor_id in (None, doctor.pk)],
        )
        for doctor in doctors
    ]
    if len(lanes) == 1:
        return lanes
    busy = [lane for lane in lanes if lane.lines or lane.over or lane.offers or lane.closures]
    return sorted(busy, key=lambda lane: not lane.lines)


def _lines(user: User, filters: VisitFilter, first: date, after: date) -> list[Line]:
    wanted = filters.cleaned_data.get("status", "")
    visits = filters.narrow(agenda.visits(user, first, after, with_status=wanted))
    of_doctor: dict[Any, list[Appointment]] = {}
    for visit in visits.prefetch_related(None):
        of_doctor.setdefault(visit.doctor_id, []).append(visit)
    now = timezone.now()
    placed = [moment for mine in of_doctor.values() for moment in moments(mine, now)]
    return [_line(user, moment) for moment in sorted(placed, key=lambda moment: moment.visit.starts_at)]


def _line(user: User, moment: Moment) -> Line:
    visit = moment.visit
    is_due = (
        timezone.localdate(visit.starts_at) <= timezone.localdate()
        or visit.status == AppointmentStatus.PENDING_CONFIRMATION
    )
    steps = [ACTIONS[name] for name in rules.available_actions(user, visit) if name in ACTIONS]
    # What leads on; steps back have their place on the visit's own page.
    at_once = next((step for step in steps if is_due and step.tone == "primary"), None)
    return Line(visit, moment, at_once, call_door(visit) if user.is_doctor else None, notes_on(visit))


def _listed(request: HttpRequest, filters: VisitFilter, doctors: list[User], chosen: date) -> dict[str, Any]:
    """A doctor's week, or one day of several doctors, as a list."""
    user = person(request)
    alone = len(doctors) == 1
    first = _week_of(chosen) if alone else chosen
    length = timedelta(days=7 if alone else 1)
    lines: dict[date, list[Line]] = {}
    for line in _lines(user, filters, first, first + length):
        lines.setdefault(timezone.localdate(line.visit.starts_at), []).append(line)
    offers = list(agenda.offers([doctor.pk for doctor in doctors], first, first + length))
    closures = backdrop.closures(doctors, first, first + length)
    names = {doctor.pk: doctor.name for doctor in doctors}
    days = [
        Day(
            day,
            lines.get(day, []),
            [offer for offer in offers if timezone.localdate(offer.starts_at) == day],
            [
                (patch, names[patch.doctor_id] if patch.doctor_id and not alone else "")
                for patch in closures
                if patch.day == day
            ],
        )
        for day in (first + timedelta(days=offset) for offset in range(length.days))
    ]
    return {
        "days": days,
        "alone": alone,
        "first": first,
        "last": first + length - timedelta(days=1),
        "before_url": _to(request, date=str(first - length)),
        "after_url": _to(request, date=str(first + length)),
        "today_url": _to(request, date=""),
    }


def _week_of(day: date) -> date:
    return day - timedelta(days=(day.weekday() - SATURDAY - 1) % 7)


def _sheet(request: HttpRequest, filters: VisitFilter, doctors: list[User], day: date) -> HttpResponse:
    """One day on paper, a table for each doctor who has visits. No reasons for visits: paper lies about."""
    user = person(request)
    after = day + timedelta(days=1)
    wanted = filters.cleaned_data.get("status", "")
    visits = filters.narrow(agenda.visits(user, day, after, with_status=wanted))
    by_doctor: dict[Any, list[tuple[Appointment, list[str]]]] = {}
    for visit in visits.prefetch_related(None).prefetch_related("resources"):
        by_doctor.setdefault(visit.doctor_id, []).append((visit, notes_on(visit)))
    closures = backdrop.closures(doctors, day, after)
    sheets = [
        (doctor, by_doctor.get(doctor.pk, []), [p for p in closures if p.doctor_id in (None, doctor.pk)])
        for doctor in doctors
        if doctor.pk in by_doctor or len(doctors) == 1
    ]
    context = {
        "sheets": sheets,
        "day": day,
        "back_url": _to(request, print=""),
        "printed": timezone.localtime(),
    }
    return render(request, "scheduling/day_sheet.html", context)
