"""A doctor can't be there: choose the days, look whom it hits, decide, undo for a minute, see what came of it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from clinic.core.errors import DomainError
from scheduling.domain import disruptions
from scheduling.domain.disruptions import Choice, Closing, Hit
from scheduling.enums import DisruptionAction, DisruptionStatus
from scheduling.forms.disruptions import ClosingForm, DecisionForm, choices_of, word_of
from scheduling.models import Disruption
from scheduling.views.guards import doctor_or_404, person, uuid_or_none

PER_PAGE = 25


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """The days stand in the address; what is chosen for single visits travels with the form from page to page."""
    user = person(request)
    if not (user.is_doctor or user.is_management):
        raise PermissionDenied
    if user.is_doctor and request.GET.get("doctor") and uuid_or_none(request.GET["doctor"]) != user.pk:
        raise Http404
    asked = bool(request.GET.get("first_day"))
    form = ClosingForm(request.GET if asked else None, user=user, initial=request.GET.dict())
    context: dict[str, Any] = {"form": form}
    status = 200
    if asked and form.is_valid():
        doctor = doctor_or_404(user.pk) if user.is_doctor else form.cleaned_data["doctor"]
        closing = form.closing()
        try:
            hits = disruptions.preview(doctor, closing, actor=user)
        except DomainError as refused:
            form.refuse(refused.fields, refused.detail)
        else:
            return _decision(request, doctor, closing, hits, context)
    if form.errors:
        status = 422
    return render(request, "scheduling/disruption_new.html", context, status=status)


def _decision(
    request: HttpRequest, doctor: User, closing: Closing, hits: list[Hit], context: dict[str, Any]
) -> HttpResponse:
    decision = DecisionForm(request.POST or None)
    choices = choices_of(request.POST)
    status = 200
    if request.method == "POST" and "decide" in request.POST:
        status = 422
        if decision.is_valid():
            try:
                made = disruptions.decide(
                    doctor,
                    closing,
                    for_all=DisruptionAction(decision.cleaned_data["for_all"]),
                    choices=choices,
                    message=decision.cleaned_data["message"],
                    actor=person(request),
                )
            except DomainError as refused:
                status = refused.status
                decision.add_error(None, refused.detail)
                context["running"] = refused.extra.get("disruption")
            else:
                return redirect("disruption", pk=made.pk)
    page = Paginator(hits, PER_PAGE).get_page(request.POST.get("page"))
    shown = {hit.visit.pk for hit in page.object_list}
    context |= {
        "doctor": doctor,
        "closing": closing,
        "decision": decision,
        "page_obj": page,
        "lines": [_line(hit, choices.get(hit.visit.pk)) for hit in page.object_list],
        "elsewhere": [(f"choice-{pk}", word_of(choice)) for pk, choice in choices.items() if pk not in shown],
        "here": disruptions.already_here(doctor, closing),
        "unplaced": sum(not hit.proposals for hit in hits),
    }
    return render(request, "scheduling/disruption_new.html", context, status=status)


def _line(hit: Hit, chosen: Choice | None) -> dict[str, Any]:
    """One visit with all that can be chosen for it: (word, proposal)."""
    moves = [
        (word_of(Choice(DisruptionAction.MOVE, one.starts_at, one.doctor)), one) for one in hit.proposals
    ]
    return {
        "visit": hit.visit,
        "nearest": next(iter(hit.proposals), None),
        "moves": moves,
        "chosen": word_of(chosen) if chosen else "",
    }


@login_required
@never_cache
@require_safe
def detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    found = _disruption_or_404(person(request), pk)
    rows = found.visits.select_related(
        "appointment__patient", "appointment__doctor", "appointment__service", "new_doctor"
    )
    now = timezone.now()
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "disruption": found,
        "page_obj": page,
        "can_undo": found.status == DisruptionStatus.DECIDED and now < found.runs_at,
        "is_running": found.status == DisruptionStatus.DECIDED and now >= found.runs_at,
        "problems": found.visits.exclude(problem="").count(),
        "done": found.visits.exclude(done_at=None).count(),
    }
    return render(request, "scheduling/disruption.html", context)


@login_required
@require_POST
def undo(request: HttpRequest, pk: UUID) -> HttpResponse:
    user = person(request)
    _disruption_or_404(user, pk)
    try:
        disruptions.undo(pk, actor=user)
    except DomainError as refused:
        messages.error(request, refused.detail)
    else:
        messages.success(request, _("Undone: the days are open again and nobody was told anything."))
    return redirect("disruption", pk=pk)


def _disruption_or_404(user: User, pk: UUID) -> Disruption:
    found = disruptions.visible_to(user).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found
