"""Lines of bank statements and the payments they fit: a person looks them over and confirms."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import User
from billing.domain import queries
from billing.domain.deciding import MOST_AT_ONCE
from billing.domain.statements import candidates, confirming, words
from billing.domain.statements.matching import Proposal, Standing
from billing.enums import LineState
from billing.forms.statement import choice_value, choices_from
from billing.models import Payment, Statement, StatementLine
from clinic.core import money
from clinic.core.errors import DomainError
from scheduling.views.guards import person, uuid_or_none
from scheduling.views.holidays import for_management

from .review import Row

PAGE_SIZE = 25
# Of each page; what is left is shown when these are done.
EXACT_SHOWN, NEAR_SHOWN = 50, 25
TABS = [
    (LineState.OPEN, LineState.OPEN.label),
    (LineState.CONFIRMED, LineState.CONFIRMED.label),
    (LineState.IGNORED, LineState.IGNORED.label),
]


@dataclass
class Match:
    """A proposal as `reader` finds it."""

    proposal: Proposal
    payment: Payment
    reader: User
    why: list[str] = field(init=False)

    def __post_init__(self) -> None:
        self.line, self.candidate = self.proposal.line, self.proposal.candidate
        self.row = Row(self.payment, self.reader)
        self.proves = self.candidate.standing == Standing.ACCEPTED
        currency = self.payment.currency
        self.why = words.why(self.proposal, currency)
        self.value = choice_value(
            confirming.Choice(self.line.id, self.candidate.payment, self.candidate.attempt)
        )
        self.amount = money.shown(self.line.amount, currency)
        self.expected = money.shown(self.candidate.expected, currency)
        # Somebody else is checking it, or the reader has approved it and another one has to agree.
        self.locked = not self.proves and (self.row.busy or self.row.approved)
        self.ticked = self.proposal.exact and not self.locked
        self.differs = self.line.amount != self.candidate.expected


@for_management
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """Lines of one state (`?state=`), of one statement (`?statement=`). By POST the chosen ones (`choice`, many) are
    confirmed; sent again, nothing changes."""
    user = person(request)
    outcome = None
    status = 200
    if request.method == "POST":
        chosen = choices_from(request.POST.getlist("choice"))
        if not chosen:
            messages.error(request, _("Choose the lines to confirm first."))
            status = 422
        else:
            try:
                outcome = confirming.confirm_chosen(chosen, actor=user)
            except DomainError as refusal:
                messages.error(request, refusal.detail)
                status = refusal.status
    wanted = request.GET.get("state", "")
    state = LineState(wanted) if wanted in LineState.values else LineState.OPEN
    lines, statement = _narrowed(request, user)
    counts = candidates.counts(lines)
    context: dict[str, Any] = {
        "state": state,
        "tabs": [(value, label, counts[value]) for value, label in TABS],
        "statement": statement,
        "outcome": _said(outcome) if outcome else None,
        "here": request.get_full_path(),
    }
    if state == LineState.OPEN:
        context |= _open(lines, user, request.GET.get("page"))
    else:
        found = lines.filter(state=state).select_related(
            "attempt__payment__appointment__patient", "settled_by", "statement"
        )
        context["page_obj"] = Paginator(found.order_by("-updated_at", "pk"), PAGE_SIZE).get_page(
            request.GET.get("page")
        )
    return render(request, "billing/statements/lines.html", context, status=status)


@for_management
@require_POST
def move(request: HttpRequest, to: str) -> HttpResponse:
    """Set lines (`line`, many) aside (`aside`), or bring them back (`back`)."""
    user = person(request)
    step = confirming.set_aside if to == "aside" else confirming.bring_back
    done = 0
    for pk in [pk for pk in map(uuid_or_none, request.POST.getlist("line")) if pk][:MOST_AT_ONCE]:
        try:
            step(pk, actor=user)
        except StatementLine.DoesNotExist:
            continue
        except DomainError as refusal:
            messages.error(request, refusal.detail)
        else:
            done += 1
    if not done:
        messages.info(request, _("Choose the lines first."))
    elif to == "aside":
        said = ngettext(
            "%(number)s line is set aside. You find it under “Set aside”.",
            "%(number)s lines are set aside. You find them under “Set aside”.",
            done,
        )
        messages.success(request, said % {"number": done})
    else:
        said = ngettext("%(number)s line is back.", "%(number)s lines are back.", done)
        messages.success(request, said % {"number": done})
    query: dict[str, str] = {"state": LineState.OPEN if to == "aside" else LineState.IGNORED}
    statement = uuid_or_none(request.POST.get("statement", ""))
    if statement:
        query["statement"] = str(statement)
    return redirect(f"{reverse('statement_lines')}?" + "&".join(f"{k}={v}" for k, v in query.items()))


def _narrowed(request: HttpRequest, user: User) -> tuple[QuerySet[StatementLine], Statement | None]:
    lines = candidates.lines_visible_to(user)
    wanted: UUID | None = uuid_or_none(request.GET.get("statement", ""))
    statement = candidates.statements_visible_to(user).filter(pk=wanted).first() if wanted else None
    return (lines.filter(statement=statement) if statement else lines), statement


def _open(lines: QuerySet[StatementLine], user: User, page: str | None) -> dict[str, Any]:
    """What fits exactly, what nearly, and what fits nothing."""
    found = candidates.proposals(lines)
    exact = [one for one in found if one.exact]
    near = [one for one in found if not one.exact]
    shown = [*exact[:EXACT_SHOWN], *near[:NEAR_SHOWN]]
    payments = {
        payment.pk: payment
        for payment in queries.visible_to(user).filter(pk__in={one.candidate.payment for one in shown})
    }
    matches = [
        Match(one, payments[one.candidate.payment], user)
        for one in shown
        if one.candidate.payment in payments
    ]
    rest = lines.filter(state=LineState.OPEN).exclude(pk__in=[one.line.id for one in found])
    page_obj = Paginator(rest.order_by("-booked_on", "number", "pk"), PAGE_SIZE).get_page(page)
    named = candidates.named_by(page_obj.object_list)
    return {
        "exact": [one for one in matches if one.proposal.exact],
        "near": [one for one in matches if not one.proposal.exact],
        "exact_count": len(exact),
        "near_count": len(near),
        "page_obj": page_obj,
        "unmatched": [(line, named.get(line.pk)) for line in page_obj.object_list],
        "currency": settings.CLINIC_CURRENCY,
        "zero": money.shown(money.ZERO, settings.CLINIC_CURRENCY),
    }


def _said(outcome: confirming.Outcome) -> dict[str, Any]:
    words_of = {
        confirming.Result.CONFIRMED: lambda n: ngettext(
            "%(number)s payment is confirmed.", "%(number)s payments are confirmed.", n
        ),
        confirming.Result.PROVED: lambda n: ngettext(
            "%(number)s line proves a payment that was confirmed before.",
            "%(number)s lines prove payments that were confirmed before.",
            n,
        ),
        confirming.Result.APPROVED: lambda n: ngettext(
            "%(number)s payment is approved by you and waits for another person.",
            "%(number)s payments are approved by you and wait for another person.",
            n,
        ),
        confirming.Result.BEFORE: lambda n: ngettext(
            "%(number)s line was confirmed before: nothing was changed.",
            "%(number)s lines were confirmed before: nothing was changed.",
            n,
        ),
    }
    said = [
        (result, words_of[result](len(lines)) % {"number": len(lines)})
        for result, lines in outcome.done.items()
        if lines
    ]
    return {"said": said, "refused": outcome.refused}
