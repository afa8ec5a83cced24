"""In a real browser: a part of the money arrives while the patient types, and the page asks for the rest."""

from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from billing.domain import payments
from billing.models import Payment
from clinic.core.testing.browser import PHONE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def heard(page: Page, payment: Payment) -> None:
    """As the page hears it from its socket. (The domain is called in the test's process here: nothing leaves it.)"""
    payment.refresh_from_db()
    page.evaluate(
        "([id, status]) => document.body.dispatchEvent("
        "new CustomEvent(`live:payment.changed:${id}`, {detail: {id, status}}))",
        [str(payment.pk), str(payment.status)],
    )


def test_a_part_arrives_while_the_next_reference_is_typed(
    person: Any, due: Payment, patient: Any, manager: Any
) -> None:
    payments.submit(due.pk, bank_reference="FIRST 1234", actor=patient)
    page: Page = person(patient, viewport=PHONE)
    page.goto(f"/payments/{due.pk}/")
    expect(page.get_by_role("heading", name="We are checking your payment")).to_be_visible()
    payments.confirm(due.pk, amount=Decimal("300"), actor=manager)
    heard(page, due)
    expect(page.locator("[data-amount]")).to_have_text("NPR 500.00")
    expect(page.get_by_text("NPR 300.00 of NPR 800.00 has arrived.")).to_be_visible()
    expect(page.get_by_role("img", name="QR code to pay NPR 500.00 to")).to_be_visible()
    with page.expect_download() as saved:
        page.get_by_role("link", name="Save picture").click()
    assert saved.value.suggested_filename == f"payment-{due.reference}.png"

    page.get_by_label("Bank reference").fill("THIRD 12")
    # Nothing has changed: nothing is replaced.
    page.evaluate("document.getElementById('payment-state').dataset.kept = 'yes'")
    with page.expect_response(f"**/api/payments/{due.pk}/"):
        heard(page, due)
    expect(page.locator("#payment-state[data-kept]")).to_have_count(1)
    # Another part, taken elsewhere: the amount changes and the status does not.
    payments.submit(due.pk, bank_reference="SECOND 1234", actor=patient)
    payments.confirm(due.pk, amount=Decimal("200"), actor=manager)
    heard(page, due)
    expect(page.locator("[data-amount]")).to_have_text("NPR 300.00")
    expect(page.get_by_label("Bank reference")).to_have_value("THIRD 12")
    # One more, sent from elsewhere: the form goes while it is checked, and comes again.
    payments.submit(due.pk, bank_reference="OTHER 1234", actor=patient)
    heard(page, due)
    expect(page.get_by_role("heading", name="We are checking your payment")).to_be_visible()
    payments.confirm(due.pk, amount=Decimal("100"), actor=manager)
    heard(page, due)
    expect(page.locator("[data-amount]")).to_have_text("NPR 200.00")
    expect(page.get_by_label("Bank reference")).to_have_value("THIRD 12")
