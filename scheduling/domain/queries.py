"""Who may see what of scheduling."""

from contextlib import suppress
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.db.models import Prefetch, Q, QuerySet

from accounts.domain.queries import patients_open_to
from accounts.enums import Role
from accounts.models import User
from scheduling.enums import AppointmentStatus, ServiceKind
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


# What never came to be a visit is no part of a record.
_NO_VISIT = frozenset(
    {AppointmentStatus.PENDING_PAYMENT, AppointmentStatus.EXPIRED, AppointmentStatus.DECLINED}
)


def visits_open_to(user: User) -> QuerySet[Appointment]:
    """Visits whose reason and files `user` may read: those they see anyway, and for doctors every visit of the
    patients whose record is open to them (accounts.rules.may_open_record)."""
    found = Appointment.objects.all()
    if user.is_active and user.is_doctor:
        return found.filter(_visible_to(user) | Q(patient__in=patients_open_to(user)))
    return found.filter(_visible_to(user))


def visits_on_record(user: User, patient: User) -> QuerySet[Appointment]:
    """The patient's visits that `user` may read, the latest first; with doctor, service and files."""
    return (
        visits_open_to(user)
        .filter(patient=patient)
        .exclude(status__in=_NO_VISIT)
        .select_related("doctor__doctor_profile__specialty", "service")
        .prefetch_related("files")
        .order_by("-starts_at", "pk")
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


def of_patient(search: str) -> Q:
    """Rows whose `patient` has every word of `search` in name or e-mail."""
    found = Q()
    for word in search.split()[:MAX_SEARCH_WORDS]:
        found &= (
            Q(patient__first_name__icontains=word)
            | Q(patient__last_name__icontains=word)
            | Q(patient__email__icontains=word)
        )
    return found


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


def scan_readers(scan: Service) -> QuerySet[User]:
    """Who reads such scans: the doctors of its specialty."""
    return User.objects.filter(
        is_active=True, role=Role.DOCTOR, doctor_profile__specialty=scan.specialty_id
    ).exclude(doctor_profile=None)


def reads_scans(user: User) -> bool:
    """A doctor of a specialty that does scans."""
    profile = getattr(user, "doctor_profile", None) if user.is_active and user.is_doctor else None
    return (
        profile is not None
        and Service.objects.filter(kind=ServiceKind.IMAGING, specialty=profile.specialty_id).exists()
    )


def services_for(doctor: User) -> QuerySet[Service]:
    """What can be booked with this doctor: services for every specialty and those of the doctor's own."""
    profile = getattr(doctor, "doctor_profile", None)
    if profile is None:
        return Service.objects.none()
    return services().filter(Q(specialty=None) | Q(specialty=profile.specialty_id))
