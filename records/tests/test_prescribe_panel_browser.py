"""Prescribing beside the video: nothing of it ends the call."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from messaging.tests.call_browser import join, watch
from messaging.tests.call_sockets import make_call
from records.models import Prescription
from records.tests.prescriptions import line, make_medicine, signed_prescription
from scheduling.enums import AppointmentStatus
from scheduling.tests.factories import make_appointment

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("calls"), pytest.mark.django_db(transaction=True)]


def test_written_thrown_away_repeated_and_signed_beside_the_video(
    person: Any, patient: Any, doctor: Any, service: Any
) -> None:
    signed_prescription(patient, doctor, line(make_medicine("Ibuprofen", search_text="ibuprofen")))
    call = make_call(patient, doctor)
    starts_at = timezone.now().replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    make_appointment(
        patient,
        doctor,
        service,
        starts_at=starts_at,
        call=call,
        conversation=call.conversation,
        status=AppointmentStatus.IN_PROGRESS,
    )
    page = watch(person(doctor))
    page.on("dialog", lambda dialog: dialog.accept())
    join(page, call)
    address = page.url
    page.get_by_role("tab", name="Prescribe").click()
    page.get_by_role("button", name="Write a prescription").click()
    page.get_by_role("combobox", name="Add a medicine").press_sequentially("ibu 1 bd 3d")
    page.get_by_role("option", name="Ibuprofen").wait_for()
    page.keyboard.press("Enter")
    expect(page.locator("[data-sentence]")).to_contain_text("for 3 days")
    page.get_by_role("button", name="Throw away").click()
    page.get_by_role("button", name="Throw it away").click()
    page.get_by_role("button", name="Repeat the last one").click()
    expect(page.locator("[data-sentence]")).to_contain_text("for 7 days")
    reason = page.get_by_label("Why you prescribe it all the same")
    for field in reason.all():
        field.fill("The earlier one is finished.")
    page.get_by_role("button", name="Sign", exact=True).click()
    expect(page.get_by_text("Signed in this visit")).to_be_visible()
    assert page.url == address
    repeated = Prescription.objects.exclude(appointment=None).order_by("created_at")
    assert list(repeated.values_list("status", flat=True)) == ["discarded", "signed"]
