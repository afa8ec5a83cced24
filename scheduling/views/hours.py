"""The editor of a doctor's hours: every week, and single dates. Both in the same three steps: what was typed may be
changed by a button, looked at (which appointments would it hit?), and saved."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.domain.queries import doctors
from accounts.enums import Mode
from accounts.models import User
from scheduling.domain import dates as dates_domain
from scheduling.domain import hours as hours_domain
from scheduling.domain import impact
from scheduling.forms.dates import WEEK, DatesPage, week_start
from scheduling.forms.hour_rows import iso_day
from scheduling.forms.hours import WeekPage
from scheduling.views import hours_backdrop
from scheduling.views.guards import doctor_calendar, person

SAVE = "save"
Page = WeekPage | DatesPage


@dataclass(frozen=True)
class Subject:
    """One of the two views of the editor."""

    url_name: str
    check_name: str
    template: str
    page: type[WeekPage] | type[DatesPage]
    save: Callable[[User, User, Any], object]
    stored_version: Callable[[User], str]


def _save_week(doctor: User, actor: User, page: WeekPage) -> None:
    hours_domain.save(doctor, actor=actor, week=page.week, version=page.version)


def _save_dates(doctor: User, actor: User, page: DatesPage) -> None:
    dates_domain.save(doctor, actor=actor, dates=page.dates, version=page.version)


WEEKLY = Subject(
    url_name="working_hours",
    check_name="working_hours_check",
    template="scheduling/hours.html",
    page=WeekPage,
    save=_save_week,
    stored_version=lambda doctor: hours_domain.week_of(doctor).version,
)
DATED = Subject(
    url_name="working_dates",
    check_name="working_dates_check",
    template="scheduling/hours_dates.html",
    page=DatesPage,
    save=_save_dates,
    stored_version=lambda doctor: dates_domain.dates_of(doctor).version,
)


def _pens(doctor: User, subject: Subject) -> list[tuple[str, str, str]]:
    """What can be drawn: value, words, icon. Only ways in which the doctor meets anybody."""
    offered = doctor.doctor_profile.modes
    icons = {Mode.VIDEO.value: "video", Mode.IN_PERSON.value: "map-pin"}
    pens = [(mode.value, str(mode.label), icons[mode.value]) for mode in Mode if mode in offered]
    if len(pens) != 1:
        pens.insert(0, (",".join(Mode.values), _("Either way"), "users"))
    return [
        *pens,
        ("break", _("Break"), "coffee") if subject is WEEKLY else ("off", _("Time off"), "calendar-x"),
    ]


@doctor_calendar
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, doctor: User | None, subject: Subject = WEEKLY) -> HttpResponse:
    if doctor is None:
        context = {"doctors": doctors(), "target": reverse(subject.url_name)}
        return render(request, "scheduling/choose_doctor.html", context)
    if request.method != "POST":
        return _show(request, doctor, subject, subject.page.of(doctor))
    do = request.POST.get("do", SAVE)
    if do != SAVE:
        return _show(request, doctor, subject, subject.page.edited(doctor, request.POST, do))
    page = subject.page(doctor, data=request.POST)
    if not page.is_valid():
        return _show(request, doctor, subject, page, status=422)
    try:
        subject.save(doctor, person(request), page)
    except hours_domain.ChangedMeanwhile as refusal:
        # Who has been told may save again: now it is deliberate.
        page.version = subject.stored_version(doctor)
        return _show(request, doctor, subject, page, status=409, refusal=refusal.detail)
    messages.success(request, _("Saved. It holds for new bookings from now on."))
    return redirect(_to(request, doctor, subject.url_name, **_week(request)))


@doctor_calendar
@never_cache
@require_POST
def check(request: HttpRequest, doctor: User | None, subject: Subject = WEEKLY) -> HttpResponse:
    """A fragment: what saving this form would do to appointments. Stores nothing."""
    if doctor is None:
        raise Http404
    page = subject.page(doctor, data=request.POST)
    status = 200 if page.is_valid() else 422
    context = {"doctor": doctor, "is_unsaved": True, **_impact(doctor, page, is_right=status == 200)}
    return render(request, "scheduling/parts/hours_impact.html", context, status=status)


@doctor_calendar
@never_cache
@require_safe
def backdrop(request: HttpRequest, doctor: User | None) -> HttpResponse:
    """`?week=`: what stands behind the editable dates of that week (hours_backdrop.py)."""
    if doctor is None:
        raise Http404
    first = week_start(iso_day(request.GET.get("week")) or timezone.localdate())
    if abs((first - timezone.localdate()).days) > 2 * 366:
        raise Http404
    visits = impact.visits_between(doctor, first, first + WEEK)
    return JsonResponse(hours_backdrop.of_week(impact.plan_of(doctor), first, visits), safe=False)


def _impact(doctor: User, page: Page, *, is_right: bool) -> dict[str, Any]:
    if not is_right:
        return {"complaints": list(page.complaints())}
    if isinstance(page, WeekPage):
        return {"impact": impact.of(doctor, week=page.week)}
    return {"impact": impact.of(doctor, dates=page.dates)}


def _show(
    request: HttpRequest, doctor: User, subject: Subject, page: Page, *, status: int = 200, refusal: str = ""
) -> HttpResponse:
    context: dict[str, Any] = {
        "doctor": doctor,
        "page": page,
        "here": _to(request, doctor, subject.url_name),
        "check_url": _to(request, doctor, subject.check_name),
        "tabs": [
            (_("Every week"), _to(request, doctor, WEEKLY.url_name), subject is WEEKLY),
            (_("Single dates"), _to(request, doctor, DATED.url_name), subject is DATED),
        ],
        "pens": _pens(doctor, subject),
        "weekday": timezone.localdate().weekday(),
        "is_wrong": status == 422,
        "is_unsaved": request.method == "POST",
        "refusal": refusal,
    }
    if status == 422:
        context |= _impact(doctor, page, is_right=False)
    elif request.method != "POST" or refusal:
        context["impact"] = (
            impact.of(doctor) if not refusal else _impact(doctor, page, is_right=True)["impact"]
        )
    if isinstance(page, WeekPage) and person(request).pk != doctor.pk:
        page.rules.fields["confirms_personally"].label = _("The doctor confirms each request personally")
    if refusal and isinstance(page, WeekPage):
        context["stored_elsewise"] = page.stored_elsewise()
    if isinstance(page, DatesPage):
        first = week_start(iso_day(_week(request).get("week")) or timezone.localdate())
        context |= {
            "week": first,
            "today": timezone.localdate(),
            "week_end": first + timedelta(days=6),
            "backdrop_url": _to(request, doctor, "working_dates_backdrop"),
        }
    return render(request, subject.template, context, status=status)


def _week(request: HttpRequest) -> dict[str, str]:
    """The week that the dates view shows."""
    day = iso_day(request.GET.get("week") or request.POST.get("shown"))
    return {"week": str(day)} if day else {}


def _to(request: HttpRequest, doctor: User, name: str, **query: str) -> str:
    if person(request).is_management:
        query = {"doctor": str(doctor.pk), **query}
    return reverse(name) + (f"?{urlencode(query)}" if query else "")
