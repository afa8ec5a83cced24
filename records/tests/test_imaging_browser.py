"""A report survives the page it is written in, and goes from a live worklist to whoever asked for the scan."""

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from records.domain.imaging import reading, words
from records.enums import ImagingStatus as S
from records.models import ImagingReport
from scheduling.tests.imaging import make_radiologist

from .factories_imaging import make_imaging_report

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_what_was_written_outlives_its_page(person: Any, server: Any, patient: Any) -> None:
    radiologist = make_radiologist()
    report = make_imaging_report(patient, radiologist, status=S.ACQUIRED)
    reading.claim(report.pk, reader=radiologist)
    page = person(radiologist)
    page.goto(f"/imaging/{report.pk}/")
    page.get_by_label("Findings").press_sequentially("Effusion.")
    expect(page.locator("[data-note-status]")).to_have_text(re.compile(r"Saved \d"))
    page.context.route(
        "**/text/", lambda route: route.abort() if route.request.method == "POST" else route.continue_()
    )
    page.get_by_label("Impression").press_sequentially("Fracture.")
    page.get_by_label("Critical: somebody").check()
    expect(page.locator("[data-note-status]")).to_contain_text("kept in this browser")
    page.close()
    page = page.context.new_page()
    page.context.unroute("**/text/")
    page.goto(f"/imaging/{report.pk}/")
    expect(page.get_by_label("Impression")).to_have_value("Fracture.")
    expect(page.locator("[data-note-status]")).to_have_text(re.compile(r"Saved \d"))
    stored = ImagingReport.objects.get(pk=report.pk)
    assert (stored.findings, stored.impression, stored.is_critical) == ("Effusion.", "Fracture.", True)


def test_from_the_worklist_to_whoever_asked(person: Any, server: Any, patient: Any, doctor: Any) -> None:
    radiologist, colleague = make_radiologist(), make_radiologist("second.radiologist@test.clinic")
    report = make_imaging_report(patient, radiologist, referrer=doctor, status=S.ACQUIRED)
    words.save_phrase(actor=radiologist, shortcut=".nad", text="Nothing abnormal.", service=report.service)
    asking, watching = person(doctor), person(colleague)
    asking.goto(f"/imaging/{report.pk}/")
    expect(asking.get_by_text("The report can be read here as soon as")).to_be_visible()
    watching.goto("/imaging/")
    expect(watching.get_by_role("link", name=patient.name)).to_be_visible()
    page = person(radiologist)
    page.goto("/imaging/")
    page.get_by_role("button", name="Read next").click()
    page.wait_for_url(f"**/imaging/{report.pk}/")
    expect(watching.get_by_text(f"{radiologist.name} is reading")).to_be_visible()
    page.get_by_label("Findings").press_sequentially(".nad ")
    expect(page.get_by_label("Findings")).to_have_value("Nothing abnormal. ")
    page.get_by_label("Impression").press_sequentially("Normal knee.")
    page.keyboard.press("Control+Enter")
    page.get_by_role("button", name="Finish and authorise").click()
    expect(page.locator("[data-status=authorised]")).to_be_visible()
    expect(asking.get_by_text("Normal knee.")).to_be_visible()
    expect(watching.get_by_text("Nothing waits to be read")).to_be_visible()
    assert ImagingReport.objects.get(pk=report.pk).status == S.AUTHORISED
