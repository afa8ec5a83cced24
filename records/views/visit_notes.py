"""The visit note: its page and its autosave, what is added to it, and the panel beside a call."""

from typing import cast
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.middleware import is_background
from accounts.models import User
from clinic.core.errors import DomainError, NotAllowed
from messaging.domain.calls import calls_visible_to
from records import rules
from records.domain import addenda, note_content, notes, queries
from records.models import VisitNote
from records.views.version_numbers import version_of
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
    return _note_page(request, appointment, appointment_id)


@login_required
@never_cache
@require_POST
def note_addendum(request: HttpRequest, appointment_id: UUID) -> HttpResponse:
    """Add to a signed note. What can't be added stands in the form again."""
    user = cast(User, request.user)
    note = get_object_or_404(queries.visible_to(user), appointment_id=appointment_id)
    typed = request.POST.get("text", "")
    try:
        addenda.add(note.pk, author=user, text=typed)
    except NotAllowed as refused:
        raise PermissionDenied from refused
    except DomainError as refused:
        appointment = _appointment_to_write(user, appointment_id)
        return _note_page(request, appointment, appointment_id, typed=typed, refusal=refused)
    if request.htmx:  # type: ignore[attr-defined]
        return _note_page(request, _appointment_to_write(user, appointment_id), appointment_id)
    return redirect("visit_note", appointment_id)


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
        notes.read([note], reader=user, by_itself=is_background(request))
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


def _note_page(
    request: HttpRequest,
    appointment: Appointment | None,
    appointment_id: UUID,
    *,
    typed: str = "",
    refusal: DomainError | None = None,
) -> HttpResponse:
    """The note of `appointment`, which this person writes, or (None) of a visit whose note they may read. `refusal`:
    why the addendum `typed` was not added."""
    user = cast(User, request.user)
    if appointment is not None:
        note = VisitNote.objects.filter(appointment=appointment).first()
    else:
        note = get_object_or_404(queries.visible_to(user), appointment_id=appointment_id)
        appointment = note.appointment
    if note is not None:
        notes.read([note], reader=user, by_itself=is_background(request))
    context = {
        "appointment": appointment,
        "note": note,
        "may_write": _may_write(user, appointment, note),
        "typed": typed,
        "refusal": refusal,
    }
    htmx = getattr(request, "htmx", False)
    template = "records/_note.html" if htmx else "records/visit_note.html"
    # htmx puts an answer in its place only when it is a success.
    return render(request, template, context, status=refusal.status if refusal and not htmx else 200)


def _save(request: HttpRequest, appointment: Appointment) -> JsonResponse:
    user = cast(User, request.user)
    try:
        note = notes.save(
            appointment.pk,
            author=user,
            version=version_of(request),
            apart=request.POST.get("apart") == "1",
            **{name: request.POST[name] for name in note_content.FIELDS if name in request.POST},
        )
        if request.POST.get("action") == "sign":
            note = notes.sign(appointment.pk, author=user, version=note.version)
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
