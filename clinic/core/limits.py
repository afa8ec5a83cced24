"""How often and how much: limits for each person, or each address of people not signed in. Over one: 429 or 413.

Log-in, sign-up and password reset have tighter limits of their own (allauth on the pages, DRF's scopes in the API).
"""

import hashlib
import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from rest_framework.throttling import BaseThrottle

from . import address

SAFE = ("GET", "HEAD", "OPTIONS")
SMALL_FORM = 16 * 1024  # a form with a file field that was left empty is no upload


def spend(scope: str, who: str) -> int | None:
    """Count one against settings.LIMITS[scope] (amount, seconds). None, or in how many seconds there is room again.

    A fixed window: at worst twice the amount passes around its end, for one counter a request instead of a list.
    """
    if scope not in settings.LIMITS:
        return None
    amount, seconds = settings.LIMITS[scope]
    now = int(time.time())
    # The name is hashed: caches refuse some signs in their keys.
    digest = hashlib.sha256(who.encode()).hexdigest()[:32]
    key = f"limit:{scope}:{digest}:{now // seconds}"
    cache.add(key, 0, timeout=seconds + 1)
    try:
        spent = cache.incr(key)
    except ValueError:  # it went out between the two
        return None
    return seconds - now % seconds if spent > amount else None


def who_asks(request: Any) -> tuple[str, bool]:
    """The person's id, or else the network address, and whether it is a person."""
    user = getattr(request, "user", None)
    if user is not None and user.is_authenticated:
        return str(user.pk), True
    return address.current() or "unknown", False


class ApiThrottle(BaseThrottle):
    """The API in general."""

    waits: int | None = None

    def allow_request(self, request: Any, view: Any) -> bool:
        who, known = who_asks(request)
        self.waits = spend("api" if known else "api_stranger", who)
        return self.waits is None

    def wait(self) -> float | None:
        return self.waits


def limit_requests(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Django middleware: what is sent to pages, and how large any request may be. After authentication."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.method in SAFE:
            return get_response(request)
        size = _size(request)
        if size > settings.MAX_REQUEST_BYTES:
            return too_large(request)
        who, known = who_asks(request)
        waits = None
        if not request.path.startswith("/api/"):
            waits = spend("send" if known else "send_stranger", who)
        # The API has sockets' tickets, tokens and pictures behind one door; files are costly at each.
        is_upload = (request.content_type or "") == "multipart/form-data" and size > SMALL_FORM
        if waits is None and is_upload:
            waits = spend("upload", who)
        return get_response(request) if waits is None else too_fast(request, waits)

    return middleware


def _size(request: HttpRequest) -> int:
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0


def too_fast(request: HttpRequest, waits: int = 60) -> HttpResponse:
    """429 as a page or in the API's shape, with Retry-After."""
    answer = _refusal(request, 429, "throttled", _("Too many requests. Please wait a little."), "429.html")
    answer["Retry-After"] = str(waits)
    return answer


def too_large(request: HttpRequest) -> HttpResponse:
    limit = settings.MAX_REQUEST_BYTES // (1024 * 1024)
    detail = _("This is over %(limit)s MB. Please send less at a time.") % {"limit": limit}
    return _refusal(request, 413, "too_large", detail, "413.html")


def _refusal(request: HttpRequest, status: int, code: str, detail: str, template: str) -> HttpResponse:
    if request.path.startswith("/api/"):
        return JsonResponse({"code": code, "detail": detail, "fields": {}}, status=status)
    if getattr(request, "htmx", False):
        error = {"detail": detail, "code": code}
        return render(request, "errors/refused_fragment.html", {"error": error}, status=status)
    return render(request, template, {"detail": detail}, status=status)
