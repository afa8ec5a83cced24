"""Fee, next free time and order of the directory, in the address and in as many queries at 1 doctor as at 30."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.domain import ratings
from accounts.models import DoctorProfile, User
from accounts.tests.factories import make_doctor
from scheduling.enums import DirectoryOrder
from scheduling.models import DayOff, WorkingHours
from scheduling.tests.factories import clinic_time, make_appointment, make_service

pytestmark = pytest.mark.django_db

# A Wednesday, an hour and a half before the doctors of the factory begin.
MORNING = datetime(2026, 11, 18, 7, 30, tzinfo=ZoneInfo("Asia/Kathmandu"))


@pytest.fixture(autouse=True)
def _morning() -> Any:
    with time_machine.travel(MORNING, tick=False):
        yield


@pytest.fixture
def people(service: Any) -> dict[str, User]:
    """Ana is free in three days, Bala today, Chandra in ten days, Dil never."""
    names = {"Ana": "900.00", "Bala": "1500.00", "Chandra": "500.00", "Dil": "700.00"}
    found = {
        name: make_doctor(f"{name.lower()}@test.clinic", first_name=name, last_name="Rai", fee=fee)
        for name, fee in names.items()
    }
    for name, days in (("Ana", 3), ("Chandra", 10)):
        DayOff.objects.create(
            doctor=found[name], first_day=clinic_time(0, 0).date(), last_day=clinic_time(days - 1, 0).date()
        )
    WorkingHours.objects.filter(doctor=found["Dil"]).delete()
    return found


def shown(client: Client, **query: str) -> list[str]:
    response = client.get(reverse("doctors"), query)
    assert response.status_code == 200
    return [doctor.first_name for doctor, _free in response.context["cards"]]


def rate(doctor: User, total: int, count: int) -> None:
    ratings.refresh(doctor.pk, lambda: (total, count))


def test_soonest_first_and_who_is_never_free_last(client: Client, people: dict[str, User]) -> None:
    assert shown(client) == ["Bala", "Ana", "Chandra", "Dil"]
    assert shown(client, sort="soonest") == shown(client)


def test_other_orders(client: Client, people: dict[str, User]) -> None:
    rate(people["Ana"], 9, 2)
    rate(people["Dil"], 45, 10)
    rate(people["Chandra"], 5, 1)
    assert shown(client, sort="fee") == ["Chandra", "Dil", "Ana", "Bala"]
    assert shown(client, sort="name") == ["Ana", "Bala", "Chandra", "Dil"]
    # Of two with the same figure the one whom more people rated; who has none comes last.
    assert shown(client, sort="rating") == ["Chandra", "Dil", "Ana", "Bala"]


def test_fee_and_free_time_narrow(client: Client, people: dict[str, User]) -> None:
    assert shown(client, fee="900") == ["Ana", "Chandra", "Dil"]
    assert shown(client, fee="499.99") == shown(client, fee="x") == shown(client)
    assert shown(client, fee="499") == []
    assert shown(client, free="today") == ["Bala"]
    assert shown(client, free="week") == ["Bala", "Ana"]
    assert shown(client, free="week", fee="1000") == ["Ana"]
    assert shown(client, free="week", sort="name") == ["Ana", "Bala"]


def test_a_service_narrows_to_who_gives_it_and_is_what_is_free(
    client: Client, people: dict[str, User], service: Any
) -> None:
    """Bala's only gap that day is half an hour: enough for the consultation, not for an hour."""
    long = make_service("Long consultation", minutes=60)
    scan = make_service(
        "MRI", kind="imaging", modes=["in_person"], specialty=people["Ana"].doctor_profile.specialty
    )
    WorkingHours.objects.filter(doctor=people["Bala"]).update(ends="09:30")
    assert shown(client, service=str(service.pk), free="today") == ["Bala"]
    assert shown(client, service=str(long.pk), free="today") == []
    DoctorProfile.objects.filter(user=people["Ana"]).update(modes=["video"])
    assert "Ana" not in shown(client, service=str(scan.pk))
    assert "Bala" in shown(client, service=str(scan.pk))
    assert len(shown(client, service="nonsense")) == 4


