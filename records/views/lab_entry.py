"""Entering a lab report: a new one, a draft, and what the grid asks while somebody types."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from uuid import UUID, uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.middleware import is_background
from accounts.models import User
from clinic.core.errors import DomainError
from records import lab_rules
from records.domain.labs import grid, queries, reports
from records.domain.labs.grid import Cell
from records.enums import LabReportStatus, ResultFlag
from records.forms.labs import HeadForm, typed_in, uuids
from records.models import LabPanel, LabReport, RecordRequest
from records.views.labs import layout_for
from records.views.opened import patient_of
from scheduling.domain.queries import appointments_visible_to
from scheduling.models import Appointment

_TITLE = 120


@dataclass(frozen=True)
class Subject:
    """Whose report is entered, from which visit or for which request of a doctor."""

    patient: User
    request: RecordRequest | None = None
    visit: Appointment | None = None


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, pk: UUID) -> HttpResponse:
    """First which panels, then the grid. Management comes with `?request=`, the one it works on."""
    user = cast(User, request.user)
    subject = _subject(request, pk)
    if request.method == "POST":
        return _posted(request, subject, None)
    wanted = uuids(request.GET.getlist("panel"))
    if not wanted and subject.request is not None:
        wanted = list(subject.request.panels.filter(is_active=True).values_list("pk", flat=True))
    panels = [panel for panel in grid.panels_in_use() if panel.pk in set(wanted)]
    panels.sort(key=lambda panel: wanted.index(panel.pk))
    if not panels:
        context = {
            "patient": subject.patient,
            "section": "labs",
            "panels": LabPanel.objects.filter(is_active=True).prefetch_related("rows__parameter"),
            "request_id": subject.request.pk if subject.request else "",
            "visit_id": subject.visit.pk if subject.visit else "",
            "layout": layout_for(user),
        }
        return render(request, "records/labs/panels.html", context)
    head = HeadForm(
        initial={
            "collected_at": reports.collected_now(),
            "title": " + ".join(panel.name for panel in panels)[:_TITLE],
        }
    )
    parameters = grid.parameters_of(panel.pk for panel in panels)
    cells = grid.cells(parameters, {}, grid.person_of(subject.patient), timezone.now())
    return _grid(request, subject, None, head, cells, panels=panels)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A draft, by those who may change it."""
    user = cast(User, request.user)
    report = get_object_or_404(queries.with_results(queries.visible_to(user)), pk=pk)
    if not lab_rules.can_edit(user, report):
        if report.status != "preliminary" and not user.is_patient:
            messages.info(request, _("This report is final. Correct it by a new one."))
            return redirect("lab_report", report.pk)
        raise PermissionDenied
    subject = Subject(report.patient, lab_rules.request_of(report), report.appointment)
    if request.method == "POST":
        return _posted(request, subject, report)
    queries.read([report], reader=user, by_itself=is_background(request))
    results = list(report.results.all())  # type: ignore[attr-defined]
    typed = {result.parameter_id: grid.typed_as(result) for result in results}
    parameters = grid.parameters_of([report.panel_id] if report.panel_id else [])
    more = grid.with_ranges(set(typed) - {parameter.pk for parameter in parameters})
    more.sort(key=lambda parameter: list(typed).index(parameter.pk))
    cells = grid.cells([*parameters, *more], typed, grid.person_of(report.patient), report.collected_at)
    head = HeadForm(
        initial={
            "collected_at": report.collected_at,
            "title": report.title,
            "laboratory": report.laboratory,
            "comment": report.comment,
        }
    )
    return _grid(request, subject, report, head, cells, panels=[report.panel] if report.panel else [])


@login_required
@never_cache
@require_POST
def check(request: HttpRequest, pk: UUID) -> JsonResponse:
    """What the cells mean as they are typed: flags and mistakes, of the grid as a whole. Nothing is stored."""
    subject = _subject(request, pk)
    typed = typed_in(request.POST)
    at = _moment(request.POST.get("collected_at", "")) or timezone.now()
    cells = grid.cells(grid.with_ranges(typed), typed, grid.person_of(subject.patient), at)
    return JsonResponse(
        {
            "cells": {
                str(cell.parameter.pk): {
                    "flag": cell.flag,
                    "label": cell.flag_label,
                    "error": cell.error,
                    "range": cell.range,
                }
                for cell in cells
            },
            "filled": sum(cell.reading is not None for cell in cells),
            "wrong": sum(bool(cell.error) for cell in cells),
            "critical": sum(cell.is_critical for cell in cells),
        }
    )


