"""The medical-aid plans, for management: list, new, edit, rates of single services."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from billing.domain import plans
from billing.forms.aid import PlanForm, RateForm
from billing.models import Plan, PlanRate
from clinic.core.errors import DomainError
from scheduling.forms.catalogue import take
from scheduling.views.guards import person
from scheduling.views.holidays import for_management

PAGE_SIZE = 20


@for_management
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    page = Paginator(plans.all_plans(), PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "billing/plans.html", {"page_obj": page})


@for_management
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    form = PlanForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = plans.create(actor=person(request), **form.cleaned_data)
        except DomainError as refused:
            take(form, refused)
        else:
            messages.success(request, _("Saved. Its members can be entered from now on."))
            return redirect("plan", made.pk)
    return _form(request, form, None)


@for_management
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    plan = _plan_or_404(pk)
    form = PlanForm(request.POST or None, instance=plan)
    if request.method == "POST" and form.is_valid():
        try:
            plans.change(pk, actor=person(request), **form.cleaned_data)
        except DomainError as refused:
            take(form, refused)
        else:
            messages.success(request, _("Saved. It holds for new bookings from now on."))
            return redirect("plan", pk)
    return _form(request, form, plan)


@for_management
@require_http_methods(["GET", "HEAD", "POST"])
def rate_new(request: HttpRequest, pk: UUID) -> HttpResponse:
    return _rate(request, _plan_or_404(pk), None)


@for_management
@require_http_methods(["GET", "HEAD", "POST"])
def rate_edit(request: HttpRequest, pk: UUID, rate_id: UUID) -> HttpResponse:
    plan = _plan_or_404(pk)
    return _rate(
        request, plan, get_object_or_404(PlanRate.objects.select_related("service"), pk=rate_id, plan=plan)
    )


@for_management
@require_POST
def rate_remove(request: HttpRequest, pk: UUID, rate_id: UUID) -> HttpResponse:
    rate = get_object_or_404(PlanRate.objects.select_related("service"), pk=rate_id, plan=pk)
    plans.remove_rate(pk, rate.service, actor=person(request))
    messages.success(request, _("Taken away: the plan pays for it as for any other service."))
    return redirect("plan", pk)


def _rate(request: HttpRequest, plan: Plan, rate: PlanRate | None) -> HttpResponse:
    form = RateForm(request.POST or None, instance=rate)
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        service = rate.service if rate else values.pop("service")
        try:
            plans.set_rate(plan.pk, service, actor=person(request), **values)
        except DomainError as refused:
            take(form, refused)
        else:
            messages.success(request, _("Saved. It holds for new bookings from now on."))
            return redirect("plan", plan.pk)
    status = 422 if form.is_bound else 200
    context = {"form": form, "plan": plan, "rate": rate}
    return render(request, "billing/plan_rate.html", context, status=status)


def _plan_or_404(pk: UUID) -> Plan:
    return get_object_or_404(plans.all_plans(), pk=pk)


def _form(request: HttpRequest, form: PlanForm, plan: Plan | None) -> HttpResponse:
    status = 422 if form.is_bound else 200
    rates = PlanRate.objects.filter(plan=plan).select_related("service") if plan else ()
    context = {"form": form, "plan": plan, "rates": rates}
    return render(request, "billing/plan.html", context, status=status)
