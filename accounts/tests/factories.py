"""People for tests."""

from datetime import date
from functools import cache
from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.utils import timezone

from accounts.enums import Mode, Role
from accounts.models import DoctorProfile, PatientProfile, Specialty, User

PASSWORD = "test-pass-2026"


@cache
def hashed_password() -> str:
    """Hashing is slow on purpose; once is enough."""
    return make_password(PASSWORD)


def make_user(email: str, role: str = Role.PATIENT, *, verified: bool = True, **fields: Any) -> User:
    fields = {"first_name": "Test", "last_name": "Person", **fields}
    user = User.objects.create(email=email, role=role, password=hashed_password(), **fields)
    EmailAddress.objects.create(user=user, email=email, verified=verified, primary=True)
    return user


def make_patient(email: str = "someone@test.clinic", **fields: Any) -> User:
    user = make_user(email, Role.PATIENT, **fields)
    PatientProfile.objects.create(
        user=user, date_of_birth=date(1990, 5, 17), gender="female", welcomed_at=timezone.now()
    )
    return user


def make_specialty(name: str = "General medicine") -> Specialty:
    slug = name.lower().replace(" ", "-")
    return Specialty.objects.get_or_create(slug=slug, defaults={"name": name})[0]


def make_doctor(
    email: str = "some.doctor@test.clinic",
    *,
    specialty: str = "General medicine",
    fee: str = "800.00",
    **fields: Any,
) -> User:
    """A doctor who works every day 09:00–17:00 with a break 12:00–13:00 (clinic time)."""
    from scheduling.tests.factories import make_working_week

    user = make_user(email, Role.DOCTOR, **fields)
    DoctorProfile.objects.create(
        user=user,
        specialty=make_specialty(specialty),
        licence_number=f"NMC-{User.objects.count():05d}",
        languages=["ne", "en"],
        modes=list(Mode.values),
        fee=fee,
        years_of_experience=8,
    )
    make_working_week(user)
    return user
