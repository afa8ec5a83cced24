"""The bell, and the page behind it."""

from typing import cast
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from messaging.domain import notifications as domain
from messaging.domain import queries
from messaging.forms.notifications import NotificationFilter

PER_PAGE = 20
IN_THE_BELL = 6


@login_required
@require_safe
def notifications(request: HttpRequest) -> HttpResponse:
    """Those not read first, then the newest; narrowed by `?kind=` and `?unread=on`."""
    filters = NotificationFilter(request.GET)
    found = filters.narrow(queries.notifications_by_attention(cast(User, request.user)))
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "messaging/notifications.html", {"page_obj": page, "filters": filters})


@login_required
@require_safe
def notifications_unread(request: HttpRequest) -> HttpResponse:
    """The badges of an open page, after news (theme/static/js/badges.js)."""
    messages, notifications = queries.unread(cast(User, request.user).pk)
    counts = {"unread_messages": messages, "unread_notifications": notifications}
    return JsonResponse(counts, headers={"Cache-Control": "no-store"})


@login_required
@require_safe
def notifications_latest(request: HttpRequest) -> HttpResponse:
    """The inside of the bell: the latest few, read or not."""
    return _latest(request)


@login_required
@require_POST
def notification_open(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Mark it read and go where it points (a place of this portal), or stay on the list."""
    user = cast(User, request.user)
    notification = domain.mark_read(get_object_or_404(queries.notifications_visible_to(user), pk=pk))
    if notification.url and url_has_allowed_host_and_scheme(notification.url, allowed_hosts=None):
        return redirect(notification.url)
    return redirect("notifications")


@login_required
@require_POST
def notifications_read_all(request: HttpRequest) -> HttpResponse:
    domain.mark_all_read(cast(User, request.user))
    return _latest(request) if getattr(request, "htmx", False) else redirect("notifications")


def _latest(request: HttpRequest) -> HttpResponse:
    found = queries.notifications_visible_to(cast(User, request.user))[:IN_THE_BELL]
    return render(request, "messaging/_bell_latest.html", {"latest": found})
