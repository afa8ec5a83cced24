"""Money to be sent back: the list, and each payment's page with every attempt."""

from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from billing.domain import queries, refund_queries, refunds, shifts
from billing.enums import PaymentMethod, PaymentStatus, RefundOutcome
from billing.forms.payment import take_refusal
from billing.forms.refund import ReasonForm, RefundForm, SentForm
from billing.models import Payment
from clinic.core.errors import DomainError

from .guards import at_the_desk

PAGE_SIZE = 20
DUE, DONE = "due", "done"


@at_the_desk
@require_safe
def refunds_page(request: HttpRequest) -> HttpResponse:
    """What is due, the longest waiting first; `?show=done`: what was sent or failed."""
    show = DONE if request.GET.get("show") == DONE else DUE
    found: Any = refund_queries.done() if show == DONE else refund_queries.due()
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    if show == DUE:
        for payment in page.object_list:
            payment.pending = next((r for r in payment.refunds.all() if _is_pending(r)), None)
    return render(request, "billing/refunds/list.html", {"page_obj": page, "show": show})


@at_the_desk
@require_http_methods(["GET", "HEAD", "POST"])
def refund_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One payment's refund. POST `do`: choose (`method`), sent, failed, waive."""
    payment = get_object_or_404(refund_queries.all_payments(), pk=pk)
    if not (payment.refund_owed or payment.kept):
        raise Http404
    forms = {"choose": RefundForm(), "sent": SentForm(), "failed": ReasonForm(), "waive": ReasonForm()}
    status = 200
    if request.method == "POST":
        do = request.POST.get("do", "")
        if do not in forms:
            raise Http404
        form = forms[do] = type(forms[do])(request.POST.dict())
        status = 422
        if form.is_valid():
            try:
                messages.success(request, _perform(request, payment, do, form))
                return redirect("refund", pk)
            except DomainError as refusal:
                take_refusal(form, refusal)
                status = refusal.status
        payment = get_object_or_404(refund_queries.all_payments(), pk=pk)
    return render(request, "billing/refunds/refund.html", _context(request, payment, forms), status=status)


def _perform(request: HttpRequest, payment: Payment, do: str, form: Form) -> str:
    """What was done, in words."""
    actor, wanted = cast(User, request.user), form.cleaned_data
    if do == "waive":
        refunds.waive_fee(payment.pk, reason=wanted["reason"], actor=actor)
        return _("The fee is given back: send it to the patient now.")
    if do == "choose":
        method, seen = wanted["method"], wanted["seen"]
        if method == PaymentMethod.CASH:
            refunds.give_cash(payment.pk, seen=seen, actor=actor)
            return _("Noted: given back in cash.")
        if method == PaymentMethod.CREDIT:
            refunds.keep_as_credit(payment.pk, seen=seen, actor=actor)
            return _("It is the patient's credit now.")
        refunds.plan(payment.pk, method=method, destination=wanted["destination"], seen=seen, actor=actor)
        return _("Send the money now; then note here that it has left.")
    refund_id = _refund_id(request, payment)
    if do == "sent":
        refunds.mark_sent(refund_id, reference=wanted["bank_reference"], actor=actor)
        return _("Noted as sent; the patient is told.")
    refunds.mark_failed(refund_id, reason=wanted["reason"], actor=actor)
    return _("Noted as failed: it can be sent again.")


def _refund_id(request: HttpRequest, payment: Payment) -> UUID:
    named = request.POST.get("refund", "")
    found = next((refund for refund in payment.refunds.all() if str(refund.pk) == named), None)  # type: ignore[attr-defined]
    if found is None:
        raise Http404
    return cast(UUID, found.pk)


def _context(request: HttpRequest, payment: Payment, forms: dict[str, Form]) -> dict[str, Any]:
    rows = refund_queries.of_payment(payment)
    pending = next((refund for refund in rows if _is_pending(refund)), None)
    last = rows[0] if rows else None
    choose = forms["choose"]
    # What is sent next is of the payment as it is now.
    if choose.is_bound:
        choose.data = {**choose.data, "seen": str(refunds.left(payment))}
    else:
        choose.initial = {"seen": refunds.left(payment)}
    shift = shifts.current(cast(User, request.user))
    can_come_back = (
        last is not None and last.outcome == RefundOutcome.SENT and last.method in refunds.SENT_METHODS
    )
    return {
        "payment": payment,
        "appointment": payment.appointment,
        "rows": rows,
        "pending": pending,
        "can_choose": payment.status == PaymentStatus.REFUND_DUE and pending is None,
        "last_sent": last if can_come_back else None,
        "forms": forms,
        "shift": shift,
        "drawer": shifts.drawer(shift) if shift else None,
    }


def _is_pending(refund: Any) -> bool:
    return bool(refund.outcome == RefundOutcome.PENDING)


@require_POST
@login_required
def refund_keep(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The patient keeps what is owed as credit, from the payment's page."""
    user = cast(User, request.user)
    get_object_or_404(queries.visible_to(user), pk=pk)
    try:
        refunds.keep_as_credit(pk, actor=user)
    except DomainError as refusal:
        if refusal.status == 403:
            raise
        messages.error(request, refusal.detail)
    else:
        messages.success(request, _("It is kept as credit and pays for the next visit."))
    return redirect("payment", pk)
