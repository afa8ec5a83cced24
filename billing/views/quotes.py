"""What a visit costs its patient: before it is booked, and as it was quoted."""

from typing import Any, cast
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.models import User
from billing import rules
from billing.domain import aid_words, quote_words, quoting
from billing.forms.quote import QuoteForm
from billing.models import Quote
from clinic.core.errors import DomainError
from scheduling.domain.queries import appointments_visible_to


@require_safe
@never_cache
@login_required
def quote(request: HttpRequest) -> HttpResponse:
    """The quote of a visit that is being booked: a part of the booking pages, a page of its own without htmx."""
    user = cast(User, request.user)
    if not (user.is_patient or user.is_management):
        raise PermissionDenied
    form = QuoteForm(request.GET)
    if not form.is_valid():
        return _shown(request, {"refusal": _("Choose a doctor, a service and a time first.")}, status=422)
    asked = form.cleaned_data
    try:
        found = quoting.estimate_for(
            user,
            doctor_id=asked["doctor"],
            service_id=asked["service"],
            starts_at=asked["starts_at"],
            patient_id=asked["patient"],
        )
    except DomainError as refused:
        return _shown(request, {"refusal": refused.detail}, status=refused.status)
    spoken = quote_words.speak(
        found.parts, found.basis, currency=found.currency, authorisation_open=found.authorisation_open
    )
    return _shown(request, {"quote": spoken, "own": user.is_patient, "before_booking": True})


@require_safe
@never_cache
@login_required
def appointment_quote(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The quote of a visit as it was frozen."""
    user = cast(User, request.user)
    visit = appointments_visible_to(user).filter(pk=pk).first()
    if visit is None:
        raise Http404
    if not rules.can_see_quote(user, visit.patient_id):
        raise PermissionDenied
    stored = Quote.objects.select_related("appointment").filter(appointment=visit).first()
    if stored is None:
        return _shown(request, {"refusal": _("This visit was booked without a quote.")})
    spoken = quote_words.speak(
        stored, stored.basis, currency=stored.currency, authorisation_open=quoting.still_open(stored)
    )
    context = {"quote": spoken, "own": user.is_patient, "words": aid_words.words_about(stored)}
    return _shown(request, context)


def _shown(request: HttpRequest, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    part = request.headers.get("HX-Request") == "true"
    template = "billing/parts/quote.html" if part else "billing/quote.html"
    return render(request, template, {**context, "part": part}, status=status)
