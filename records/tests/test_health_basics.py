"""What a patient says of their health: for them and the care team, and for nobody else."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.domain import care
from accounts.models import PatientProfile, User
from scheduling.models import Appointment
from scheduling.tests.factories import make_appointment

pytestmark = pytest.mark.django_db
SECRETS = ("Penicillin-told", "Asthma-told", "AB−", "171", "63.5")


@pytest.fixture
def told(patient: User) -> User:
    PatientProfile.objects.filter(user=patient).update(
        allergies="Penicillin-told",
        conditions="Asthma-told",
        blood_group="AB-",
        height_cm=171,
        weight_kg="63.5",
    )
    return patient


@pytest.fixture
def visit(told: User, doctor: User, service: Any) -> Appointment:
    return make_appointment(told, doctor, service)


def test_the_care_team_reads_them_on_the_record(client: Client, told: User, doctor: User) -> None:
    care.link(told, doctor)
    client.force_login(doctor)
    page = client.get(reverse("patient_record", args=[told.pk])).content.decode()
    for secret in SECRETS:
        assert secret in page


def test_what_is_not_told_is_said_so(client: Client, patient: User, doctor: User) -> None:
    care.link(patient, doctor)
    client.force_login(doctor)
    assert (
        client.get(reverse("patient_record", args=[patient.pk])).content.decode().count("Not told yet.") == 2
    )


@pytest.mark.parametrize("outsider", ["other_patient", "other_doctor", "manager", "admin"])
def test_nobody_else_does(client: Client, request: pytest.FixtureRequest, told: User, outsider: str) -> None:
    client.force_login(request.getfixturevalue(outsider))
    assert client.get(reverse("patient_record", args=[told.pk])).status_code in (403, 404)


def test_the_front_desk_finds_them_on_none_of_its_pages(
    client: Client, told: User, visit: Appointment, manager: User, admin: User
) -> None:
    pages = [
        reverse("people"),
        reverse("person", args=[told.pk]),
        reverse("person_edit", args=[told.pk]),
        reverse("appointment", args=[visit.pk]),
        reverse("admin:accounts_user_change", args=[told.pk]),
    ]
    seen = 0
    for user in (manager, admin):
        client.force_login(user)
        for address in pages:
            answer = client.get(address)
            text = answer.content.decode() if answer.status_code == 200 else ""
            seen += bool(text)
            for secret in ("Penicillin-told", "Asthma-told"):
                assert secret not in text, address
    assert seen >= 7
