"""Where a person is logged in, and how long yet."""

from typing import Any

from allauth.usersessions.views import ListUserSessionsView
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST
from knox.models import AuthToken

from accounts.domain import devices, sessions
from accounts.models import User


class SessionsView(ListUserSessionsView):
    """allauth's list (a POST ends all but the present one), in plain words, and the API's tokens below it."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        present = self.request.session.session_key
        context["browsers"] = sorted(
            (
                {
                    "id": row.pk,
                    "name": devices.name(row.user_agent),
                    "is_phone": devices.is_phone(row.user_agent),
                    "ip": row.ip,
                    "since": row.created_at,
                    "last_seen": row.last_seen_at,
                    "is_present": row.session_key == present,
                }
                for row in context["sessions"]
            ),
            key=lambda browser: (not browser["is_present"], -browser["last_seen"].timestamp()),
        )
        context["others"] = sum(not browser["is_present"] for browser in context["browsers"])
        context["programs"] = AuthToken.objects.filter(user=self.request.user).order_by("-created")
        return context


@login_required
@require_POST
def end_session(request: HttpRequest, pk: int) -> HttpResponse:
    """Log one other browser of one's own out."""
    assert isinstance(request.user, User)
    if not sessions.end_one(request.user, pk):
        raise Http404
    messages.success(request, _("Logged out there."))
    return redirect("usersessions_list")


@login_required
@require_POST
def end_program(request: HttpRequest, token_key: str) -> HttpResponse:
    """End one API token of one's own, named by the part of it that is kept."""
    token = AuthToken.objects.filter(user=request.user, token_key=token_key).first()
    if token is None:
        raise Http404
    sessions.end_token(token)
    messages.success(request, _("Logged out there."))
    return redirect("usersessions_list")


@never_cache
@require_http_methods(["GET", "POST"])
def session_time(request: HttpRequest) -> JsonResponse:
    """Seconds until this browser is logged off: 0 for anonymous, null without a limit. A POST is activity."""
    if not request.user.is_authenticated:
        return JsonResponse({"seconds_left": 0})
    limit = request.idle_seconds  # type: ignore[attr-defined]
    left = None if limit is None else sessions.seconds_left(request.session, limit)
    return JsonResponse({"seconds_left": left})
