"""Booking in steps that each have an address: time, details, review. The last one books."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from clinic.core.errors import DomainError
from scheduling.domain import drafts
from scheduling.domain.availability import Standing, nearest_free, standing
from scheduling.domain.booking import book
from scheduling.domain.errors import SlotTaken
from scheduling.forms.booking import DetailsForm
from scheduling.views import picker
from scheduling.views.booking_state import (
    BookingState,
    forget_draft,
    own_visit_at,
    read_draft,
    read_state,
    write_draft,
)
from scheduling.views.guards import doctor_or_404, person
from scheduling.views.next_step import after_booking

StepView = Callable[[HttpRequest, BookingState], HttpResponse]


def step(view: StepView) -> Callable[[HttpRequest, UUID], HttpResponse]:
    """Patients only, for themselves; others are told kindly. A doctor with nothing to book says so."""

    @login_required
    @never_cache
    @wraps(view)
    def guarded(request: HttpRequest, doctor_id: UUID) -> HttpResponse:
        doctor = doctor_or_404(doctor_id)
        if not person(request).is_patient:
            return render(request, "scheduling/book_staff.html", {"doctor": doctor}, status=403)
        state = read_state(request, doctor)
        if state is None:
            return render(request, "scheduling/book_nothing.html", {"doctor": doctor})
        return view(request, state)

    return guarded


@step
@require_safe
def choose_time(request: HttpRequest, state: BookingState) -> HttpResponse:
    chosen = picker.pick(
        state.doctor,
        state.service,
        state.mode,
        request.GET,
        here=state.time_url,
        choose=state.address("book_details"),
        patient=person(request),
    )
    return render(request, "scheduling/book_time.html", {"state": state, "picker": chosen, "step": 1})


@step
@require_http_methods(["GET", "HEAD", "POST"])
def details(request: HttpRequest, state: BookingState) -> HttpResponse:
    if state.starts_at is None:
        return redirect(state.time_url)
    draft = read_draft(request, state.doctor.pk)
    form = DetailsForm(initial={"reason": draft["reason"]}, kept=draft["files"])
    status = 200
    if request.method == "POST":
        form = DetailsForm(request.POST, request.FILES, kept=draft["files"])
        if removed := request.POST.get("remove"):
            form.remove(removed)
        form.accept_files()
        typed_well = form.is_valid()
        reason = form.cleaned_data["reason"] if typed_well else draft["reason"]
        write_draft(request, state.doctor.pk, {"reason": reason, "files": form.kept})
        if typed_well and not form.file_errors:
            target = _after_details(request, state)
            if target:
                return redirect(target)
            status = 409
        else:
            status = 422
    return render(
        request,
        "scheduling/book_details.html",
        {"state": state, "form": form, "step": 2, **_availability(person(request), state, "book_details")},
        status=status,
    )


def _after_details(request: HttpRequest, state: BookingState) -> str:
    """Where the pressed button leads; "" when the review has to wait because the time is gone."""
    assert state.starts_at is not None
    if request.POST.get("remove") or request.POST.get("go") == "stay":
        return state.details_url
    if request.POST.get("go") == "time":
        return state.time_url
    if other := picker.moment_of(request.POST.get("choose")):
        return state.address("book_details", starts_at=other)
    return state.review_url if _standing(person(request), state) == Standing.FREE else ""


def _standing(patient: User, state: BookingState) -> Standing:
    assert state.starts_at is not None
    return standing(state.doctor, state.service, state.starts_at, mode=state.mode, patient=patient)


@step
@require_http_methods(["GET", "HEAD", "POST"])
def review(request: HttpRequest, state: BookingState) -> HttpResponse:
    if state.starts_at is None:
        return redirect(state.time_url)
    patient = person(request)
    draft = read_draft(request, state.doctor.pk)
    refusal: DomainError | None = None
    if request.method == "POST":
        try:
            appointment = book(
                patient=patient,
                doctor=state.doctor,
                service=state.service,
                starts_at=state.starts_at,
                mode=state.mode,
                reason=draft["reason"],
                booked_by=patient,
                files=drafts.load(draft["files"]),
            )
        except SlotTaken as taken:
            # The same booking sent twice, from a double click or a second tab: it worked the first time.
            mine = own_visit_at(patient, state.doctor, state.starts_at)
            if mine is not None:
                messages.info(request, _("You already have this time; here it is."))
                return redirect(after_booking(mine))
            refusal = taken
        except DomainError as refused:
            refusal = refused
        else:
            forget_draft(request, state.doctor.pk)
            return redirect(after_booking(appointment))
    return render(
        request,
        "scheduling/book_review.html",
        {
            "state": state,
            "draft": draft,
            "step": 3,
            # What is wrong with the time is said where the time stands, with others to choose from.
            "refusal": None
            if refusal and (isinstance(refusal, SlotTaken) or "starts_at" in refusal.fields)
            else refusal,
            **_availability(patient, state, "book_review"),
        },
        status=refusal.status if refusal else 200,
    )


def _availability(patient: User, state: BookingState, step_name: str) -> dict[str, Any]:
    """Is the chosen time still there; if not, is it the patient's own, and what is near."""
    starts_at = state.starts_at
    assert starts_at is not None
    day = timezone.localdate(starts_at)
    context: dict[str, Any] = {
        "standing": str(_standing(patient, state)),
        "topic": f"slots:{state.doctor.pk}:{day}",
        "own_visit": None,
        "nearest": [],
    }
    if context["standing"] != Standing.FREE:
        context["own_visit"] = own_visit_at(patient, state.doctor, starts_at)
        slots = nearest_free(
            state.doctor, state.service, starts_at, mode=state.mode, count=3, patient=patient
        )
        context["nearest"] = picker.choices(slots, state.address(step_name))
    return context
