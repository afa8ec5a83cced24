"""GET /api/specialties/ and /api/specialties/{id}/slots/; what slots show to management."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from accounts.models import User
from accounts.tests.factories import make_doctor, make_specialty
from scheduling.models import Service
from scheduling.tests.factories import clinic_time, make_appointment, make_service

pytestmark = pytest.mark.django_db
Api = Callable[..., Any]


@pytest.fixture
def url(doctor: User) -> str:
    return f"/api/specialties/{doctor.doctor_profile.specialty_id}/slots/"


@pytest.fixture
def wish(service: Service) -> dict[str, str]:
    day = str(clinic_time(2, 0).date())
    return {"service": str(service.pk), "from": day, "to": day}


def test_specialties(api: Api, doctor: User) -> None:
    make_specialty("Cardiology")
    answer = api().get("/api/specialties/").json()
    assert set(answer) == {"next", "previous", "results"}
    assert [row["name"] for row in answer["results"]] == ["Cardiology", "General medicine"]
    assert set(answer["results"][0]) == {"id", "name", "slug", "description"}


def test_each_time_names_all_who_are_free(
    api: Api, patient: User, doctor: User, service: Service, wish: dict[str, str]
) -> None:
    url = f"/api/specialties/{doctor.doctor_profile.specialty_id}/slots/"
    colleague = make_doctor("colleague@test.clinic")
    make_doctor("heart@test.clinic", specialty="Cardiology")
    make_doctor("gone@test.clinic", is_active=False)
    make_appointment(patient, doctor, service, starts_at=clinic_time(2, 10))
    slots = {slot["starts_at"]: slot for slot in api().get(url, wish).json()["slots"]}
    nine, ten = (slots[clinic_time(2, hour).isoformat()] for hour in (9, 10))
    assert set(nine) == {"starts_at", "ends_at", "doctors"}
    assert set(nine["doctors"]) == {str(doctor.pk), str(colleague.pk)}
    assert ten["doctors"] == [str(colleague.pk)]
    booked = api(patient).post(
        "/api/appointments/book/",
        {
            "doctor": nine["doctors"][0],
            "service": wish["service"],
            "starts_at": nine["starts_at"],
            "mode": "video",
        },
    )
    assert booked.status_code == 201


def test_what_makes_no_sense_is_refused_by_name(api: Api, url: str, wish: dict[str, str]) -> None:
    heart = make_service("Echo", specialty=make_specialty("Cardiology"))
    for name, value in (("service", "x"), ("service", str(heart.pk)), ("mode", "fax"), ("to", "2020-01-01")):
        refused = api().get(url, {**wish, name: value})
        assert refused.status_code == 400
        assert list(refused.json()["fields"]) == [name]
    assert api().get(f"/api/specialties/{uuid4()}/slots/", wish).status_code == 404


def test_management_is_shown_what_it_can_book(
    api: Api, doctor: User, manager: User, wish: dict[str, str], url: str
) -> None:
    far = str(timezone.localdate() + timedelta(days=200))
    beyond = {**wish, "from": far, "to": far}
    for address in (url, f"/api/doctors/{doctor.pk}/slots/"):
        assert api(doctor).get(address, beyond).json()["slots"] == []
        assert api(manager).get(address, beyond).json()["slots"]


@pytest.mark.parametrize("count", [1, 30])
def test_it_costs_the_same_for_one_and_for_thirty_doctors(
    count: int, api: Api, service: Service, wish: dict[str, str], django_assert_num_queries: Any
) -> None:
    people = [make_doctor(f"doctor{number}@test.clinic") for number in range(count)]
    url = f"/api/specialties/{people[0].doctor_profile.specialty_id}/slots/"
    with django_assert_num_queries(13):
        slots = api().get(url, wish).json()["slots"]
    assert len(slots[0]["doctors"]) == count
