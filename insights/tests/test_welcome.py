"""The public home page."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.domain import people
from accounts.tests.factories import make_doctor
from insights.domain.public import SHOWN_DOCTORS, doctors_free_soon, specialties
from scheduling.models import WorkingHours

pytestmark = pytest.mark.django_db


def test_anyone_sees_specialties_and_doctors(client: Client, doctor: Any, service: Any) -> None:
    page = client.get("/").content.decode()
    assert "General medicine" in page
    assert "Dr. Sita Sharma" in page
    assert "Next free" in page


def test_an_empty_clinic_has_a_welcome_too(client: Client) -> None:
    assert client.get("/").status_code == 200


def test_who_is_signed_in_goes_home(client: Client, patient: Any) -> None:
    client.force_login(patient)
    response = client.get("/")
    assert (response.status_code, response["Location"]) == (302, reverse("home"))


def counted() -> dict[str, int]:
    return {specialty.name: specialty.doctor_count for specialty in specialties()}  # type: ignore[attr-defined]


def test_specialties_count_active_doctors_only(doctor: Any, other_doctor: Any, admin: Any) -> None:
    make_doctor("skin@test.clinic", specialty="Skin")
    assert counted() == {"General medicine": 2, "Skin": 1}
    people.deactivate(other_doctor, actor=admin)
    assert counted()["General medicine"] == 1


def test_the_soonest_free_come_first_and_specialties_take_turns(service: Any) -> None:
    first, second = make_doctor("a@test.clinic"), make_doctor("b@test.clinic")
    skin = make_doctor("skin@test.clinic", specialty="Skin")
    full = make_doctor("full@test.clinic", specialty="Heart")
    WorkingHours.objects.filter(doctor=full).delete()
    shown = doctors_free_soon()
    assert {shown[0], shown[1]} & {first, second}
    assert skin in shown[:2]
    assert shown[2] == full
    assert shown[2].next_free is None  # type: ignore[attr-defined]
    assert shown[3] in (first, second)


def test_queries_do_not_grow(client: Client, service: Any, django_assert_max_num_queries: Any) -> None:
    make_doctor("one@test.clinic")
    with django_assert_max_num_queries(14) as at_one:
        client.get("/")
    for number in range(12):
        make_doctor(f"d{number}@test.clinic", specialty=f"Specialty {number}")
    with django_assert_max_num_queries(len(at_one)):
        page = client.get("/").content.decode()
    assert page.count('class="card doctor-card"') == SHOWN_DOCTORS
