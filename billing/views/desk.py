"""The cash desk: who still has to pay, and taking money for one payment."""

from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from billing.domain import credit, desk, desk_queries, queries, shifts
from billing.enums import AttemptOutcome, PaymentMethod, PaymentStatus
from billing.forms.desk import OpenShiftForm, TakeForm
from billing.forms.payment import take_refusal
from billing.models import Attempt, BillingDocument, Payment
from clinic.core import money
from clinic.core.errors import DomainError

from .guards import at_the_desk

PAGE_SIZE = 20
# Which payments are listed.
TODAY, ALL = "today", "all"


@at_the_desk
@require_safe
def desk_page(request: HttpRequest) -> HttpResponse:
    """Payments of today's visits (`?show=all`: of all), narrowed by `?q=`, which looks at all of them."""
    user = cast(User, request.user)
    search = request.GET.get("q", "")[:120].replace("\x00", "").strip()
    show = ALL if search or request.GET.get("show") == ALL else TODAY
    found = queries.matching(desk_queries.still_to_pay(user), search)
    if show == TODAY:
        found = desk_queries.of_visits_on(found, timezone.localdate())
    context = {
        "page_obj": Paginator(found, PAGE_SIZE).get_page(request.GET.get("page")),
        "show": show,
        "search": search,
        **_shift_of(user),
    }
    return render(request, "billing/desk/desk.html", context)


@at_the_desk
@require_http_methods(["GET", "HEAD", "POST"])
def desk_payment(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take money for one payment."""
    user = cast(User, request.user)
    payment = get_object_or_404(queries.visible_to(user), pk=pk)
    form = TakeForm(request.POST.dict() if request.method == "POST" else None, payment=payment)
    status = 200
    if request.method == "POST":
        client_id = request.POST.get("client_id", "").replace("\x00", "")
        known = Attempt.objects.filter(submitted_by=user, client_id=client_id).exclude(client_id="")
        earlier = known.first()
        if earlier is not None:
            # Sent again: whether it is the same money, the domain says; what is due has changed with it.
            form.data = {**form.data, "keep_rest": "on"}
        if form.is_valid():
            try:
                attempt = desk.receive(pk, **form.taken(), actor=user)
            except DomainError as refusal:
                take_refusal(form, refusal)
                status = refusal.status
            else:
                _say_taken(request, form, attempt, again=earlier is not None)
                return redirect("desk_payment", pk)
        else:
            status = 422
        form.payment = payment = get_object_or_404(queries.visible_to(user), pk=pk)
        form.renew()
    return render(request, "billing/desk/take.html", _context(user, payment, form), status=status)


def _context(user: User, payment: Payment, form: TakeForm) -> dict[str, Any]:
    patient = payment.appointment.patient
    can_take = payment.outstanding > 0 and payment.status in (PaymentStatus.DUE, PaymentStatus.REJECTED)
    return {
        "payment": payment,
        "appointment": payment.appointment,
        "form": form,
        "can_take": can_take or (form.is_bound and payment.status == PaymentStatus.CONFIRMED),
        "parts": _parts(payment),
        "credit": credit.available(patient.pk, payment.currency),
        **_shift_of(user),
    }


def _parts(payment: Payment) -> list[tuple[Attempt, BillingDocument | None]]:
    """What was accepted so far, each with its receipt."""
    receipts = {one.attempt_id: one for one in payment.documents.exclude(attempt=None)}  # type: ignore[attr-defined]
    accepted = (one for one in payment.attempts.all() if one.outcome == AttemptOutcome.ACCEPTED)  # type: ignore[attr-defined]
    return [(one, receipts.get(one.pk)) for one in accepted]


def _shift_of(user: User) -> dict[str, Any]:
    shift = shifts.current(user)
    return {
        "shift": shift,
        "drawer": shifts.drawer(shift) if shift else None,
        "open_form": None if shift else OpenShiftForm(),
    }


def _say_taken(request: HttpRequest, form: TakeForm, attempt: Attempt, *, again: bool) -> None:
    payment = Payment.objects.get(pk=attempt.payment_id)
    amount = money.shown(attempt.amount or money.ZERO, payment.currency)
    method = PaymentMethod(attempt.method).label
    if attempt.outcome == AttemptOutcome.PENDING:
        said = _(
            "Noted: %(amount)s (%(method)s). Another person has to agree in the list of payments; until then it is "
            "being checked."
        )
        messages.info(request, said % {"amount": amount, "method": method})
        return
    if again:
        said = _("This was noted before: %(amount)s (%(method)s). Nothing was added.")
    else:
        said = _("Noted: %(amount)s (%(method)s).")
    sentences = [said % {"amount": amount, "method": method}]
    if form.change > 0:
        change = money.shown(form.change, payment.currency)
        sentences.append(_("Give %(change)s change.") % {"change": change})
    kept = getattr(attempt, "credit_entry", None)
    if kept is not None and kept.amount > 0:
        surplus = money.shown(kept.amount, payment.currency)
        sentences.append(_("%(surplus)s of it is now the patient's credit.") % {"surplus": surplus})
    if payment.outstanding > 0:
        rest = money.shown(payment.outstanding, payment.currency)
        sentences.append(_("Still to pay: %(rest)s.") % {"rest": rest})
    messages.success(request, " ".join(sentences))


@require_POST
@login_required
def payment_credit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The patient's credit pays for this: by the patient on the payment's page, by management at the desk."""
    user = cast(User, request.user)
    get_object_or_404(queries.visible_to(user), pk=pk)
    page = "desk_payment" if user.is_management else "payment"
    try:
        attempt = desk.use_credit(pk, actor=user)
    except DomainError as refusal:
        if refusal.status == 403:
            raise
        messages.error(request, refusal.detail)
    else:
        used = money.shown(attempt.amount or money.ZERO, attempt.payment.currency)
        messages.success(request, _("%(used)s of the credit was used.") % {"used": used})
    return redirect(page, pk)
