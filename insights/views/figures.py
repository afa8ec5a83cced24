"""Figures for management: the dashboard, and the rows behind each number."""

from django.contrib.auth.decorators import login_required
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.models import User
from insights.domain.figures import behind as rows_behind
from insights.domain.figures.choice import FiguresForm
from insights.domain.figures.periods import By, Period
from insights.domain.figures.report import Report
from insights.domain.figures.sources import own_currency
from insights.domain.figures.words import named
from insights.tasks import sum_figures

PER_PAGE = 50
# Seconds until the sums may be asked for once more.
ASK_AGAIN = 600


def _check(request: HttpRequest) -> None:
    assert isinstance(request.user, User)
    if not request.user.is_management:
        raise PermissionDenied


@login_required
@never_cache
@require_safe
def dashboard(request: HttpRequest) -> HttpResponse:
    _check(request)
    form = FiguresForm(request.GET)
    if not form.is_valid():
        return render(request, "insights/figures/dashboard.html", {"form": form}, status=422)
    period = form.chosen_period
    report = Report(period, form.narrowing, form.chosen_by)
    if report.found.is_raw and cache.add("figures:being-summed", True, ASK_AGAIN):
        sum_figures.enqueue()
    context = {
        "form": form,
        "report": report,
        "tables": report.tables,
        "period": named(period, By.DAY),
        "before": named(period.before, By.DAY),
        "is_under_way": period.is_under_way(timezone.localdate()),
        "coarser": report.by != form.cleaned_data["by"] and bool(form.cleaned_data["by"]),
        "currency": own_currency(),
        "export_url": _export_url(request, period),
    }
    return render(request, "insights/figures/dashboard.html", context)


@login_required
@never_cache
@require_safe
def behind(request: HttpRequest, what: str) -> HttpResponse:
    _check(request)
    if what not in rows_behind.WHATS:
        raise Http404
    form = FiguresForm(request.GET)
    if not form.is_valid():
        return redirect(f"{reverse('figures')}?{request.GET.urlencode()}")
    wanted, period = rows_behind.WHATS[what], form.chosen_period
    found = rows_behind.rows(what, period, form.narrowing, method=form.cleaned_data["method"])
    # The people are joined to the rows of this page only: behind a century there may be a million.
    keys = found.select_related(None).values_list("pk", flat=True)
    page = Paginator(keys, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "title": wanted.title,
        "kind": wanted.kind,
        "page_obj": page,
        "rows": found.filter(pk__in=list(page.object_list)),
        "period": named(period, By.DAY),
        "said": form.said,
    }
    return render(request, "insights/figures/behind.html", context)


def _export_url(request: HttpRequest, period: Period) -> str:
    """Where these figures become a file. The days are named: a preset means other ones tomorrow."""
    wanted = request.GET.copy()
    for name in ("period", "page"):
        wanted.pop(name, None)
    wanted["kind"] = "figures"
    wanted["from"], wanted["to"] = str(period.first), str(period.last)
    return f"{reverse('export_new')}?{wanted.urlencode()}"
