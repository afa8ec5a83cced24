"""What was made for somebody signed in stays in no cache."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db

PAGES = ["/home/", "/profile/", "/doctors/", "/appointments/", "/payments/", "/messages/", "/notifications/"]


@pytest.mark.parametrize("path", PAGES)
def test_pages_of_somebody_are_kept_by_no_cache(client: Client, patient: Any, path: str) -> None:
    client.force_login(patient)
    answer = client.get(path)
    assert answer.status_code == 200
    assert {"no-store", "private"} <= set(answer["Cache-Control"].replace(" ", "").split(","))


@pytest.mark.parametrize("path", ["profile", "appointments", "payments", "conversations", "services"])
def test_answers_of_the_api_are_kept_by_no_cache(api: Callable[..., Any], patient: Any, path: str) -> None:
    assert "no-store" in api(patient).get(f"/api/{path}/")["Cache-Control"]


def test_public_pages_may_come_back_at_once(client: Client) -> None:
    """The browser's Back button needs no request for them."""
    assert "no-store" not in client.get("/doctors/").get("Cache-Control", "")
