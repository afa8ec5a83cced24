"""The own appointments on a phone: nothing squeezes the doctor's name; the zone's offset is spelt as people know it."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page

from accounts.models import User
from clinic.core.testing.browser import PHONE
from scheduling.models import Service

from .factories import make_appointment

pytestmark = [pytest.mark.browser]


def test_a_long_status_leaves_room_for_the_name(
    person: Callable[..., Page], patient: User, doctor: User, service: Service
) -> None:
    make_appointment(patient, doctor, service, status="pending_confirmation")
    page = person(patient, viewport=PHONE)
    page.goto("/appointments/")
    name = page.get_by_role("heading", name=doctor.name).bounding_box()
    badge = page.locator("[data-status=pending_confirmation]").bounding_box()
    assert name
    assert badge
    assert name["width"] >= 160
    assert badge["x"] + badge["width"] <= PHONE["width"]


def test_the_offset_has_a_colon(client: Any, patient: User, doctor: User, service: Service) -> None:
    client.force_login(patient)
    page = client.get(f"/book/{doctor.pk}/?service={service.pk}").content.decode()
    assert "UTC+05:45" in page
