"""Cash shifts: opening, counting, and management's look at all of them."""

from typing import Any, cast
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from billing.domain import desk_queries, shifts
from billing.enums import PaymentMethod
from billing.forms.desk import CountForm, OpenShiftForm, ShiftFilter
from billing.forms.payment import take_refusal
from billing.models import CashShift
from clinic.core import money
from clinic.core.errors import DomainError

from .guards import at_the_desk

PAGE_SIZE = 20


@at_the_desk
@require_POST
def shift_open(request: HttpRequest) -> HttpResponse:
    """The page is the desk's; this takes its form, and shows it again with what is wrong."""
    user = cast(User, request.user)
    form = OpenShiftForm(request.POST)
    status = 422
    if form.is_valid():
        try:
            shifts.open_for(user, opening_float=form.cleaned_data["opening_float"])
        except DomainError as refusal:
            take_refusal(form, refusal)
            status = refusal.status
        else:
            messages.success(request, _("Your shift is open: you can take cash."))
            return redirect("desk")
    return render(request, "billing/desk/shift_open.html", {"open_form": form}, status=status)


@at_the_desk
@require_http_methods(["GET", "HEAD", "POST"])
def shift_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One shift; by POST the drawer's count closes it."""
    user = cast(User, request.user)
    shift = get_object_or_404(desk_queries.shifts(), pk=pk)
    drawer = shifts.drawer(shift)
    if request.method == "POST":
        form = CountForm(request.POST.dict(), expected=drawer.expected)
        status = 422
        if form.is_valid():
            wanted = form.cleaned_data
            try:
                closed = shifts.close(
                    pk, counts=form.counts(), seen=wanted["seen"], note=wanted["note"], actor=user
                )
            except DomainError as refusal:
                take_refusal(form, refusal)
                status = refusal.status
            else:
                counted = money.shown(closed.counted or money.ZERO, settings.CLINIC_CURRENCY)
                messages.success(
                    request, _("The shift is closed with %(counted)s counted.") % {"counted": counted}
                )
                return redirect("shift", pk)
        shift = get_object_or_404(desk_queries.shifts(), pk=pk)
        drawer = shifts.drawer(shift)
        form.renew(drawer.expected)
    else:
        form, status = CountForm(expected=drawer.expected), 200
    return render(request, "billing/desk/shift.html", _context(request, shift, drawer, form), status=status)


def _context(
    request: HttpRequest, shift: CashShift, drawer: shifts.Drawer, form: CountForm
) -> dict[str, Any]:
    taken = desk_queries.attempts_in(shift)
    return {
        "shift": shift,
        "drawer": drawer,
        "form": form,
        "is_own": shift.cashier_id == request.user.pk,
        "methods": _named(desk_queries.methods_in(shift)),
        "page_obj": Paginator(taken, PAGE_SIZE).get_page(request.GET.get("page")),
        "paid_out": shift.credit_paid_out.select_related("patient").order_by("-created_at"),  # type: ignore[attr-defined]
        "refunds": shift.refunds.select_related("payment__appointment__patient"),  # type: ignore[attr-defined]
    }


def _named(sums: dict[str, Any]) -> list[tuple[Any, Any]]:
    return [(PaymentMethod(method).label, amount) for method, amount in sums.items()]


@at_the_desk
@require_safe
def shifts_page(request: HttpRequest) -> HttpResponse:
    """What came in on `?day=` (today) by person and method, and the shifts of that day; `?cashier=` narrows both."""
    today = timezone.localdate()
    asked = {"day": request.GET.get("day") or today.isoformat(), "cashier": request.GET.get("cashier", "")}
    filters = ShiftFilter(asked, cashiers=desk_queries.cashiers())
    filters.is_valid()
    wanted = filters.cleaned_data
    day = wanted.get("day") or today
    cashier = wanted.get("cashier")
    cashier_id = cashier.pk if cashier else None
    takings = desk_queries.takings_on(day, cashier=cashier_id)
    totals = desk_queries.totals(takings)
    context = {
        "filters": filters,
        "day": day,
        "is_today": day == today,
        "methods": [PaymentMethod(method).label for method in totals],
        "rows": [(one.by, [one.sums.get(method) for method in totals], one.total) for one in takings],
        "totals": [*totals.values(), sum(totals.values(), money.ZERO)],
        "page_obj": Paginator(desk_queries.shifts_on(day, cashier=cashier_id), PAGE_SIZE).get_page(
            request.GET.get("page")
        ),
        "own": shifts.current(cast(User, request.user)),
    }
    return render(request, "billing/desk/shifts.html", context)
