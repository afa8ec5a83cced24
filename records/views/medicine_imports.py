"""Bringing medicines in from a file: upload, look over, take in."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clinic.core.errors import DomainError
from records.domain.medicines import importing, planning
from records.domain.medicines.columns import LABELS
from records.domain.medicines.values import REQUIRED
from records.forms.medicines import MedicineFileForm, take
from records.models import MedicineImport
from scheduling.views.guards import person
from scheduling.views.holidays import for_management

SHOWN_IMPORTS = 10
# Of each sort of row; the numbers say how many there are.
SHOWN_ROWS = 50


@for_management
@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest) -> HttpResponse:
    """The form for a file, and the last ones."""
    form = MedicineFileForm(request.POST, request.FILES) if request.method == "POST" else MedicineFileForm()
    status = 200
    if form.is_bound:
        status = 422
        if form.is_valid():
            try:
                waiting = importing.upload(form.cleaned_data["file"], actor=person(request))
            except DomainError as refusal:
                take(form, refusal)
                status = refusal.status if refusal.status != 400 else 422
            else:
                return redirect("medicine_import", waiting.pk)
    context = {
        "form": form,
        "imports": importing.imports(person(request))[:SHOWN_IMPORTS],
        "columns": [(label, name in REQUIRED) for name, label in LABELS.items()],
    }
    return render(request, "records/medicines/imports.html", context, status=status)


@for_management
@require_safe
def page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What taking it in would do; afterwards, what it did."""
    found = get_object_or_404(importing.imports(person(request)), pk=pk)
    if found.applied_at:
        return render(request, "records/medicines/import_done.html", {"import": found})
    try:
        plan = importing.look(found)
    except DomainError as refusal:
        messages.error(request, refusal.detail)
        return redirect("medicine_imports")
    counts = plan.counts
    context = {
        "import": found,
        "unknown": plan.unknown,
        "counts": {
            state: counts[state] for state in (planning.NEW, planning.CHANGED, planning.SAME, planning.WRONG)
        },
        "wrong": plan.of(planning.WRONG)[:SHOWN_ROWS],
        "changed": [
            (row, [(LABELS[name], before, after) for name, before, after in row.what])
            for row in plan.of(planning.CHANGED)[:SHOWN_ROWS]
        ],
        "new": plan.of(planning.NEW)[:SHOWN_ROWS],
        "shown": SHOWN_ROWS,
        "does_something": bool(counts[planning.NEW] or counts[planning.CHANGED]),
    }
    return render(request, "records/medicines/import_look.html", context)


@for_management
@require_POST
def decide(request: HttpRequest, pk: UUID) -> HttpResponse:
    """`do=apply` takes it in, `do=forget` throws it away."""
    user = person(request)
    get_object_or_404(importing.imports(user), pk=pk)
    try:
        if request.POST.get("do") == "forget":
            importing.forget(pk, actor=user)
            messages.success(request, _("The file is thrown away. Nothing was changed."))
            return redirect("medicine_imports")
        done = importing.apply(pk, actor=user)
    except MedicineImport.DoesNotExist:
        raise Http404 from None
    except DomainError as refusal:
        messages.error(request, refusal.detail)
    else:
        number = done.added + done.changed
        messages.success(
            request,
            ngettext("%(number)s medicine was taken in.", "%(number)s medicines were taken in.", number)
            % {"number": number},
        )
    return redirect("medicine_import", pk)
