"""The files of conversations, for their members."""

from typing import cast
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from accounts.models import User
from clinic.core.files import IMAGE_TYPES, TEXT_TYPE, serve_private
from messaging.domain import attachments, queries


@login_required
@require_safe
def chat_file(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """A picture opens, anything else is saved (and a picture too with `?download`). `?preview`: the small picture."""
    found = get_object_or_404(
        queries.files_visible_to(cast(User, request.user)).select_related("conversation"), pk=pk
    )
    if "preview" in request.GET and found.preview:
        return serve_private(found.preview, content_type="image/jpeg", name=found.name)
    attachments.note_opened(found, cast(User, request.user))
    return serve_private(
        found.file,
        content_type="text/plain; charset=utf-8" if found.content_type == TEXT_TYPE else found.content_type,
        name=found.name,
        download=found.content_type not in IMAGE_TYPES or "download" in request.GET,
    )
