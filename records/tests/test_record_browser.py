"""The record as a person uses it: the timeline goes on, charts are drawn, the call keeps what is written."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accounts.domain import care
from messaging.tests.call_sockets import make_call
from records.domain import history
from records.models import Allergy
from scheduling.tests.factories import make_appointment

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_the_timeline_goes_on_and_is_narrowed(person: Any, server: Any, patient: Any, doctor: Any) -> None:
    care.link(patient, doctor)
    for day in range(30):
        at = timezone.now() - timedelta(days=1 + day)
        values = {"measured_at": at, "systolic": 120 + day, "diastolic": 80}
        history.record(patient, kind="vitals", values=values, author=doctor)
    history.record(
        patient, kind="immunisation", values={"vaccine": "Tetanus", "given_on": "2001-02-03"}, author=doctor
    )
    page = person(doctor)
    page.goto(f"/patients/{patient.pk}/record/")
    entries = page.locator("[data-entry]")
    expect(entries).to_have_count(20)
    page.get_by_role("link", name="Earlier").click()
    expect(entries).to_have_count(31)
    expect(page.get_by_role("link", name="Earlier")).to_have_count(0)
    page.locator("label.chip", has_text="Immunisations").click()
    expect(entries).to_have_count(1)
    page.get_by_label("Sections of the record").get_by_role("link", name="Vital signs").click()
    # A canvas that was never drawn on is empty.
    chart = page.locator("canvas").first
    expect(chart).to_be_visible()
    page.wait_for_function(
        "() => globalThis.Chart?.getChart(document.querySelector('canvas'))?.data.datasets.length === 2"
    )


def test_looking_at_the_history_loses_nothing_of_the_note(
    person: Any, server: Any, patient: Any, doctor: Any, service: Any
) -> None:
    care.link(patient, doctor)
    call = make_call(patient, doctor)
    starts_at = timezone.now().replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    visit = make_appointment(
        patient, doctor, service, starts_at=starts_at, call=call, conversation=call.conversation
    )
    page = person(doctor)
    page.goto(f"/calls/{call.pk}/")
    page.locator("#visit-panel").wait_for(state="attached")
    # Without joining: the panel alone is looked at.
    page.evaluate("document.querySelector('[data-side]').hidden = false")
    page.evaluate("document.querySelector('[data-panel=visit]').hidden = false")
    note = page.locator(".note-text").first
    note.fill("Half a sentence")
    page.get_by_role("tab", name="History").click()
    page.get_by_text("Add: Allergy").click()
    page.locator("#id_allergy_substance").fill("Latex")
    page.locator("#visit-write").get_by_role("button", name="Write into the record").locator(
        "visible=true"
    ).click()
    expect(page.locator("#visit-history").get_by_text("Written into the record.")).to_be_visible()
    expect(page.locator("#visit-history").get_by_text("Latex", exact=True)).to_be_visible()
    page.get_by_role("tab", name="History").press("ArrowLeft")
    expect(note).to_have_value("Half a sentence")
    assert Allergy.objects.get().appointment_id == visit.pk
