"""Whom management and admin look after, to search and to page through."""

import re

from django.db.models import Q, QuerySet

from accounts.domain.completeness import COUNTED, ON_ACCOUNT
from accounts.enums import Role
from accounts.models import PatientProfile, User

MAX_WORDS = 6


def managed_by(actor: User) -> QuerySet[User]:
    """The accounts `actor` may look after: as rules.can_manage_account, to filter by."""
    found = User.objects.select_related("patient_profile", "doctor_profile__specialty").exclude(pk=actor.pk)
    if actor.is_active and actor.role == Role.ADMIN:
        return found
    if actor.is_active and actor.is_management:
        return found.filter(role__in=(Role.PATIENT, Role.DOCTOR))
    return found.none()


def matching(found: QuerySet[User], text: str) -> QuerySet[User]:
    """Those in whose name, e-mail or phone every word occurs; spaces and dashes in a phone number don't matter."""
    digits = re.sub(r"[\s()./-]", "", text)
    if re.fullmatch(r"\+?\d{3,15}", digits):
        return found.filter(Q(phone__contains=digits.lstrip("0")) | Q(email__icontains=digits))
    for word in text.split()[:MAX_WORDS]:
        found = found.filter(
            Q(first_name__icontains=word) | Q(last_name__icontains=word) | Q(email__icontains=word)
        )
    return found


def incomplete(found: QuerySet[User], role: str) -> QuerySet[User]:
    """Patients of whom something counted is missing; doctors without what their public page shows."""
    if role == Role.DOCTOR:
        return found.filter(
            Q(photo="")
            | Q(doctor_profile=None)
            | Q(doctor_profile__biography="")
            | Q(doctor_profile__education="")
        )
    missing = Q(patient_profile=None)
    for name in (name for names in COUNTED.values() for name in names):
        path = name if name in ON_ACCOUNT else f"patient_profile__{name}"
        on_profile = name not in ON_ACCOUNT and getattr(PatientProfile._meta.get_field(name), "null", False)
        missing |= Q(**{f"{path}__isnull": True}) if on_profile else Q(**{path: ""})
    return found.filter(missing)
