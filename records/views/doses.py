"""The patient's own medicines: today's doses, the days before, and how it goes."""

import json
from collections.abc import Callable
from datetime import date, time, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from clinic.core.errors import DomainError
from messaging.domain.preferences import zone_of
from records.domain import dose_plan, intakes
from records.enums import SkipReason
from records.forms.doses import DoseForm
from records.views.figures import figures_of
from scheduling.views.guards import person, safe_next, uuid_or_none

DAYS_PER_PAGE = 14


def _patient(request: HttpRequest) -> User:
    user = person(request)
    if not user.is_patient:
        raise PermissionDenied
    return user


@login_required
@never_cache
@require_safe
def medicines(request: HttpRequest) -> HttpResponse:
    """Today first; what was missed yesterday; when the next dose comes."""
    patient = _patient(request)
    context = {"plan": dose_plan.today_of(patient), "reasons": SkipReason.choices, "tab": "today"}
    return render(request, "records/medicines.html", context)


@login_required
@never_cache
@require_safe
def tile(request: HttpRequest) -> HttpResponse:
    """For the patient's home page, which loads it by itself; empty on a day without a dose."""
    context = {"plan": dose_plan.today_of(_patient(request))}
    return render(request, "records/parts/doses_tile.html", context)


@login_required
@never_cache
@require_safe
def history(request: HttpRequest) -> HttpResponse:
    """The days before today, latest first, two weeks a page."""
    patient = _patient(request)
    yesterday = timezone.now().astimezone(zone_of(patient)).date() - timedelta(days=1)
    first = dose_plan.first_day(patient)
    count = max(0, (yesterday - first).days + 1) if first else 0
    page = Paginator(range(count), DAYS_PER_PAGE).get_page(request.GET.get("page"))
    shown = list(page.object_list)
    plans = []
    if shown:
        days = yesterday - timedelta(days=shown[-1]), yesterday - timedelta(days=shown[0])
        plans = [plan for plan in dose_plan.days_of(patient, *days) if plan.lines or plan.as_needed]
    context = {"page_obj": page, "plans": plans, "reasons": SkipReason.choices, "tab": "history"}
    return render(request, "records/medicines_history.html", context)


@login_required
@never_cache
@require_safe
def adherence(request: HttpRequest) -> HttpResponse:
    patient = _patient(request)
    context = {**figures_of(request, patient), "tab": "adherence"}
    return render(request, "records/medicines_adherence.html", context)


@login_required
@require_POST
def take_together(request: HttpRequest) -> HttpResponse:
    """Everything of one time at once."""
    patient = _patient(request)

    def act() -> str:
        count = intakes.take_together(*_planned(_data(request)), patient=patient)
        return _("Noted: all taken.") if count else _("It was noted already.")

    return _answer(request, act)


@login_required
@require_POST
def tell(request: HttpRequest, item: UUID, action: str) -> HttpResponse:
    """Take, skip or undo one dose. Somebody else's: 404; a doctor's patient's: 403."""
    user = person(request)
    if not dose_plan.items_visible_to(user).filter(pk=item).exists():
        raise Http404
    if not user.is_patient:
        raise PermissionDenied
    act = _ACTIONS.get(action)
    if act is None:
        raise Http404
    return _answer(request, lambda: act(item, user, _data(request)))


def _answer(request: HttpRequest, act: Callable[[], str]) -> HttpResponse:
    """htmx gets the news and fetches the doses itself; a plain form leads back to its page."""
    is_htmx = getattr(request, "htmx", False)
    try:
        said = act()
    except DomainError as refused:
        if is_htmx or refused.status == 403:
            raise
        messages.error(request, refused.detail)
    else:
        if is_htmx:
            told = {"toast": {"level": "success", "text": said}, "doses:told": {}}
            return HttpResponse(status=204, headers={"HX-Trigger": json.dumps(told)})
        messages.success(request, said)
    return redirect(safe_next(request, reverse("medicines")))


def _data(request: HttpRequest) -> dict[str, Any]:
    form = DoseForm(request.POST)
    form.is_valid()
    return form.cleaned_data


def _planned(data: dict[str, Any]) -> tuple[date, time]:
    """Raises Invalid for a day or time that is none."""
    if not data.get("day") or data.get("time") is None:
        raise intakes.no_such_dose()
    return data["day"], data["time"]


def _take(item: UUID, user: User, data: dict[str, Any]) -> str:
    day, clock = _planned(data)
    intakes.take(item, day, clock, patient=user, on_time=data.get("when") == "on_time")
    return _("Noted: taken.")


def _skip(item: UUID, user: User, data: dict[str, Any]) -> str:
    day, clock = _planned(data)
    intakes.skip(item, day, clock, patient=user, reason=data.get("reason") or data.get("why", ""))
    return _("Noted: left out.")


def _undo(item: UUID, user: User, data: dict[str, Any]) -> str:
    day, clock = _planned(data)
    was = intakes.undo(item, day, clock, patient=user)
    return _("Taken back.") if was else _("Nothing is noted for this dose any more.")


def _needed(item: UUID, user: User, data: dict[str, Any]) -> str:
    seen = data.get("seen", "")
    _intake, is_new = intakes.take_as_needed(
        item, patient=user, seen=uuid_or_none(seen), is_first=seen == "none"
    )
    return _("Noted: taken.") if is_new else _("It was noted already.")


_ACTIONS: dict[str, Callable[[UUID, User, dict[str, Any]], str]] = {
    "take": _take,
    "skip": _skip,
    "undo": _undo,
    "needed": _needed,
}
