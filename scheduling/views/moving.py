"""A visit in the calendar: its card, and moving it there, by hand or by dragging. Also where an empty time leads."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe
from django_htmx.http import trigger_client_event

from clinic.core.errors import Conflict, DomainError, NotAllowed
from scheduling import rules
from scheduling.domain import booking
from scheduling.domain.moving import Answer, Plan, plan
from scheduling.forms.agenda import MoveForm, wall_clock
from scheduling.models import Appointment
from scheduling.views.action_names import ACTIONS
from scheduling.views.calendar_feed import notes_on
from scheduling.views.guards import appointment_or_404, person, staff_calendar, uuid_or_none
from scheduling.views.picker import address_of


def _managed(request: HttpRequest, pk: UUID) -> Appointment:
    """Raises Http404 when it is not this person's, PermissionDenied for patients."""
    user = person(request)
    appointment = appointment_or_404(user, pk)
    if not rules.can_manage(user, appointment):
        raise PermissionDenied
    return appointment


@login_required
@never_cache
@require_safe
def card(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What can be done with one visit of the calendar: open it, take its next step, move it."""
    user, appointment = person(request), _managed(request, pk)
    available = rules.available_actions(user, appointment)
    context = {
        "appointment": appointment,
        "notes": notes_on(appointment),
        "actions": [ACTIONS[name] for name in available if name in ACTIONS],
        "next": _calendar(request),
        "form": _form(request, appointment, None) if "reschedule" in available else None,
    }
    return _dialog(request, "card", context)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def move(request: HttpRequest, pk: UUID) -> HttpResponse:
    """GET (`?to=2026-11-25T10:00&doctor=&seen=`) says from where to where, or why not and what else; POST moves."""
    user, appointment = person(request), _managed(request, pk)
    form = _form(request, appointment, request.POST if request.method == "POST" else request.GET)
    if not form.is_valid():
        return _dialog(request, "card", {"appointment": appointment, "form": form}, status=422)
    wanted = form.cleaned_data
    doctor = wanted["doctor"] or appointment.doctor
    asked = {"starts_at": wanted["to"], "doctor": doctor, "actor": user}
    if request.method != "POST":
        return _propose(request, plan(appointment, **asked, seen=wanted["seen"]))
    try:
        booking.reschedule(
            appointment.pk,
            **asked,
            overbooking_reason=wanted["overbooking_reason"],
            seen_sequence=wanted["seen"],
        )
    except NotAllowed as refused:
        raise PermissionDenied from refused
    except DomainError as refused:
        fresh = appointment_or_404(user, pk)
        seen = wanted["seen"] if isinstance(refused, Conflict) else None
        return _propose(request, plan(fresh, **asked, seen=seen), refusal=refused)
    done = _("The visit is moved.")
    if getattr(request, "htmx", False):
        answer = trigger_client_event(HttpResponse(status=204), "visit:moved", {"visit": str(pk)})
        return trigger_client_event(answer, "toast", {"level": "success", "text": done})
    messages.success(request, done)
    return redirect("appointment", pk=pk)


def _calendar(request: HttpRequest) -> str:
    """The calendar the card was opened from, as it stands in its address."""
    return getattr(request.htmx, "current_url_abs_path", None) or reverse("calendar")  # type: ignore[attr-defined]


def _form(request: HttpRequest, appointment: Appointment, data: Any) -> MoveForm:
    initial = {
        "to": timezone.localtime(appointment.starts_at),
        "doctor": appointment.doctor_id,
        "seen": appointment.sequence,
    }
    return MoveForm(data, appointment=appointment, user=person(request), initial=initial)


def _propose(request: HttpRequest, proposal: Plan, *, refusal: DomainError | None = None) -> HttpResponse:
    appointment = proposal.appointment
    last = appointment.history.last() if proposal.answer == Answer.CHANGED else None
    here = reverse("calendar_move", args=[appointment.pk])

    def to(starts_at: Any) -> str:
        wall = timezone.localtime(starts_at)
        query = {
            "to": f"{wall:%Y-%m-%dT%H:%M}",
            "doctor": str(proposal.doctor.pk),
            "seen": appointment.sequence,
        }
        return f"{here}?{urlencode(query)}"

    context = {
        "appointment": appointment,
        "plan": proposal,
        "answer": str(proposal.answer),
        "refusal": refusal if refusal and proposal.answer != Answer.CHANGED else None,
        "changed_by": last.actor if last else None,
        "to": f"{timezone.localtime(proposal.starts_at):%Y-%m-%dT%H:%M}",
        "other_doctor": proposal.doctor.pk != appointment.doctor_id,
        "again_url": to(proposal.starts_at),
        "nearest": [(slot.starts_at, to(slot.starts_at)) for slot in proposal.nearest],
    }
    status = 422 if refusal else 200
    return _dialog(request, "move", context, status=status)


def _dialog(request: HttpRequest, name: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """A part for the calendar's dialog, or a page around it."""
    part = f"scheduling/parts/visit_{name}.html"
    if getattr(request, "htmx", False):
        return render(request, part, context, status=status)
    return render(request, "scheduling/visit_dialog.html", {**context, "part": part}, status=status)


@staff_calendar
@never_cache
@require_safe
def book_here(request: HttpRequest) -> HttpResponse:
    """An empty time of the calendar (`?at=2026-11-25T10:00`, clinic time, `&doctor=`) -> the desk's booking page."""
    if not person(request).is_management:
        raise PermissionDenied
    doctor = uuid_or_none(request.GET.get("doctor"))
    moment = wall_clock(request.GET.get("at"))
    query = {"doctor": str(doctor) if doctor else "", "starts_at": address_of(moment) if moment else ""}
    return redirect(
        f"{reverse('desk_book')}?{urlencode({name: value for name, value in query.items() if value})}"
    )
