"""Management reads feedback and decides what everybody may read."""

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from clinic.core.errors import Conflict, Invalid
from records import rules
from records.domain import feedback as domain
from records.domain import reviews
from records.enums import FeedbackStatus
from records.models import Feedback

PAGE_SIZE = 20


@login_required
@never_cache
@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """The feedback of one status (`?status=`): what waits oldest first, everything else newest first."""
    user = cast(User, request.user)
    if not rules.can_moderate(user):
        raise PermissionDenied
    return _page(request, user)


@login_required
@require_POST
def decide(request: HttpRequest, pk: UUID, decision: str) -> HttpResponse:
    """publish, or hide with a `reason`."""
    user = cast(User, request.user)
    if decision not in ("publish", "hide"):
        raise Http404
    found = get_object_or_404(reviews.feedback_visible_to(user), pk=pk)
    try:
        if decision == "publish":
            domain.publish(pk, actor=user)
            messages.success(request, _("Published. It counts in the doctor's rating now."))
        else:
            domain.hide(pk, reason=request.POST.get("reason", ""), actor=user)
            messages.success(request, _("Hidden. Nobody outside sees it, and it does not count."))
    except Invalid as error:
        return _page(request, user, wrong=found, error=error)
    except Conflict as error:
        messages.error(request, error.detail)
    return redirect(_back(request))


def _page(
    request: HttpRequest, user: User, *, wrong: Feedback | None = None, error: Invalid | None = None
) -> HttpResponse:
    """`wrong` is what could not be hidden, and `error` why: its form comes back as it was typed."""
    status = wrong.status if wrong else request.GET.get("status", "")
    if status not in FeedbackStatus.values:
        status = FeedbackStatus.PENDING
    order = ["created_at", "id"] if status == FeedbackStatus.PENDING else ["-updated_at", "-id"]
    found = reviews.feedback_visible_to(user).filter(status=status).order_by(*order)
    counts = reviews.counts()
    context = {
        "page_obj": Paginator(found, PAGE_SIZE).get_page(request.POST.get("page") or request.GET.get("page")),
        "status": status,
        "tabs": [(tab.value, tab.label, counts[tab]) for tab in FeedbackStatus],
        "wrong": wrong,
        "error": error,
        "typed": request.POST.get("reason", ""),
    }
    return render(request, "records/reviews.html", context, status=422 if error else 200)


def _back(request: HttpRequest) -> str:
    """The same tab and page as before."""
    status, page = request.POST.get("status", ""), request.POST.get("page", "")
    query = f"?status={status}" if status in FeedbackStatus.values else "?status=pending"
    return f"{reverse('reviews')}{query}" + (f"&page={page}" if page.isascii() and page.isdigit() else "")
