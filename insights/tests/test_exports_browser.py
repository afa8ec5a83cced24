"""A long list in the browser: it is made while one looks on, and then downloaded."""

import io
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from insights.domain import exports
from scheduling.models import Appointment
from scheduling.tests.factories import clinic_time

pytestmark = pytest.mark.browser


def test_a_long_list_appears_when_it_is_ready(
    person: Any, patient: Any, doctor: Any, manager: Any, service: Any
) -> None:
    Appointment.objects.bulk_create(
        Appointment(
            patient=patient, doctor=doctor, service=service, booked_by=patient, mode="video", status="cancelled",
            starts_at=clinic_time(1, 8) + timedelta(minutes=number), ends_at=clinic_time(90, 8), price=800,
            currency="NPR",
        )
        for number in range(exports.SMALL + 1)
    )  # fmt: skip
    page = person(manager)
    page.goto("/exports/new/?when=all&status=cancelled")
    page.get_by_role("button", name="Excel").click()
    page.wait_for_url("**/exports/")
    # Without a reload: the page hears of it.
    with page.expect_download() as chosen:
        page.get_by_role("link", name="Download").click()
    assert chosen.value.suggested_filename.startswith("appointments-")
    sheet = load_workbook(io.BytesIO(Path(chosen.value.path()).read_bytes())).active
    assert sheet is not None
    assert sheet.max_row == exports.SMALL + 2
