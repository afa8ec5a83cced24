"""What insurers are asked after visits: management's queue, each claim's page, totals by plan; a patient's own list."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from billing.domain import aid_words, authorisations, claim_queries, claims, quote_words
from billing.enums import ClaimStatus
from billing.forms.insurers import AnswerForm, ReasonForm, SettleForm, SubmitForm, TotalsForm
from billing.forms.payment import take_refusal
from billing.models import Claim, Plan, Quote
from clinic.core import money
from clinic.core.errors import DomainError
from scheduling.views.guards import person, uuid_or_none
from scheduling.views.holidays import for_management

PAGE_SIZE = 25
_LABELS = dict(ClaimStatus.choices)
# What many may be marked as at once, by the status of the tab.
BULK = {ClaimStatus.READY: "sent", ClaimStatus.ACCEPTED: "paid", ClaimStatus.ACCEPTED_IN_PART: "paid"}
_APPEALABLE = (ClaimStatus.REJECTED, ClaimStatus.ACCEPTED_IN_PART)


@login_required
@never_cache
@require_safe
def own(request: HttpRequest) -> HttpResponse:
    """The patient's visits that were billed to their medical aid."""
    user = person(request)
    if not user.is_patient:
        raise PermissionDenied
    rows = (
        claim_queries.visible_to(user).prefetch_related("history").order_by("-appointment__starts_at", "pk")
    )
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    shown = [(claim, aid_words.about_claim(claim)) for claim in page]
    return render(request, "billing/claims_own.html", {"page_obj": page, "rows": shown})


@for_management
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """Those of one status (`?status=`), at first what is to be sent, narrowed by `?q=` and `?plan=`."""
    wanted = request.GET.get("status", "")
    status = wanted if wanted in ClaimStatus.values else ClaimStatus.READY
    search = request.GET.get("q", "")[:80]
    plan = uuid_or_none(request.GET.get("plan"))
    rows = claim_queries.in_state(claim_queries.visible_to(person(request)), status)
    counts = claim_queries.counts()
    context = {
        "page_obj": Paginator(claim_queries.matching(rows, search, plan), PAGE_SIZE).get_page(
            request.GET.get("page")
        ),
        "status": status,
        "tabs": [(tab.value, _LABELS[tab.value], counts[tab]) for tab in claim_queries.TABS],
        "q": search,
        "plan": plan,
        "plans": Plan.objects.order_by("insurer", "name"),
        "bulk": BULK.get(ClaimStatus(status), ""),
    }
    return render(request, "billing/claims.html", context)


@for_management
@require_safe
def totals(request: HttpRequest) -> HttpResponse:
    form = TotalsForm(request.GET or None)
    days = form.cleaned_data if form.is_bound and form.is_valid() else {}
    context = {"form": form, "totals": claim_queries.totals(days.get("first_day"), days.get("last_day"))}
    return render(request, "billing/claims_totals.html", context, status=422 if form.errors else 200)


@for_management
@require_safe
def claim(request: HttpRequest, pk: UUID) -> HttpResponse:
    return _page(request, _found(request, pk))


@for_management
@require_POST
def submit(request: HttpRequest, pk: UUID) -> HttpResponse:
    form = SubmitForm(request.POST)
    return _act(
        request, pk, form, "submit_form", claims.submit, said=_("Saved: the claim is with the insurer.")
    )


@for_management
@require_POST
def answer(request: HttpRequest, pk: UUID) -> HttpResponse:
    """First what would follow is shown; with `sure` it is done."""
    found, form = _found(request, pk), AnswerForm(request.POST)
    if not form.is_valid():
        return _page(request, found, status=422, answer_form=form)
    actual, reason = form.given(found), form.cleaned_data["reason"]
    try:
        if "sure" not in request.POST:
            due = claims.would_follow(found, actual=actual, reason=reason)
            context = {"claim": found, "form": form, "due": due, "actual": actual, "reason": reason}
            return render(
                request, "billing/claim_answer.html", {**context, "becomes": claims.status_for(found, actual)}
            )
        claims.answer(pk, actual=actual, reason=reason, actor=person(request))
    except DomainError as refused:
        take_refusal(form, refused)
        status = 422 if refused.status == 400 else refused.status
        return _page(request, _found(request, pk), status=status, answer_form=form)
    messages.success(request, _("The insurer's answer is entered."))
    return redirect("claim", pk)


@for_management
@require_POST
def appeal(request: HttpRequest, pk: UUID) -> HttpResponse:
    form = ReasonForm(request.POST, prefix="appeal")
    said = _("Sent again: what the patient has not paid yet is taken back until the answer comes.")
    return _act(request, pk, form, "appeal_form", claims.appeal, said=said)


@for_management
@require_POST
def settle(request: HttpRequest, pk: UUID) -> HttpResponse:
    form = SettleForm(request.POST)
    return _act(request, pk, form, "settle_form", claims.settle, said=_("Marked as paid by the insurer."))


@for_management
@require_POST
def withdraw(request: HttpRequest, pk: UUID) -> HttpResponse:
    form = ReasonForm(request.POST, prefix="withdraw")
    return _act(request, pk, form, "withdraw_form", claims.withdraw, said=_("The claim is withdrawn."))


def _act(
    request: HttpRequest, pk: UUID, form: forms.Form, name: str, act: Callable[..., Claim], *, said: str
) -> HttpResponse:
    """Do it and go back to the page, or show there, beside what was typed, why not."""
    found, status = _found(request, pk), 422
    if form.is_valid():
        try:
            act(pk, **form.cleaned_data, actor=person(request))
        except DomainError as refused:
            take_refusal(form, refused)
            status = 422 if refused.status == 400 else refused.status
            found = _found(request, pk)
        else:
            messages.success(request, said)
            return redirect("claim", pk)
    return _page(request, found, status=status, **{name: form})


def _page(request: HttpRequest, found: Claim, *, status: int = 200, **bound: Any) -> HttpResponse:
    quote = Quote.objects.filter(appointment=found.appointment_id).first()
    open_answer = found.status in (ClaimStatus.ACCEPTED, ClaimStatus.ACCEPTED_IN_PART)
    context = {
        "claim": found,
        "word": aid_words.about_claim(found),
        "quote": quote
        and quote_words.speak(quote, quote.basis, currency=quote.currency, authorisation_open=False),
        "authorisation": authorisations.of_visit(found.appointment_id),
        "payments": found.appointment.payments.order_by("created_at"),  # type: ignore[attr-defined]
        "history": found.history.select_related("actor"),
        "expected_shown": money.shown(found.expected, found.currency),
        "submit_form": SubmitForm(initial={"number": found.number}),
        "answer_form": AnswerForm(initial={"outcome": AnswerForm.EXPECTED}),
        "appeal_form": ReasonForm(prefix="appeal"),
        "settle_form": SettleForm(),
        "withdraw_form": ReasonForm(prefix="withdraw"),
        "can_settle": open_answer,
        "can_appeal": found.status in _APPEALABLE,
        "can_withdraw": found.status in claim_queries.OPEN,
        **bound,
    }
    return render(request, "billing/claim.html", context, status=status)


def _found(request: HttpRequest, pk: UUID) -> Claim:
    rows = claim_queries.visible_to(person(request)).prefetch_related("history")
    return get_object_or_404(rows, pk=pk)