def _posted(request: HttpRequest, subject: Subject, report: LabReport | None) -> HttpResponse:
    typed = typed_in(request.POST)
    panels = [
        panel for panel in grid.panels_in_use() if panel.pk in set(uuids(request.POST.getlist("panel")))
    ]
    if request.POST.get("do") == "more":
        # Further rows; what is typed stays, and is not judged yet.
        for parameter in grid.parameters_of(uuids([request.POST.get("more", "")])):
            typed.setdefault(parameter.pk, "")
        return _grid(
            request, subject, report, _unjudged(request), _cells(subject, typed, request), panels=panels
        )
    head = HeadForm(request.POST)
    status = 422
    if head.is_valid():
        sheet = reports.Sheet(head.details(panels[0] if len(panels) == 1 else None), typed)
        try:
            with transaction.atomic():
                done = _stored(request, subject, report, sheet)
                if request.POST.get("do") == "final":
                    done = reports.final(done.pk, actor=cast(User, request.user))
        except DomainError as refusal:
            _take(head, refusal)
            status = refusal.status if refusal.status != 400 else 422
            if report is not None:
                # Saved by somebody else meanwhile: saving again is then a decision to put this sheet over theirs.
                report.refresh_from_db()
        else:
            is_draft = done.status == LabReportStatus.PRELIMINARY
            messages.success(request, _("The draft is saved.") if is_draft else _("The report is final."))
            if request.headers.get("Accept") == "application/json":
                return JsonResponse({"url": reverse("lab_report", args=[done.pk])})
            return redirect("lab_report", done.pk)
    return _grid(
        request, subject, report, head, _cells(subject, typed, request), panels=panels, status=status
    )


def _stored(
    request: HttpRequest, subject: Subject, report: LabReport | None, sheet: reports.Sheet
) -> LabReport:
    user = cast(User, request.user)
    if report is not None:
        return reports.save(report.pk, author=user, sheet=sheet, version=_version(request))
    return reports.create(
        subject.patient,
        author=user,
        sheet=sheet,
        appointment=subject.visit,
        request_id=subject.request.pk if subject.request else None,
        report_id=next(iter(uuids([request.POST.get("report", "")])), None),
    )


def _take(head: HeadForm, refusal: DomainError) -> None:
    """Beside its field what was refused; the cells say for themselves what is wrong with them."""
    for name, texts in refusal.fields.items():
        if not name.startswith("value-"):
            head.add_error(name if name in head.fields else None, texts)
    if not refusal.fields:
        head.add_error(None, refusal.detail)


def _grid(
    request: HttpRequest,
    subject: Subject,
    report: LabReport | None,
    head: HeadForm,
    cells: list[Cell],
    *,
    panels: list[LabPanel],
    status: int = 200,
) -> HttpResponse:
    person = grid.person_of(subject.patient)
    context: dict[str, Any] = {
        "patient": subject.patient,
        "section": "labs",
        "report": report,
        "new_id": next(iter(uuids([request.POST.get("report", "")])), None) or uuid4(),
        "head": head,
        "cells": cells,
        "panels": panels,
        "more": [panel for panel in grid.panels_in_use() if panel not in panels],
        "request_id": subject.request.pk if subject.request else "",
        "visit_id": subject.visit.pk if subject.visit else "",
        "wrong": sum(bool(cell.error) for cell in cells),
        "critical": sum(cell.is_critical for cell in cells),
        "no_age": person.born is None,
        "no_sex": person.gender not in ("female", "male"),
        "flags": ResultFlag.choices,
        "layout": layout_for(cast(User, request.user)),
    }
    return render(request, "records/labs/grid.html", context, status=status)


def _unjudged(request: HttpRequest) -> HeadForm:
    initial = {name: request.POST.get(name, "") for name in HeadForm.base_fields}
    return HeadForm(initial=initial)


def _cells(subject: Subject, typed: dict[UUID, str], request: HttpRequest) -> list[Cell]:
    at = _moment(request.POST.get("collected_at", "")) or timezone.now()
    return grid.cells(grid.with_ranges(typed), typed, grid.person_of(subject.patient), at)


def _subject(request: HttpRequest, pk: UUID) -> Subject:
    """Raises Http404 and PermissionDenied for who may not enter a report of this patient."""
    user = cast(User, request.user)
    given = request.POST if request.method == "POST" else request.GET
    wanted = uuids([given.get("request", "")])
    if user.is_management:
        asked = RecordRequest.objects.filter(pk__in=wanted, patient=pk).select_related(
            "patient__patient_profile"
        )
        found = asked.first()
        if not lab_rules.prepares(user, found):
            raise PermissionDenied
        assert found is not None
        return Subject(found.patient, found)
    patient = patient_of(request, pk)
    if not lab_rules.can_enter(user, patient):
        raise PermissionDenied
    visits = appointments_visible_to(user).filter(pk__in=uuids([given.get("visit", "")]), patient=patient)
    return Subject(patient, visit=visits.first())


def _moment(text: str) -> datetime | None:
    """As the browser sends it, in the clinic's zone."""
    try:
        found = parse_datetime(text)
    except ValueError:
        return None
    if found is None:
        return None
    return timezone.make_aware(found) if timezone.is_naive(found) else found


def _version(request: HttpRequest) -> int:
    text = request.POST.get("version", "")
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise Http404
    return int(text)
