"""/people/<id>/merge/: find, compare, choose, preview, confirm."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import PatientProfile, User
from accounts.tests.factories import make_doctor, make_patient
from scheduling.tests.factories import clinic_time, make_appointment

pytestmark = pytest.mark.django_db

LONG = "लक्ष्मीप्रसाददेवकोटा-" * 3 + "श्रेष्ठ"


@pytest.fixture
def desk(client: Client, manager: User) -> Client:
    client.force_login(manager)
    return client


@pytest.fixture
def double(db: None) -> User:
    return make_patient("asha.again@test.clinic", first_name="Asha", last_name=LONG)


def address(one: User, other: User, stays: User | None = None, **chosen: User) -> str:
    path = reverse("person_merge_with", args=[one.pk, other.pk])
    if stays is None:
        return path
    return f"{path}?stays={stays.pk}" + "".join(f"&{name}={person.pk}" for name, person in chosen.items())


def test_the_whole_way(desk: Client, patient: User, double: User, doctor: User, service: Any) -> None:
    PatientProfile.objects.filter(user=double).update(allergies="Penicillin-secret")
    make_appointment(double, doctor, service, reason="Secret reason")
    assert (
        reverse("person_merge", args=[patient.pk])
        in desk.get(reverse("person", args=[patient.pk])).content.decode()
    )
    search = desk.get(reverse("person_merge", args=[patient.pk]), {"q": "asha"}).content.decode()
    assert address(patient, double) in search
    assert address(patient, patient) not in search
    compared = desk.get(address(patient, double)).content.decode()
    for text in (patient.email, double.email, LONG, "17 May 1990"):
        assert text in compared
    assert 'name="last_name"' in compared
    assert 'name="date_of_birth"' not in compared, "they agree on it"
    asked = address(patient, double, patient, last_name=double)
    preview = desk.get(asked).content.decode()
    for text in ("can't be undone", "1 visit,", "0 payments", LONG):
        assert text in preview
    for page in (search, compared, preview):
        assert "ecret" not in page
    assert desk.post(asked, {"typed": "yes"}).status_code == 422
    double.refresh_from_db()
    assert double.merged_into is None
    done: Any = desk.post(asked, {"typed": LONG.lower()})
    assert (done.status_code, done["Location"]) == (302, reverse("person", args=[patient.pk]))
    patient.refresh_from_db()
    assert patient.last_name == LONG
    again: Any = desk.post(asked, {"typed": "MERGE"})
    assert (again.status_code, again["Location"]) == (302, reverse("person", args=[patient.pk]))
    old = desk.get(reverse("person", args=[double.pk])).content.decode()
    assert "was merged into another" in old
    assert reverse("person_activate", args=[double.pk]) not in old
    desk.post(reverse("person_activate", args=[double.pk]))
    double.refresh_from_db()
    assert not double.is_active


def test_the_other_may_stay(desk: Client, patient: User, double: User) -> None:
    assert (
        desk.post(address(patient, double, double, last_name=patient), {"typed": "merge"}).status_code == 302
    )
    patient.refresh_from_db()
    double.refresh_from_db()
    assert (patient.merged_into, double.last_name, double.email) == (
        double,
        "Gurung",
        "asha.again@test.clinic",
    )


def test_overlap_is_told_on_the_page(
    desk: Client, patient: User, double: User, doctor: User, service: Any
) -> None:
    other_doctor = make_doctor("another@test.clinic")
    make_appointment(patient, doctor, service, starts_at=clinic_time(2, 10))
    make_appointment(double, other_doctor, service, starts_at=clinic_time(2, 10))
    answer = desk.post(address(patient, double, patient, last_name=patient), {"typed": "MERGE"})
    assert answer.status_code == 422
    assert "Both accounts have a visit at the same time" in answer.content.decode()
    double.refresh_from_db()
    assert double.is_active


def test_bad_addresses(desk: Client, patient: User, double: User, doctor: User) -> None:
    for path in (address(patient, patient), address(patient, doctor), address(doctor, patient)):
        assert desk.get(path).status_code == 404
    for path in (
        address(patient, double) + "?stays=zebra",
        address(patient, double, doctor),
        address(patient, double, patient),  # last_name is not answered
        address(patient, double, patient, last_name=doctor),
    ):
        assert desk.get(path).status_code == 422
        assert desk.post(path, {"typed": "MERGE"}).status_code == 422
    assert desk.post(address(patient, double), {"typed": "MERGE"}).status_code == 422
    assert (
        desk.get(reverse("person_merge", args=[patient.pk]), {"q": "' OR 1=1 --%_", "page": "z"}).status_code
        == 200
    )
    double.refresh_from_db()
    assert double.merged_into is None


def test_an_account_that_is_closed_can_only_go(desk: Client, patient: User, double: User) -> None:
    User.objects.filter(pk=patient.pk).update(is_active=False)
    assert desk.get(address(patient, double)).status_code == 200
    assert desk.get(address(patient, double, patient, last_name=patient)).status_code == 422
    assert (
        desk.post(address(patient, double, double, last_name=double), {"typed": "MERGE"}).status_code == 302
    )


def test_outsiders(client: Client, request: Any, patient: User, double: User) -> None:
    asked = address(patient, double, patient, last_name=patient)
    assert client.post(asked, {"typed": "MERGE"}).status_code == 302
    for outsider in ("patient", "double", "other_patient", "doctor", "other_doctor", "admin"):
        client.force_login(request.getfixturevalue(outsider))
        for path in (asked, reverse("person_merge", args=[patient.pk])):
            assert client.get(path).status_code == 403
        assert client.post(asked, {"typed": "MERGE"}).status_code == 403
    double.refresh_from_db()
    assert double.is_active
    assert double.merged_into is None
