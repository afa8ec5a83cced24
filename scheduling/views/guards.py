"""Who may open a page at all, and where it may lead back to."""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.http import url_has_allowed_host_and_scheme

from accounts.domain.queries import doctors
from accounts.models import User
from scheduling.domain.agenda import doctors_of
from scheduling.domain.queries import appointments_visible_to
from scheduling.forms.agenda import VisitFilter
from scheduling.models import Appointment


def person(request: HttpRequest) -> User:
    """The signed-in user, for views behind `login_required`."""
    return cast(User, request.user)


def doctor_or_404(pk: UUID) -> User:
    """An active doctor with profile and specialty. Raises Http404."""
    found = doctors().filter(pk=pk).first()
    if found is None:
        raise Http404
    return cast(User, found)


def appointment_or_404(user: User, pk: UUID) -> Appointment:
    """An appointment that `user` may see. Raises Http404 for all others."""
    found = appointments_visible_to(user).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def uuid_or_none(text: str | None) -> UUID | None:
    try:
        return UUID(text or "")
    except ValueError:
        return None


def doctor_calendar(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """For pages about one doctor's calendar: a doctor gets their own, management the one `?doctor=` names
    (`doctor=None` until one is named). A doctor who asks for another's: 404; everyone else: 403."""

    @login_required
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        user = person(request)
        wanted = request.GET.get("doctor") or request.POST.get("doctor")
        if user.is_doctor:
            if wanted and uuid_or_none(wanted) != user.pk:
                raise Http404
            return view(request, *args, doctor=doctor_or_404(user.pk), **kwargs)
        if not user.is_management:
            raise PermissionDenied
        if not wanted:
            return view(request, *args, doctor=None, **kwargs)
        pk = uuid_or_none(wanted)
        if pk is None:
            raise Http404
        return view(request, *args, doctor=doctor_or_404(pk), **kwargs)

    return guarded


def staff_calendar(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """For pages about everyone's calendars: doctors (their own) and management. Everyone else: 403."""

    @login_required
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        user = person(request)
        if not (user.is_doctor or user.is_management):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded


def shown_doctors(request: HttpRequest, filters: VisitFilter) -> list[User]:
    """Those whose calendars the address asks for: the ones `?doctor=` names, else all that the user may see, of the
    specialty chosen. Raises Http404 for one that the user may not see."""
    everyone = list(doctors_of(person(request)))
    named = [uuid_or_none(text) for text in request.GET.getlist("doctor") if text]
    if not {doctor.pk for doctor in everyone}.issuperset(named):
        raise Http404
    filters.is_valid()
    specialty = filters.cleaned_data.get("specialty")
    return [
        doctor
        for doctor in everyone
        if (not named or doctor.pk in named)
        and (specialty is None or doctor.doctor_profile.specialty_id == specialty.pk)
    ]


def safe_next(request: HttpRequest, fallback: str) -> str:
    """Where a form asked to return to, when that is a page of ours."""
    wanted = request.POST.get("next", "")
    if wanted and url_has_allowed_host_and_scheme(wanted, {request.get_host()}, request.is_secure()):
        return wanted
    return fallback
