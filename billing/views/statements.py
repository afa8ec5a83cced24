"""Bank statements: upload one, say what its columns are, see what was read of it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from billing.domain.statements import candidates, importing, preview, words
from billing.domain.statements.layouts import Layout, Mapping
from billing.domain.statements.rows import Credit, Problem
from billing.enums import LineState, StatementState
from billing.forms.payment import take_refusal
from billing.forms.statement import MappingForm, UploadForm, as_data
from billing.models import Statement
from clinic.core import money
from clinic.core.errors import DomainError, Invalid
from scheduling.views.guards import person
from scheduling.views.holidays import for_management

PAGE_SIZE = 20


@for_management
@require_http_methods(["GET", "HEAD", "POST"])
def listing(request: HttpRequest) -> HttpResponse:
    """All statements, the latest first, and a form for another."""
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
    status = 200
    if form.is_bound:
        status = 422
        if form.is_valid():
            try:
                statement, is_new = importing.upload(form.cleaned_data["file"], actor=person(request))
            except DomainError as refusal:
                take_refusal(form, refusal)
                status = refusal.status
            else:
                if not is_new:
                    messages.info(request, _("This very file was uploaded before: nothing was changed."))
                return redirect("statement", statement.pk)
    found = (
        candidates.statements_visible_to(person(request))
        .annotate(waiting=Count("lines", filter=Q(lines__state=LineState.OPEN)))
        .order_by("-created_at", "pk")
    )
    context = {"form": form, "page_obj": Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))}
    return render(request, "billing/statements/statements.html", context, status=status)


@for_management
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The columns to choose, with a preview; once the file is read, what came of it."""
    statement = get_object_or_404(candidates.statements_visible_to(person(request)), pk=pk)
    stuck = (
        statement.state == StatementState.READING and statement.updated_at < timezone.now() - importing.STALE
    )
    if statement.state in (StatementState.UPLOADED, StatementState.FAILED) or stuck:
        return _mapping(request, statement)
    problems = [(number, words.problem(code), value) for number, code, value in statement.problems]
    states = candidates.counts(statement.lines.all())  # type: ignore[attr-defined]
    context = {
        "statement": statement,
        "problems": problems,
        "states": states,
        "can_go": not states[LineState.CONFIRMED],
    }
    return render(request, "billing/statements/statement.html", context)


@for_management
@require_POST
def remove(request: HttpRequest, pk: UUID) -> HttpResponse:
    get_object_or_404(candidates.statements_visible_to(person(request)), pk=pk)
    try:
        importing.take_back(pk, actor=person(request))
    except Statement.DoesNotExist:
        pass
    except DomainError as refusal:
        messages.error(request, refusal.detail)
        return redirect("statement", pk)
    messages.success(request, _("The statement and its lines are removed."))
    return redirect("statements")


def _mapping(request: HttpRequest, statement: Statement) -> HttpResponse:
    """By GET with the form's values (each change sends them) the preview of these; by POST the file is read."""
    said = request.POST if request.method == "POST" else request.GET
    layouts = preview.layouts()
    refusal: DomainError | None = None
    data: dict[str, str] = {}
    try:
        data = _data(said.dict(), statement, layouts)
        form, shown = _form(data, statement, layouts)
    except Invalid as error:
        # The encoding or the delimiter does not fit: the rest is kept as it was chosen.
        refusal, shown = error, None
        form = MappingForm(data or said.dict() or {"layout": layouts[0].key}, columns=[], layouts=layouts)
        form.is_valid()
        for name in [*form.errors]:
            del form.errors[name]
    status = 200
    if request.method == "POST" and refusal is None:
        if form.is_valid() and "encoding" in said:
            try:
                importing.begin(
                    statement.pk,
                    form.mapping(),
                    actor=person(request),
                    keep_as=form.cleaned_data["keep_as"].strip(),
                )
            except DomainError as error:
                refusal = error
            else:
                return redirect("statement", statement.pk)
        status = 422
    if refusal is not None:
        take_refusal(form, refusal)
        status = refusal.status if request.method == "POST" else 200
    context = {
        "statement": statement,
        "form": form,
        "preview": shown,
        "preview_rows": _rows(shown),
        "shown_layout": form.data.get("layout", ""),
        "shown_cut": _cut(form.data),
        "small": importing.SMALL,
    }
    return render(request, "billing/statements/mapping.html", context, status=status)


def _data(said: dict[str, str], statement: Statement, layouts: list[Layout]) -> dict[str, str]:
    """What the form shows: the suggestion at first; what was chosen; anew by another layout when that was chosen."""
    if "encoding" not in said:
        return as_data(*preview.suggest(statement, layout=said.get("layout", "")))
    if said.get("shown_layout", said.get("layout", "")) != said.get("layout", ""):
        return as_data(
            *preview.suggest(
                statement,
                layout=said.get("layout", ""),
                encoding=said["encoding"],
                delimiter=said.get("delimiter", ""),
            )
        )
    if said.get("shown_cut", _cut(said)) != _cut(said):
        # Cut another way, the columns are other ones.
        form = MappingForm(said, columns=[], layouts=layouts)
        layout = next((one for one in layouts if one.key == said.get("layout")), layouts[0])
        form.is_valid()
        if not form.errors.keys() & {"encoding", "delimiter", "heading_row", "date_format", "decimal_mark"}:
            mapping = Mapping(**{name: form.cleaned_data[name] for name in _WHOLE})
            return {**as_data(layout, preview.with_headings(statement, layout, mapping)), **_kept(said)}
    return said


_WHOLE = ("encoding", "delimiter", "heading_row", "date_format", "decimal_mark")


def _kept(said: dict[str, str]) -> dict[str, str]:
    return {"keep_as": said.get("keep_as", "")}


def _cut(said: Any) -> str:
    return "·".join(said.get(name, "") for name in ("encoding", "delimiter", "heading_row"))


def _form(
    data: dict[str, str], statement: Statement, layouts: list[Layout]
) -> tuple[MappingForm, preview.Preview | None]:
    """Bound, with the columns of the file as its options. Raises Invalid."""
    whole = MappingForm(data, columns=[""] * 100, layouts=layouts)
    mapping = whole.mapping() if whole.is_valid() else None
    shown = preview.show(statement, mapping) if mapping else None
    form = MappingForm(data, columns=shown.columns if shown else [], layouts=layouts)
    form.is_valid()
    return form, shown


def _rows(shown: preview.Preview | None) -> list[dict[str, Any]]:
    rows = []
    for row in [*shown.shown, *shown.more] if shown else []:
        if isinstance(row, Credit):
            rows.append(
                {"credit": row, "number": row.number, "amount": money.shown(row.amount, row.currency)}
            )
        elif isinstance(row, Problem):
            rows.append({"number": row.number, "problem": words.problem(row.code), "value": row.value})
        else:
            rows.append({"number": row})
    return rows
