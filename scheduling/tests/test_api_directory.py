"""GET /api/services/, /api/doctors/, /api/doctors/{id}/slots/: open to everybody, strict about input."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from accounts.models import User
from accounts.tests.factories import make_doctor, make_specialty
from scheduling.enums import MAX_SLOT_RANGE_DAYS
from scheduling.models import Service
from scheduling.tests.factories import clinic_time, make_appointment, make_service

pytestmark = pytest.mark.django_db


def test_services(api: Callable[..., Any], service: Service) -> None:
    make_service("Chest X-ray", kind="imaging", price_from_doctor=False, modes=["in_person"])
    make_service("Gone", is_active=False)
    answer = api().get("/api/services/").json()
    assert set(answer) == {"next", "previous", "results"}
    assert [row["name"] for row in answer["results"]] == ["Chest X-ray", "Consultation"]
    row = answer["results"][1]
    assert row["id"] == str(service.pk)
    assert (row["kind"], row["minutes"], row["price"], row["currency"]) == (
        "consultation",
        30,
        "1000.00",
        "NPR",
    )
    assert row["modes"] == ["video", "in_person"]
    only = api().get("/api/services/?kind=imaging").json()["results"]
    assert [row["name"] for row in only] == ["Chest X-ray"]
    refused = api().get("/api/services/?kind=magic")
    assert refused.status_code == 400
    assert "kind" in refused.json()["fields"]


def test_doctors(api: Callable[..., Any], doctor: User, other_doctor: User) -> None:
    heart = make_doctor("heart@test.clinic", specialty="Cardiology", first_name="Rita", last_name="KC")
    make_doctor("gone@test.clinic", is_active=False)
    rows = api().get("/api/doctors/").json()["results"]
    assert [row["name"] for row in rows] == ["Dr. Hari Thapa", "Dr. Rita KC", "Dr. Sita Sharma"]
    assert rows[2] == {
        "id": str(doctor.pk),
        "name": "Dr. Sita Sharma",
        "specialty": "General medicine",
        "specialty_id": str(doctor.doctor_profile.specialty_id),
        "languages": ["ne", "en"],
        "fee": "800.00",
        "currency": "NPR",
        "rating": None,
        "rating_count": 0,
    }
    cardiology = make_specialty("Cardiology")
    for wanted in (str(cardiology.pk), "cardiology", "CARDIOLOGY"):
        found = api().get("/api/doctors/", {"specialty": wanted}).json()["results"]
        assert [row["id"] for row in found] == [str(heart.pk)]
    assert api().get("/api/doctors/", {"specialty": "nothing"}).json()["results"] == []
    for words in ("sita", "Sharma SITA", "general sharma"):
        found = api().get("/api/doctors/", {"search": words}).json()["results"]
        assert [row["id"] for row in found] == [str(doctor.pk)]


def test_the_directory_costs_the_same_for_one_and_for_thirty(
    api: Callable[..., Any], doctor: User, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(1):
        api().get("/api/doctors/?page_size=100")
    for number in range(29):
        make_doctor(f"doctor{number}@test.clinic")
    with django_assert_num_queries(1):
        assert len(api().get("/api/doctors/?page_size=100").json()["results"]) == 30


def test_pages_of_doctors_join_without_gap(api: Callable[..., Any]) -> None:
    for number in range(7):
        make_doctor(f"doctor{number}@test.clinic")
    seen, url = [], "/api/doctors/?page_size=3"
    while url:
        answer = api().get(url).json()
        seen += [row["id"] for row in answer["results"]]
        url = answer["next"]
    assert len(seen) == len(set(seen)) == 7


# --- Slots ---


def slots_url(doctor: User, **query: Any) -> str:
    return f"/api/doctors/{doctor.pk}/slots/?" + "&".join(
        f"{name.rstrip('_')}={value}" for name, value in query.items()
    )


def day(days_ahead: int) -> date:
    return timezone.localdate() + timedelta(days=days_ahead)


def test_only_free_slots_with_their_offset(
    api: Callable[..., Any], doctor: User, patient: User, service: Service
) -> None:
    make_appointment(patient, doctor, service, starts_at=clinic_time(2, 10))
    answer = api().get(slots_url(doctor, service=service.pk, from_=day(2), to=day(2)))
    assert answer.status_code == 200
    found = answer.json()["slots"]
    assert len(found) == 13
    assert found[0] == {
        "starts_at": clinic_time(2, 9).isoformat(),
        "ends_at": clinic_time(2, 9, 30).isoformat(),
    }
    assert clinic_time(2, 10).isoformat() not in [slot["starts_at"] for slot in found]


def test_thirty_one_days_at_most(api: Callable[..., Any], doctor: User, service: Service) -> None:
    most = MAX_SLOT_RANGE_DAYS
    assert api().get(slots_url(doctor, service=service.pk, from_=day(0), to=day(most - 1))).status_code == 200
    refused = api().get(slots_url(doctor, service=service.pk, from_=day(0), to=day(most)))
    assert (refused.status_code, list(refused.json()["fields"])) == (400, ["to"])


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("from=2026-13-01", "from"),
        ("from=tomorrow", "from"),
        ("to=0001-01-01", "to"),
        ("to=9999-12-31", "to"),
        ("from=2026-11-20&to=2026-11-19", "to"),
        ("mode=telepathy", "mode"),
        ("service=1", "service"),
        ("service=", "service"),
        (f"service={uuid4()}", "service"),
    ],
)
def test_bad_questions(
    query: str, field: str, api: Callable[..., Any], doctor: User, service: Service
) -> None:
    base = "" if query.startswith("service") else f"service={service.pk}&"
    refused = api().get(f"/api/doctors/{doctor.pk}/slots/?{base}{query}")
    assert refused.status_code == 400
    assert refused.json()["code"] == "invalid"
    assert list(refused.json()["fields"]) == [field]


def test_who_is_no_doctor_has_no_slots(
    api: Callable[..., Any], patient: User, doctor: User, service: Service
) -> None:
    assert api().get(slots_url(patient, service=service.pk)).status_code == 404
    User.objects.filter(pk=doctor.pk).update(is_active=False)
    assert api().get(slots_url(doctor, service=service.pk)).status_code == 404
    assert api().get("/api/doctors/1/slots/").status_code == 404
