"""Reading lab reports: the list of a patient's, one of them, its paper, and what is done with it."""

from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.middleware import is_background
from accounts.models import User
from clinic.core import pdf
from clinic.core.errors import DomainError
from records import critical_rules, lab_rules
from records.domain import critical, critical_queries
from records.domain.labs import paper, queries, reports, trends
from records.models import LabReport
from records.views.opened import patient_of
from scheduling.domain.queries import appointments_visible_to

PER_PAGE = 20
IN_PANEL = 6


@login_required
@never_cache
@require_safe
def record_labs(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A section of the record: for the patient, and for the doctors to whom it is open."""
    user, patient = cast(User, request.user), patient_of(request, pk)
    page = Paginator(queries.listed(user, patient), PER_PAGE).get_page(request.GET.get("page"))
    queries.read_all(patient, reader=user, by_itself=is_background(request))
    context = {
        "patient": patient,
        "section": "labs",
        "page_obj": page,
        "may_enter": lab_rules.can_enter(user, patient),
        "alerts": _open_alerts(user, patient),
    }
    return render(request, "records/labs/list.html", context)


@login_required
@never_cache
@require_safe
def record_lab_trends(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The latest of everything that was measured, or the course of one parameter."""
    user, patient = cast(User, request.user), patient_of(request, pk)
    context: dict[str, Any] = {"patient": patient, "section": "labs"}
    wanted = request.GET.get("parameter", "")
    queries.read_all(patient, reader=user, by_itself=is_background(request))
    if not wanted:
        return render(
            request, "records/labs/latest.html", {**context, "latest": trends.latest(user, patient)}
        )
    measured = list(queries.measured(user, patient))
    parameter = next((one for one in measured if str(one.pk) == wanted), None)
    if parameter is None:
        raise Http404
    rows = trends.course(user, patient, parameter)
    context |= {
        "parameter": parameter,
        "measured": measured,
        "rows": rows,
        "chart": trends.chart(rows, parameter),
    }
    return render(request, "records/labs/trend.html", context)


@login_required
@never_cache
@require_safe
def lab_report(request: HttpRequest, pk: UUID) -> HttpResponse:
    report = _one(request, pk)
    queries.read([report], reader=cast(User, request.user), by_itself=is_background(request))
    return _page(request, report)


@login_required
@never_cache
@require_safe
def lab_report_pdf(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The paper of a final report, made anew each time."""
    report = _one(request, pk)
    if report.final_at is None:
        raise Http404
    content = paper.made(report)
    queries.read([report], reader=cast(User, request.user))
    answer = HttpResponse(content, content_type=pdf.PDF)
    answer["Content-Disposition"] = f'attachment; filename="lab-report-{report.collected_at:%Y-%m-%d}.pdf"'
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


@login_required
@never_cache
@require_POST
def lab_report_action(request: HttpRequest, pk: UUID, action: str) -> HttpResponse:
    """final, release, discard, amend (with `reason`), acknowledge (with `action`)."""
    user = cast(User, request.user)
    report = _one(request, pk)
    try:
        if action == "final":
            reports.final(pk, actor=user)
            messages.success(request, _("The report is final."))
        elif action == "release":
            reports.release(pk, actor=user)
            messages.success(request, _("Released. The patient is told that it can be read."))
        elif action == "discard":
            reports.discard(pk, actor=user)
            messages.success(request, _("The draft is thrown away."))
            asked = lab_rules.request_of(report)
            if user.is_management and asked is not None:
                return redirect("request", asked.pk)
            return redirect("record_labs", report.patient_id)
        elif action == "amend":
            draft = reports.amend(pk, actor=user, reason=request.POST.get("reason", ""))
            return redirect("lab_report_edit", draft.pk)
        elif action == "acknowledge":
            alert = getattr(report, "critical_alert", None)
            if alert is None:
                raise Http404
            critical.acknowledge(alert.pk, actor=user, action=request.POST.get("action", ""))
            messages.success(request, _("Noted. Nobody else is called about it."))
        else:
            raise Http404
    except DomainError as refusal:
        if refusal.status == 403:
            raise
        fresh = _one(request, pk)
        queries.read([fresh], reader=user)
        status = 422 if refusal.status == 400 else refusal.status
        return _page(request, fresh, refusal=refusal, status=status)
    return redirect("lab_report", pk)


@login_required
@never_cache
@require_safe
def visit_panel_labs(request: HttpRequest, appointment_id: UUID) -> HttpResponse:
    """Beside the video, for the visit's doctor: what is off, the latest reports, a way to enter one."""
    user = cast(User, request.user)
    visit = get_object_or_404(appointments_visible_to(user), pk=appointment_id)
    if visit.doctor_id != user.pk or not lab_rules.can_enter(user, visit.patient):
        raise Http404
    queries.read_all(visit.patient, reader=user, by_itself=is_background(request))
    found = trends.latest(user, visit.patient)
    context = {
        "visit": visit,
        "patient": visit.patient,
        "off": [one for one in found if one.row.is_off][:12],
        "measured": len(found),
        "reports": queries.listed(user, visit.patient)[:IN_PANEL],
    }
    return render(request, "records/labs/visit_panel.html", context)


def _page(
    request: HttpRequest, report: LabReport, *, refusal: DomainError | None = None, status: int = 200
) -> HttpResponse:
    user = cast(User, request.user)
    alert = getattr(report, "critical_alert", None) if not user.is_patient else None
    newer = getattr(report, "replaced_by", None)
    if newer is not None and not queries.visible_to(user).filter(pk=newer.pk).exists():
        newer = None
    older = report.replaces
    if older is not None and not queries.visible_to(user).filter(pk=older.pk).exists():
        older = None
    context = {
        "patient": report.patient,
        "section": "labs",
        "report": report,
        "rows": [trends.Row(result) for result in report.results.all()],  # type: ignore[attr-defined]
        "alert": alert,
        "newer": newer,
        "older": older,
        "refusal": refusal,
        "typed": request.POST,
        "may_edit": lab_rules.can_edit(user, report),
        "may_release": lab_rules.can_release(user, report),
        "may_amend": lab_rules.can_amend(user, report) and (newer is None or newer.status == "preliminary"),
        "may_acknowledge": alert is not None and critical_rules.can_acknowledge(user, alert),
        "layout": layout_for(user),
        "pdf_possible": report.final_at is not None and pdf.is_possible(),
    }
    return render(request, "records/labs/report.html", context, status=status)


def layout_for(user: User) -> str:
    """Management, which prepares a report, has no way to the rest of the record."""
    return "records/labs/prepared_layout.html" if user.is_management else "records/record_layout.html"


def _one(request: HttpRequest, pk: UUID) -> LabReport:
    """A report the reader may see, with its results. Raises Http404."""
    user = cast(User, request.user)
    found = queries.with_results(queries.visible_to(user)).select_related(
        "patient__patient_profile", "doctor", "entered_by", "panel", "request", "critical_alert", "replaces"
    )
    return cast(LabReport, get_object_or_404(found, pk=pk))


def _open_alerts(user: User, patient: User) -> list[Any]:
    """Of this patient's results that nobody has acknowledged; for doctors."""
    if not user.is_doctor:
        return []
    return list(critical_queries.visible_to(user).filter(report__patient=patient, acknowledged_at=None))
