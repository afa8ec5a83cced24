"""The waiting list: a patient's own places, management's whole list, joining and leaving."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.enums import Role
from accounts.models import Specialty, User
from clinic.core.errors import DomainError
from scheduling.domain import waiting, waiting_queries
from scheduling.forms.waiting import JoinForm, WaitingFilter
from scheduling.models import WaitingEntry
from scheduling.views.guards import doctor_or_404, person, safe_next, uuid_or_none

PER_PAGE = 20
FOUND_PATIENTS = 10


def entry_or_404(user: User, pk: UUID) -> WaitingEntry:
    return get_object_or_404(waiting_queries.visible_to(user), pk=pk)


@login_required
@never_cache
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    user = person(request)
    if user.is_patient:
        entries = list(waiting_queries.active_of(user))
        return render(request, "scheduling/waiting_own.html", {"cards": waiting_queries.cards_of(entries)})
    if not user.is_management:
        raise PermissionDenied
    filters = WaitingFilter(request.GET)
    found = filters.narrow(waiting_queries.visible_to(user))
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page_obj": page,
        "filters": filters,
        "cards": waiting_queries.cards_of(list(page.object_list)),
    }
    return render(request, "scheduling/waiting_staff.html", context)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest) -> HttpResponse:
    """`?doctor=&service=&mode=&instead_of=` or `?specialty=` are filled in; management says for whom by `?patient=`."""
    user = person(request)
    if not (user.is_patient or user.is_management):
        raise PermissionDenied
    patient = user if user.is_patient else _patient(request)
    if patient is None:
        return _choose_patient(request)
    form = _form(request, patient)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                waiting.join(patient=patient, actor=user, **form.chosen())
            except DomainError as refused:
                form.refuse(refused.fields, refused.detail)
                status = refused.status if not refused.fields else 422
            else:
                messages.success(request, _("You are in line. We tell you as soon as a time is free."))
                return redirect("waiting_list")
    return render(request, "scheduling/waiting_join.html", {"form": form, "patient": patient}, status=status)


@login_required
@require_POST
def leave(request: HttpRequest, pk: UUID) -> HttpResponse:
    user = person(request)
    entry_or_404(user, pk)
    waiting.leave(pk, actor=user)
    messages.success(
        request,
        _("You are no longer in this line.")
        if user.is_patient
        else _("The patient no longer stands in this line."),
    )
    return redirect(safe_next(request, "/waiting/"))


def _form(request: HttpRequest, patient: User) -> JoinForm:
    doctor_id = uuid_or_none(request.GET.get("doctor"))
    doctor = doctor_or_404(doctor_id) if doctor_id else None
    specialty = doctor.doctor_profile.specialty if doctor else _specialty(request.GET.get("specialty", ""))
    initial = {
        name: request.GET[name]
        for name in ("service", "mode", "instead_of", "last_day")
        if request.GET.get(name)
    }
    data = request.POST if request.method == "POST" else None
    return JoinForm(data, patient=patient, doctor=doctor, specialty=specialty, initial=initial)


def _specialty(name: str) -> Specialty | None:
    pk = uuid_or_none(name)
    return Specialty.objects.filter(Q(pk=pk) if pk else Q(slug=name)).first() if name else None


def _patients() -> QuerySet[User]:
    return User.objects.filter(role=Role.PATIENT, is_active=True)


def _patient(request: HttpRequest) -> User | None:
    if not request.GET.get("patient"):
        return None
    pk = uuid_or_none(request.GET["patient"])
    found = _patients().filter(pk=pk).first() if pk else None
    if found is None:
        raise Http404
    return found


def _choose_patient(request: HttpRequest) -> HttpResponse:
    words = request.GET.get("q", "").split()[:5]
    found = _patients().order_by("first_name", "last_name", "pk") if words else User.objects.none()
    for word in words:
        found = found.filter(
            Q(first_name__icontains=word) | Q(last_name__icontains=word) | Q(email__icontains=word)
        )
    context = {"people": found[:FOUND_PATIENTS], "q": " ".join(words)}
    return render(request, "scheduling/waiting_patient.html", context)
