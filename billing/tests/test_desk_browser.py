"""A cashier's day in the browser: open, take cash and give change, count, close."""

from typing import Any

import pytest
from playwright.sync_api import expect

from billing.models import CashShift, Payment
from billing.tests.test_desk import fresh
from clinic.core.testing.browser import PHONE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_shift_from_opening_to_counting(due: Payment, person: Any, manager: Any, patient: Any) -> None:
    page = person(manager, viewport=PHONE)
    page.goto("/desk/?show=all")
    page.get_by_label("Change in the drawer").fill("1000")
    page.get_by_role("button", name="Open my shift").click()
    page.get_by_role("link", name="All that is open").first.click()
    page.get_by_role("link", name="Asha Gurung").click()

    # Only what fits the method is there; the change and the surplus are told before anything is sent.
    expect(page.get_by_label("Reference")).to_be_hidden()
    page.get_by_label("Amount taken").fill("900")
    expect(page.get_by_label("keep the rest")).to_be_visible()
    page.get_by_label("Amount taken").fill("500")
    expect(page.get_by_label("keep the rest")).to_be_hidden()
    page.get_by_label("Cash given").fill("1,000")
    expect(page.locator("[data-change]")).to_have_text("NPR 500.00")
    page.get_by_role("button", name="Money taken").dblclick()
    expect(page.get_by_text("Still to pay: NPR 300.00.")).to_be_visible()

    page.get_by_text("Card at the desk").click()
    expect(page.get_by_label("Cash given")).to_be_hidden()
    page.get_by_label("Reference").fill("RRN 12 34 56")
    page.get_by_role("button", name="Money taken").click()
    expect(page.get_by_text("Nothing is due any more.")).to_be_visible()
    assert (fresh(due).received, fresh(due).attempts.count()) == (800, 2)  # type: ignore[attr-defined]

    page.goto("/desk/")
    page.get_by_role("link", name="Count and close").click()
    page.get_by_label("1000 NPR").fill("1")
    expect(page.locator("[data-difference]")).to_have_text("NPR -500.00")
    page.get_by_label("500 NPR").fill("1")
    expect(page.locator("[data-difference]")).to_have_text("NPR 0.00")
    page.get_by_role("button", name="Close the shift").click()
    expect(page.get_by_role("heading", name="Counted and closed")).to_be_visible()
    assert CashShift.objects.get().counted == 1500
