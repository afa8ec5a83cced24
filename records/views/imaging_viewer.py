"""The page that shows the pictures of a scan. Who may open it: domain.imaging.pictures; what it shows: its series.json,
which also notes in the trail that they were opened."""

from typing import cast
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.models import User
from records.domain.imaging import pictures
from records.enums import StudyState


@login_required
@never_cache
@require_safe
def viewer(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The study's series in the page: to scroll, window, zoom and measure."""
    studies = pictures.studies_visible_to(cast(User, request.user))
    study = get_object_or_404(studies.select_related("report__patient__patient_profile"), pk=pk)
    context = {
        "study": study,
        "patient": study.report.patient,
        "is_undecided": study.state == StudyState.OTHER_PERSON,
    }
    return render(request, "records/imaging/viewer.html", context)
