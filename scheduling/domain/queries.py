"""Who may see what of scheduling."""

from contextlib import suppress
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.db.models import Prefetch, Q, QuerySet

from accounts.models import User
from scheduling.models import Appointment, AppointmentStatusChange, Service

MAX_SEARCH_WORDS = 8


def appointments_visible_to(user: User | AnonymousUser) -> QuerySet[Appointment]:
    """A patient's own, a doctor's own, all for management, none for anyone else; with people, service,
    payments and history loaded in a constant number of queries."""
    return (
        Appointment.objects.filter(_visible_to(user))
        .select_related("doctor__doctor_profile__specialty", "patient", "service")
        .prefetch_related(
            "payments", Prefetch("history", AppointmentStatusChange.objects.select_related("actor"))
        )
    )


def _visible_to(user: User | AnonymousUser) -> Q:
    if not isinstance(user, User) or not user.is_active:
        return Q(pk__in=[])
    if user.is_management:
        return Q()
    if user.is_doctor:
        return Q(doctor=user)
    if user.is_patient:
        return Q(patient=user)
    return Q(pk__in=[])


def narrowed(doctors: QuerySet[User], *, specialty: str = "", search: str = "") -> QuerySet[User]:
    """Those of this specialty (its id, slug or name) in whose name or specialty every word occurs."""
    if specialty:
        of_specialty = Q(doctor_profile__specialty__slug__iexact=specialty) | Q(
            doctor_profile__specialty__name__iexact=specialty
        )
        with suppress(ValueError):
            of_specialty |= Q(doctor_profile__specialty=UUID(specialty))
        doctors = doctors.filter(of_specialty)
    for word in search.split()[:MAX_SEARCH_WORDS]:
        doctors = doctors.filter(
            Q(first_name__icontains=word)
            | Q(last_name__icontains=word)
            | Q(doctor_profile__specialty__name__icontains=word)
        )
    return doctors


def services() -> QuerySet[Service]:
    """What the clinic offers."""
    return Service.objects.filter(is_active=True)


def services_for(doctor: User) -> QuerySet[Service]:
    """What can be booked with this doctor: services for every specialty and those of the doctor's own."""
    profile = getattr(doctor, "doctor_profile", None)
    if profile is None:
        return Service.objects.none()
    return services().filter(Q(specialty=None) | Q(specialty=profile.specialty_id))
