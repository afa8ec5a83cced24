"""In real browsers: the queue by keyboard, seen live by the other manager; and one pane on a phone."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from accounts.tests.factories import make_patient, make_user
from billing.domain import payments
from billing.enums import AttemptOutcome, PaymentStatus
from billing.models import Attempt, Payment
from billing.tests.factories import picture
from clinic.core.testing.browser import PHONE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

S = PaymentStatus
MakePayment = Callable[..., Payment]
Person = Callable[..., Page]


def connected(page: Page, address: str) -> Page:
    page.add_init_script(
        "document.addEventListener('live:ready', () => (document.body.dataset.ready = 'yes'), true)"
    )
    page.goto(address)
    page.wait_for_selector("body[data-ready]")
    return page


def test_by_keyboard_and_seen_by_the_other(person: Person, payment_in: MakePayment, manager: Any) -> None:
    first, second = (
        payment_in(S.SUBMITTED, patient=make_patient(f"{name}@test.clinic", first_name=name))
        for name in ("Pema", "Dolma")
    )
    first.attempts.get().proof.save("proof.jpg", picture())
    colleague = make_user("second@test.clinic", role="management", first_name="Gita", last_name="Malla")
    page = connected(person(manager), "/payments/")
    other = connected(person(colleague), "/payments/")

    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator("#review-title")).to_contain_text("Pema")
    expect(page.locator("#review-title")).to_be_focused()
    expect(other.locator(f"#payment-{first.pk}")).to_contain_text("Maya Shrestha is checking")
    expect(other.locator(f"#confirm-{first.pk}")).to_have_count(0)
    page.keyboard.press("+")
    expect(page.locator("[data-zoom-level]")).to_have_text("150 %")

    # Single letters do nothing where somebody types, nor while a dialog is open.
    page.keyboard.press("r")
    expect(page.get_by_role("textbox", name="Reason")).to_be_focused()
    page.keyboard.type("ca")
    page.keyboard.press("Escape")
    expect(page.locator("dialog[open]")).to_have_count(0)

    page.keyboard.press("a")
    dialog = page.get_by_role("dialog", name="Ask the patient again")
    dialog.get_by_label("The picture can't be read.").press("Space")
    dialog.get_by_role("button", name="Ask again").press("Enter")
    # Decided: the next one is open, and claimed.
    expect(page.locator("#review-title")).to_contain_text("Dolma")
    expect(page.locator(f"#payment-{first.pk}")).to_have_count(0)
    expect(other.locator(f"#payment-{second.pk}")).to_contain_text("Maya Shrestha is checking")
    assert Attempt.objects.get(payment=first).outcome == AttemptOutcome.ASKED_AGAIN

    page.keyboard.press("Escape")
    expect(page.locator("#review")).to_have_count(0)
    expect(other.locator(f"#confirm-{second.pk}")).to_be_visible()


def test_one_pane_on_a_phone(person: Person, many_payments: Callable[[int], None], manager: Any) -> None:
    many_payments(12)
    page = connected(person(manager, viewport=PHONE), "/payments/")
    row = page.locator("#queue [data-row]").nth(8)
    row.scroll_into_view_if_needed()
    name = str(row.get_attribute("data-patient"))
    row.locator("[data-open-review]").click()
    expect(page.locator("#review-title")).to_have_text(name)
    expect(page.locator("#queue")).to_be_hidden()
    page.go_back()
    expect(page.locator("#queue")).to_be_visible()
    expect(page.locator("#review")).to_have_count(0)
    # Letting the payment go draws the list anew, and takes its row out of the page meanwhile.
    page.wait_for_load_state("networkidle")

    # The list is drawn anew without moving under the finger: one that came first is gone.
    row = page.locator(f"#payment-{row.get_attribute('data-id')}")
    place = "id => document.getElementById(id) && {y: document.getElementById(id).getBoundingClientRect().y}"
    page.wait_for_function(
        "id => (document.getElementById(id)?.scrollIntoView(), document.scrollingElement.scrollTop > 200)",
        arg=row.get_attribute("id"),
    )
    before = page.wait_for_function(place, arg=row.get_attribute("id")).json_value()
    gone = Payment.objects.order_by("submitted_at").first()
    assert gone is not None
    payments.reject(gone.pk, reason="No such transfer", actor=manager)
    page.evaluate("window.htmx.trigger('#queue', 'queue:refresh')")
    expect(page.locator(f"#payment-{gone.pk}")).to_have_count(0)
    after = page.wait_for_function(place, arg=row.get_attribute("id")).json_value()
    assert abs(before["y"] - after["y"]) < 4


def test_a_payment_that_was_ticked_before_the_script_counts(
    person: Person, payment_in: MakePayment, manager: Any
) -> None:
    payment = payment_in(S.SUBMITTED)
    page = person(manager)
    late: list[Any] = []

    def keep(route: Any) -> None:
        late.append(route)

    page.route("**/billing/chosen.js", keep, times=1)
    with page.expect_request("**/billing/chosen.js"):
        page.goto("/payments/", wait_until="commit")
    page.locator(f"#choose-{payment.pk}").check()
    late[0].continue_()
    expect(page.locator("[data-chosen-count]")).to_have_text("1 · NPR 800.00")
    expect(page.locator(f"#choose-{payment.pk}")).to_be_checked()
