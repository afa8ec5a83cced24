"""Public pages in Chromium: structured data under the strict policy, filters with and without JavaScript."""

import json
import re
from typing import Any

import pytest
from playwright.sync_api import expect

from accounts.tests.factories import make_doctor
from clinic.core.testing.browser import sign_in
from records.models import Feedback
from records.tests.factories import make_feedback, make_past_visit

pytestmark = pytest.mark.browser


@pytest.fixture
def clinic(server: Any, patient: Any, service: Any, manager: Any) -> Any:
    cheap = make_doctor("cheap@test.clinic", first_name="Chandra", last_name="Rai", fee="500.00")
    make_doctor("dear@test.clinic", first_name="Bala", last_name="Rai", fee="1500.00")
    make_feedback(make_past_visit(patient, cheap, service), published_by=manager)
    return cheap


def test_data_blocks_pass_the_policy(person: Any, clinic: Any) -> None:
    """The fixture fails the test when a page breaks the Content-Security-Policy."""
    page = person()
    for url in ("/", "/doctors/", f"/doctors/{clinic.pk}/"):
        response = page.goto(url)
        assert "script-src 'self'" in response.headers["content-security-policy"]
        data = json.loads(page.locator('script[type="application/ld+json"]').text_content())
        assert data["@context"] == "https://schema.org"
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_filters_without_javascript(person: Any, clinic: Any) -> None:
    page = person(java_script_enabled=False)
    page.goto("/doctors/")
    page.locator("summary", has_text="Filters").click()
    page.get_by_label("Fee up to").fill("900")
    page.get_by_label("Sort by").select_option("fee")
    page.get_by_role("button", name="Search").click()
    expect(page).to_have_url(re.compile("fee=900"))
    expect(page.get_by_role("heading", level=2)).to_have_text(["Dr. Chandra Rai"])


def test_filters_stand_in_the_address_as_they_change(person: Any, clinic: Any) -> None:
    page = person()
    page.goto("/doctors/")
    page.get_by_label("Sort by").select_option("fee")
    page.wait_for_url("**sort=fee**")
    names = page.locator("#directory-results h2")
    expect(names).to_have_text(["Dr. Chandra Rai", "Dr. Bala Rai"])
    page.locator("summary", has_text="Filters").click()
    page.get_by_label("Fee up to").fill("900")
    page.get_by_label("Fee up to").press("Enter")
    page.wait_for_url("**fee=900**")
    page.reload()
    expect(names).to_have_text(["Dr. Chandra Rai"])


def test_five_stars_by_keyboard(person: Any, clinic: Any, patient: Any, service: Any) -> None:
    visit = make_past_visit(patient, clinic, service, days_ago=5)
    page = person(patient)
    page.goto(f"/visits/{visit.pk}/feedback/")
    page.get_by_role("radio", name="1 star").first.focus()
    for _step in range(3):
        page.keyboard.press("ArrowRight")
    page.get_by_label("Yes").check()
    page.get_by_role("button", name="Send feedback").click()
    page.wait_for_url(f"**/appointments/{visit.pk}/")
    visit.refresh_from_db()
    assert Feedback.objects.get(appointment=visit).overall == 4


def test_a_kept_page_does_not_outlive_the_log_in(person: Any, clinic: Any, patient: Any, server: Any) -> None:
    page = person()
    kept = "performance.getEntriesByType('navigation')[0].transferSize === 0"
    # The first answer brings the CSRF cookie, so the second is the one that is kept.
    for _time in range(3):
        page.goto("/doctors/")
    assert page.evaluate(kept)
    sign_in(page.context, patient, server.url)
    page.goto("/doctors/")
    assert not page.evaluate(kept)
    expect(page.get_by_role("link", name="Appointments").first).to_be_visible()
