"""Critical results that somebody has to hear of: for doctors those of their patients, for management those that nobody
has answered, without what they say."""

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from clinic.core.errors import DomainError
from records import lab_rules
from records.domain.labs import critical, queries

PER_PAGE = 20


@login_required
@never_cache
@require_safe
def lab_alerts(request: HttpRequest) -> HttpResponse:
    return _page(request)


@login_required
@never_cache
@require_POST
def lab_alert_acknowledge(request: HttpRequest, pk: UUID) -> HttpResponse:
    user = cast(User, request.user)
    _only_staff(user)
    alert = get_object_or_404(queries.alerts_visible_to(user), pk=pk)
    try:
        critical.acknowledge(alert.pk, actor=user, action=request.POST.get("action", ""))
    except DomainError as refusal:
        if refusal.status == 403:
            raise
        status = 422 if refusal.status == 400 else refusal.status
        return _page(request, wrong=(pk, refusal), status=status)
    messages.success(request, _("Noted. Nobody else is called about it."))
    return redirect("lab_alerts")


def _page(
    request: HttpRequest, *, wrong: tuple[UUID, DomainError] | None = None, status: int = 200
) -> HttpResponse:
    user = cast(User, request.user)
    _only_staff(user)
    shown = queries.alerts_visible_to(user).order_by(
        F("acknowledged_at").desc(nulls_first=True), "created_at", "pk"
    )
    page = Paginator(shown, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page_obj": page,
        "wrong_id": wrong[0] if wrong else None,
        "refusal": wrong[1] if wrong else None,
        "typed": request.POST.get("action", ""),
        "reads": user.is_doctor,
        "catalogue": lab_rules.can_change_catalogue(user),
    }
    return render(request, "records/labs/alerts.html", context, status=status)


def _only_staff(user: User) -> None:
    if not (user.is_doctor or user.is_management):
        raise PermissionDenied
