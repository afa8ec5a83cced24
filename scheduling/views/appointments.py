"""Visits: the list of those a person may see, one visit, its files."""

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.middleware import is_background
from accounts.models import User
from accounts.rules import may_open_record
from clinic.core.errors import DomainError
from clinic.core.files import serve_private
from messaging.rules import can_talk
from scheduling import rules
from scheduling.domain import reading
from scheduling.domain.paying import payment_that_counts
from scheduling.domain.queries import appointments_visible_to, visits_open_to
from scheduling.enums import UPCOMING, AppointmentStatus
from scheduling.forms.appointments import AppointmentFilter
from scheduling.models import Appointment
from scheduling.views.action_names import ACTIONS
from scheduling.views.displaced import displaced_times, is_displaced
from scheduling.views.guards import appointment_or_404, person
from scheduling.views.next_step import call_door, call_record_url, payment_url, queue_is_open

PER_PAGE = 20


@login_required
@never_cache
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    user = person(request)
    found = appointments_visible_to(user)
    return _own_list(request, found) if user.is_patient else _staff_list(request, user, found)


def _own_list(request: HttpRequest, found: QuerySet[Appointment]) -> HttpResponse:
    """A patient's: what is ahead, the soonest first; what is over, the latest first."""
    ahead = Q(status__in=UPCOMING, ends_at__gte=timezone.now()) | Q(status=AppointmentStatus.IN_PROGRESS)
    past = request.GET.get("tab") == "past"
    chosen = found.exclude(ahead).order_by("-starts_at", "pk") if past else found.filter(ahead)
    page = Paginator(chosen, PER_PAGE).get_page(request.GET.get("page"))
    cards = [
        {
            "appointment": appointment,
            "pay_url": payment_url(appointment) if _waits_for_payment(appointment) else "",
            "door": call_door(appointment),
            "is_displaced": is_displaced(appointment),
        }
        for appointment in page.object_list
    ]
    context = {"page_obj": page, "cards": cards, "past": past}
    return render(request, "scheduling/appointments_own.html", context)


def _staff_list(request: HttpRequest, user: User, found: QuerySet[Appointment]) -> HttpResponse:
    filters = AppointmentFilter(request.GET, user=user)
    chosen = filters.narrow(found)
    page = Paginator(chosen.prefetch_related(None), PER_PAGE).get_page(request.GET.get("page"))
    context = {"page_obj": page, "filters": filters}
    return render(request, "scheduling/appointments_staff.html", context)


@login_required
@never_cache
@require_safe
def detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    return appointment_page(request, appointment_or_404(person(request), pk))


def appointment_page(
    request: HttpRequest, appointment: Appointment, *, refusal: DomainError | None = None
) -> HttpResponse:
    """One visit. `refusal` is why the action that was just asked for did not happen."""
    user = person(request)
    reading.note_read(appointment, user, by_itself=is_background(request))
    available = rules.available_actions(user, appointment)
    other = appointment.doctor if user.pk == appointment.patient_id else appointment.patient
    waits = _waits_for_payment(appointment)
    context: dict[str, Any] = {
        "appointment": appointment,
        "files": list(appointment.files.all()),
        "history": list(appointment.history.all()),
        "other": other,
        "can_talk": user.pk != other.pk and can_talk(user, other),
        "manages": rules.can_manage(user, appointment),
        "actions": [ACTIONS[name] for name in available if name in ACTIONS],
        "can_reschedule": "reschedule" in available,
        "bound_by_notice": user.is_patient and rules.inside_notice(appointment),
        "payment": payment_that_counts(appointment),
        "payment_url": payment_url(appointment),
        "payments": list(appointment.payments.all()),  # type: ignore[attr-defined]
        "waits_for_payment": waits,
        "hold_lapsed": rules.hold_lapsed(appointment),
        "is_displaced": is_displaced(appointment),
        "displaced_times": displaced_times(user, appointment),
        "door": call_door(appointment),
        "call_record_url": call_record_url(user, appointment),
        "queue_is_open": queue_is_open(user, appointment),
        "first_tone": _first_tone(appointment),
        "opens_record": user.is_doctor and may_open_record(user, appointment.patient),
        "refusal": refusal,
    }
    return render(request, "scheduling/appointment.html", context, status=refusal.status if refusal else 200)


def _first_tone(appointment: Appointment) -> str:
    """How loud the first step's button is, and the others': loud only when it is due now."""
    is_today = timezone.localdate(appointment.starts_at) == timezone.localdate()
    is_due = is_today or appointment.status == AppointmentStatus.PENDING_CONFIRMATION
    return "primary,secondary" if is_due else "secondary,secondary"


def _waits_for_payment(appointment: Appointment) -> bool:
    return appointment.status == AppointmentStatus.PENDING_PAYMENT and not rules.hold_lapsed(appointment)


@login_required
@require_safe
def attachment(request: HttpRequest, pk: UUID, file_id: UUID) -> HttpResponseBase:
    """A file of the visit, to those who may see the visit or its patient's record. Pictures and PDF open, nothing
    runs."""
    user = person(request)
    appointment = get_object_or_404(visits_open_to(user), pk=pk)
    found = appointment.files.filter(pk=file_id).first()
    if found is None:
        raise Http404
    reading.note_opened(found, appointment, user)
    return serve_private(
        found.file,
        content_type=found.content_type,
        name=found.name,
        download="download" in request.GET,
    )
