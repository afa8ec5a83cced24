"""In a real browser: the quote stands on the review page before anything is booked, and the payment follows it."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page, expect

from billing.tests.aid import make_membership, make_plan
from clinic.core.testing.browser import PHONE
from scheduling.tests.factories import clinic_time

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_booking_with_a_years_benefit_that_runs_out(
    person: Callable[..., Page], patient: Any, doctor: Any, service: Any
) -> None:
    make_membership(patient, make_plan(cover_percent=100, annual_limit=1000))
    page = person(patient, viewport=PHONE)

    def review(hour: int) -> None:
        query = urlencode({"service": service.pk, "mode": "video", "at": clinic_time(2, hour).isoformat()})
        page.goto(f"/book/{doctor.pk}/review/?{query}")

    review(10)
    expect(page.locator('[data-part="covered"]')).to_contain_text(
        "Himal Health: Gold pays 100% of the price."
    )
    expect(page.locator('[data-part="to_pay"]')).to_contain_text("NPR 0.00")
    page.get_by_role("button", name="Book", exact=True).click()
    expect(page.get_by_text("Confirmed").first).to_be_visible()
    expect(page.locator('[data-part="to_pay"]')).to_contain_text("NPR 0.00")

    review(11)
    expect(page.locator('[data-part="covered"]')).to_contain_text(
        "Only NPR 200.00 of this year's benefit is left."
    )
    page.get_by_role("button", name="Book and go to payment").click()
    expect(page.locator("[data-amount]")).to_have_text("NPR 600.00")


def test_the_button_stays_where_it_is_while_the_page_is_fetched_again(
    person: Callable[..., Page], patient: Any, doctor: Any, service: Any
) -> None:
    """What stands above it is asked for once, so nothing moves under the finger."""
    make_membership(patient, make_plan(cover_percent=80))
    page = person(patient, viewport=PHONE)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/quote/" in request.url else None)
    query = urlencode({"service": service.pk, "mode": "video", "at": clinic_time(2, 10).isoformat()})
    with page.expect_response(
        lambda response: "/review/" in response.url and "hx-request" in response.request.headers
    ):
        page.goto(f"/book/{doctor.pk}/review/?{query}")
    expect(page.locator('[data-part="covered"]')).to_be_visible()
    page.locator("#book-submit").evaluate("button => (button.was = true)")
    page.evaluate("document.body.dispatchEvent(new CustomEvent('live:slots.changed'))")
    # The button itself is another one then.
    expect(page.locator("#book-submit")).not_to_have_js_property("was", True)
    expect(page.locator('[data-part="covered"]')).to_be_visible()
    assert len(asked) == 1
