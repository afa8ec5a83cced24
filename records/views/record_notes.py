"""The notes of a patient's record, the latest first."""

from typing import cast
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.middleware import is_background
from accounts.models import User
from records.domain import notes, queries
from records.views.opened import patient_of

PER_PAGE = 10


@login_required
@never_cache
@require_safe
def record_notes(request: HttpRequest, pk: UUID) -> HttpResponse:
    user = cast(User, request.user)
    patient = patient_of(request, pk)
    found = (
        queries.visible_to(user)
        .filter(appointment__patient=patient)
        .prefetch_related("addenda__author")
        .order_by("-appointment__starts_at", "-pk")
    )
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    notes.read(list(page.object_list), reader=user, by_itself=is_background(request))
    context = {"patient": patient, "section": "notes", "page_obj": page}
    return render(request, "records/record_notes.html", context)
