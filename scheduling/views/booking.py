"""Booking in steps that each have an address: time, details, review. The last one books.

The same steps serve one doctor and any doctor of a specialty (`guarded` below tells which).
"""

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.domain.queries import doctors as active_doctors
from accounts.models import Specialty, User
from clinic.core.errors import DomainError
from scheduling.domain import drafts
from scheduling.domain.any_doctor import book_with_any
from scheduling.domain.availability import Standing, choose_doctor, nearest_with_any, standing
from scheduling.domain.errors import SlotTaken
from scheduling.forms.booking import DetailsForm
from scheduling.views import picker, soonest
from scheduling.views.booking_draft import forget_draft, read_draft, write_draft
from scheduling.views.booking_state import BookingState, own_visit_at, read_state
from scheduling.views.guards import doctor_or_404, person, uuid_or_none
from scheduling.views.next_step import after_booking

StepView = Callable[[HttpRequest, BookingState], HttpResponse]


def step(view: StepView) -> Callable[..., HttpResponse]:
    """Patients only, for themselves; management is sent to the desk, others are told kindly. Who has nothing to book
    says so."""

    @login_required
    @never_cache
    @wraps(view)
    def guarded(
        request: HttpRequest, doctor_id: UUID | None = None, specialty: str | None = None
    ) -> HttpResponse:
        department, doctors = _whom(doctor_id, specialty)
        whom = {"doctor": None if specialty else doctors[0], "specialty": department}
        if not person(request).is_patient:
            return render(request, "scheduling/book_staff.html", whom, status=403)
        state = read_state(request, department, doctors, is_any=specialty is not None) if doctors else None
        if state is None:
            return render(request, "scheduling/book_nothing.html", whom)
        return view(request, state)

    return guarded


def _whom(doctor_id: UUID | None, slug: str | None) -> tuple[Specialty, Sequence[User]]:
    if doctor_id is not None:
        doctor = doctor_or_404(doctor_id)
        return doctor.doctor_profile.specialty, [doctor]
    specialty = get_object_or_404(Specialty, slug=slug)
    return specialty, list(active_doctors().filter(doctor_profile__specialty=specialty))


@step
@require_safe
def choose_time(request: HttpRequest, state: BookingState) -> HttpResponse:
    context: dict[str, Any] = {"state": state, "step": 1}
    if state.is_any and request.GET.get("view") != "month":
        context["list"] = soonest.build(state, request.GET, patient=person(request))
    else:
        here = state.time_url + ("&view=month" if state.is_any else "")
        context["picker"] = picker.pick(
            state.givers,
            state.service,
            state.mode,
            request.GET,
            here=here,
            choose=state.address("details"),
            patient=person(request),
            part=state.part,
        )
        context["others"] = not state.is_any and _has_colleagues(state)
    return render(request, "scheduling/book_time.html", context)


def _has_colleagues(state: BookingState) -> bool:
    known = [doctor.pk for doctor in state.doctors]
    return active_doctors().filter(doctor_profile__specialty=state.specialty).exclude(pk__in=known).exists()


@step
@require_http_methods(["GET", "HEAD", "POST"])
def details(request: HttpRequest, state: BookingState) -> HttpResponse:
    if state.starts_at is None:
        return redirect(state.time_url)
    draft = read_draft(request, state.key)
    if request.method == "POST" and request.POST.get("go") == "keep":
        # Saved while it is being typed; what is too long stays as far as it fits.
        reason = DetailsForm.fitting(request.POST.get("reason", ""))
        write_draft(request, state.key, {"reason": reason, "files": draft["files"]})
        return HttpResponse(status=204)
    needed = state.service.needs_referral and state.referral is None
    form = DetailsForm(initial={"reason": draft["reason"]}, kept=draft["files"])
    status = 200
    context = _availability(request, state, "details")
    if request.method == "POST":
        form = DetailsForm(request.POST, request.FILES, kept=draft["files"])
        if removed := request.POST.get("remove"):
            form.remove(removed)
        form.accept_files(needed=needed and request.POST.get("go") == "review")
        typed_well = form.is_valid()
        reason = form.cleaned_data["reason"] if typed_well else draft["reason"]
        write_draft(request, state.key, {"reason": reason, "files": form.kept})
        if typed_well and not form.file_errors:
            target = _after_details(request, state, context["standing"])
            if target:
                return redirect(target)
            status = 409
        else:
            status = 422
    context |= {"state": state, "form": form, "step": 2, "referral_needed": needed}
    return render(request, "scheduling/book_details.html", context, status=status)


