"""Booking at the front desk for a patient, on one page: patient, visit, time, and what it means."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.domain.queries import doctors as active_doctors
from accounts.models import Specialty
from clinic.core.errors import DomainError
from scheduling.domain import drafts
from scheduling.domain.any_doctor import book_with_any
from scheduling.domain.availability import choose_doctor, nearest_with_any
from scheduling.domain.desk import outlook, outlook_with_nobody
from scheduling.domain.soonest import soonest
from scheduling.forms.agenda import day_of
from scheduling.forms.desk import DeskForm, Pay
from scheduling.models import Appointment
from scheduling.views import picker
from scheduling.views.booking_draft import forget_draft, read_draft, write_draft
from scheduling.views.desk_state import DeskState, found_patients, read_desk
from scheduling.views.guards import person, uuid_or_none

SOONEST = 4


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def book_at_desk(request: HttpRequest) -> HttpResponse:
    """GET shows what is chosen so far; POST books it, keeps what is typed (`go=keep`), or takes a file back."""
    if not person(request).is_management:
        raise PermissionDenied
    state = read_desk(request.POST if request.method == "POST" else request.GET, person(request))
    key = f"desk:{state.patient.pk if state.patient else ''}"
    draft = read_draft(request, key)
    if request.method == "POST" and request.POST.get("go") == "keep":
        typed = {
            name: DeskForm.fitting(request.POST.get(name, "")) for name in ("reason", "overbooking_reason")
        }
        write_draft(request, key, {**draft, **typed})  # type: ignore[typeddict-item]
        return HttpResponse(status=204)
    today = state.starts_at and timezone.localdate(state.starts_at) == timezone.localdate()
    initial = {
        "reason": draft["reason"],
        "overbooking_reason": draft.get("overbooking_reason", ""),
        "pay": Pay.LATER if today else Pay.ONLINE,
    }
    form = DeskForm(initial=initial, kept=draft["files"])
    if request.method != "POST":
        return _page(request, _with_doctor(state), form)
    form = DeskForm(request.POST, request.FILES, kept=draft["files"])
    if removed := request.POST.get("remove"):
        form.remove(removed)
    form.accept_files()
    typed_well = form.is_valid()
    if typed_well:
        written = form.cleaned_data
        draft = {
            "reason": written["reason"],
            "files": form.kept,
            "overbooking_reason": written["overbooking_reason"],
        }
    write_draft(request, key, {**draft, "files": form.kept})
    if removed or request.POST.get("go") == "stay":
        return redirect(state.url)
    if not typed_well or form.file_errors or not state.is_whole:
        return _page(request, _with_doctor(state), form, status=422)
    return _book(request, state, form, key)


def _book(request: HttpRequest, state: DeskState, form: DeskForm, key: str) -> HttpResponse:
    assert state.patient
    assert state.offer
    assert state.starts_at
    if state.outside and not form.cleaned_data["overbooking_reason"] and _outlook(state)["needs_reason"]:
        form.add_error("overbooking_reason", _("Please say in a few words why it has to be then."))
        return _page(request, state, form, status=422)
    shown = state.doctor
    if state.is_any:
        wanted = uuid_or_none(request.POST.get("shown"))
        shown = next((doctor for doctor in state.givers if doctor.pk == wanted), None)
    try:
        appointment = book_with_any(
            state.givers,
            shown=shown,
            patient=state.patient,
            service=state.offer.service,
            starts_at=state.starts_at,
            mode=state.mode,
            by_staff=True,
            reason=form.cleaned_data["reason"],
            booked_by=person(request),
            files=drafts.load(form.kept),
            referral=state.referral,
            overbooking_reason=form.cleaned_data["overbooking_reason"] if state.outside else "",
            pay_later=form.pays_later,
        )
    except DomainError as refused:
        return _page(request, _with_doctor(state), form, refusal=refused, status=refused.status)
    forget_draft(request, key)
    messages.success(request, _said(appointment))
    return redirect("appointment", pk=appointment.pk)


def _said(appointment: Appointment) -> str:
    names = {"patient": appointment.patient.name, "doctor": appointment.doctor.name}
    if appointment.overbooking_reason:
        return _("%(patient)s is booked with %(doctor)s, over other visits.") % names
    return _("%(patient)s is booked with %(doctor)s.") % names


def _with_doctor(state: DeskState) -> DeskState:
    """With any doctor: who it would be."""
    if not (state.is_any and state.offer and state.starts_at):
        return state
    return state.with_doctor(
        choose_doctor(
            state.givers,
            state.offer.service,
            state.starts_at,
            mode=state.mode,
            patient=state.patient,
            by_staff=True,
        )
    )


def _page(
    request: HttpRequest,
    state: DeskState,
    form: DeskForm,
    *,
    refusal: DomainError | None = None,
    status: int = 200,
) -> HttpResponse:
    # Where the page asks why at all, it has to be answered (_book).
    form.fields["overbooking_reason"].required = True
    text = request.GET.get("q", "")[:80]
    context: dict[str, Any] = {
        "state": state,
        "form": form,
        "refusal": refusal,
        "tried": request.method == "POST",
        "q": text,
        "found": found_patients(person(request), text) if state.patient is None else [],
        "doctors": active_doctors().order_by("first_name", "last_name", "pk"),
        "specialties": Specialty.objects.filter(doctors__user__is_active=True).distinct().order_by("name"),
        "today": timezone.localdate(),
        "on": day_of(request.GET.get("on")),
        **_times(request, state),
        **_outlook(state),
    }
    return render(request, "scheduling/desk.html", context, status=status)


def _times(request: HttpRequest, state: DeskState) -> dict[str, Any]:
    """The soonest free times, today's first for who walks in, and the month to look further."""
    if state.offer is None:
        return {}
    service, mode, patient = state.offer.service, state.mode, state.patient
    first = soonest(state.givers, service, mode=mode, count=SOONEST, patient=patient, by_staff=True)
    context: dict[str, Any] = {"soonest": picker.choices(first, state.inside_url)}
    if not state.outside:
        params = request.GET.copy()
        if state.starts_at and not params.get("month") and not params.get("day"):
            params["day"] = str(timezone.localdate(state.starts_at))
        context["picker"] = picker.pick(
            state.givers,
            service,
            mode,
            params,
            here=state.url,
            choose=state.times_url,
            patient=patient,
            by_staff=True,
        )
    return context


def _outlook(state: DeskState) -> dict[str, Any]:
    """How the chosen time stands, what it collides with, and what is near it instead."""
    if not (state.patient and state.offer and state.starts_at):
        return {"needs_reason": False, "may_book": False}
    service, starts_at = state.offer.service, state.starts_at
    day = timezone.localdate(starts_at)
    context: dict[str, Any] = {"topics": picker.topics_of((doctor.pk, day) for doctor in state.givers)}
    if state.doctor is None:
        found = outlook_with_nobody(state.patient, service, starts_at)
    else:
        found = outlook(state.doctor, state.patient, service, starts_at, mode=state.mode)
    if not found.is_free:
        near = nearest_with_any(
            state.givers,
            service,
            max(starts_at, timezone.now()),
            mode=state.mode,
            patient=state.patient,
            by_staff=True,
        )
        context["nearest"] = picker.choices([slot for slot, _doctor in near], state.inside_url)
    needs_reason = not found.is_free and found.can_overbook and state.outside
    return {
        **context,
        "outlook": found,
        "needs_reason": needs_reason,
        "may_book": needs_reason or found.is_free,
    }
