"""Who may see what of scheduling."""

from django.contrib.auth.models import AnonymousUser
from django.db.models import Prefetch, Q, QuerySet

from accounts.models import User
from scheduling.models import Appointment, AppointmentStatusChange, Service


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


def services() -> QuerySet[Service]:
    """What the clinic offers."""
    return Service.objects.filter(is_active=True)


def services_for(doctor: User) -> QuerySet[Service]:
    """What can be booked with this doctor: services for every specialty and those of the doctor's own."""
    profile = getattr(doctor, "doctor_profile", None)
    if profile is None:
        return Service.objects.none()
    return services().filter(Q(specialty=None) | Q(specialty=profile.specialty_id))
