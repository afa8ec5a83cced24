"""What people do to a visit: one view for the steps of its status, one for moving it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.models import User
from clinic.core.errors import DomainError, InvalidTransition, NotAllowed
from scheduling import rules
from scheduling.domain import booking
from scheduling.domain.availability import Standing, nearest_free, standing
from scheduling.domain.errors import TooLate
from scheduling.forms.appointments import ReasonForm
from scheduling.models import Appointment
from scheduling.signals import cancelling
from scheduling.views import picker
from scheduling.views.action_names import ACTIONS, Action
from scheduling.views.appointments import appointment_page
from scheduling.views.guards import appointment_or_404, person, safe_next


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def act(request: HttpRequest, pk: UUID, action: str) -> HttpResponse:
    """GET asks (as a page, or a dialog for htmx), POST acts. What the domain refuses is said on the same page."""
    chosen = ACTIONS.get(action)
    if chosen is None:
        raise Http404
    user = person(request)
    appointment = appointment_or_404(user, pk)
    if not _is_for(user, chosen, appointment):
        raise PermissionDenied
    form = ReasonForm(
        request.POST if request.method == "POST" else None,
        for_patient=chosen.name == "cancel"
        and user.pk != appointment.patient_id
        and rules.answers_for(appointment),
        needed=chosen.needs_reason or (chosen.name == "cancel" and not user.is_patient),
        help_text="" if user.is_patient else _("The patient reads this."),
    )
    if request.method == "POST":
        return _perform(request, appointment, chosen, form)
    if not chosen.asks:
        return redirect("appointment", pk=pk)
    if chosen.name not in rules.available_actions(user, appointment):
        late = chosen.name == "cancel" and rules.inside_notice(appointment)
        return appointment_page(request, appointment, refusal=TooLate() if late else InvalidTransition())
    return _ask(request, appointment, chosen, form)


def _is_for(user: User, action: Action, appointment: Appointment) -> bool:
    if action.name == "cancel":
        return True
    if action.name == "check-in":
        return rules.can_check_in(user, appointment)
    return rules.can_manage(user, appointment)


def _perform(
    request: HttpRequest, appointment: Appointment, action: Action, form: ReasonForm
) -> HttpResponse:
    user = person(request)
    back = safe_next(request, reverse("appointment", args=[appointment.pk]))
    if not form.is_valid():
        return _ask(request, appointment, action, form, status=422)
    try:
        action.perform(appointment.pk, actor=user, **form.given())
    except NotAllowed as refused:
        raise PermissionDenied from refused
    except DomainError as refused:
        if request.POST.get("next"):
            messages.error(request, refused.detail)
            return redirect(back)
        return appointment_page(request, appointment_or_404(user, appointment.pk), refusal=refused)
    done = action.own_done if user.pk == appointment.patient_id and action.own_done else action.done
    messages.success(request, str(done))
    return redirect(back)


def _ask(
    request: HttpRequest, appointment: Appointment, action: Action, form: ReasonForm, *, status: int = 200
) -> HttpResponse:
    template = (
        "scheduling/parts/ask_dialog.html" if getattr(request, "htmx", False) else "scheduling/ask.html"
    )
    back = request.GET.get("next", "") or request.POST.get("next", "")
    context = {
        "appointment": appointment,
        "action": action,
        "form": form,
        "next": back,
        "consequences": _consequences(request, appointment) if action.name == "cancel" else [],
    }
    return render(request, template, context, status=status)


def _consequences(request: HttpRequest, appointment: Appointment) -> list[str]:
    """What other apps have to say before the visit is cancelled."""
    told = cancelling.send(sender=Appointment, appointment=appointment, reader=person(request))
    return [sentence for _receiver, sentences in told for sentence in sentences or ()]


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def reschedule(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Pick another time in the month grid (`?month= &day=`), look at it (`?at=`), move."""
    user = person(request)
    appointment = appointment_or_404(user, pk)
    here = reverse("appointment_reschedule", args=[pk])
    if request.method == "POST":
        return _move(request, appointment)
    if not rules.can_reschedule(user, appointment):
        refusal: DomainError = TooLate() if rules.inside_notice(appointment) else InvalidTransition()
        return appointment_page(request, appointment, refusal=refusal)
    wanted = picker.moment_of(request.GET.get("at"))
    if wanted is not None:
        return _confirm_move(request, appointment, wanted)
    chosen = picker.pick(
        appointment.doctor,
        appointment.service,
        appointment.mode,
        request.GET,
        here=here,
        choose=here,
        patient=appointment.patient,
        moving=appointment,
        by_staff=not user.is_patient,
    )
    return render(request, "scheduling/reschedule.html", {"appointment": appointment, "picker": chosen})


def _move(request: HttpRequest, appointment: Appointment) -> HttpResponse:
    user = person(request)
    wanted = picker.moment_of(request.POST.get("starts_at"))
    if wanted is None:
        messages.error(request, _("Please choose a time first."))
        return redirect("appointment_reschedule", pk=appointment.pk)
    try:
        booking.reschedule(appointment.pk, starts_at=wanted, actor=user)
    except NotAllowed as refused:
        raise PermissionDenied from refused
    except DomainError as refused:
        if not rules.can_reschedule(user, appointment):
            return appointment_page(request, appointment_or_404(user, appointment.pk), refusal=refused)
        return _confirm_move(request, appointment, wanted, refusal=refused)
    messages.success(request, _("The visit is moved."))
    return redirect("appointment", pk=appointment.pk)


def _confirm_move(
    request: HttpRequest, appointment: Appointment, wanted: Any, *, refusal: DomainError | None = None
) -> HttpResponse:
    asked: dict[str, Any] = {
        "mode": appointment.mode,
        "patient": appointment.patient,
        "ignoring": appointment,
        "by_staff": not person(request).is_patient,
    }
    free = standing(appointment.doctor, appointment.service, wanted, **asked) == Standing.FREE
    nearest = [] if free else nearest_free(appointment.doctor, appointment.service, wanted, **asked)
    here = reverse("appointment_reschedule", args=[appointment.pk])
    context = {
        "appointment": appointment,
        "wanted": wanted,
        "value": picker.address_of(wanted),
        "free": free,
        "nearest": picker.choices(nearest, here),
        "refusal": refusal,
    }
    status = refusal.status if refusal else 200
    return render(request, "scheduling/reschedule_confirm.html", context, status=status)
