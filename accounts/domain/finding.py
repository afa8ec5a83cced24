"""How a doctor finds a patient: their own by any part of the name, others only by what is known exactly."""

from collections.abc import Sequence

from django.db.models import Exists, OuterRef, Q, QuerySet
from phonenumber_field.phonenumber import PhoneNumber
from phonenumbers import NumberParseException

from accounts.domain import trail
from accounts.enums import ActivityVerb, Role
from accounts.models import CareLink, User

MAX_WORDS = 8
# A family may share one telephone.
MAX_OTHERS = 5


def own_patients(doctor: User, text: str = "") -> QuerySet[CareLink]:
    """The doctor's care links, patients loaded, in whose name or phone every word of `text` occurs."""
    links = CareLink.objects.filter(doctor=doctor).select_related("patient__patient_profile")
    for word in text.split()[:MAX_WORDS]:
        by_name = Q(patient__first_name__icontains=word) | Q(patient__last_name__icontains=word)
        digits = word.lstrip("+").replace("-", "")
        links = links.filter(
            by_name | Q(patient__phone__contains=digits) if len(digits) > 3 and digits.isdigit() else by_name
        )
    return links.order_by("patient__first_name", "patient__last_name", "pk")


def others(doctor: User, text: str) -> Sequence[User]:
    """Patients who are not the doctor's and whose e-mail or phone is exactly `text`: no part of a name finds a
    stranger. What was found goes into the activity trail."""
    text = text.strip()
    known = Q(pk__in=[])
    if "@" in text:
        known = Q(email=User.objects.normalize_email(text))
    elif (number := _phone(text)) is not None:
        known = Q(phone=number)
    own = CareLink.objects.filter(doctor=doctor, patient=OuterRef("pk"))
    patients = User.objects.filter(known, ~Exists(own), role=Role.PATIENT, merged_into=None).exclude(
        pk=doctor.pk
    )
    found = list(patients.order_by("first_name", "last_name", "pk")[:MAX_OTHERS])
    trail.record_each(
        ActivityVerb.PATIENT_FOUND, actor=doctor, about=[(patient, patient) for patient in found]
    )
    return found


def _phone(text: str) -> PhoneNumber | None:
    try:
        number = PhoneNumber.from_string(text)
    except NumberParseException:
        return None
    return number if number.is_valid() else None
