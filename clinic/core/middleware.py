"""Headers and the one translation of domain refusals into pages."""

import time
from collections.abc import Callable

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers

from .errors import DomainError

PERMISSIONS_POLICY = (
    "camera=(self), microphone=(self), display-capture=(self), fullscreen=(self), "
    "geolocation=(), payment=(), usb=(), browsing-topics=()"
)


def permissions_policy(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Camera and microphone for our own pages, nothing for anyone else."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        return response

    return middleware


def note_when_it_began(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """A page tells it to its live socket, which may have missed what happened since (`since` in docs/realtime.md)."""

    def middleware(request: HttpRequest) -> HttpResponse:
        request.began = f"{time.time():.3f}"  # type: ignore[attr-defined]
        return get_response(request)

    return middleware


def refuse_null_characters(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """PostgreSQL stores and compares no text with \\x00 in it: an address, query or cookie with one is a 400 here,
    not a database error further in. Form fields and the API's JSON parser refuse it themselves."""

    def middleware(request: HttpRequest) -> HttpResponse:
        asked = (request.path, *request.COOKIES.values())
        if any("\x00" in text for text in asked) or "%00" in request.META.get("QUERY_STRING", ""):
            if request.path.startswith("/api/"):
                body = {"code": "invalid", "detail": "Null characters are not accepted.", "fields": {}}
                return JsonResponse(body, status=400)
            raise BadRequest("null character in the address")
        return get_response(request)

    return middleware


def private_by_default(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """What is shown to somebody signed in, and every answer of the API, is kept by no cache, so that the Back
    button shows nothing after log-out; unless the view itself said for how long."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if not response.has_header("Cache-Control") and (
            request.path.startswith("/api/") or request.user.is_authenticated
        ):
            add_never_cache_headers(response)
        return response

    return middleware


class DomainErrorMiddleware:
    """A refusal that no view answered itself becomes a plain page (or a toast, for htmx) with its own status."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, DomainError):
            return None
        template = (
            "errors/refused_fragment.html" if getattr(request, "htmx", False) else "errors/refused.html"
        )
        return render(request, template, {"error": exception}, status=exception.status)
