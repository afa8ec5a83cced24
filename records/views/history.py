"""The history of a record: its entries, writing one, correcting it, marking it as an error, taking over what the
patient says."""

from collections.abc import Callable
from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.middleware import is_background
from accounts.models import User
from clinic.core.errors import DomainError
from records.domain import facts, history, reading, said
from records.domain.fact_values import FactKind
from records.forms.facts import FactForm, VoidForm
from records.models.fact import ClinicalFact
from records.views.opened import patient_of

# What the history page lists; vital signs have one of their own.
LISTED = [kind for kind in FactKind if kind != FactKind.VITALS]


@login_required
@never_cache
@require_safe
def record_history(request: HttpRequest, pk: UUID) -> HttpResponse:
    """All entries but vital signs; `?errors=1` shows a doctor also those made in error."""
    user = cast(User, request.user)
    patient = patient_of(request, pk)
    with_errors = user.is_doctor and request.GET.get("errors") == "1"
    reading.note_record(patient, reader=user, by_itself=is_background(request))
    context = {
        "patient": patient,
        "section": "history",
        "groups": [(kind.value, facts.all_of(patient, kind, with_errors)) for kind in LISTED],
        "said": said.open_pieces(patient) if user.is_doctor else {},
        "with_errors": with_errors,
    }
    return render(request, "records/history.html", context)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def fact_new(request: HttpRequest, pk: UUID, kind: str) -> HttpResponse:
    patient = _patient_to_write(request, pk, kind)
    form = FactForm(kind, request.POST if request.method == "POST" else None)

    def write(values: dict[str, Any]) -> Any:
        return history.record(patient, kind=kind, values=values, author=cast(User, request.user))

    return _written(request, patient, form, write, fact=None)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def fact_correct(request: HttpRequest, pk: UUID, kind: str, fact_id: UUID) -> HttpResponse:
    patient = _patient_to_write(request, pk, kind)
    fact = _fact(patient, kind, fact_id)
    form = FactForm(kind, request.POST if request.method == "POST" else None, fact)

    def write(values: dict[str, Any]) -> Any:
        user = cast(User, request.user)
        return history.correct(patient, fact_id, kind=kind, values=values, author=user)

    return _written(request, patient, form, write, fact=fact)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def fact_void(request: HttpRequest, pk: UUID, kind: str, fact_id: UUID) -> HttpResponse:
    patient = _patient_to_write(request, pk, kind)
    fact = _fact(patient, kind, fact_id)
    form = VoidForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            history.void(
                patient,
                fact_id,
                kind=kind,
                reason=form.cleaned_data["reason"],
                author=cast(User, request.user),
            )
        except DomainError as error:
            form.add_error("reason" if error.fields else None, error.fields.get("reason", error.detail))
            status = error.status
        else:
            messages.success(request, _("Marked as an error. It stays in the record, out of sight."))
            return redirect(section_of(kind), pk=pk)
    context = {"patient": patient, "section": _section(kind), "fact": fact, "kind": kind, "form": form}
    return render(
        request, "records/fact_void.html", context, status=status if status != 200 or not form.errors else 422
    )


@login_required
@require_POST
def take_over(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One click: what the patient says becomes an entry."""
    kind = request.POST.get("kind", "")
    patient = _patient_to_write(request, pk, kind)
    try:
        said.take_over(patient, kind=kind, text=request.POST.get("text", ""), author=cast(User, request.user))
    except DomainError as error:
        messages.error(request, error.detail)
    else:
        messages.success(request, _("Taken over. Add reaction or date when you know them."))
    return redirect("record_history", pk=pk)


def section_of(kind: str) -> str:
    """The name of the page on which this kind stands."""
    return "record_vitals" if kind == FactKind.VITALS else "record_history"


def _section(kind: str) -> str:
    return section_of(kind).removeprefix("record_")


def _patient_to_write(request: HttpRequest, pk: UUID, kind: str) -> User:
    patient = patient_of(request, pk)
    if not cast(User, request.user).is_doctor:
        raise PermissionDenied
    if kind not in FactKind.values:
        raise Http404
    return patient


def _fact(patient: User, kind: str, fact_id: UUID) -> ClinicalFact:
    fact = facts.one_of(patient, kind, fact_id)
    if fact is None:
        raise Http404
    return fact


def _written(
    request: HttpRequest,
    patient: User,
    form: FactForm,
    write: Callable[[dict[str, Any]], Any],
    *,
    fact: ClinicalFact | None,
) -> HttpResponse:
    """The form, or where it leads once it is stored."""
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                write(form.cleaned_data)
            except DomainError as error:
                form.refuse(error)
                status = 422 if error.status == 400 else error.status
            else:
                messages.success(request, _("Written into the record."))
                return redirect(section_of(form.kind), pk=patient.pk)
    context = {
        "patient": patient,
        "section": _section(form.kind),
        "kind": form.kind.value,
        "form": form,
        "fact": fact,
        "back": section_of(form.kind),
    }
    return render(request, "records/fact_form.html", context, status=status)
