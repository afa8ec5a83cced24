"""The catalogue of medicines, for management: found, added, changed, taken out of use, saved as Excel."""

from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clinic.core import sheets
from clinic.core.errors import DomainError
from records.domain.medicines import catalogue
from records.domain.medicines.columns import LABELS
from records.domain.medicines.planning import shown
from records.forms.medicines import MedicineForm, take
from records.models import Medicine
from scheduling.views.guards import person
from scheduling.views.holidays import for_management

PAGE_SIZE = 25
SEARCH_LENGTH = 100


@for_management
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """`?q=` searches, `?retired=1` shows those out of use."""
    typed = request.GET.get("q", "")[:SEARCH_LENGTH]
    retired = request.GET.get("retired") == "1"
    found = catalogue.catalogue(typed, retired=retired)
    context = {
        "page_obj": Paginator(found, PAGE_SIZE).get_page(request.GET.get("page")),
        "typed": typed,
        "retired": retired,
    }
    return render(request, "records/medicines/list.html", context)


@for_management
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """`?like=` begins with the values of another: a further strength or brand."""
    form = MedicineForm(request.POST or None, initial=_like(request.GET.get("like", "")))
    if request.method == "POST" and form.is_valid():
        try:
            made = catalogue.add(actor=person(request), values=form.cleaned_data)
        except DomainError as refused:
            take(form, refused)
        else:
            messages.success(request, _("%(name)s can be prescribed from now on.") % {"name": made})
            return redirect("medicine", pk=made.pk)
    return _form(request, form, None)


@for_management
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    medicine = get_object_or_404(Medicine, pk=pk)
    form = MedicineForm(request.POST or None, initial=_values(medicine))
    if request.method == "POST" and form.is_valid():
        try:
            catalogue.change(pk, actor=person(request), values=form.cleaned_data)
        except DomainError as refused:
            take(form, refused)
        else:
            messages.success(request, _("Saved. The safety check goes by it from now on."))
            return redirect("medicine_catalogue")
    return _form(request, form, medicine)


@for_management
@require_POST
def in_use(request: HttpRequest, pk: UUID) -> HttpResponse:
    """`do=retire` or `do=restore`."""
    back = request.POST.get("do") == "restore"
    try:
        medicine = catalogue.put_in_use(pk, back, actor=person(request))
    except Medicine.DoesNotExist:
        raise Http404 from None
    said = (
        _("%(name)s can be prescribed again.")
        if back
        else _("%(name)s can't be prescribed any more. What is prescribed stays.")
    )
    messages.success(request, said % {"name": medicine})
    return redirect("medicine", pk=pk)


@for_management
@require_safe
def excel(request: HttpRequest) -> HttpResponse:
    """What is in use as one sheet, as the import takes it back."""
    rows = catalogue.catalogue().iterator(chunk_size=2000)
    answer = sheets.download(
        "medicines.xlsx",
        list(LABELS.values()),
        ([_cell(name, getattr(row, name)) for name in LABELS] for row in rows),
        title=_("Medicines"),
    )
    return cast(HttpResponse, answer)


def _cell(name: str, value: Any) -> Any:
    return ", ".join(value) if name == "routes" else value


def _like(wanted: str) -> dict[str, Any]:
    try:
        other = Medicine.objects.filter(pk=UUID(wanted)).first()
    except ValueError:
        return {}
    return _values(other) if other else {}


def _values(medicine: Medicine) -> dict[str, Any]:
    """As one types them."""
    values: dict[str, Any] = {}
    for name in LABELS:
        value = getattr(medicine, name)
        plain = name in ("routes", "pregnancy")
        values[name] = value if plain else "" if value in (None, "") else shown(name, value)
    return values


def _form(request: HttpRequest, form: MedicineForm, medicine: Medicine | None) -> HttpResponse:
    context = {
        "form": form,
        "medicine": medicine,
        "prescribed": bool(medicine and catalogue.is_prescribed(medicine)),
    }
    return render(request, "records/medicines/form.html", context, status=422 if form.is_bound else 200)
