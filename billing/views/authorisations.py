"""What insurers are asked before visits: management's queue, and each one's page."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from billing.domain import authorisations, memberships
from billing.enums import AuthorisationStatus
from billing.forms.insurers import AskForm, GrantForm, RefuseForm
from billing.forms.payment import take_refusal
from billing.models import Authorisation, Quote
from clinic.core.errors import DomainError
from scheduling.views.guards import person
from scheduling.views.holidays import for_management

PAGE_SIZE = 20


@for_management
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """Those of one status (`?status=`), at first what waits for an answer."""
    wanted = request.GET.get("status", "")
    status = wanted if wanted in AuthorisationStatus.values else AuthorisationStatus.ASKED
    counts = authorisations.counts()
    rows = authorisations.in_state(authorisations.visible_to(person(request)), status)
    context = {
        "page_obj": Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page")),
        "status": status,
        "tabs": [(value, label, counts[value]) for value, label in AuthorisationStatus.choices],
    }
    return render(request, "billing/authorisations.html", context)


@for_management
@require_safe
def authorisation(request: HttpRequest, pk: UUID) -> HttpResponse:
    return _page(request, _found(request, pk))


@for_management
@require_POST
def grant(request: HttpRequest, pk: UUID) -> HttpResponse:
    form = GrantForm(request.POST)
    return _act(
        request,
        pk,
        form,
        "grant_form",
        act=lambda values: authorisations.grant(pk, **values, actor=person(request)),
        said=_("Granted: the patient is told."),
    )


@for_management
@require_POST
def refuse(request: HttpRequest, pk: UUID) -> HttpResponse:
    form = RefuseForm(request.POST)
    return _act(
        request,
        pk,
        form,
        "refuse_form",
        act=lambda values: authorisations.refuse(pk, **values, actor=person(request)),
        said=_("Refused: the patient is told why."),
    )


@for_management
@require_POST
def ask_again(request: HttpRequest, pk: UUID) -> HttpResponse:
    _found(request, pk)
    try:
        asked = authorisations.ask_again(pk, actor=person(request))
    except DomainError as refused:
        messages.error(request, refused.detail)
        return redirect("authorisation", pk)
    messages.success(request, _("It waits for the insurer's answer again."))
    return redirect("authorisation", asked.pk)


@for_management
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Ask in advance for a member."""
    membership = get_object_or_404(memberships.visible_to(person(request)), pk=pk)
    form = AskForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            asked = authorisations.ask(pk, form.cleaned_data["service"], actor=person(request))
        except DomainError as refused:
            take_refusal(form, refused)
        else:
            messages.success(request, _("Noted. Enter the insurer's answer here when it comes."))
            return redirect("authorisation", asked.pk)
    context = {"form": form, "membership": membership}
    return render(request, "billing/authorisation_new.html", context, status=422 if form.is_bound else 200)


def _act(
    request: HttpRequest,
    pk: UUID,
    form: forms.Form,
    name: str,
    *,
    act: Callable[[dict[str, Any]], Authorisation],
    said: str,
) -> HttpResponse:
    """Do it and go back to the page, or show there, beside what was typed, why not."""
    found = _found(request, pk)
    status = 422
    if form.is_valid():
        try:
            act(form.cleaned_data)
        except DomainError as refused:
            take_refusal(form, refused)
            status = 422 if refused.status == 400 else refused.status
            found = _found(request, pk)
        else:
            messages.success(request, said)
            return redirect("authorisation", pk)
    return _page(request, found, status=status, **{name: form})


def _page(request: HttpRequest, found: Authorisation, *, status: int = 200, **bound: Any) -> HttpResponse:
    initial = {name: getattr(found, name) for name in ("number", "amount", "valid_until")}
    context = {
        "authorisation": found,
        "quote": Quote.objects.filter(appointment=found.appointment_id).first(),
        "history": found.history.select_related("actor"),
        "grant_form": GrantForm(initial=initial),
        "refuse_form": RefuseForm(),
        "can_grant": found.status in (AuthorisationStatus.ASKED, AuthorisationStatus.GRANTED),
        **bound,
    }
    return render(request, "billing/authorisation.html", context, status=status)


def _found(request: HttpRequest, pk: UUID) -> Authorisation:
    return get_object_or_404(authorisations.visible_to(person(request)), pk=pk)
