"""/people/<id>/: what the front desk needs of one person, and nothing clinical."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import PatientProfile, User
from billing.tests.factories import make_payment
from messaging.domain import messages
from messaging.tests.factories import make_conversation
from scheduling.enums import AppointmentStatus as S
from scheduling.tests.factories import clinic_time, make_appointment

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client: Client, manager: User) -> Client:
    client.force_login(manager)
    return client


def page_of(client: Client, person: User) -> str:
    answer = client.get(reverse("person", args=[person.pk]))
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.fixture
def lived(patient: User, other_patient: User, doctor: User, service: Any) -> dict[str, Any]:
    """A patient with something in every app, and another whose things must not show."""
    PatientProfile.objects.filter(user=patient).update(
        allergies="Penicillin-secret", conditions="Asthma-secret", blood_group="AB-", medical_aid_scheme="HIB"
    )
    ahead = make_appointment(patient, doctor, service, reason="Secret reason")
    past = make_appointment(patient, doctor, service, starts_at=clinic_time(-3, 10), status=S.COMPLETED)
    other = make_appointment(other_patient, doctor, service, starts_at=clinic_time(2, 15))
    messages.post(make_conversation(patient, doctor), sender=doctor, text="Secret words")
    return {
        "ahead": ahead,
        "past": past,
        "other": other,
        "payment": make_payment(ahead),
        "paid": make_payment(other),
    }


def test_a_patient_across_the_apps_without_anything_clinical(
    desk: Client, patient: User, lived: dict[str, Any]
) -> None:
    page = page_of(desk, patient)
    for name in ("ahead", "past"):
        assert reverse("appointment", args=[lived[name].pk]) in page
    assert reverse("payment", args=[lived["payment"].pk]) in page
    assert "HIB" in page
    assert "Only that they exist" in page
    assert "Dr. Sita Sharma" in page
    assert "ecret" not in page
    assert "AB−" not in page
    assert str(lived["other"].pk) not in page
    assert str(lived["paid"].pk) not in page


def test_a_doctor(desk: Client, doctor: User, lived: dict[str, Any]) -> None:
    page = page_of(desk, doctor)
    assert f"{reverse('working_hours')}?doctor={doctor.pk}" in page
    assert reverse("appointment", args=[lived["ahead"].pk]) in page
    assert "Rating" in page
    assert "Secret" not in page


def test_admin_sees_the_account_only(
    client: Client, admin: User, patient: User, manager: User, lived: Any
) -> None:
    client.force_login(admin)
    page = page_of(client, patient)
    assert str(lived["ahead"].pk) not in page
    assert str(lived["payment"].pk) not in page
    assert reverse("person_role", args=[patient.pk]) in page
    assert manager.email in page_of(client, manager)


def test_who_is_refused(
    client: Client, patient: User, other_patient: User, doctor: User, manager: User
) -> None:
    address = reverse("person", args=[patient.pk])
    assert client.get(address).status_code == 302
    for outsider in (patient, other_patient, doctor):
        client.force_login(outsider)
        assert client.get(address).status_code == 403
    client.force_login(manager)
    assert client.get(reverse("person", args=[manager.pk])).status_code == 404
    assert client.get("/people/00000000-0000-0000-0000-000000000000/").status_code == 404


def test_the_page_asks_as_much_however_much_there_is(
    desk: Client, patient: User, doctor: User, service: Any, django_assert_max_num_queries: Any
) -> None:
    for day in range(1, 4):
        make_payment(make_appointment(patient, doctor, service, starts_at=clinic_time(day, 9)))
    page_of(desk, patient)
    counts = []
    for hours in (range(10, 12), range(13, 17)):
        with django_assert_max_num_queries(24) as asked:
            page_of(desk, patient)
        counts.append(len(asked))
        for hour in hours:
            make_payment(make_appointment(patient, doctor, service, starts_at=clinic_time(5, hour)))
    assert counts[0] == counts[1]
