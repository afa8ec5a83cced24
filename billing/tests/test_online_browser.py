"""A patient pays at eSewa in a browser, and sees it paid."""

from typing import Any

import pytest
from playwright.sync_api import expect

from billing.domain import online
from billing.models import Payment
from billing.tests.fake_esewa import PRODUCT_CODE, SECRET_KEY, FakeEsewa
from billing.tests.test_online import leave
from clinic.core.testing.browser import PHONE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def server_environment(esewa: FakeEsewa) -> dict[str, str]:
    return {
        "ESEWA_PRODUCT_CODE": PRODUCT_CODE,
        "ESEWA_SECRET_KEY": SECRET_KEY,
        "ESEWA_FORM_URL": esewa.url,
        "ESEWA_STATUS_URL": esewa.url,
    }


def test_pay_at_esewa_and_see_it_paid(person: Any, esewa: FakeEsewa, due: Payment, patient: Any) -> None:
    page = person(patient, viewport=PHONE)
    page.goto(f"/payments/{due.pk}/")
    page.get_by_role("button", name="Pay with eSewa").click()
    # At eSewa, which lets go of the patient without a payment at first.
    expect(page.get_by_role("heading", name="Pay NPR 800")).to_be_visible()
    page.get_by_role("link", name="Cancel").click()
    expect(page.get_by_text("No payment has been reported.")).to_be_visible()

    page.get_by_role("button", name="Pay with eSewa").click()
    page.get_by_role("button", name="Pay now").click()
    # Nothing is reloaded here: the worker has asked eSewa, and the page hears of it.
    expect(page.get_by_role("heading", name="Paid. Thank you!")).to_be_visible(timeout=20_000)
    assert page.url.endswith(f"/payments/{due.pk}/")
    payment = Payment.objects.get(pk=due.pk)
    assert (payment.received, payment.status) == (800, "confirmed")

    # Back in the browser's history does not pay again.
    page.go_back()
    page.go_back()
    expect(page.get_by_role("heading", name="Pay NPR 800")).to_have_count(0)
    assert Payment.objects.get(pk=due.pk).received == 800


def test_the_dialog_begins_with_what_the_gateway_named(
    person: Any, esewa: FakeEsewa, due: Payment, manager: Any
) -> None:
    attempt = leave(due)
    esewa.pay(attempt.gateway_id, 500.0)
    online.ask(attempt.pk)
    page = person(manager)
    page.goto("/payments/")
    page.locator(f"#confirm-{due.pk}").click()
    expect(page.locator("#confirm-amount")).to_have_value("500.00")
    expect(page.locator("#confirm-difference")).to_contain_text("NPR 300.00 less than expected")
    page.get_by_role("button", name="Confirm payment").click()
    expect(page.locator(f"#payment-{due.pk}")).to_have_count(0)
    payment = Payment.objects.get(pk=due.pk)
    assert (payment.received, payment.status) == (500, "due")
