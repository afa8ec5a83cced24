"""Medicines are found as one types, by whoever may prescribe or keeps the catalogue; the API changes them for
management."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import Activity, User
from records.domain.medicines import catalogue, search
from records.models import Medicine
from records.tests.prescriptions import line, make_draft

pytestmark = pytest.mark.django_db
URL = "/api/medicines/"


def add(
    manager: User, generic: str, strength: str = "500 mg", form: str = "tablet", **values: Any
) -> Medicine:
    return catalogue.add(
        actor=manager, values={"generic": generic, "strength": strength, "form": form, **values}
    )


@pytest.fixture
def shelf(manager: User) -> dict[str, Medicine]:
    return {
        "plain": add(manager, "Paracetamol", brand="", atc="N02BE01", therapeutic_class="Analgesic"),
        "brand": add(manager, "Paracetamol", brand="Cetamol", atc="N02BE01"),
        "syrup": add(manager, "Paracetamol", "125 mg/5 ml", "oral suspension", unit="ml", atc="N02BE01"),
        "both": add(manager, "Ibuprofen + paracetamol", "400 mg + 325 mg", atc="M01AE51"),
        "aspirin": add(manager, "Acetylsalicylic acid", "75 mg", atc="B01AC06", therapeutic_class="Antiplatelet"),
        "nepali": add(manager, "Ferrous salt", "60 mg", brand="आइरन चक्की", atc="B03AA07"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("para", ["plain", "syrup", "brand", "both"]),
        ("PARACETAMOL 500mg", ["plain", "brand"]),
        ("susp para", ["syrup"]),
        ("cetam", ["brand"]),
        ("acid", ["aspirin"]),
        ("b01", ["aspirin"]),
        ("antipl", ["aspirin"]),
        ("आइ", ["nepali"]),
        ("amol", []),  # not the beginning of a word
        ("%", []),
        ("para_", []),
        ("' OR 1=1 --", []),
        ("  ", []),
        ("\x00", []),
    ],
)
def test_every_word_begins_a_word(shelf: dict[str, Medicine], typed: str, found: list[str]) -> None:
    names = {medicine.pk: name for name, medicine in shelf.items()}
    assert [names[medicine.pk] for medicine in search.find(typed)] == found


def test_what_is_out_of_use_is_not_offered(shelf: dict[str, Medicine], manager: User) -> None:
    catalogue.put_in_use(shelf["plain"].pk, False, actor=manager)
    assert shelf["plain"] not in search.find("para")
    assert list(catalogue.catalogue("para", retired=True)) == [shelf["plain"]]


def api(user: User | None) -> APIClient:
    client = APIClient()
    if user:
        client.force_authenticate(user)
    return client


def test_doctors_and_management_search_and_nobody_else(
    shelf: dict[str, Medicine], doctor: User, manager: User, patient: User, admin: User
) -> None:
    for user in (doctor, manager):
        found = api(user).get(URL, {"search": "para", "page_size": "2"}).json()
        assert [row["name"] for row in found["results"]] == [str(shelf["plain"]), str(shelf["syrup"])]
        rest = api(user).get(found["next"]).json()
        assert [row["id"] for row in rest["results"]] == [str(shelf["brand"].pk), str(shelf["both"].pk)]
        assert rest["next"] is None
    assert [api(user).get(URL).status_code for user in (patient, admin, None)] == [403, 403, 401]
    assert api(patient).get(f"{URL}{shelf['plain'].pk}/").status_code == 403
    assert api(doctor).post(URL, {"generic": "X"}, format="json").status_code == 403
    assert api(doctor).patch(f"{URL}{shelf['plain'].pk}/", {}, format="json").status_code == 403


def test_a_search_takes_one_query(
    shelf: dict[str, Medicine], doctor: User, django_assert_num_queries: Any
) -> None:
    client = api(doctor)
    with django_assert_num_queries(1):
        client.get(URL, {"search": "par"})
    with django_assert_num_queries(1):
        client.get(URL)


def test_management_adds_and_changes_over_the_api(manager: User) -> None:
    client = api(manager)
    new = {
        "generic": "Amoxicillin",
        "form": "capsule",
        "strength": "500 mg",
        "routes": ["oral"],
        "atc": "j01ca04",
    }
    made = client.post(URL, new, format="json")
    assert made.status_code == 201
    assert (made.json()["strength_mg"], made.json()["atc"]) == ("500.0000", "J01CA04")
    again = client.post(URL, {**new, "generic": " AMOXICILLIN"}, format="json")
    assert (again.status_code, [*again.json()["fields"]]) == (400, ["generic"])
    one = f"{URL}{made.json()['id']}/"
    wrong = client.patch(one, {"max_daily_mg": "0"}, format="json")
    assert (wrong.status_code, [*wrong.json()["fields"]]) == (400, ["max_daily_mg"])
    changed = client.patch(one, {"max_daily_mg": "3000", "is_active": False}, format="json").json()
    assert (changed["max_daily_mg"], changed["is_active"], changed["atc"]) == ("3000.000", False, "J01CA04")
    told = [row.changed for row in Activity.objects.filter(verb="medicine.change").order_by("at")]
    assert told[-1] == ["is_active", "max_daily_mg"]
    assert len(told) == 2


def test_what_was_prescribed_keeps_its_name(patient: User, doctor: User, manager: User) -> None:
    medicine = add(manager, "Amoxicillin", form="capsule", unit="capsule")
    make_draft(patient, doctor, line(medicine))
    one = f"{URL}{medicine.pk}/"
    refused = api(manager).patch(one, {"strength": "250 mg", "strength_mg": "250"}, format="json")
    assert (refused.status_code, [*refused.json()["fields"]]) == (400, ["strength"])
    assert api(manager).patch(one, {"max_daily_mg": "3000"}, format="json").status_code == 200
    medicine.refresh_from_db()
    assert (medicine.strength, medicine.max_daily_mg) == ("500 mg", 3000)
