"""Vital signs of a record: charts, and the table with every value."""

from typing import Any, cast
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.middleware import is_background
from accounts.models import User
from records.domain import reading, vitals
from records.forms.facts import UNITS
from records.models import VitalSigns
from records.views.opened import patient_of

PER_PAGE = 25


@login_required
@never_cache
@require_safe
def record_vitals(request: HttpRequest, pk: UUID) -> HttpResponse:
    """`?errors=1` shows a doctor also what was entered in error."""
    user = cast(User, request.user)
    patient = patient_of(request, pk)
    with_errors = user.is_doctor and request.GET.get("errors") == "1"
    reading.note_record(patient, reader=user, by_itself=is_background(request))
    rows = vitals.measured(patient, voided=with_errors)
    context = {
        "patient": patient,
        "section": "vitals",
        "page_obj": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
        "charts": [_drawn(chart) for chart in vitals.charts(patient)],
        "with_errors": with_errors,
    }
    return render(request, "records/vitals.html", context)


def _drawn(chart: vitals.Chart) -> dict[str, Any]:
    """As theme/static/js/charts.js takes it."""
    unit = str(UNITS[chart.name])
    series = [
        {"label": label_of(name), "points": [{"at": at.isoformat(), "value": value} for at, value in points]}
        for name, points in chart.series
    ]
    title = " / ".join(str(entry["label"]) for entry in series)
    return {
        "id": f"chart-{chart.name}",
        "title": title,
        "unit": unit,
        "data": {"unit": unit, "series": series},
    }


def label_of(name: str) -> str:
    label = str(VitalSigns._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
    return label[:1].upper() + label[1:]
