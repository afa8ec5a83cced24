"""The clinic's holidays, for management."""

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from clinic.core.errors import Invalid
from scheduling.domain import holidays as domain
from scheduling.forms.holidays import HolidayForm
from scheduling.models import Holiday
from scheduling.views.guards import person

SHOWN_OVER = 12


def for_management(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    @login_required
    @never_cache
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not person(request).is_management:
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded


@for_management
@require_http_methods(["GET", "HEAD", "POST"])
def listing(request: HttpRequest) -> HttpResponse:
    """The holidays that are not over with the appointments on them, and a form for one more."""
    form = HolidayForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and _stored(request, form, None):
        return redirect("holidays")
    coming = list(domain.coming())
    hit = domain.visits_on((row.first_day, row.last_day) for row in coming)
    days = [
        (row, [visit for visit in hit if row.first_day <= localdate(visit.starts_at) <= row.last_day])
        for row in coming
    ]
    context = {"form": form, "holidays": days, "over": domain.over()[:SHOWN_OVER]}
    return render(request, "scheduling/holidays.html", context, status=422 if form.errors else 200)


@for_management
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, pk: UUID) -> HttpResponse:
    row = domain.coming().filter(pk=pk).first()
    if row is None:
        raise Http404
    initial = {"name": row.name, "first_day": row.first_day, "last_day": row.last_day}
    form = HolidayForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and _stored(request, form, row.pk):
        return redirect("holidays")
    context = {"form": form, "holiday": row}
    return render(request, "scheduling/holiday.html", context, status=422 if form.errors else 200)


@for_management
@require_POST
def remove(request: HttpRequest, pk: UUID) -> HttpResponse:
    # Another tab may have been faster; the days are open, as was asked.
    with suppress(Holiday.DoesNotExist):
        domain.remove(pk, actor=person(request))
    messages.success(request, _("The holiday is removed. These days can be booked again."))
    return redirect("holidays")


@for_management
@require_POST
def check(request: HttpRequest) -> HttpResponse:
    """A fragment: how many appointments lie on the days that were typed. Stores nothing."""
    form = HolidayForm(request.POST)
    form.is_valid()
    first, last = (form.cleaned_data.get(name) for name in ("first_day", "last_day"))
    visits = domain.visits_on([(first, last)]) if first and last and first <= last else []
    context = {"visits": visits, "by_doctor": _by_doctor(visits), "first": first, "last": last}
    return render(request, "scheduling/parts/holiday_impact.html", context)


def _by_doctor(visits: list[Any]) -> list[tuple[Any, int]]:
    counts = Counter(visit.doctor for visit in visits)
    return sorted(counts.items(), key=lambda item: item[0].name)


def _stored(request: HttpRequest, form: HolidayForm, holiday: UUID | None) -> bool:
    if not form.is_valid():
        return False
    try:
        domain.save(actor=person(request), holiday=holiday, **form.cleaned_data)
    except Invalid as refusal:
        form.add_refusal(refusal)
        return False
    except Holiday.DoesNotExist as gone:
        raise Http404 from gone
    messages.success(request, _("The holiday is saved. Nothing new can be booked on these days."))
    return True
