"""Management's queue: what waits to be checked, oldest first, and the decisions."""

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django_htmx.http import trigger_client_event

from accounts.models import User
from billing.domain import deciding, payments, queries
from billing.enums import AskAgain, PaymentStatus
from billing.forms.decision import AmountForm
from billing.models import Payment
from clinic.core.errors import DomainError, Invalid, NotAllowed

from . import review

PAGE_SIZE = 25
# In the order of the work.
TABS = [
    PaymentStatus.SUBMITTED,
    PaymentStatus.REFUND_DUE,
    PaymentStatus.DUE,
    PaymentStatus.REJECTED,
    PaymentStatus.CONFIRMED,
    PaymentStatus.EXPIRED,
    PaymentStatus.REFUNDED,
]


def page(request: HttpRequest) -> HttpResponse:
    """The queue of one status (`?status=`), narrowed by `?q=`. For management only: the caller has checked."""
    user = cast(User, request.user)
    wanted = request.GET.get("status", "")
    status = wanted if wanted in PaymentStatus.values else PaymentStatus.SUBMITTED
    search = request.GET.get("q", "")[:120].replace("\x00", "").strip()
    found = queries.matching(queries.in_state(queries.visible_to(user), status), search)
    counts = queries.counts()
    page_obj = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(
        request,
        "billing/queue.html",
        {
            "page_obj": page_obj,
            "rows": [review.Row(payment, user) for payment in page_obj],
            "status": status,
            "search": search,
            "tabs": [(tab.value, tab.label, counts[tab]) for tab in TABS],
            "ask_again": AskAgain.choices,
            "currency": page_obj[0].currency if page_obj.object_list else "",
        },
    )


@require_POST
@login_required
def payment_decision(request: HttpRequest, pk: UUID, decision: str) -> HttpResponse:
    """confirm (`amount`), reject (`reason`), ask_again (`kind`, `reason`) or refund (`reason`): from the queue by htmx,
    from the payment's page by a form."""
    user = cast(User, request.user)
    get_object_or_404(queries.visible_to(user), pk=pk)
    reason = request.POST.get("reason", "")
    try:
        if decision == "confirm":
            payment = payments.confirm(pk, actor=user, amount=AmountForm(request.POST).taken())
        elif decision == "reject":
            payment = payments.reject(pk, reason=reason, actor=user)
        elif decision == "ask_again":
            payment = deciding.ask_again(pk, kind=request.POST.get("kind", ""), reason=reason, actor=user)
        else:
            payment = payments.refund(pk, reason=reason, actor=user)
    except DomainError as refusal:
        if request.htmx or refusal.status == 403:  # type: ignore[attr-defined]
            raise
        messages.error(request, refusal.detail)
        return redirect("payment", pk)
    said = _said(payment, decision)
    if request.htmx:  # type: ignore[attr-defined]
        response = HttpResponse(status=204)
        return trigger_client_event(response, "toast", {"level": "success", "text": said})
    messages.success(request, said)
    return redirect("payment", pk)


@require_POST
@login_required
def confirm_chosen(request: HttpRequest) -> HttpResponse:
    """Confirm the chosen ones (`payment`, many) with what is expected of each."""
    user = cast(User, request.user)
    if not user.is_management:
        raise NotAllowed(_("Only the clinic's management decides on payments."))
    try:
        chosen = [UUID(value) for value in request.POST.getlist("payment")]
    except ValueError:
        chosen = []
    if not chosen:
        raise Invalid(_("Choose the payments to confirm first."))
    return render(
        request,
        "billing/parts/chosen_outcome.html",
        {"outcome": deciding.confirm_chosen(chosen, actor=user)},
    )


def _said(payment: Payment, decision: str) -> str:
    words = {
        PaymentStatus.CONFIRMED: _("Payment %(reference)s is confirmed."),
        PaymentStatus.REFUND_DUE: _(
            "Payment %(reference)s has arrived for a visit that was called off: refund it."
        ),
        PaymentStatus.REFUNDED: _("Payment %(reference)s is marked as refunded."),
        PaymentStatus.DUE: _(
            "A part of payment %(reference)s is accepted; the patient is asked for the rest."
        ),
        PaymentStatus.SUBMITTED: _(
            "You have approved payment %(reference)s. It is confirmed as soon as another person agrees."
        ),
    }.get(PaymentStatus(payment.status), _("Payment %(reference)s is rejected; the patient is told why."))
    if decision == "ask_again":
        words = _("Payment %(reference)s: the patient is asked to send it again.")
    return words % {"reference": payment.reference}
