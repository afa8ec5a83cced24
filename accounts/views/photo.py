"""People's photos."""

from uuid import UUID

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from accounts import rules
from accounts.models import User
from clinic.core.files import serve_private

A_YEAR = 365 * 24 * 3600


@require_safe
def photo(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """With `?v=` of the present photo a browser may keep it for good; without, it asks each time (304)."""
    owner = get_object_or_404(User, pk=pk)
    if not owner.photo or not rules.can_see_photo(request.user, owner):
        raise Http404
    etag = f'"{owner.photo_version}"'
    response: HttpResponseBase | None = get_conditional_response(request, etag=etag)
    if response is None:
        response = serve_private(owner.photo, content_type="image/jpeg", name="photo.jpg")
    response["ETag"] = etag
    audience = "public" if rules.is_photo_public(owner) else "private"
    kept = f"max-age={A_YEAR}, immutable" if request.GET.get("v") == owner.photo_version else "no-cache"
    response["Cache-Control"] = f"{audience}, {kept}"
    return response
