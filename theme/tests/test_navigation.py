"""Each role sees its places, and the present one is marked."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser

from accounts.enums import Role
from theme.templatetags import navigation
from theme.templatetags.components import tone


def items(role: str, view_name: str = "", **context: Any) -> list[dict[str, Any]]:
    user = SimpleNamespace(is_authenticated=True, role=role)
    request = SimpleNamespace(resolver_match=SimpleNamespace(view_name=view_name))
    return navigation.navigation({"user": user, "request": request, **context})


@pytest.fixture(autouse=True)
def _addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(navigation, "reverse", lambda name: f"/{name}/")


def test_every_role_has_places_and_a_phone_bar_holds_them() -> None:
    for role in Role.values:
        assert 2 <= len([place for place in navigation.PLACES[role] if place.bar]) <= 5
        assert items(role)[0]["url"] == "/home/"


def test_only_the_present_place_is_current() -> None:
    current = [item["url"] for item in items(Role.PATIENT, "appointment_reschedule") if item["current"]]
    assert current == ["/appointments/"]


def test_the_pages_of_scans_belong_to_imaging_and_to_the_patients_record() -> None:
    pages = ("imaging_report", "imaging_studies", "imaging_viewer")
    for role, own, place in (
        (Role.DOCTOR, (*pages, "imaging_identity"), "/imaging_worklist/"),
        (Role.MANAGEMENT, ("imaging_studies", "imaging_identity"), "/imaging_worklist/"),
        (Role.PATIENT, pages, "/own_record/"),
    ):
        for page in own:
            assert [item["url"] for item in items(role, page) if item["current"]] == [place], page


def test_management_has_the_payments_and_a_doctor_has_not() -> None:
    assert "/payments/" in [item["url"] for item in items(Role.MANAGEMENT)]
    assert "/payments/" not in [item["url"] for item in items(Role.DOCTOR)]


def test_counts_come_from_the_context() -> None:
    messages = next(item for item in items(Role.PATIENT, unread_messages=4) if item["count_key"])
    assert (messages["url"], messages["count"]) == ("/conversations/", 4)


def test_nobody_signed_in_has_no_places() -> None:
    assert navigation.navigation({"user": AnonymousUser()}) == []
    assert navigation.navigation({}) == []


def test_a_page_that_is_not_there_takes_no_place(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> str:
        raise navigation.NoReverseMatch(name)

    monkeypatch.setattr(navigation, "reverse", missing)
    assert items(Role.PATIENT) == []


def test_an_unknown_status_is_neutral() -> None:
    assert (tone("confirmed"), tone("something new")) == ("success", "neutral")
