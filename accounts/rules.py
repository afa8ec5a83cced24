"""Who may do what to people. Pure predicates; every one says no to somebody deactivated."""

from typing import Any

from accounts.enums import Role
from accounts.models import CareLink, User


def treats(doctor: User, patient: User) -> bool:
    """The doctor belongs to the patient's care team."""
    return (
        doctor.is_active
        and doctor.is_doctor
        and CareLink.objects.filter(doctor=doctor, patient=patient).exists()
    )


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