def _after_details(request: HttpRequest, state: BookingState, found: str) -> str:
    """Where the pressed button leads; "" when the review has to wait because the time is gone."""
    if request.POST.get("remove") or request.POST.get("go") == "stay":
        return state.details_url
    if request.POST.get("go") == "time":
        return state.time_url
    if other := picker.moment_of(request.POST.get("choose")):
        return state.address("details", starts_at=other)
    return state.review_url if found == Standing.FREE else ""


@step
@require_http_methods(["GET", "HEAD", "POST"])
def review(request: HttpRequest, state: BookingState) -> HttpResponse:
    if state.starts_at is None:
        return redirect(state.time_url)
    draft = read_draft(request, state.key)
    if state.service.needs_referral and state.referral is None and not draft["files"]:
        return redirect(state.details_url)
    refusal: DomainError | None = None
    if request.method == "POST":
        shown = _shown_doctor(request, state)
        try:
            appointment = book_with_any(
                state.givers,
                shown=shown,
                patient=person(request),
                service=state.service,
                starts_at=state.starts_at,
                mode=state.mode,
                reason=draft["reason"],
                booked_by=person(request),
                files=drafts.load(draft["files"]),
                referral=state.referral,
            )
        except SlotTaken as taken:
            # The same booking sent twice, from a double click or a second tab: it worked the first time.
            mine = own_visit_at(person(request), state.doctors, state.starts_at)
            if mine is not None:
                messages.info(request, _("You already have this time; here it is."))
                return redirect(after_booking(mine))
            refusal = taken
        except DomainError as refused:
            refusal = refused
        else:
            forget_draft(request, state.key)
            if shown and appointment.doctor_id != shown.pk:
                names = {"first": shown.name, "second": appointment.doctor.name}
                messages.info(
                    request,
                    _("The time of %(first)s was taken this moment: you are with %(second)s.") % names,
                )
            return redirect(after_booking(appointment))
    context = {"state": state, "draft": draft, "step": 3, **_availability(request, state, "review")}
    # What is wrong with the time is said where the time stands, with others to choose from.
    about_time = refusal and (isinstance(refusal, SlotTaken) or "starts_at" in refusal.fields)
    context["refusal"] = None if about_time else refusal
    return render(request, "scheduling/book_review.html", context, status=refusal.status if refusal else 200)


def _shown_doctor(request: HttpRequest, state: BookingState) -> User | None:
    """Whom the page named when it was sent: any doctor's booking goes to them if they are still free."""
    if not state.is_any:
        return state.doctor
    wanted = uuid_or_none(request.POST.get("doctor"))
    return next((doctor for doctor in state.givers if doctor.pk == wanted), None)


def _availability(request: HttpRequest, state: BookingState, step_name: str) -> dict[str, Any]:
    """Is the chosen time still there; if not, is it the patient's own, and what is near. With any doctor, this
    chooses who it is."""
    patient, starts_at = person(request), state.starts_at
    assert starts_at is not None
    day = timezone.localdate(starts_at)
    if state.is_any:
        state.doctor = choose_doctor(state.givers, state.service, starts_at, mode=state.mode, patient=patient)
    context: dict[str, Any] = {
        "standing": str(_standing(patient, state)),
        "topics": picker.topics_of((doctor.pk, day) for doctor in state.givers),
        "own_visit": None,
        "nearest": [],
    }
    if context["standing"] != Standing.FREE:
        context["own_visit"] = own_visit_at(patient, state.doctors, starts_at)
        found = nearest_with_any(
            state.givers, state.service, starts_at, mode=state.mode, count=3, patient=patient
        )
        context["nearest"] = picker.choices([slot for slot, _doctor in found], state.address(step_name))
    return context


def _standing(patient: User, state: BookingState) -> Standing:
    assert state.starts_at is not None
    if not state.is_any:
        return standing(state.givers[0], state.service, state.starts_at, mode=state.mode, patient=patient)
    if state.doctor is not None:
        return Standing.FREE
    if state.starts_at <= timezone.now():
        return Standing.NOT_OFFERED
    free_for_others = choose_doctor(state.givers, state.service, state.starts_at, mode=state.mode)
    return Standing.PATIENT_BUSY if free_for_others else Standing.TAKEN
