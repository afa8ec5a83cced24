"""The doctor's calendar: today's visits with what to do next, the week, and its feed."""

from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.domain.queries import doctors
from accounts.models import User
from scheduling import rules
from scheduling.domain import agenda
from scheduling.enums import UPCOMING
from scheduling.models import Appointment
from scheduling.views.action_names import ACTIONS, Action
from scheduling.views.guards import doctor_calendar, person
from scheduling.views.next_step import CallDoor, call_door

# date.weekday() of the day before a week starts: weeks run from Sunday.
SATURDAY = 5


@dataclass(frozen=True)
class Visit:
    """A line of today's list: the visit, the step to take at once, the call."""

    appointment: Appointment
    step: Action | None
    door: CallDoor | None

    @property
    def is_open(self) -> bool:
        return self.appointment.status in UPCOMING


def _date(text: str | None) -> date | None:
    """The day an address names, near enough to be in a calendar."""
    try:
        day = parse_date((text or "")[:10])
    except ValueError:
        return None
    today = timezone.localdate()
    return day if day and abs((day - today).days) < 20 * 366 else None


def _week_of(day: date) -> date:
    return day - timedelta(days=(day.weekday() - SATURDAY - 1) % 7)


@doctor_calendar
@never_cache
@require_safe
def week(request: HttpRequest, doctor: User | None) -> HttpResponse:
    if doctor is None:
        context = {"doctors": doctors(), "target": reverse("calendar")}
        return render(request, "scheduling/choose_doctor.html", context)
    user = person(request)
    today = timezone.localdate()
    chosen = _date(request.GET.get("date")) or today
    first = _week_of(chosen)
    of_doctor = {"doctor": str(doctor.pk)} if user.is_management else {}
    visits = agenda.visits(user, doctor, first, first + timedelta(days=7))
    by_day: dict[date, list[Appointment]] = {}
    for visit in visits:
        by_day.setdefault(timezone.localdate(visit.starts_at), []).append(visit)

    def to(name: str, **params: str) -> str:
        query = urlencode({**of_doctor, **params})
        return f"{reverse(name)}?{query}" if query else reverse(name)

    return render(
        request,
        "scheduling/calendar.html",
        {
            "doctor": doctor,
            "todays": [
                _line(user, visit) for visit in agenda.visits(user, doctor, today, today + timedelta(days=1))
            ],
            "days": [
                (day, by_day.get(day, [])) for day in (first + timedelta(days=offset) for offset in range(7))
            ],
            "today": today,
            "chosen": chosen,
            "offset": f"{timezone.localtime():%z}",
            "here": to("calendar", date=str(chosen)),
            "base_url": to("calendar"),
            "feed_url": to("calendar_events"),
            "hours_url": to("working_hours"),
            "week_before": to("calendar", date=str(chosen - timedelta(days=7))),
            "week_after": to("calendar", date=str(chosen + timedelta(days=7))),
        },
    )


def _line(user: User, visit: Appointment) -> Visit:
    steps = [ACTIONS[name] for name in rules.available_actions(user, visit) if name in ACTIONS]
    at_once = [step for step in steps if not step.asks]
    return Visit(visit, at_once[0] if at_once else None, call_door(visit))


@doctor_calendar
@never_cache
@require_safe
def events(request: HttpRequest, doctor: User | None) -> HttpResponse:
    """`?start= &end=` (the end excluded) -> what the calendar draws; at most agenda.MAX_DAYS days a call."""
    if doctor is None:
        raise Http404
    first, after = _date(request.GET.get("start")), _date(request.GET.get("end"))
    if first is None or after is None or not timedelta(0) < after - first <= timedelta(days=agenda.MAX_DAYS):
        detail = _("start and end are days; the end comes after the start, %(days)s days at most.")
        body = {"code": "invalid", "detail": detail % {"days": agenda.MAX_DAYS}, "fields": {}}
        return JsonResponse(body, status=400)
    return JsonResponse(agenda.events(person(request), doctor, first, after), safe=False)