def test_a_part_of_the_day_shows_who_is_free_then(
    client: Client, people: dict[str, User], service: Any
) -> None:
    WorkingHours.objects.filter(doctor=people["Bala"]).update(starts="13:00")
    response = client.get(reverse("doctors"), {"part": "morning"})
    free = {doctor.first_name: moment for doctor, moment in response.context["cards"]}
    assert free == {"Ana": clinic_time(3, 9), "Chandra": clinic_time(10, 9)}
    assert "Bala" in shown(client, part="afternoon", free="today")
    assert shown(client, part="evening") == []
    assert len(shown(client, part="midnight")) == 4


def test_today_ends_at_the_clinics_midnight(client: Client, people: dict[str, User]) -> None:
    with time_machine.travel(datetime(2026, 11, 18, 23, 30, tzinfo=ZoneInfo("Asia/Kathmandu"))):
        assert shown(client, free="today") == []
        assert "Bala" in shown(client, free="week")


def test_a_full_day_is_not_free_today(
    client: Client, people: dict[str, User], patient: Any, service: Any
) -> None:
    service.minutes = 480
    make_appointment(patient, people["Bala"], service, starts_at=clinic_time(0, 9))
    assert shown(client, free="today") == []


def test_free_by_video_is_asked_of_the_video_hours(client: Client, people: dict[str, User]) -> None:
    WorkingHours.objects.filter(doctor=people["Bala"], weekday=2).update(modes=["in_person"])
    assert shown(client, free="today") == ["Bala"]
    assert shown(client, free="today", mode="video") == []
    assert shown(client, free="today", mode="in_person") == ["Bala"]


@pytest.mark.parametrize(
    "query",
    [
        {"fee": "-1"},
        {"fee": "9" * 400},
        {"fee": "1e9"},
        {"fee": "NaN"},
        {"fee": "५०"},
        {"free": "yesterday"},
        {"sort": "-password"},
        {"sort": ["fee", "name"]},
    ],
)
def test_a_broken_address_shows_doctors(
    client: Client, people: dict[str, User], query: dict[str, Any]
) -> None:
    assert client.get(reverse("doctors"), query).status_code == 200


def test_pages_keep_their_filters(client: Client, service: Any) -> None:
    for number in range(14):
        make_doctor(f"d{number}@test.clinic", first_name=f"D{number:02}")
    first = client.get(reverse("doctors"), {"sort": "name", "fee": "1000"})
    assert "sort=name" in first.content.decode().split('rel="next"')[1].split(">")[0]
    assert shown(client, sort="name", fee="1000", page="2") == ["D12", "D13"]
    assert shown(client, sort="soonest", page="2") == ["D12", "D13"]


@pytest.mark.parametrize(
    "query", [{"sort": order} for order in DirectoryOrder.values] + [{"free": "week"}, {"part": "evening"}]
)
def test_query_count_is_flat(client: Client, service: Any, query: dict[str, str]) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(reverse("doctors"), query).status_code == 200
        return len(captured)

    make_doctor("d0@test.clinic")
    one = queries()
    for number in range(1, 31):
        make_doctor(f"d{number}@test.clinic", specialty=f"Specialty {number}")
    assert queries() == one


def test_cards_and_page_show_the_rating_only_when_there_is_one(
    client: Client, doctor: Any, service: Any
) -> None:
    page = reverse("doctor", args=[doctor.pk])
    for url in (reverse("doctors"), page):
        assert "rating-star" not in client.get(url).content.decode()
    rate(doctor, 9, 2)
    assert DoctorProfile.objects.get(user=doctor).rating == Decimal("4.5")
    for url in (reverse("doctors"), page):
        html = client.get(url).content.decode()
        assert "4.5" in html
        assert "2 ratings" in html
