"""Critical findings that somebody has to hear of: for doctors those of their patients and of scans they sent for or
read, for management those that nobody has answered, without what they say."""

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.middleware import is_background
from accounts.models import User
from clinic.core.errors import DomainError
from records import critical_rules
from records.domain import critical, critical_queries, critical_tellings
from records.domain.reading import note_record
from records.forms.critical import TellingForm
from records.models import CriticalAlert

PER_PAGE = 20


@login_required
@never_cache
@require_safe
def critical_alerts(request: HttpRequest) -> HttpResponse:
    user = _staff(request)
    shown = critical_queries.in_order(critical_queries.visible_to(user)).annotate(told=Count("tellings"))
    page = Paginator(shown, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "records/critical/alerts.html", {"page_obj": page, "reads": user.is_doctor})


@login_required
@never_cache
@require_safe
def critical_alert(request: HttpRequest, pk: UUID) -> HttpResponse:
    alert = _one(request, pk)
    reader = cast(User, request.user)
    # Management reads neither what was found nor what is done about it.
    if reader.is_doctor:
        note_record(alert.subject.patient, reader=reader, by_itself=is_background(request))
    return _page(request, alert)


@login_required
@never_cache
@require_POST
def critical_acknowledge(request: HttpRequest, pk: UUID) -> HttpResponse:
    alert = _one(request, pk)
    try:
        critical.acknowledge(alert.pk, actor=cast(User, request.user), action=request.POST.get("action", ""))
    except DomainError as refusal:
        if refusal.status == 403:
            raise
        status = 422 if refusal.status == 400 else refusal.status
        return _page(request, alert, refusal=refusal, status=status)
    messages.success(request, _("Noted. Nobody else is called about it."))
    return redirect("critical_alert", pk)


@login_required
@never_cache
@require_POST
def critical_told(request: HttpRequest, pk: UUID) -> HttpResponse:
    alert = _one(request, pk)
    form = TellingForm(request.POST)
    if form.is_valid():
        try:
            critical_tellings.note(alert.pk, actor=cast(User, request.user), telling=form.telling())
        except DomainError as refusal:
            if refusal.status == 403:
                raise
            form.take(refusal)
        else:
            messages.success(request, _("Noted who was told."))
            return redirect("critical_alert", pk)
    return _page(request, alert, form=form, status=422)


def _page(
    request: HttpRequest,
    alert: CriticalAlert,
    *,
    form: TellingForm | None = None,
    refusal: DomainError | None = None,
    status: int = 200,
) -> HttpResponse:
    user = cast(User, request.user)
    if refusal is not None:
        # It may be that somebody was quicker.
        alert = _one(request, alert.pk)
    now = timezone.localtime().replace(second=0, microsecond=0, tzinfo=None)
    first = critical_rules.responsible(alert)
    context = {
        "alert": alert,
        "first": first,
        "to_call": [person for person in critical.people(alert) if person.is_doctor and person.pk != user.pk],
        "tellings": alert.tellings.select_related("told_by"),  # type: ignore[attr-defined]
        "reads": user.is_doctor,
        "may_acknowledge": critical_rules.can_acknowledge(user, alert),
        "form": form or TellingForm(initial={"told_at": now}),
        "refusal": refusal,
        "wrong": form is not None or refusal is not None,
        "typed": request.POST.get("action", ""),
    }
    return render(request, "records/critical/alert.html", context, status=status)


def _one(request: HttpRequest, pk: UUID) -> CriticalAlert:
    return cast(CriticalAlert, get_object_or_404(critical_queries.visible_to(_staff(request)), pk=pk))


def _staff(request: HttpRequest) -> User:
    """The signed-in doctor or manager. Raises PermissionDenied."""
    user = cast(User, request.user)
    if not (user.is_doctor or user.is_management):
        raise PermissionDenied
    return user
