"""Visits that repeat: looking at the dates before booking them, and the series afterwards."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from clinic.core.errors import DomainError, NotAllowed
from scheduling import rules
from scheduling.domain import series as domain
from scheduling.forms.appointments import ReasonForm
from scheduling.forms.next_visits import SeriesForm
from scheduling.models import Appointment
from scheduling.views import picker
from scheduling.views.follow_ups import leading_on
from scheduling.views.guards import person
from scheduling.views.next_step import payment_url


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What repeats stands in the address; below it a row for each date. POST books what was chosen there."""
    visit = leading_on(request, pk)
    if isinstance(visit, HttpResponse):
        return visit
    form = SeriesForm(request.POST if request.method == "POST" else request.GET, visit=visit)
    proposals: list[domain.Proposal] = []
    refusal: DomainError | None = None
    if form.is_valid():
        try:
            if request.method == "POST":
                booked = domain.book(
                    form.wish(),
                    _chosen(request, form.cleaned_data["count"]),
                    actor=person(request),
                    all_or_none=request.POST.get("how") == "all",
                )
                _say(request, booked)
                return redirect("series", pk=booked.series.pk)
        except NotAllowed as refused:
            raise PermissionDenied from refused
        except DomainError as refused:
            refusal = refused
        proposals = _planned(form)
    context = {
        "visit": visit,
        "form": form,
        "rows": [_row(proposal, request.POST) for proposal in proposals],
        "free": sum(proposal.is_free for proposal in proposals),
        "refusal": refusal,
        "how": request.POST.get("how", "free"),
    }
    wrong = refusal.status if refusal else 422 if form.errors else 200
    return render(request, "scheduling/series_new.html", context, status=wrong)


@login_required
@never_cache
@require_safe
def detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The visits of the series that this person may see; none: 404."""
    user = person(request)
    visits = list(domain.visits_of(pk, user))
    if not visits:
        raise Http404
    rows = [
        {
            "visit": visit,
            "pay_url": payment_url(visit) if user.is_patient and _waits_for_payment(visit) else "",
        }
        for visit in visits
    ]
    context = {
        "first": visits[0],
        "rows": rows,
        "series_id": pk,
        "to_cancel": len(domain.to_cancel(pk, user)),
    }
    return render(request, "scheduling/series.html", context)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def cancel_rest(request: HttpRequest, pk: UUID) -> HttpResponse:
    """GET asks, POST cancels what is ahead."""
    user = person(request)
    first = domain.visits_of(pk, user).first()
    if first is None:
        raise Http404
    form = ReasonForm(
        request.POST if request.method == "POST" else None,
        needed=not user.is_patient,
        help_text="" if user.is_patient else _("The patient reads this."),
    )
    if request.method == "POST" and form.is_valid():
        done, kept = domain.cancel_rest(pk, actor=user, reason=form.cleaned_data["reason"])
        text = ngettext("%(count)s visit is cancelled.", "%(count)s visits are cancelled.", done)
        (messages.success if done else messages.info)(request, text % {"count": done})
        if kept:
            text = ngettext(
                "%(count)s visit is too close to be cancelled here. Please call the clinic.",
                "%(count)s visits are too close to be cancelled here. Please call the clinic.",
                kept,
            )
            messages.warning(request, text % {"count": kept})
        return redirect("series", pk=pk)
    context = {"first": first, "series_id": pk, "form": form, "visits": domain.to_cancel(pk, user)}
    status = 422 if request.method == "POST" else 200
    return render(request, "scheduling/series_cancel.html", context, status=status)


def _planned(form: SeriesForm) -> list[domain.Proposal]:
    """None, and the reasons beside the fields, when the dates make no sense."""
    try:
        return domain.plan(form.wish())
    except DomainError as refused:
        for name, texts in refused.fields.items():
            for text in texts:
                form.add_error(name if name in form.fields else None, text)
        return []


def _chosen(request: HttpRequest, count: int) -> list[Any]:
    """The times picked in the rows; what is skipped or is no time is left out."""
    picked = (picker.moment_of(request.POST.get(f"slot-{number}")) for number in range(1, count + 1))
    return [moment for moment in picked if moment is not None]


def _row(proposal: domain.Proposal, posted: Any) -> dict[str, Any]:
    """A date with what can be picked for it; what was picked before stays picked while it can be had."""
    choices = picker.choices(proposal.choices, "")
    before = posted.get(f"slot-{proposal.number}")
    values = [choice.value for choice in choices]
    picked = before if before in values or before == "" else next(iter(values), "")
    return {"proposal": proposal, "choices": choices, "picked": picked}


def _say(request: HttpRequest, booked: domain.Booked) -> None:
    count = len(booked.visits)
    text = ngettext("%(count)s visit is booked.", "%(count)s visits are booked.", count)
    messages.success(request, text % {"count": count})
    for starts_at, why in booked.refused:
        moment = date_format(timezone.localtime(starts_at), "D j M Y, H:i")
        messages.warning(request, _("Not booked: %(time)s. %(why)s") % {"time": moment, "why": why})


def _waits_for_payment(visit: Appointment) -> bool:
    return visit.hold_expires_at is not None and not rules.hold_lapsed(visit)
