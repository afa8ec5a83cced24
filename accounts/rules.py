"""Who may do what to people. Pure predicates; every one says no to somebody deactivated."""

from typing import Any

from django.conf import settings
from django.utils import timezone

from accounts.enums import Role
from accounts.models import BreakGlass, CareLink, User


def treats(doctor: User, patient: User) -> bool:
    """The doctor belongs to the patient's care team."""
    return (
        doctor.is_active
        and doctor.is_doctor
        and CareLink.objects.filter(doctor=doctor, patient=patient).exists()
    )


def has_broken_glass(doctor: User, patient: User) -> bool:
    """The doctor opened this record by break-glass, and that is neither over nor taken back."""
    return (
        doctor.is_active
        and doctor.is_doctor
        and BreakGlass.objects.filter(
            doctor=doctor, patient=patient, revoked_at=None, expires_at__gt=timezone.now()
        ).exists()
    )


def may_open_record(user: User, patient: User) -> bool:
    """The clinical record: the patient, the care team, and a doctor who broke the glass. Management has no need of
    it for its work. The same as a query: domain.queries.patients_open_to."""
    if not user.is_active or not patient.is_patient:
        return False
    return user.pk == patient.pk or treats(user, patient) or has_broken_glass(user, patient)


def can_break_glass(doctor: User, patient: User) -> bool:
    """Any doctor of the clinic, for a patient who is not theirs already."""
    return doctor.is_active and doctor.is_doctor and patient.is_patient and doctor.pk != patient.pk


def can_see_trail(user: User) -> bool:
    """The activity trail and the list of break-glass accesses, to review them."""
    return user.is_active and (user.is_management or user.role == Role.ADMIN)


def can_change_care_team(user: User) -> bool:
    return user.is_active and user.is_management


def is_photo_public(owner: User) -> bool:
    """A practising doctor's portrait stands in the public directory."""
    return owner.is_doctor and owner.is_active


def can_see_photo(viewer: Any, owner: User) -> bool:
    """A patient's photo is for themselves and the clinic's staff (whoever shares a care link or a conversation
    with a patient is staff). Whoever is signed in sees the doctors and front desk they deal with."""
    if is_photo_public(owner):
        return True
    if not viewer.is_authenticated or not viewer.is_active:
        return False
    return viewer.pk == owner.pk or viewer.is_clinic_staff or owner.is_doctor or owner.is_management


def can_manage_account(actor: User, account: User) -> bool:
    """Management looks after patients and doctors, admin after everyone; nobody after their own account."""
    if not actor.is_active or actor.pk == account.pk:
        return False
    if actor.role == Role.ADMIN:
        return True
    return actor.is_management and account.role in (Role.PATIENT, Role.DOCTOR)


def needs_second_factor(user: Any) -> bool:
    """Staff of a clinic that requires one (anonymous: no)."""
    return bool(settings.STAFF_MFA_REQUIRED and getattr(user, "is_clinic_staff", False))


def idle_limit(user: Any) -> int | None:
    """Seconds without activity after which this person is logged off; None: never."""
    if settings.STAFF_IDLE_MINUTES and getattr(user, "is_clinic_staff", False):
        return int(settings.STAFF_IDLE_MINUTES) * 60
    return None


def can_look_after_people(actor: User) -> bool:
    """Opens the people pages at all; whom one finds there: can_manage_account."""
    return actor.is_active and (actor.is_management or actor.role == Role.ADMIN)


def can_merge_patients(actor: User) -> bool:
    """Puts two accounts of the same patient together: only who sees their visits, payments and conversations."""
    return actor.is_active and actor.is_management


def can_register(actor: User, role: str) -> bool:
    """Management registers patients and doctors, admin anyone."""
    if not can_look_after_people(actor):
        return False
    return actor.role == Role.ADMIN or role in (Role.PATIENT, Role.DOCTOR)
