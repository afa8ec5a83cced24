"""From the question before cancelling to the money in the patient's hand, in the browser."""

from decimal import Decimal as D
from typing import Any

import pytest
from playwright.sync_api import expect

from billing.domain import cancelling, shifts
from billing.domain.cancellation import Term
from billing.enums import PaymentStatus
from clinic.core.testing.browser import PHONE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_patient_cancels_and_is_paid_back_in_cash(
    payment_in: Any, person: Any, manager: Any, patient: Any
) -> None:
    cancelling.save_terms([Term(720, 100), Term(0, 50)], actor=manager)
    shifts.open_for(manager, opening_float=D(1000))
    payment = payment_in(PaymentStatus.CONFIRMED)
    page = person(patient, viewport=PHONE)
    page.goto(f"/appointments/{payment.appointment_id}/")
    page.get_by_role("link", name="Cancel visit").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("NPR 400.00 of the NPR 800.00 that you paid comes back")
    expect(dialog).to_contain_text("less than 720 hours before the visit gets 50% back")
    dialog.get_by_role("button", name="Cancel visit").click()
    expect(page.get_by_text("This visit will not take place.")).to_be_visible()
    page.goto(f"/payments/{payment.pk}/")
    expect(page.locator("#refund-story")).to_contain_text("Cancellation fee")

    desk = person(manager)
    desk.goto("/refunds/")
    desk.get_by_role("link", name="Asha Gurung").click()
    desk.get_by_text("Cash", exact=True).click()
    # Only what fits the method is there.
    expect(desk.get_by_label("To which account")).to_be_hidden()
    desk.get_by_role("button", name="Given in cash").dblclick()
    expect(desk.get_by_text("All that was owed is sent")).to_be_visible()
    assert payment.refunds.get().shift == shifts.current(manager)
    # The patient's page, left open, has changed by itself.
    expect(page.get_by_role("heading", name="Refunded")).to_be_visible()
