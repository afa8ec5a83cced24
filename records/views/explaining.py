"""The reading assistant: have something explained, read it, release or discard it, and all of a patient."""

from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.middleware import is_background
from accounts.models import User
from clinic.core.errors import DomainError
from records import explaining_rules
from records.domain.explaining import explanations, queries, shown, sources
from records.enums import Audience
from records.models import Explanation
from records.views.opened import patient_of

PER_PAGE = 20


@login_required
@never_cache
@require_safe
def record_explanations(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A section of the record: what was explained of it; for the patient, with what waits for a doctor."""
    user, patient = cast(User, request.user), patient_of(request, pk)
    page = Paginator(queries.visible_to(user).filter(patient=patient), PER_PAGE).get_page(
        request.GET.get("page")
    )
    rows = list(page.object_list)
    queries.read(rows, reader=user, by_itself=is_background(request))
    context = {
        "patient": patient,
        "section": "explanations",
        "page_obj": page,
        "rows": [shown.Listed(row) for row in rows],
        "waiting": [shown.Listed(row) for row in queries.waiting_of(patient)[:10]] if user.is_patient else [],
    }
    return render(request, "records/explaining/list.html", context)


@login_required
@require_POST
def explanation_ask(request: HttpRequest, kind: str, pk: UUID) -> HttpResponse:
    """`audience`: patient or doctor; patients ask for themselves only."""
    user = cast(User, request.user)
    if kind not in sources.KINDS:
        raise Http404
    found = sources.KINDS[kind]
    source = get_object_or_404(found.visible_to(user), pk=pk)
    audience = request.POST.get("audience") or (Audience.PATIENT if user.is_patient else Audience.DOCTOR)
    language = get_language() or user.language
    if audience == Audience.PATIENT and not user.is_patient:
        language = source.patient.language
    try:
        made = explanations.ask(found, source, actor=user, audience=audience, language=language)
    except DomainError as refusal:
        if refusal.status == 403:
            raise
        messages.error(request, refusal.detail)
        return redirect(found.address(pk))
    if user.is_patient:
        messages.success(
            request, _("Asked for. A doctor reads it before you do; you are told when it is there.")
        )
        return redirect("record_explanations", user.pk)
    return redirect("explanation", made.pk)


@login_required
@never_cache
@require_safe
def explanation(request: HttpRequest, pk: UUID) -> HttpResponse:
    one = _visible(request, pk)
    queries.read([one], reader=cast(User, request.user), by_itself=is_background(request))
    return _page(request, one)


@login_required
@never_cache
@require_POST
def explanation_action(request: HttpRequest, pk: UUID, action: str) -> HttpResponse:
    """release, discard."""
    user, one = cast(User, request.user), _visible(request, pk)
    try:
        if action == "release":
            explanations.release(pk, actor=user)
            messages.success(request, _("Released. The patient is told that it can be read."))
        elif action == "discard":
            explanations.discard(pk, actor=user)
            messages.success(request, _("It is gone."))
            return redirect("record_explanations", one.patient_id)
        else:
            raise Http404
    except DomainError as refusal:
        if refusal.status == 403:
            raise PermissionDenied from refusal
        queries.read([one], reader=user)
        return _page(request, _visible(request, pk), refusal=refusal)
    return redirect("explanation", pk)


def _page(request: HttpRequest, one: Explanation, *, refusal: DomainError | None = None) -> HttpResponse:
    user = cast(User, request.user)
    context: dict[str, Any] = {
        "patient": one.patient,
        "section": "explanations",
        "explanation": one,
        "shown": shown.Shown(one),
        "refusal": refusal,
        "may_release": explaining_rules.can_release(user, one),
        "may_discard": explaining_rules.can_discard(user, one),
        "source_is_released": sources.kind_of(one).is_released(sources.source_of(one)),
    }
    return render(request, "records/explaining/one.html", context, status=refusal.status if refusal else 200)


def _visible(request: HttpRequest, pk: UUID) -> Explanation:
    """Raises Http404."""
    return get_object_or_404(queries.visible_to(cast(User, request.user)), pk=pk)
