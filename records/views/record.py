"""A patient's record: what matters now, and all that happened."""

from typing import cast
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.middleware import is_background
from accounts.models import User
from records.domain import reading, said, summary, timeline
from records.forms.facts import TimelineFilter
from records.views.opened import patient_of


@login_required
@require_safe
def own_record(request: HttpRequest) -> HttpResponse:
    """A patient's way to their own record."""
    user = cast(User, request.user)
    if not user.is_patient:
        raise PermissionDenied
    return redirect("patient_record", pk=user.pk)


@login_required
@never_cache
@require_safe
def patient_record(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The overview: for the patient, the care team, and who broke the glass. `?after=` goes on with the timeline."""
    user = cast(User, request.user)
    patient = patient_of(request, pk)
    filters = TimelineFilter(request.GET)
    page = timeline.page(user, patient, **filters.chosen, after=request.GET.get("after", ""))
    reading.note_record(patient, reader=user, by_itself=is_background(request))
    context = {
        "patient": patient,
        "profile": getattr(patient, "patient_profile", None),
        "section": "overview",
        "page": page,
        "filters": filters,
    }
    if getattr(request, "htmx", False) and "after" in request.GET:
        return render(request, "records/parts/timeline_page.html", context)
    context |= {
        "summary": summary.summary_of(patient),
        "said": said.open_pieces(patient) if user.is_doctor else {},
    }
    return render(request, "records/record.html", context)


@login_required
@never_cache
@require_safe
def printed_summary(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What matters of the record on a sheet or two of paper."""
    user = cast(User, request.user)
    patient = patient_of(request, pk)
    reading.note_record(patient, reader=user, by_itself=is_background(request))
    context = {
        "patient": patient,
        "profile": getattr(patient, "patient_profile", None),
        "section": "overview",
        "summary": summary.summary_of(patient),
        "background": summary.background_of(patient),
        "made_at": timezone.now(),
    }
    return render(request, "records/summary.html", context)
