"""A payment's own page, and the patient's list."""

from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from accounts.models import User
from billing import rules
from billing.domain import payments, queries
from billing.enums import AskAgain, PaymentStatus
from billing.forms.payment import AttemptForm, take_refusal
from billing.models import Payment
from clinic.core.errors import DomainError, NotAllowed

from . import pictures, queue, review, standing

PAGE_SIZE = 20


@require_GET
@never_cache
@login_required
def payments_page(request: HttpRequest) -> HttpResponse:
    """Management: the queue. Patients: their payments. Nobody else has any."""
    user = cast(User, request.user)
    if user.is_management:
        return queue.page(request)
    if not user.is_patient:
        raise Http404
    page = Paginator(queries.visible_to(user), PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "billing/payments.html", {"page_obj": page})


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def payment_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """How to pay and what became of it; by POST the patient hands in the bank's reference."""
    user = cast(User, request.user)
    payment = visible_or_404(user, pk)
    if request.method == "POST" and not rules.can_submit(user, payment):
        raise NotAllowed(_("Only the patient sends the bank reference of a payment."))
    form = AttemptForm(request.POST or None, request.FILES or None)
    status = 200
    if request.method == "POST":
        if form.is_valid():
            try:
                payments.submit(pk, **form.cleaned_data, actor=user)
            except DomainError as refusal:
                take_refusal(form, refusal)
                status = refusal.status
            else:
                messages.success(request, _("Thank you. We will check your payment and tell you here."))
                return redirect("payment", pk)
        else:
            status = 400
        payment = visible_or_404(user, pk)
    return render(request, "billing/payment.html", _context(user, payment, form), status=status)


def _context(user: User, payment: Payment, form: AttemptForm) -> dict[str, Any]:
    attempts = list(payment.attempts.all())
    decides = rules.can_decide(user)
    state = PaymentStatus.EXPIRED if payment.has_lapsed else PaymentStatus(payment.status)
    return {
        **standing.of(payment, state),
        "payment": payment,
        "appointment": payment.appointment,
        "attempts": attempts[::-1],
        "last_attempt": payment.last_attempt,
        "form": form,
        "state": state,
        "decides": decides,
        "row": review.Row(payment, user) if decides else None,
        "ask_again": AskAgain.choices,
        "history": payment.history.select_related("actor") if decides else (),
    }


@require_GET
@login_required
def payment_qr(request: HttpRequest, pk: UUID) -> HttpResponse:
    return pictures.qr_svg(visible_or_404(cast(User, request.user), pk))


@require_GET
@login_required
def payment_qr_picture(request: HttpRequest, pk: UUID) -> HttpResponse:
    return pictures.qr_png(visible_or_404(cast(User, request.user), pk))


@require_GET
@login_required
def payment_proof(request: HttpRequest, pk: UUID, attempt_id: UUID) -> HttpResponseBase:
    user = cast(User, request.user)
    payment = visible_or_404(user, pk)
    return pictures.proof_of(payment, attempt_id, reader=user)


def visible_or_404(user: User, pk: UUID) -> Payment:
    return get_object_or_404(queries.visible_to(user), pk=pk)
