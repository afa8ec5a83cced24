"""The log-ins, the doctors and the patients."""

import random
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.utils import timezone

from accounts.enums import Role
from accounts.models import DoctorProfile, PatientProfile, Specialty, User
from insights.demo import cast, pictures
from insights.demo.keys import key

# Every third patient has no photo, as in life: pages show initials then.
WITHOUT_PHOTO = 3


def seed() -> None:
    """Add whoever is missing. Nobody who exists is changed, so that a changed password or photo stays."""
    password = _password()
    for specialty in cast.SPECIALTIES:
        Specialty.objects.get_or_create(
            slug=specialty.slug,
            defaults={"name": specialty.name, "icon": specialty.icon, "description": specialty.description},
        )
    existing = set(User.objects.filter(email__endswith=f"@{cast.DOMAIN}").values_list("email", flat=True))
    for name, first_name, last_name, role in cast.STAFF:
        if cast.address(name) not in existing:
            _add(name, role, password, first_name=first_name, last_name=last_name)
    specialties = {specialty.slug: specialty for specialty in Specialty.objects.all()}
    for number, doctor in enumerate(cast.DOCTORS, 1):
        if cast.address(doctor.email) not in existing:
            _add_doctor(doctor, number, specialties[doctor.specialty], password)
    for number, patient in enumerate(cast.PATIENTS):
        if cast.address(patient.email) not in existing:
            _add_patient(patient, number, password)


def by_name(names: Iterable[str] | None = None) -> Mapping[str, User]:
    """The invented people by the part of their address before the @; all of them unless `names` are given."""
    people = User.objects.filter(email__endswith=f"@{cast.DOMAIN}").exclude(email__startswith="scale")
    if names is not None:
        people = people.filter(email__in=[cast.address(name) for name in names])
    return {user.email.removesuffix(f"@{cast.DOMAIN}"): user for user in people}


def patients() -> list[User]:
    people = by_name([patient.email for patient in cast.PATIENTS])
    return [people[patient.email] for patient in cast.PATIENTS if patient.email in people]


def _password() -> str:
    """Hashed once for all: hashing is slow on purpose."""
    return make_password(cast.PASSWORD)


def _add(name: str, role: str, password: str, **fields: Any) -> User:
    pk: UUID = key("user", name)
    user = User.objects.create(pk=pk, email=cast.address(name), role=role, password=password, **fields)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def _add_doctor(doctor: cast.DemoDoctor, number: int, specialty: Specialty, password: str) -> None:
    user = _add(
        doctor.email,
        Role.DOCTOR,
        password,
        first_name=doctor.first_name,
        last_name=doctor.last_name,
        phone=f"+97798410100{number:02d}",
        photo=pictures.portrait(doctor.email, gender=doctor.gender, doctor=True),
    )
    DoctorProfile.objects.create(
        user=user,
        specialty=specialty,
        licence_number=f"DEMO-NMC-{number:04d}",
        languages=doctor.languages.split(","),
        modes=doctor.modes.split(","),
        fee=doctor.fee,
        biography=doctor.biography,
        education=doctor.education,
        years_of_experience=doctor.years,
    )


def _add_patient(patient: cast.DemoPatient, number: int, password: str) -> None:
    chance = random.Random(f"patient {patient.email}")
    fields: dict[str, Any] = {}
    if number % WITHOUT_PHOTO != WITHOUT_PHOTO - 1:
        fields["photo"] = pictures.portrait(patient.email, gender=patient.gender, elderly=patient.born < 1962)
    user = _add(
        patient.email,
        Role.PATIENT,
        password,
        first_name=patient.first_name,
        last_name=patient.last_name,
        phone=f"+97798510200{number:02d}",
        **fields,
    )
    PatientProfile.objects.create(
        user=user,
        date_of_birth=date(patient.born, chance.randint(1, 12), chance.randint(1, 28)),
        gender=patient.gender,
        address=chance.choice(
            ("Patan Dhoka, Lalitpur", "Baneshwor, Kathmandu", "Lakeside, Pokhara", "Bhaktapur")
        ),
        emergency_contact_name="Demo contact",
        emergency_contact_phone=f"+97798610300{number:02d}",
        blood_group=chance.choice(("A+", "B+", "O+", "AB+", "O-", "unknown")),
        height_cm=chance.randint(148, 184),
        weight_kg=chance.randint(45, 92),
        allergies=chance.choice(("none", "none", "Penicillin", "Sulfa medicines", "Peanuts")),
        conditions=chance.choice(("none", "none", "Asthma", "High blood pressure", "Type 2 diabetes")),
        medical_aid_scheme=chance.choice(("", "Health Insurance Board", "Shikhar Insurance")),
        welcomed_at=timezone.now(),
    )
