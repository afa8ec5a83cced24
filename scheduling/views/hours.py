"""A doctor's hours, breaks and days off."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.domain.queries import doctors
from accounts.models import User
from scheduling.domain import hours as domain
from scheduling.forms.hours import HoursPage
from scheduling.views.guards import doctor_calendar, person

SAVE = "save"


@doctor_calendar
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, doctor: User | None) -> HttpResponse:
    if doctor is None:
        context = {"doctors": doctors(), "target": reverse("working_hours")}
        return render(request, "scheduling/choose_doctor.html", context)
    user = person(request)
    here = reverse("working_hours") + (f"?doctor={doctor.pk}" if user.is_management else "")
    if request.method != "POST":
        return _show(request, doctor, HoursPage.of(doctor), here)
    do = request.POST.get("do", SAVE)
    if do != SAVE:
        return _show(request, doctor, HoursPage.edited(request.POST, do), here)
    page = HoursPage(data=request.POST)
    if not page.is_valid():
        return _show(request, doctor, page, here, status=422)
    page.save(doctor, actor=user)
    messages.success(request, _("The hours are saved. They hold for new bookings from now on."))
    return redirect(here)


def _show(
    request: HttpRequest, doctor: User, page: HoursPage, here: str, *, status: int = 200
) -> HttpResponse:
    context: dict[str, Any] = {
        "doctor": doctor,
        "page": page,
        "here": here,
        "is_wrong": status != 200,
        "visits_hit": domain.visits_hit(doctor, domain.days_off(doctor)),
    }
    return render(request, "scheduling/hours.html", context, status=status)
