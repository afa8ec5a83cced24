"""A radiologist, a scan and a referral, for tests."""

from typing import Any

from accounts.domain import care
from accounts.models import User
from accounts.tests.factories import make_doctor
from scheduling.domain import referrals
from scheduling.enums import ServiceKind
from scheduling.models import Referral, Service

from .factories import make_service

QUESTION = "Tear of the meniscus?"


def make_radiologist(email: str = "radiologist@test.clinic") -> User:
    return make_doctor(email, specialty="Radiology", first_name="Ram", last_name="KC")


def make_scan(radiologist: User, name: str = "MRI of the knee", **fields: Any) -> Service:
    return make_service(
        name,
        kind=ServiceKind.IMAGING,
        price_from_doctor=False,
        modes=["in_person"],
        specialty=radiologist.doctor_profile.specialty,
        **fields,
    )


def make_referral(patient: User, doctor: User, scan: Service, **fields: Any) -> Referral:
    """Asked for by a doctor who treats the patient."""
    care.link(patient, doctor)
    return referrals.ask(patient=patient, referrer=doctor, service=scan, **{"question": QUESTION, **fields})
