"""Booking a scan: how to prepare, and the referral it takes."""

import pytest
from django.test import Client

from accounts.domain import care
from accounts.models import User
from scheduling.domain import referrals
from scheduling.models import Appointment, Service
from scheduling.tests.factories import clinic_time, make_service
from scheduling.tests.test_any_doctor_page import MOMENT, address, at, content

pytestmark = pytest.mark.django_db


@pytest.fixture
def booker(client: Client, patient: User, doctor: User) -> Client:
    client.force_login(patient)
    return client


@pytest.fixture
def scan(doctor: User) -> Service:
    return make_service(
        "MRI of the knee",
        kind="imaging",
        price_from_doctor=False,
        modes=["in_person"],
        needs_referral=True,
        preparation="Nothing to eat for six hours.",
        specialty=doctor.doctor_profile.specialty,
    )


def test_a_scan_says_how_to_prepare_and_asks_for_the_referral(booker: Client, scan: Service) -> None:
    query = {"mode": "in_person", "at": at(clinic_time(*MOMENT))}
    assert "Nothing to eat for six hours." in content(booker.get(address(scan, mode="in_person")))
    answer = booker.post(address(scan, "_details", **query), {"reason": "Knee", "go": "review"})
    assert answer.status_code == 422
    assert "needs a doctor&#x27;s referral" in content(answer)
    # The address of the review is no way around it.
    assert booker.get(address(scan, "_review", **query)).status_code == 302
    assert booker.post(address(scan, "_review", **query)).status_code == 302
    assert not Appointment.objects.exists()


def test_an_own_referral_is_used_without_being_asked_for(
    booker: Client, patient: User, doctor: User, scan: Service
) -> None:

    care.link(patient, doctor)
    referral = referrals.ask(patient=patient, referrer=doctor, service=scan, question="Torn?")
    query = {"mode": "in_person", "at": at(clinic_time(*MOMENT))}
    page = content(booker.get(address(scan, "_review", **query)))
    assert f"Your referral by {doctor.name}" in page
    booker.post(address(scan, "_review", **query))
    referral.refresh_from_db()
    assert referral.status == "booked"
    assert referral.appointment == Appointment.objects.get()


def test_another_patients_referral_is_as_good_as_none(
    booker: Client, other_patient: User, doctor: User, scan: Service
) -> None:

    care.link(other_patient, doctor)
    foreign = referrals.ask(patient=other_patient, referrer=doctor, service=scan, question="Torn?")
    query = {"mode": "in_person", "at": at(clinic_time(*MOMENT)), "referral": str(foreign.pk)}
    assert booker.post(address(scan, "_review", **query)).status_code == 302
    foreign.refresh_from_db()
    assert foreign.status == "requested"
