"""The visit note: its page, its autosave, and the panel beside a call."""

from typing import cast
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from accounts.models import User
from clinic.core.errors import DomainError
from messaging.domain.calls import calls_visible_to
from records import rules
from records.domain import notes, queries
from records.models import VisitNote
from scheduling.domain.queries import appointments_visible_to
from scheduling.models import Appointment


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def visit_note(request: HttpRequest, appointment_id: UUID) -> HttpResponse:
    """GET: the editor for the visit's doctor, the signed note for its readers. POST: autosave, answered in JSON."""
    user = cast(User, request.user)
    appointment = _appointment_to_write(user, appointment_id)
    if request.method == "POST":
        if appointment is None:
            raise Http404
        return _save(request, appointment)
    if appointment is not None:
        note = VisitNote.objects.filter(appointment=appointment).first()
    else:
        note = get_object_or_404(queries.visible_to(user), appointment_id=appointment_id)
        appointment = note.appointment
    if note is not None:
        notes.read([note], reader=user)
    context = {"appointment": appointment, "note": note, "may_write": _may_write(user, appointment, note)}
    htmx = getattr(request, "htmx", False)
    return render(request, "records/_note.html" if htmx else "records/visit_note.html", context)


@login_required
@never_cache
@require_GET
def visit_panel(request: HttpRequest, call_id: UUID) -> HttpResponse:
    """Beside the video: the facts of the visit, its note, and its completion. For the visit's doctor alone; empty
    for the others in the call."""
    user = cast(User, request.user)
    get_object_or_404(calls_visible_to(user), pk=call_id)
    appointment = appointments_visible_to(user).filter(call_id=call_id, doctor=user.pk).first()
    if appointment is None:
        return HttpResponse(status=204)
    note = VisitNote.objects.filter(appointment=appointment).first()
    if note is not None:
        notes.read([note], reader=user)
    context = {
        "appointment": appointment,
        "note": note,
        "may_write": _may_write(user, appointment, note),
        "earlier": queries.visible_to(user)
        .filter(appointment__patient=appointment.patient_id)
        .exclude(appointment=appointment)
        .order_by("-appointment__starts_at")[:5],
    }
    return render(request, "records/visit_panel.html", context)


def _save(request: HttpRequest, appointment: Appointment) -> JsonResponse:
    user = cast(User, request.user)
    version = request.POST.get("version", "")
    try:
        note = notes.save(
            appointment.pk,
            author=user,
            text=request.POST.get("text", ""),
            version=int(version) if version.isascii() and version.isdigit() else version,
        )
        if request.POST.get("action") == "sign":
            note = notes.sign(appointment.pk, author=user)
    except DomainError as error:
        answer = {"code": error.code, "detail": error.detail, "fields": error.fields, **error.extra}
        return JsonResponse(answer, status=error.status)
    return JsonResponse(
        {"version": note.version, "status": note.status, "saved_at": note.updated_at.isoformat()}
    )


def _appointment_to_write(user: User, appointment_id: UUID) -> Appointment | None:
    appointment = appointments_visible_to(user).filter(pk=appointment_id).first()
    return appointment if appointment and rules.can_write_note(user, appointment) else None


def _may_write(user: User, appointment: Appointment, note: VisitNote | None) -> bool:
    return rules.can_write_note(user, appointment) and (note is None or note.can_become("final"))
