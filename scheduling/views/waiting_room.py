"""The waiting room: a patient's own place in the line, and the screen for everybody."""

from datetime import timedelta
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from scheduling import rules
from scheduling.domain import board, screen
from scheduling.enums import AppointmentStatus
from scheduling.views.action_names import ACTIONS
from scheduling.views.guards import appointment_or_404, person
from scheduling.views.next_step import call_door, queue_is_open

# How long the screen still shows who has just gone in, and how many it names who wait.
SHOWN_INSIDE = timedelta(minutes=5)
SHOWN_WAITING = 5


@login_required
@never_cache
@require_safe
def own(request: HttpRequest, pk: UUID) -> HttpResponse:
    """How many are before me, and about how long it takes. On another day: the visit's own page."""
    user = person(request)
    appointment = appointment_or_404(user, pk)
    if user.pk != appointment.patient_id:
        raise PermissionDenied
    day = board.queue_of(appointment.doctor_id) if queue_is_open(user, appointment) else None
    line = day.line_of(appointment) if day else None
    if day is None or line is None:
        return redirect("appointment", pk=pk)
    may_check_in = appointment.status == AppointmentStatus.CONFIRMED and rules.can_check_in(user, appointment)
    context = {
        "appointment": appointment,
        "day": day,
        "line": line,
        "called": rules.was_called(appointment),
        "door": call_door(appointment),
        "check_in": ACTIONS["check-in"] if may_check_in else None,
        "check_in_opens": appointment.starts_at - rules.CHECK_IN_OPENS,
    }
    return render(request, "scheduling/waiting_room.html", context)


@login_required
@never_cache
@require_safe
def open_screen(request: HttpRequest) -> HttpResponse:
    """Management opens the screen; its address works without an account for the rest of the day."""
    if not person(request).is_management:
        raise PermissionDenied
    return redirect("queue_screen", key=screen.key())


@never_cache
@require_safe
def show_screen(request: HttpRequest, key: str) -> HttpResponse:
    """Whom to come in and who is next, by initials. Nobody is signed in on this page, whoever opened it."""
    if not screen.opens(key):
        raise Http404
    now = timezone.now()
    rows = [
        {
            "doctor": day.doctor,
            "called": day.called,
            "inside": [line for line in day.inside if now - (line.visit.started_at or now) < SHOWN_INSIDE],
            "waiting": day.here[:SHOWN_WAITING],
            "more": max(0, len(day.here) - SHOWN_WAITING),
            "notice": day.notice,
        }
        for day in board.every_queue()
    ]
    context = {
        "user": AnonymousUser(),
        "rows": [row for row in rows if row["called"] or row["waiting"] or row["inside"]],
        "now": now,
    }
    return render(request, "scheduling/queue_screen.html", context)
