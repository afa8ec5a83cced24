"""What people say about themselves."""

from collections.abc import Mapping
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction

from accounts.domain import trail
from accounts.domain.people import as_domain_errors, fill_in_patient
from accounts.enums import ActivityVerb
from accounts.models import DoctorProfile, PatientProfile, User
from clinic.core import zones
from clinic.core.status import lock

ACCOUNT_FIELDS = frozenset({"first_name", "last_name", "phone", "language", "time_zone"})
PATIENT_FIELDS = frozenset(
    {
        "date_of_birth",
        "gender",
        "address",
        "emergency_contact_name",
        "emergency_contact_phone",
        "blood_group",
        "height_cm",
        "weight_kg",
        "allergies",
        "conditions",
        "medical_aid_scheme",
        "medical_aid_number",
    }
)
# Specialty, licence and fee belong to the clinic.
DOCTOR_FIELDS = frozenset({"languages", "modes", "biography", "education", "years_of_experience"})


def update(
    user: User,
    *,
    account: Mapping[str, Any] | None = None,
    patient: Mapping[str, Any] | None = None,
    doctor: Mapping[str, Any] | None = None,
) -> User:
    """Change one's own account and the profile of one's role; returns the fresh user. Raises Invalid (fields).

    Fields that are not one's own to edit, and the other role's profile, are left alone.
    """
    with as_domain_errors(), transaction.atomic():
        fresh = lock(User, user.pk)
        changed = _set(fresh, account, ACCOUNT_FIELDS)
        if patient and fresh.is_patient:
            own = {name: patient[name] for name in PATIENT_FIELDS & patient.keys()}
            before = PatientProfile.objects.filter(user=fresh).first() or PatientProfile()
            changed |= {name for name, value in own.items() if getattr(before, name) != value}
            fill_in_patient(fresh, **own)
        profile = DoctorProfile.objects.filter(user=fresh).first() if doctor and fresh.is_doctor else None
        if profile is not None:
            changed |= _set(profile, doctor, DOCTOR_FIELDS)
        if changed:
            _note(fresh, changed)
    return fresh


def note_time_zone(user: User, zone: str) -> None:
    """What the browser says about where the person lives: kept while nothing is known yet; an unknown zone, or a
    second browser's, changes nothing."""
    if zone in zones.known():
        User.objects.filter(pk=user.pk, time_zone="").update(time_zone=zones.meant(zone))


def _note(user: User, changed: set[str]) -> None:
    patient = user if user.is_patient else None
    trail.record(ActivityVerb.PROFILE_CHANGED, actor=user, target=user, patient=patient, changed=changed)


def set_photo(user: User, picture: ContentFile | None) -> User:
    """Show another photo, or none; the old file goes once that is certain. `picture` is encoded afresh already."""
    with transaction.atomic():
        fresh = lock(User, user.pk)
        old, storage = fresh.photo.name, fresh.photo.storage
        if picture is None:
            fresh.photo = ""
        else:
            fresh.photo.save(picture.name, picture, save=False)
        fresh.save(update_fields=["photo", "updated_at"])
        _note(fresh, {"photo"})
        if old:
            transaction.on_commit(lambda: storage.delete(old))
    return fresh


def _set(row: Any, values: Mapping[str, Any] | None, own: frozenset[str]) -> set[str]:
    """Stores the values of one's own fields; returns the names of those that differ from before."""
    names = own & (values or {}).keys()
    if not values or not names:
        return set()
    changed = {name for name in names if getattr(row, name) != values[name]}
    for name in names:
        setattr(row, name, values[name])
    row.full_clean(validate_unique=False, validate_constraints=False)
    row.save(update_fields=[*names, "updated_at"])
    return changed
