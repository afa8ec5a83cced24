"""In real browsers: a decision in one changes the page in another, and nothing typed is lost on the way."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.tests.factories import make_user
from billing.domain import payments
from billing.enums import PaymentStatus
from billing.models import Payment
from billing.tests.factories import picture_bytes
from clinic.core.testing.browser import PHONE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

S = PaymentStatus
MakePayment = Callable[..., Payment]
Person = Callable[..., Page]


def connected(page: Page, address: str) -> Page:
    """Opened, and its live socket greeted."""
    page.add_init_script(
        "document.addEventListener('live:ready', () => (document.body.dataset.ready = 'yes'), true)"
    )
    page.goto(address)
    page.wait_for_selector("body[data-ready]")
    return page


def test_pay_and_see_it_confirmed(
    person: Person, due: Payment, patient: Any, manager: Any, tmp_path: Path
) -> None:
    receipt = tmp_path / "receipt.png"
    receipt.write_bytes(picture_bytes())
    queue = connected(person(manager), "/payments/")
    expect(queue.get_by_text("Nothing to check")).to_be_visible()

    page = connected(person(patient, viewport=PHONE), f"/payments/{due.pk}/")
    expect(page.locator("[data-amount]")).to_have_text("NPR 800.00")
    expect(page.locator("time[data-countdown]")).to_have_text(re.compile(r"^(30:00|2\d:\d\d)$"))
    page.get_by_label("Bank reference").fill("ft24 1234 5678")
    page.get_by_label("Picture of the receipt").set_input_files(receipt)
    expect(page.locator("[data-proof-preview] img")).to_be_visible()
    page.get_by_role("button", name="Send for checking").click()
    expect(page.get_by_role("heading", name="We are checking your payment")).to_be_visible()

    # The queue has filled by itself.
    row = queue.locator(f"#payment-{due.pk}")
    expect(row).to_contain_text("ft24 1234 5678")
    expect(queue.locator("[data-waiting]")).to_have_text("1")
    row.get_by_role("button", name="Picture of Asha Gurung, open large").click()
    expect(queue.locator("#proof-dialog img")).to_be_visible()
    queue.keyboard.press("Escape")
    row.get_by_role("button", name="Confirm").click()
    dialog = queue.get_by_role("dialog", name="Confirm this payment?")
    expect(dialog).to_contain_text("ft24 1234 5678")
    page.wait_for_selector("body[data-ready]")
    dialog.get_by_role("button", name="Confirm payment").click()
    expect(queue.get_by_text(f"Payment {due.reference} is confirmed.")).to_be_visible()
    expect(row).to_have_count(0)

    # And so has the patient's page, without a reload.
    expect(page.get_by_role("heading", name="Paid. Thank you!")).to_be_visible()
    expect(page.get_by_role("heading", name="Paid. Thank you!")).to_be_focused()


def test_reject_by_keyboard_and_try_again(
    person: Person, submitted: Payment, patient: Any, manager: Any
) -> None:
    page = connected(person(patient), f"/payments/{submitted.pk}/")
    queue = connected(person(manager), "/payments/")
    queue.locator(f"#reject-{submitted.pk}").focus()
    queue.keyboard.press("Enter")
    expect(queue.get_by_role("textbox", name="Reason")).to_be_focused()
    queue.keyboard.type("The amount is short by 200")
    queue.keyboard.press("Tab")
    queue.keyboard.press("Tab")
    queue.keyboard.press("Enter")
    expect(queue.locator(f"#payment-{submitted.pk}")).to_have_count(0)
    expect(page.get_by_role("alert")).to_contain_text("The amount is short by 200")
    page.get_by_label("Bank reference").fill("SECOND1234")
    page.get_by_role("button", name="Send for checking").click()
    expect(page.get_by_role("heading", name="We are checking your payment")).to_be_visible()
    expect(queue.locator(f"#payment-{submitted.pk}")).to_contain_text("SECOND1234")


def test_the_second_manager_learns_who_was_first(person: Person, submitted: Payment, manager: Any) -> None:
    second = make_user("second@test.clinic", role="management", first_name="Gita", last_name="Malla")
    queue = connected(person(second), "/payments/")
    queue.locator(f"#confirm-{submitted.pk}").click()
    # The dialog is open while the first manager decides elsewhere.
    payments.confirm(submitted.pk, actor=manager)
    queue.get_by_role("button", name="Confirm payment").click()
    expect(queue.locator("#toasts")).to_contain_text("Already confirmed by Maya Shrestha at")
    expect(queue.locator("#confirm-dialog")).to_be_hidden()
    expect(queue.locator(f"#payment-{submitted.pk}")).to_have_count(0)


def test_what_is_typed_survives_a_lost_connection(
    person: Person, due: Payment, patient: Any, server: Any
) -> None:
    page = connected(person(patient), f"/payments/{due.pk}/")
    page.get_by_label("Bank reference").fill("HALF TYPED")
    page.evaluate(
        "document.body.addEventListener('live:reconnected', () => (document.body.dataset.again = 'yes'))"
    )
    server.stop()
    server.start()
    page.wait_for_selector("body[data-again]", timeout=40_000)
    page.wait_for_timeout(500)
    expect(page.get_by_label("Bank reference")).to_have_value("HALF TYPED")
    # What happened in between shows, though.
    server.stop()
    page.evaluate("delete document.body.dataset.again")
    payments.submit(due.pk, bank_reference="OTHER DEVICE", actor=patient)
    server.start()
    expect(page.get_by_role("heading", name="We are checking your payment")).to_be_visible(timeout=40_000)


def test_the_page_ends_with_the_hold(person: Person, payment_in: MakePayment, patient: Any) -> None:
    payment = payment_in(appointment={"hold_expires_at": timezone.now() + timedelta(seconds=8)})
    page = person(patient)
    page.goto(f"/payments/{payment.pk}/")
    expect(page.get_by_role("heading", name="The time to pay is over")).to_be_visible(timeout=20_000)
    expect(page.get_by_role("link", name="Book again")).to_be_visible()
