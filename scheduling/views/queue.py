"""The day's queue of a doctor, or of the whole clinic for the front desk, and what is done in it."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import trigger_client_event

from accounts.models import User
from clinic.core.errors import DomainError
from scheduling import rules
from scheduling.domain import board, queue
from scheduling.forms.queue import DelayForm
from scheduling.views.action_names import ACTIONS
from scheduling.views.guards import appointment_or_404, doctor_or_404, person, uuid_or_none
from scheduling.views.next_step import call_door

# What the queue's own buttons do; steps that ask first go by the visit's page.
QUICK = frozenset(
    {"check-in", "call", "take-back", "start", "complete", "undo-check-in", "undo-start", "undo-no-show"}
)


@login_required
@never_cache
@require_safe
def day(request: HttpRequest) -> HttpResponse:
    """Today, live. Management: everybody's, or of the doctor that `?doctor=` names; a doctor: their own."""
    _staff(request)
    return _page(request)


def _page(request: HttpRequest) -> HttpResponse:
    user = _staff(request)
    found = board.queues(user)
    chosen = uuid_or_none(request.GET.get("doctor")) if user.is_management else None
    # Whose day is over comes last.
    shown = sorted((one for one in found if chosen in {None, one.doctor.pk}), key=lambda one: one.is_over)
    for line in (line for one in shown for line in [*one.inside, *one.called, *one.here]):
        line.visit.door = call_door(line.visit)  # type: ignore[attr-defined]
    context = {
        "queues": shown,
        "doctors": [one.doctor for one in found] if user.is_management else [],
        "chosen": chosen,
        "query": f"?doctor={chosen}" if chosen else "",
        "here": reverse("queue"),
        "steps": {name.replace("-", "_"): action for name, action in ACTIONS.items()},
        "desk_url": f"{reverse('desk_book')}?mode=in_person" if user.is_management else "",
        "today": timezone.localdate(),
    }
    return render(request, "scheduling/queue.html", context)


@login_required
@never_cache
@require_POST
def act(request: HttpRequest, pk: UUID, action: str) -> HttpResponse:
    """One step of one visit."""
    if action not in QUICK:
        raise Http404
    user = person(request)
    appointment = appointment_or_404(user, pk)
    if not rules.can_manage(user, appointment):
        raise PermissionDenied
    chosen = ACTIONS[action]

    def perform() -> str:
        chosen.perform(pk, actor=user)
        return str(chosen.done)

    return _do(request, perform)


@login_required
@never_cache
@require_POST
def call_next(request: HttpRequest, doctor_id: UUID) -> HttpResponse:
    """Call in whoever's turn it is with this doctor."""
    doctor = _doctor(request, doctor_id)

    def perform() -> str:
        called = queue.call_next(doctor, actor=person(request))
        return _("%(patient)s is called in.") % {"patient": called.patient.name}

    return _do(request, perform)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def late(request: HttpRequest, doctor_id: UUID) -> HttpResponse:
    """GET asks how late (a page, or a dialog for htmx; `?minutes=` is proposed), POST tells those who wait."""
    doctor = _doctor(request, doctor_id)
    if request.method != "POST":
        notice = queue.latest_notice(doctor.pk)
        return _ask_delay(
            request, doctor, DelayForm(initial={"minutes": request.GET.get("minutes", "")}), notice
        )
    form = DelayForm(request.POST)
    if not form.is_valid():
        return _ask_delay(request, doctor, form, queue.latest_notice(doctor.pk), status=422)

    def perform() -> str:
        told = queue.say_late(doctor, form.cleaned_data["minutes"], actor=person(request))
        if not told:
            return _("Everybody who waits knows already.")
        return ngettext("%(count)s patient was told.", "%(count)s patients were told.", told) % {
            "count": told
        }

    return _do(request, perform)


def _ask_delay(
    request: HttpRequest, doctor: User, form: forms.Form, notice: Any, *, status: int = 200
) -> HttpResponse:
    is_dialog = getattr(request, "htmx", False)
    template = "scheduling/parts/delay_dialog.html" if is_dialog else "scheduling/queue_delay.html"
    context = {"doctor": doctor, "form": form, "notice": notice, "query": _query(request)}
    return render(request, template, context, status=status)


def _do(request: HttpRequest, perform: Callable[[], str]) -> HttpResponse:
    """Do it and show the queue as it is now, whoever else did something meanwhile; a refusal is said beside it."""
    try:
        said, level = perform(), "success"
    except DomainError as refused:
        said, level = str(refused.detail), "warning"
    if getattr(request, "htmx", False):
        return trigger_client_event(_page(request), "toast", {"level": level, "text": said})
    (messages.success if level == "success" else messages.warning)(request, said)
    return redirect(reverse("queue") + _query(request))


def _query(request: HttpRequest) -> str:
    chosen = uuid_or_none(request.GET.get("doctor"))
    return f"?doctor={chosen}" if chosen else ""


def _staff(request: HttpRequest) -> User:
    user = person(request)
    if not (user.is_doctor or user.is_management):
        raise PermissionDenied
    return user


def _doctor(request: HttpRequest, doctor_id: UUID) -> User:
    """The doctor whose queue it is: their own, or anybody's for management."""
    user = _staff(request)
    if user.is_doctor and user.pk != doctor_id:
        raise Http404
    return doctor_or_404(doctor_id)
