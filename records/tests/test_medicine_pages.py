"""Management's pages of the catalogue."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from records.domain.medicines import catalogue, interactions, loading
from records.models import Interaction, Medicine

pytestmark = pytest.mark.django_db
NEW = {"generic": "Paracetamol", "form": "tablet", "strength": "500 mg", "routes": ["oral"], "pregnancy": "B"}


@pytest.fixture
def office(client: Client, manager: User) -> Client:
    client.force_login(manager)
    return client


def test_a_medicine_is_added_changed_retired_and_brought_back(office: Client) -> None:
    wrong = office.post(reverse("medicine_new"), {**NEW, "max_daily_mg": "1000000000"})
    assert wrong.status_code == 422
    assert 'value="1000000000"' in wrong.content.decode()
    office.post(reverse("medicine_new"), {**NEW, "max_daily_mg": "4000"})
    medicine = Medicine.objects.get()
    assert (medicine.strength_mg, medicine.unit, medicine.max_daily_mg) == (500, "tablet", 4000)
    doubled = office.post(reverse("medicine_new"), {**NEW, "strength": "500MG"})
    assert doubled.status_code == 422
    one = reverse("medicine", args=[medicine.pk])
    assert (
        office.post(one, {**NEW, "max_daily_mg": "", "strength_mg": "500", "unit": "tablet"}).status_code
        == 302
    )
    medicine.refresh_from_db()
    assert medicine.max_daily_mg is None
    in_use = reverse("medicine_in_use", args=[medicine.pk])
    for do, stands in (("retire", False), ("restore", True)):
        office.post(in_use, {"do": do})
        medicine.refresh_from_db()
        assert medicine.is_active is stands


def test_the_list_searches_pages_and_says_when_there_is_nothing(
    office: Client, django_assert_max_num_queries: Any
) -> None:
    empty = office.get(reverse("medicine_catalogue")).content.decode()
    assert "load_medicines" in empty
    loading.load()
    with django_assert_max_num_queries(12):
        page = office.get(reverse("medicine_catalogue"), {"q": "para", "page": "1"})
    assert "Paracetamol" in page.content.decode()
    assert office.get(reverse("medicine_catalogue"), {"page": "2"}).context["page_obj"].number == 2
    assert "New medicine" in office.get(reverse("medicine_catalogue"), {"q": "zzz"}).content.decode()


def test_interactions_are_found_added_and_switched_off(office: Client, manager: User) -> None:
    loading.load()
    url = reverse("medicine_interactions")
    page = office.get(url, {"q": "warfarin"}).content.decode()
    assert "B01AA03" in page
    assert "Warfarin" in page
    new = {
        "first": "n05ba",
        "second": "M03BX01",
        "severity": "moderate",
        "effect": "Sleepiness.",
        "source": "BNF",
    }
    assert office.post(reverse("medicine_interaction_new"), {**new, "first": "sleep"}).status_code == 422
    assert office.post(reverse("medicine_interaction_new"), new).status_code == 302
    made = Interaction.objects.get(first="M03BX01", second="N05BA")
    assert office.post(reverse("medicine_interaction_new"), new).status_code == 422
    office.post(reverse("medicine_interaction_switch", args=[made.pk]), {"do": "off"})
    made.refresh_from_db()
    assert not made.is_active


def test_nobody_else_sees_or_changes_the_catalogue(
    client: Client, manager: User, doctor: User, patient: User, admin: User
) -> None:
    medicine = catalogue.add(actor=manager, values=NEW)
    known = interactions.add(
        actor=manager,
        values={"first": "N02B", "second": "B01A", "severity": "minor", "effect": "x", "source": "y"},
    )
    names = [
        "medicine_catalogue",
        "medicine_new",
        "medicine_imports",
        "medicine_excel",
        "medicine_interactions",
    ]
    pages = [*(reverse(name) for name in names), reverse("medicine", args=[medicine.pk])]
    posts = [
        reverse("medicine_in_use", args=[medicine.pk]),
        reverse("medicine_interaction_switch", args=[known.pk]),
        reverse("medicine_new"),
    ]
    for user in (doctor, patient, admin):
        client.force_login(user)
        assert {client.get(url).status_code for url in pages} == {403}
        assert {client.post(url, {"do": "retire"}).status_code for url in posts} == {403}
    assert Medicine.objects.get().is_active
