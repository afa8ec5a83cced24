"""A patient's credit with the clinic: their own page, and the desk's, where it is paid out."""

from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.enums import Role
from accounts.models import User
from billing.domain import credit, desk_queries, paying_out, shifts
from billing.forms.desk import PayOutForm
from billing.forms.payment import take_refusal
from clinic.core import money
from clinic.core.errors import DomainError

from .guards import at_the_desk

PAGE_SIZE = 20


@login_required
@never_cache
@require_safe
def own_credit(request: HttpRequest) -> HttpResponse:
    user = cast(User, request.user)
    if not user.is_patient:
        raise PermissionDenied
    return render(request, "billing/desk/own_credit.html", _context(request, user))


@at_the_desk
@require_http_methods(["GET", "HEAD", "POST"])
def patient_credit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The lines of one patient; by POST some of it is paid out."""
    user = cast(User, request.user)
    patient = get_object_or_404(User, pk=pk, role=Role.PATIENT)
    form, status = PayOutForm(request.POST.dict() if request.method == "POST" else None), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            wanted = form.cleaned_data
            try:
                entry = paying_out.pay_out(
                    patient,
                    amount=wanted["amount"],
                    method=wanted["method"],
                    reference=wanted["bank_reference"],
                    seen=wanted["seen"],
                    actor=user,
                )
            except DomainError as refusal:
                take_refusal(form, refusal)
                status = refusal.status
            else:
                amount = money.shown(-entry.amount, entry.currency)
                messages.success(request, _("Paid out: %(amount)s.") % {"amount": amount})
                return redirect("patient_credit", pk)
    context = {**_context(request, patient), "shift": shifts.current(user)}
    last = context["last"]
    if form.is_bound:
        form.data = {**form.data, "seen": str(last.number if last else 0)}
    else:
        form.initial = {"seen": last.number if last else 0}
    return render(request, "billing/desk/patient_credit.html", {**context, "form": form}, status=status)


def _context(request: HttpRequest, patient: User) -> dict[str, Any]:
    lines = desk_queries.credit_lines(patient)
    return {
        "patient": patient,
        "balance": credit.balance(patient.pk),
        "last": lines.first(),
        "page_obj": Paginator(lines, PAGE_SIZE).get_page(request.GET.get("page")),
    }
