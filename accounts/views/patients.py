"""A doctor finds a patient, and breaks the glass where there is no care link; management reviews that."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import rules
from accounts.domain import break_glass, finding
from accounts.domain.queries import break_glass_accesses
from accounts.forms.care import BreakGlassForm
from accounts.models import BreakGlass, User
from accounts.views.trail import reviewer
from clinic.core.errors import Invalid

PER_PAGE = 25


def _doctor(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    if not request.user.is_doctor:
        raise PermissionDenied
    return request.user


@login_required
@never_cache
@require_safe
def patients(request: HttpRequest) -> HttpResponse:
    """A doctor's own patients by name or phone (`?q=`); a patient of others by exact e-mail or phone only."""
    doctor = _doctor(request)
    search = request.GET.get("q", "")[:120].strip()
    page = Paginator(finding.own_patients(doctor, search), PER_PAGE).get_page(request.GET.get("page"))
    strangers = [
        (patient, rules.has_broken_glass(doctor, patient), break_glass.found_ticket(doctor, patient))
        for patient in (finding.others(doctor, search) if search else ())
    ]
    context = {"page_obj": page, "search": search, "strangers": strangers}
    return render(request, "accounts/patients.html", context)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def open_by_break_glass(request: HttpRequest) -> HttpResponse:
    """Asks for a reason (`?found=` from the search), then leads to the record."""
    doctor = _doctor(request)
    patient = break_glass.patient_of_ticket(doctor, request.GET.get("found", ""))
    if patient is None:
        if request.GET.get("found"):
            messages.info(request, _("That search has grown old. Please search again."))
            return redirect("patients")
        raise Http404
    if rules.may_open_record(doctor, patient):
        return redirect("patient_record", pk=patient.pk)
    form = BreakGlassForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            break_glass.open_record(doctor, patient, reason=form.cleaned_data["reason"])
        except Invalid as refused:
            form.add_error("reason", refused.detail)
        else:
            return redirect("patient_record", pk=patient.pk)
    context = {"patient": patient, "form": form}
    return render(request, "accounts/break_glass.html", context, status=422 if form.errors else 200)


@login_required
@never_cache
@require_safe
def break_glass_list(request: HttpRequest) -> HttpResponse:
    """Every break-glass access, those that nobody reviewed first."""
    reviewer(request)
    page = Paginator(break_glass_accesses(), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "accounts/break_glass_list.html", {"page_obj": page})


@login_required
@require_POST
def review_break_glass(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = reviewer(request)
    break_glass.review(get_object_or_404(BreakGlass, pk=pk).pk, actor=actor)
    messages.success(request, _("Marked as reviewed."))
    return redirect("break_glass_list")


@login_required
@require_POST
def end_break_glass(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = reviewer(request)
    break_glass.end(get_object_or_404(BreakGlass, pk=pk).pk, actor=actor)
    messages.success(request, _("The access is ended."))
    return redirect("break_glass_list")
