"""Who may open the pages of the cash desk."""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache

from accounts.models import User
from billing import rules


def at_the_desk(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Management; others are refused (403)."""

    @login_required
    @never_cache
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not rules.can_use_desk(cast(User, request.user)):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded
