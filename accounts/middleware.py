"""Who is signed in and may stay so: idle staff are logged off, and staff who need a second factor set one up first."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, resolve_url
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext as _

from accounts import rules
from accounts.domain import second_factor, sessions

SAFE = ("GET", "HEAD", "OPTIONS")
# What a program fetches by itself carries this header (theme/static/js/app.js); so it keeps nobody logged in.
BACKGROUND = "X-Background"


def idle_log_off(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Django middleware. Pages find the limit as `request.idle_seconds` (None: no limit)."""

    def middleware(request: Any) -> HttpResponse:
        request.idle_seconds = None
        if settings.SESSION_COOKIE_NAME not in request.COOKIES or not request.user.is_authenticated:
            return get_response(request)
        limit = rules.idle_limit(request.user)
        if limit is not None and not sessions.seconds_left(request.session, limit):
            return _log_off(request, get_response)
        request.idle_seconds = limit
        if sessions.ACTIVE_AT not in request.session or is_activity(request):
            sessions.note_activity(request.session, limit)
        return get_response(request)

    return middleware


def is_activity(request: Any) -> bool:
    """A person did this: they opened a page or sent something. Pictures, scripts' own reads and what a live event
    fetched again do not count."""
    if is_background(request):
        return False
    if request.method not in SAFE or request.htmx:
        return True
    return request.headers.get("Sec-Fetch-Mode", "navigate") == "navigate"


def is_background(request: HttpRequest) -> bool:
    """The page fetched this by itself, or says so: nothing that guards anything may rely on it."""
    return BACKGROUND in request.headers


def _log_off(request: Any, get_response: Callable[[HttpRequest], HttpResponse]) -> HttpResponse:
    """Then reads go on as anonymous, as far as that goes; what was sent is not carried out."""
    request.log_out_reason = sessions.IDLE
    logout(request)
    if request.path.startswith("/api/"):
        return get_response(request)
    if is_activity(request):
        messages.info(request, _("You were logged out because nothing happened for a while."))
    if request.htmx:
        return _to(request, _log_in_again(request, request.htmx.current_url_abs_path))
    if request.method not in SAFE:
        return redirect(_log_in_again(request, request.headers.get("Referer", "")))
    return get_response(request)


def _log_in_again(request: HttpRequest, back_to: str | None) -> str:
    """The log-in, and after it the page (of ours) where the person was."""
    url = resolve_url(settings.LOGIN_URL)
    if back_to and url_has_allowed_host_and_scheme(back_to, {request.get_host()}):
        parts = urlsplit(back_to)
        return f"{url}?{urlencode({'next': f'{parts.path}?{parts.query}' if parts.query else parts.path})}"
    return url


def _to(request: Any, url: str) -> HttpResponse:
    """A redirect of the whole page, for htmx too."""
    if request.htmx:
        return HttpResponse(status=204, headers={"HX-Redirect": url})
    return redirect(url)


class SecondFactorFirst:
    """Where the clinic requires a second factor of staff, those without one come to its set-up and nowhere else."""

    OPEN = frozenset(
        {
            "account_logout", "account_reauthenticate", "api-login", "api-logout", "api-register", "healthz",
            "log_out_everywhere", "photo", "readyz", "session_time", "set_language",
        }
    )  # fmt: skip

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        request.second_factor_missing = second_factor.is_missing(request.user)
        return self.get_response(request)

    def process_view(self, request: Any, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        name = request.resolver_match.url_name or ""
        if not request.second_factor_missing or name in self.OPEN or name.startswith("mfa_"):
            return None
        if request.path.startswith("/api/"):
            refusal = second_factor.SecondFactorMissing()
            body = {"code": refusal.code, "detail": refusal.detail, "fields": {}}
            return JsonResponse(body, status=refusal.status)
        return _to(request, reverse("mfa_index"))
