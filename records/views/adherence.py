"""How a patient takes their medicines, as a section of their record."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.middleware import is_background
from records.domain import adherence_report
from records.views.figures import figures_of
from records.views.opened import patient_of
from scheduling.views.guards import person


@login_required
@never_cache
@require_safe
def record_adherence(request: HttpRequest, pk: UUID) -> HttpResponse:
    """For the patient, the care team, and who broke the glass."""
    reader, patient = person(request), patient_of(request, pk)
    adherence_report.read(patient, reader=reader, by_itself=is_background(request))
    context = {**figures_of(request, patient), "patient": patient, "section": "adherence"}
    return render(request, "records/record_adherence.html", context)
