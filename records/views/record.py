"""A patient's record as far as there is one: visits with their reasons and files, and signed notes."""

from typing import cast
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.domain import break_glass
from accounts.domain.queries import patients_open_to
from accounts.models import User
from records.domain import queries, reading
from scheduling.domain.queries import visits_on_record

PER_PAGE = 20


@login_required
@never_cache
@require_safe
def patient_record(request: HttpRequest, pk: UUID) -> HttpResponse:
    """For doctors: the care team, and who broke the glass, who sees until when and why."""
    user = cast(User, request.user)
    if not user.is_doctor:
        raise PermissionDenied
    patient = patients_open_to(user).select_related("patient_profile").filter(pk=pk).first()
    if patient is None:
        raise Http404
    page = Paginator(visits_on_record(user, patient), PER_PAGE).get_page(request.GET.get("page"))
    shown = list(page.object_list)
    notes = {note.appointment_id: note for note in queries.visible_to(user).filter(appointment__in=shown)}
    access = break_glass.live_access(user, patient)
    reading.record_opened(patient, user, by_break_glass=access is not None)
    context = {
        "patient": patient,
        "profile": getattr(patient, "patient_profile", None),
        "page_obj": page,
        "visits": [(visit, notes.get(visit.pk)) for visit in shown],
        "section": "overview",
    }
    return render(request, "records/record.html", context)
