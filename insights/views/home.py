"""The first page after log-in, by role."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.domain import completeness
from accounts.enums import Role
from accounts.models import User
from clinic.core.page_meta import briefly_kept
from insights.domain import to_do
from insights.domain.doctor_day import doctor_day
from insights.domain.front_desk import front_desk
from insights.domain.patient_day import patient_day
from insights.domain.public import SHOWN_REVIEWS, doctors_free_soon, specialties
from insights.domain.system import system
from insights.views.indexing import welcome_meta
from records.domain.reviews import reviews
from scheduling.enums import AppointmentStatus
from scheduling.models import Appointment
from scheduling.views.next_step import call_door, payment_url, queue_is_open


@require_safe
@briefly_kept
def welcome(request: HttpRequest) -> HttpResponse:
    """The public home page; who is signed in goes to their own."""
    if request.user.is_authenticated:
        return redirect("home")
    departments = list(specialties())
    return render(
        request,
        "public/welcome.html",
        {
            "meta": welcome_meta(request, departments),
            "specialties": departments,
            "doctors": doctors_free_soon(),
            "reviews": reviews()[:SHOWN_REVIEWS],
        },
    )


@login_required
@never_cache
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    user = request.user
    assert isinstance(user, User)
    context_of, template = _PAGES[Role(user.role)]
    return render(request, template, {"now": timezone.now(), **context_of(user)})


def _patient(user: User) -> dict[str, Any]:
    day, todo = patient_day(user), to_do.of_patient(user)
    return {
        "todo": todo,
        "completeness": completeness.of_patient(todo.person),
        "day": day,
        "first": _card(day.first),
        "others": [_card(visit) for visit in day.others],
    }


def _doctor(user: User) -> dict[str, Any]:
    day = doctor_day(user)
    cards = [card for visit in day.today if (card := _card(visit))]
    return {
        "day": day,
        "todo": to_do.of_doctor(user),
        "to_finish": to_do.to_finish(user),
        "cards": cards,
        # The call is open and nobody has come to its door yet.
        "beginning": [
            card
            for card in cards
            if card["door"]
            and card["door"].is_open
            and card["visit"].status == AppointmentStatus.CONFIRMED
            and card["visit"] not in day.waiting
        ],
        "waiting": [_card(visit) for visit in day.waiting],
        "current": _card(day.current),
    }


def _management(user: User) -> dict[str, Any]:
    return {"desk": front_desk(user), "todo": to_do.of_management(user)}


def _admin(user: User) -> dict[str, Any]:
    return {"system": system()}


def _card(visit: Appointment | None) -> dict[str, Any] | None:
    """A visit with the ways on from it."""
    if visit is None:
        return None
    pays = visit.hold_expires_at is not None
    return {
        "visit": visit,
        "door": call_door(visit),
        "pay_url": payment_url(visit) if pays else "",
        "queue_url": reverse("waiting_room", args=[visit.pk]) if queue_is_open(visit.patient, visit) else "",
    }


_PAGES: dict[Role, tuple[Callable[[User], dict[str, Any]], str]] = {
    Role.PATIENT: (_patient, "insights/patient.html"),
    Role.DOCTOR: (_doctor, "insights/doctor.html"),
    Role.MANAGEMENT: (_management, "insights/management.html"),
    Role.ADMIN: (_admin, "insights/admin.html"),
}
