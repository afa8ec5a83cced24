"""Finding people."""

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from accounts.enums import Role
from accounts.models import BreakGlass, CareLink, User


def doctors() -> QuerySet[User]:
    """Active doctors that have a profile, with their specialty."""
    return User.objects.filter(role=Role.DOCTOR, is_active=True, doctor_profile__isnull=False).select_related(
        "doctor_profile__specialty"
    )


def patients_open_to(user: User) -> QuerySet[User]:
    """The patients whose clinical record `user` may open: as rules.may_open_record, to filter by."""
    if not user.is_active:
        return User.objects.none()
    patients = User.objects.filter(role=Role.PATIENT)
    if not user.is_doctor:
        return patients.filter(pk=user.pk)
    treated = CareLink.objects.filter(doctor=user.pk).values("patient")
    opened = BreakGlass.objects.filter(doctor=user.pk, revoked_at=None, expires_at__gt=timezone.now()).values(
        "patient"
    )
    return patients.filter(Q(pk__in=treated) | Q(pk__in=opened))


def care_team(patient: User) -> QuerySet[CareLink]:
    """Who treats this patient, the first one first."""
    return (
        CareLink.objects.filter(patient=patient)
        .select_related("doctor__doctor_profile__specialty")
        .order_by("created_at", "pk")
    )


def break_glass_accesses() -> QuerySet[BreakGlass]:
    """All of them, those that nobody reviewed first, then the latest first; with the people."""
    return BreakGlass.objects.select_related("doctor", "patient", "reviewed_by", "revoked_by").order_by(
        F("reviewed_at").desc(nulls_first=True), "-created_at", "-pk"
    )
