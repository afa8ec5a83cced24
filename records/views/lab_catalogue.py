"""The laboratory's parameters, ranges and panels, for management: list, new, change, retire."""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from clinic.core.errors import DomainError
from records import lab_rules
from records.domain.labs import catalogue, units, words
from records.forms.lab_catalogue import PanelForm, ParameterForm, RangeForm
from records.forms.labs import uuids
from records.models import LabPanel, LabParameter, ReferenceRange

PER_PAGE = 30


def for_management(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    @login_required
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not lab_rules.can_change_catalogue(_person(request)):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded


@for_management
@require_safe
def parameters(request: HttpRequest) -> HttpResponse:
    search = request.GET.get("q", "").strip()[:80]
    found = catalogue.parameters()
    if search:
        found = found.filter(name__icontains=search) | found.filter(short_name__icontains=search)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    rows = [(one, units.shown(one.unit)) for one in page]
    return render(request, "records/labs/parameters.html", {"page_obj": page, "rows": rows, "search": search})


@for_management
@require_http_methods(["GET", "HEAD", "POST"])
def parameter_new(request: HttpRequest) -> HttpResponse:
    return _parameter(request, None)


@for_management
@require_http_methods(["GET", "HEAD", "POST"])
def parameter_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    return _parameter(request, get_object_or_404(LabParameter, pk=pk))


@for_management
@require_http_methods(["GET", "HEAD", "POST"])
def range_new(request: HttpRequest, pk: UUID) -> HttpResponse:
    return _range(request, get_object_or_404(LabParameter, pk=pk), None)


@for_management
@require_http_methods(["GET", "HEAD", "POST"])
def range_edit(request: HttpRequest, pk: UUID, range_id: UUID) -> HttpResponse:
    """POST `do=remove` takes it away."""
    parameter = get_object_or_404(LabParameter, pk=pk)
    found = get_object_or_404(ReferenceRange, pk=range_id, parameter=parameter)
    if request.method == "POST" and request.POST.get("do") == "remove":
        catalogue.remove_range(pk, range_id, actor=_person(request))
        messages.success(request, _("The range is removed. Results keep the one they were entered with."))
        return redirect("lab_parameter", pk)
    return _range(request, parameter, found)


@for_management
@require_safe
def panels(request: HttpRequest) -> HttpResponse:
    page = Paginator(catalogue.panels(), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "records/labs/panel_list.html", {"page_obj": page})


@for_management
@require_http_methods(["GET", "HEAD", "POST"])
def panel_new(request: HttpRequest) -> HttpResponse:
    return _panel(request, None)


@for_management
@require_http_methods(["GET", "HEAD", "POST"])
def panel_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    return _panel(request, get_object_or_404(LabPanel, pk=pk))


@for_management
@require_POST
def parameter_use(request: HttpRequest, pk: UUID) -> HttpResponse:
    """`do=retire` or `do=use`."""
    catalogue.offer(
        get_object_or_404(LabParameter, pk=pk), request.POST.get("do") == "use", actor=_person(request)
    )
    return redirect("lab_parameter", pk)


@for_management
@require_POST
def panel_use(request: HttpRequest, pk: UUID) -> HttpResponse:
    catalogue.offer(
        get_object_or_404(LabPanel, pk=pk), request.POST.get("do") == "use", actor=_person(request)
    )
    return redirect("lab_panel", pk)


@for_management
@require_POST
def panel_move(request: HttpRequest, pk: UUID) -> HttpResponse:
    """`parameter` one row up (`do=up`) or down."""
    panel = get_object_or_404(LabPanel, pk=pk)
    for parameter in uuids([request.POST.get("parameter", "")]):
        catalogue.move_row(panel.pk, parameter, up=request.POST.get("do") == "up", actor=_person(request))
    return redirect("lab_panel", pk)


def _parameter(request: HttpRequest, parameter: LabParameter | None) -> HttpResponse:
    form = ParameterForm(request.POST or None, instance=parameter)
    if request.method == "POST" and form.is_valid():
        try:
            saved = catalogue.save_parameter(
                parameter.pk if parameter else None, actor=_person(request), values=form.cleaned_data
            )
        except DomainError as refusal:
            _take(form, refusal)
        else:
            messages.success(request, _("Saved. It holds for what is entered from now on."))
            return redirect("lab_parameter", saved.pk)
    ranges = []
    if parameter is not None:
        for row in parameter.ranges.all():  # type: ignore[attr-defined]
            ranges.append((row, words.between(row.low, row.high, parameter.decimals)))
    context = {"form": form, "parameter": parameter, "ranges": ranges}
    return render(request, "records/labs/parameter.html", context, status=_status(form))


def _range(request: HttpRequest, parameter: LabParameter, row: ReferenceRange | None) -> HttpResponse:
    form = RangeForm(request.POST or None, instance=row)
    if request.method == "POST" and form.is_valid():
        try:
            catalogue.save_range(
                parameter.pk, row.pk if row else None, actor=_person(request), values=form.values()
            )
        except DomainError as refusal:
            _take(form, refusal)
        else:
            messages.success(request, _("Saved. It holds for what is entered from now on."))
            return redirect("lab_parameter", parameter.pk)
    context = {"form": form, "parameter": parameter, "range": row, "unit": units.shown(parameter.unit)}
    return render(request, "records/labs/range.html", context, status=_status(form))


def _panel(request: HttpRequest, panel: LabPanel | None) -> HttpResponse:
    """The parameters keep the order they have (panel_move); new ones come after them by name."""
    own: list[Any] = []
    if panel is not None:
        own = list(panel.rows.order_by("position").values_list("parameter", flat=True))  # type: ignore[attr-defined]
    form = PanelForm(request.POST or None, instance=panel, initial={"parameters": own})
    if request.method == "POST" and form.is_valid():
        chosen = sorted(
            form.cleaned_data["parameters"], key=lambda one: own.index(one.pk) if one.pk in own else len(own)
        )
        try:
            catalogue.save_panel(
                panel.pk if panel else None,
                actor=_person(request),
                name=form.cleaned_data["name"],
                loinc=form.cleaned_data["loinc"],
                chosen=chosen,
            )
        except DomainError as refusal:
            _take(form, refusal)
        else:
            messages.success(request, _("Saved."))
            return redirect("lab_panels")
    rows = panel.rows.select_related("parameter").order_by("position") if panel is not None else ()  # type: ignore[attr-defined]
    context = {"form": form, "panel": panel, "rows": rows}
    return render(request, "records/labs/panel.html", context, status=_status(form))


def _take(form: forms.BaseForm, refusal: DomainError) -> None:
    names = {"age_from_days": "age_from", "age_to_days": "age_to"}
    for name, texts in refusal.fields.items():
        field = names.get(name, name)
        form.add_error(field if field in form.fields else None, texts)
    if not refusal.fields:
        form.add_error(None, refusal.detail)


def _status(form: forms.BaseForm) -> int:
    return 422 if form.is_bound else 200


def _person(request: HttpRequest) -> User:
    return cast(User, request.user)
