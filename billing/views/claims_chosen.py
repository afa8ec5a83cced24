"""Many claims marked as sent, or as paid by the insurer: chosen in the queue, looked over, done."""

from uuid import UUID

from django.contrib import messages
from django.db.models import Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from billing.domain import claim_batches, claim_queries
from billing.enums import ClaimStatus
from billing.forms.insurers import SettleForm
from billing.forms.payment import take_refusal
from clinic.core.errors import DomainError
from scheduling.views.guards import person, uuid_or_none
from scheduling.views.holidays import for_management

# Which ones each step takes, so that what is looked over is what is done.
_FROM = {
    "sent": (ClaimStatus.READY,),
    "paid": (ClaimStatus.ACCEPTED, ClaimStatus.ACCEPTED_IN_PART),
}


@for_management
@require_POST
def chosen(request: HttpRequest, step: str) -> HttpResponse:
    """`claim` (many) to be marked as `sent` or `paid`. First all of them are shown; with `sure` it is done."""
    if step not in _FROM:
        raise Http404
    ids = [pk for pk in map(uuid_or_none, request.POST.getlist("claim")) if pk]
    found = claim_queries.visible_to(person(request)).filter(pk__in=ids, status__in=_FROM[step])
    rows = list(found.order_by("membership__plan__insurer", "created_at")[: claim_batches.MOST_AT_ONCE])
    queue = f"{reverse('claims')}?status={_FROM[step][0]}"
    sure = "sure" in request.POST
    if not rows and not sure:
        messages.error(request, _("Choose the claims first."))
        return redirect(queue)
    form = SettleForm(request.POST if sure else None)
    if sure and form.is_valid():
        try:
            outcome = _do(step, ids, form.cleaned_data["reference"], request)
        except DomainError as refused:
            take_refusal(form, refused)
        else:
            _say(request, step, outcome)
            return redirect(queue)
    column = "expected" if step == "sent" else "actual"
    total = found.aggregate(sum=Sum(column))["sum"] or 0
    context = {"step": step, "rows": rows, "total": total, "form": form, "queue": queue}
    return render(request, "billing/claims_chosen.html", context, status=422 if sure else 200)


def _do(step: str, ids: list[UUID], reference: str, request: HttpRequest) -> claim_batches.Outcome:
    if step == "sent":
        return claim_batches.submit_chosen(ids, actor=person(request))
    return claim_batches.settle_chosen(ids, reference=reference, actor=person(request))


def _say(request: HttpRequest, step: str, outcome: claim_batches.Outcome) -> None:
    count = len(outcome.done)
    if count and step == "sent":
        said = ngettext("%(count)s claim is marked as sent.", "%(count)s claims are marked as sent.", count)
        messages.success(request, said % {"count": count})
    elif count:
        said = ngettext("%(count)s claim is marked as paid.", "%(count)s claims are marked as paid.", count)
        messages.success(request, said % {"count": count})
    for claim, why in outcome.refused:
        messages.warning(request, f"{claim.appointment.patient.name}: {why}")
