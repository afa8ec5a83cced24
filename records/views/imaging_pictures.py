"""The files of a scan's pictures, and what the viewer is told of them. Who finds them: domain.imaging.pictures."""

from typing import cast
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.models import User
from clinic.core.files import serve_private
from records.domain.imaging import pictures


@login_required
@never_cache
@require_safe
def series(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A study for the viewer: its series, and the files of each in order."""
    user = cast(User, request.user)
    study = get_object_or_404(pictures.studies_visible_to(user), pk=pk)
    pictures.note_opened(study, user)
    return JsonResponse(pictures.for_the_viewer(study))


@login_required
@require_safe
def instance(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """One DICOM file as it came. That its study was opened stands in the trail; its single pictures don't."""
    found = get_object_or_404(pictures.instances_visible_to(cast(User, request.user)), pk=pk)
    return serve_private(found.file, content_type="application/dicom", name=f"{found.pk}.dcm")
