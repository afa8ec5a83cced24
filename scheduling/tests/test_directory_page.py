"""The public directory and a doctor's page: filters, bad addresses, paging, flat query counts."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from accounts.tests.factories import make_doctor
from scheduling.models import Service
from scheduling.tests.factories import make_service

pytestmark = pytest.mark.django_db


def text(client: Client, **query: str) -> str:
    response = client.get(reverse("doctors"), query)
    assert response.status_code == 200
    return response.content.decode()


def test_everyone_sees_active_doctors_with_fee_and_next_free_time(
    client: Client, doctor: User, other_doctor: User, service: Service
) -> None:
    other_doctor.is_active = False
    other_doctor.save()
    page = text(client)
    assert doctor.name in page
    assert "NPR 800.00" in page
    assert "Next free:" in page
    assert reverse("book", args=[doctor.pk]) in page
    assert other_doctor.name not in page


def test_filters_stand_in_the_address(client: Client, service: Service) -> None:
    heart = make_doctor("heart@test.clinic", first_name="Rita", last_name="Heart", specialty="Cardiology")
    skin = make_doctor("skin@test.clinic", first_name="Sunil", last_name="Skin", specialty="Skin")
    skin.doctor_profile.languages = ["new"]
    skin.doctor_profile.modes = ["in_person"]
    skin.doctor_profile.save()

    def found(**query: str) -> set[str]:
        page = text(client, **query)
        return {person.last_name for person in (heart, skin) if person.name in page}

    assert found() == {"Heart", "Skin"}
    assert found(specialty="cardiology") == {"Heart"}
    assert found(q="sunil") == {"Skin"}
    assert found(q="rita cardio") == {"Heart"}
    assert found(language="new") == {"Skin"}
    # "ne" is Nepali, not the beginning of "new".
    assert found(language="ne") == {"Heart"}
    assert found(mode="video") == {"Heart"}
    assert found(q="nobody at all") == set()


@pytest.mark.parametrize(
    "query",
    [
        {"specialty": "no-such"},
        {"language": "xx(("},
        {"mode": "telepathy"},
        {"page": "99999"},
        {"page": "x"},
        {"q": "a" * 5000},
    ],
)
def test_a_broken_address_shows_the_directory(client: Client, doctor: User, query: dict[str, str]) -> None:
    assert doctor.name in text(client, **query)


def test_no_match_says_so_and_offers_everyone(client: Client, doctor: User) -> None:
    page = text(client, q="zzzz")
    assert "No doctor matches" in page
    assert "Show all doctors" in page


def test_query_count_is_flat(client: Client, service: Service) -> None:
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            text(client)
        return len(captured)

    make_doctor("d0@test.clinic")
    one = queries()
    for number in range(1, 30):
        make_doctor(f"d{number}@test.clinic")
    assert queries() == one


def test_the_doctors_page_shows_services_prices_and_free_times(
    client: Client, doctor: User, service: Service
) -> None:
    make_service("Follow-up", minutes=15, price="450.00", price_from_doctor=False)
    page = client.get(reverse("doctor", args=[doctor.pk])).content.decode()
    assert "NPR 800.00" in page
    assert "NPR 450.00" in page
    assert reverse("book_details", args=[doctor.pk]) in page


def test_only_active_doctors_have_a_page(client: Client, patient: User, doctor: User) -> None:
    assert client.get(reverse("doctor", args=[patient.pk])).status_code == 404
    doctor.is_active = False
    doctor.save()
    assert client.get(reverse("doctor", args=[doctor.pk])).status_code == 404


def test_signed_in_people_keep_their_navigation(
    client: Client,
    patient: User,
    doctor: User,
    service: Service,
    django_assert_max_num_queries: Callable[..., Any],
) -> None:
    client.force_login(patient)
    with django_assert_max_num_queries(25):
        page = text(client)
    assert reverse("appointments") in page
