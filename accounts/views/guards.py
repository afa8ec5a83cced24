"""Who may open the people pages, and whom one finds there."""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse

from accounts import rules
from accounts.domain import people_list
from accounts.models import User


def for_people_keepers(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Management and admin; others are refused (403)."""

    @login_required
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not rules.can_look_after_people(cast(User, request.user)):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded


def managed_or_404(request: HttpRequest, pk: UUID) -> User:
    """An account whom the signed-in person may look after. Raises Http404 for all others, their own included."""
    found = people_list.managed_by(cast(User, request.user)).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found
