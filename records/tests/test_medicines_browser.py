"""The page of medicines in a browser: on a phone, and in two tabs at once."""

import re
from datetime import UTC, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from records.models import Intake
from records.tests.factories_doses import make_course

PHONE = {"width": 390, "height": 844}
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def item(patient: Any, doctor: Any) -> Any:
    """A dose of some minutes ago by the patient's own clock, in a zone in which it is about noon."""
    # POSIX signs: Etc/GMT+5 is five hours behind.
    zone = f"Etc/GMT{timezone.now().astimezone(UTC).hour - 12:+d}"
    patient.time_zone = zone
    patient.save()
    then = timezone.now().astimezone(ZoneInfo(zone)) - timedelta(minutes=5)
    return make_course(
        patient, doctor, times=[f"{then:%H:%M}"], starts_on=then.date(), signed_at=then - timedelta(days=1)
    )


def test_told_in_one_tab_is_told_in_the_other(person: Any, item: Any, patient: Any) -> None:
    phone = person(patient, viewport=PHONE)
    desktop = person(patient)
    phone.goto("/home/")
    expect(phone.get_by_role("heading", name="Medicines today")).to_be_visible()
    for page in (phone, desktop):
        page.goto("/medicines/")
        expect(page.locator("#progress-title")).to_have_text("0 of 1 dose taken")
    taken = phone.get_by_role("button", name=re.compile("^Taken ?: Metformin"))
    box = taken.bounding_box()
    assert box["height"] >= 48
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
    taken.click()
    for page in (phone, desktop):
        expect(page.locator("#progress-title")).to_have_text("1 of 1 dose taken")
    desktop.get_by_role("button", name=re.compile("^Undo ?: Metformin")).click()
    for page in (desktop, phone):
        expect(page.locator("#progress-title")).to_have_text("0 of 1 dose taken")
    phone.get_by_text("Leave out", exact=False).first.click()
    phone.get_by_text("I have run out of it").click()
    phone.get_by_role("button", name="Note: left out").click()
    expect(desktop.get_by_text("I have run out of it")).to_be_visible()
    assert Intake.objects.get().reason == "ran_out"


def test_news_closes_no_open_form_and_takes_no_word(person: Any, item: Any, patient: Any) -> None:
    make_course(
        patient, item.prescription.author, generic="Enalapril", times=item.times, starts_on=item.starts_on
    )
    page, elsewhere = person(patient), person(patient)
    for tab in (page, elsewhere):
        tab.goto("/medicines/")
    mine = page.locator("li.dose", has_text="Metformin")
    mine.get_by_text("Leave out").click()
    words = mine.get_by_role("textbox", name="Other reason")
    words.press_sequentially("My stomach hurts")
    elsewhere.get_by_role("button", name=re.compile("^Taken ?: Enalapril")).click()
    # The news has come, and the caret is where it was.
    expect(page.get_by_role("button", name=re.compile("^Undo ?: Enalapril"))).to_be_visible()
    expect(words).to_have_value("My stomach hurts")
    expect(words).to_be_focused()
    page.keyboard.type(" a lot")
    mine.get_by_role("button", name="Note: left out").click()
    expect(page.locator("#progress-title")).to_have_text("1 of 2 doses taken")
    expect(page.get_by_text("My stomach hurts a lot")).to_be_visible()
