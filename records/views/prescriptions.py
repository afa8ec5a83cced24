"""Prescriptions as they are read: lists, one of them, its paper, and what may be done with it."""

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
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
from records import rules
from records.domain import prescription_life, prescription_paper, prescription_queries, signing
from records.domain.prescription_payload import SheetLine, lines_of, sheet_of
from records.enums import PrescriptionStatus
from records.models import Prescription, PrescriptionItem
from records.views.opened import patient_of

PER_PAGE = 20


@require_safe
@never_cache
@login_required
def prescriptions(request: HttpRequest) -> HttpResponse:
    """Patients: theirs. Doctors: what they wrote, drafts too."""
    user = cast(User, request.user)
    if not (user.is_patient or user.is_doctor):
        raise PermissionDenied
    rows = prescription_queries.prescriptions_visible_to(user)
    if user.is_doctor:
        rows = rows.filter(author=user)
    page = Paginator(rows.order_by("-created_at", "-id"), PER_PAGE).get_page(request.GET.get("page"))
    shown = list(page.object_list)
    prescription_queries.read(shown, reader=user, by_itself=is_background(request))
    return render(request, "records/prescriptions.html", {"page_obj": page, "shown": _shown(shown)})


@require_safe
@never_cache
@login_required
def record_prescriptions(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The section of a patient's record."""
    user = cast(User, request.user)
    patient = patient_of(request, pk)
    rows = prescription_queries.prescriptions_visible_to(user).filter(patient=patient)
    page = Paginator(rows.order_by("-created_at", "-id"), PER_PAGE).get_page(request.GET.get("page"))
    shown = list(page.object_list)
    prescription_queries.read(shown, reader=user, by_itself=is_background(request))
    context = {
        "patient": patient,
        "section": "prescriptions",
        "page_obj": page,
        "shown": _shown(shown),
        "may_prescribe": rules.can_prescribe(user, patient),
    }
    return render(request, "records/record_prescriptions.html", context)


@require_safe
@never_cache
@login_required
def prescription(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One that is signed; a draft's page is its editor."""
    user = cast(User, request.user)
    found = one(user, pk)
    if found.signed_at is None:
        return redirect("prescription_edit", found.pk)
    prescription_queries.read([found], reader=user, by_itself=is_background(request))
    may_prescribe = rules.can_prescribe(user, found.patient)
    context = {
        "prescription": found,
        "patient": found.patient,
        "section": "prescriptions",
        "sheet": sheet_of(found),
        "lines": lines_of(found),
        "holds": signing.holds(found),
        "steps": _steps(found),
        "overrides": found.overrides.select_related("author") if may_prescribe else [],
        "replaced_by": prescription_queries.prescriptions_visible_to(user).filter(replaces=found).first(),
        "may_prescribe": may_prescribe,
        "may_stop": may_prescribe and found.can_become("stopped"),
        "may_dispense": rules.can_dispense(user, found) and found.can_become("dispensed"),
        "pdf_possible": pdf.is_possible(),
        "qr": prescription_paper.qr_svg(found, request.build_absolute_uri),
    }
    return render(request, "records/prescription.html", context)


@require_safe
@login_required
def prescription_pdf(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The paper of a signed one, in the patient's language."""
    user = cast(User, request.user)
    found = one(user, pk)
    if found.signed_at is None:
        raise Http404
    prescription_queries.read([found], reader=user)
    content = prescription_paper.made(found, request.build_absolute_uri)
    response = HttpResponse(content, content_type=pdf.PDF)
    response["Content-Disposition"] = f'inline; filename="{found.number}.pdf"'
    response["Cache-Control"] = "private, no-store"
    return response


@require_POST
@login_required
def prescription_action(request: HttpRequest, pk: UUID, action: str) -> HttpResponse:
    """stop, dispense, change, repeat, discard."""
    user = cast(User, request.user)
    found = one(user, pk)
    reason = request.POST.get("reason", "")
    try:
        if action == "stop":
            prescription_life.stop(found.pk, actor=user, reason=reason)
        elif action == "dispense":
            prescription_life.dispense(found.pk, actor=user)
        elif action == "change":
            return redirect("prescription_edit", prescription_life.change(found.pk, actor=user).pk)
        elif action == "repeat":
            return redirect("prescription_edit", prescription_life.repeat(found.pk, actor=user).pk)
        elif action == "discard":
            prescription_life.throw_away(found.pk, actor=user)
            if getattr(request, "htmx", False) and found.appointment_id:
                # Beside the video: the call goes on.
                return redirect("visit_panel_prescribe", found.appointment_id)
            messages.success(request, _("The draft is thrown away."))
            return redirect("record_prescriptions", found.patient_id)
        else:
            raise Http404
    except DomainError as error:
        return _refused(request, found, error)
    return redirect("prescription", found.pk)


@require_POST
@login_required
def prescription_item_stop(request: HttpRequest, pk: UUID, item: UUID) -> HttpResponse:
    user = cast(User, request.user)
    found = one(user, pk)
    if not found.items.filter(pk=item).exists():
        raise Http404
    try:
        prescription_life.stop_item(item, actor=user, reason=request.POST.get("reason", ""))
    except DomainError as error:
        return _refused(request, found, error)
    return redirect("prescription", found.pk)


def one(user: User, pk: UUID) -> Prescription:
    return get_object_or_404(prescription_queries.prescriptions_visible_to(user), pk=pk)


def _refused(request: HttpRequest, found: Prescription, error: DomainError) -> HttpResponse:
    """The page again with the reason on it; who was not allowed gets 403, and a fragment the error itself."""
    if error.status == 403 or getattr(request, "htmx", False):
        raise error
    said = next((words[0] for words in error.fields.values()), error.detail)
    messages.error(request, said)
    return redirect("prescription", found.pk)


def _steps(found: Prescription) -> list[dict[str, object]]:
    """What happened to it, in words. That it was replaced names the new one's number."""
    labels = dict(PrescriptionStatus.choices)
    return [
        {
            "at": step.at,
            "label": labels.get(step.to_status, step.to_status),
            "name": step.actor.name if step.actor else "",
            "reason": step.reason,
        }
        for step in found.history.select_related("actor")
    ]


def _shown(rows: list[Prescription]) -> list[tuple[Prescription, list[tuple[PrescriptionItem, SheetLine]]]]:
    return [(row, lines_of(row)) for row in rows]
