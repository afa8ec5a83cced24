"""Who and what must not leave the clinic with a patient's papers. A constant number of queries."""

from collections.abc import Iterable

from django.conf import settings

from accounts.enums import STAFF
from accounts.models import DoctorProfile, PatientProfile, User
from accounts.signals import identifiers_wanted
from records.models import Prescription

from .deidentify import Known


def known_of(patient: User) -> Known:
    """The patient, as they are and as they were called in accounts merged into this one, whom they name as contact,
    and everybody of the clinic, those who left too."""
    people = [
        *User.objects.filter(pk=patient.pk),
        *User.objects.filter(merged_into=patient.pk),
        *User.objects.filter(role__in=STAFF).only("first_name", "last_name", "email", "phone"),
    ]
    own = [patient.pk, *(person.pk for person in people if person.merged_into_id == patient.pk)]
    profiles = list(PatientProfile.objects.filter(user__in=own))
    values = [
        *(person.email for person in people),
        *(phone for person in people for phone in _phone(person.phone)),
        *(phone for profile in profiles for phone in _phone(profile.emergency_contact_phone)),
        *(profile.medical_aid_number for profile in profiles),
        *DoctorProfile.objects.values_list("licence_number", flat=True),
        *Prescription.objects.filter(patient=patient).values_list("number", flat=True),
        *map(str, own),
        settings.CLINIC_PHONE,
        settings.CLINIC_TAX_NUMBER,
    ]
    for _receiver, found in identifiers_wanted.send(sender=User, patient=patient):
        values += found or []
    return Known(
        names=_kept(
            [
                *(f"{person.first_name} {person.last_name}".strip() for person in people),
                *(profile.emergency_contact_name for profile in profiles),
            ]
        ),
        addresses=_kept(
            [*(profile.address for profile in profiles), settings.CLINIC_NAME, settings.CLINIC_ADDRESS]
        ),
        values=_kept(values),
        born_on=tuple(profile.date_of_birth for profile in profiles if profile.date_of_birth),
    )


def _phone(phone: object) -> Iterable[str]:
    """As it is dialled from abroad, and from here."""
    number = getattr(phone, "as_e164", "") or ""
    if number:
        yield number
        yield str(getattr(phone, "national_number", "") or "")


def _kept(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value.strip() for value in values if value and value.strip()))
