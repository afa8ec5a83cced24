"""A bank's file in the browser: uploaded, its columns put right with the preview following, its lines confirmed."""

from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from billing.models import Payment
from billing.tests.test_desk import fresh
from clinic.core.testing.browser import PHONE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_from_the_file_to_the_confirmed_payment(payment_in: Any, person: Any, manager: Any) -> None:
    claimed, unclaimed = payment_in("submitted"), payment_in("due")
    bank = claimed.attempts.get().bank_reference
    day = f"{timezone.localdate():%Y.%m.%d}"
    content = (
        f"Date;Amount;Text\n{day};8,00;coffee\n{day};800,00;{bank}\n{day};800,00;TRF {unclaimed.reference}\n"
    )

    page = person(manager, viewport=PHONE)
    page.goto("/statements/")
    page.get_by_label("The bank's file").set_input_files(
        {"name": "bank.csv", "mimeType": "text/csv", "buffer": content.encode()}
    )
    late: list[Any] = []

    def keep(route: Any) -> None:
        late.append(route)

    page.route("**/htmx*.js", keep, times=1)
    page.get_by_role("button", name="Upload").click(no_wait_after=True)
    expect(page.get_by_role("heading", name="What is in which column?")).to_be_visible()
    expect(page.get_by_text("The amount can't be read.").first).to_be_visible()
    # Chosen before the page listens, on a slow line: it counts all the same.
    page.get_by_label("Decimals are behind a").select_option("Comma: 1.234,50")
    late[0].continue_()
    expect(page.get_by_text("NPR 800.00").first).to_be_visible()
    page.get_by_label("Description").select_option(label="3: Text (coffee)")
    expect(page.get_by_role("cell", name=bank)).to_be_visible()
    page.get_by_role("button", name="Read the file like this").click()
    page.get_by_role("link", name="Match the lines").click()

    expect(page.get_by_text("Lines: 2 · NPR 1,600.00")).to_be_visible()
    page.get_by_label("NPR 800.00 for").nth(1).uncheck()
    expect(page.get_by_text("Lines: 1 · NPR 800.00")).to_be_visible()
    page.get_by_label("NPR 800.00 for").nth(1).check()
    page.get_by_role("button", name="Confirm the chosen lines").click()
    page.get_by_role("button", name="Confirm all of these").click()
    expect(page.get_by_text("2 payments are confirmed.")).to_be_visible()
    expect(page.get_by_text("1 line fits nothing")).to_be_visible()
    assert {fresh(one).received for one in (claimed, unclaimed)} == {800}
    page.get_by_label("Choose NPR 8.00").check()
    page.get_by_role("button", name="Set the chosen aside").click()
    expect(page.get_by_text("Nothing waits")).to_be_visible()
    assert Payment.objects.filter(status="confirmed").count() == 2
