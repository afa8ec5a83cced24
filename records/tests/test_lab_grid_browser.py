"""The grid in a browser: keys, a pasted column, flags while typing."""

from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from accounts.domain import care
from records.models import LabReport
from records.tests.factories_labs import make_lab_catalogue

pytestmark = pytest.mark.browser


def test_keys_a_pasted_column_and_flags(person: Any, patient: Any, doctor: Any) -> None:
    care.link(patient, doctor)
    panel = make_lab_catalogue()
    page = person(doctor)
    page.goto(f"{reverse('lab_report_new', args=[patient.pk])}?panel={panel.pk}")
    cells = page.locator(".lab-cell")
    expect(cells.nth(0)).to_be_focused()
    page.keyboard.type("11,5")
    page.keyboard.press("Enter")
    expect(cells.nth(1)).to_be_focused()
    page.keyboard.type("7.1")
    page.keyboard.press("ArrowDown")
    page.keyboard.type("maybe")
    rows = page.locator("[data-lab-row]")
    expect(rows.nth(0)).to_contain_text("Low")
    expect(rows.nth(1)).to_contain_text("Critically high")
    expect(cells.nth(2)).to_have_attribute("aria-invalid", "true")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    expect(cells.nth(0)).to_be_focused()
    page.evaluate(
        """() => {
          const clipboardData = new DataTransfer();
          clipboardData.setData("text", "RPR\\tneg\\nHb\\t१३.२\\nZinc\\t9\\n");
          const event = new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true });
          document.activeElement.dispatchEvent(event);
        }"""
    )
    expect(cells.nth(0)).to_have_value("१३.२")
    expect(cells.nth(1)).to_have_value("7.1")
    expect(cells.nth(2)).to_have_value("neg")
    expect(cells.nth(2)).not_to_have_attribute("aria-invalid", "true")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/labs/reports/*/")
    assert [str(row) for row in LabReport.objects.get().results.values_list("flag", flat=True)] == [
        "normal",
        "critical_high",
        "normal",
    ]


def test_what_was_typed_survives_a_crash_and_is_stored_once(person: Any, patient: Any, doctor: Any) -> None:
    care.link(patient, doctor)
    page = person(doctor)
    address = f"{reverse('lab_report_new', args=[patient.pk])}?panel={make_lab_catalogue().pk}"
    page.goto(address)
    cells = page.locator(".lab-cell")
    cells.nth(0).fill("११,५")
    page.route("**/labs/new/", lambda route: route.abort())
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("Not saved yet: no connection.")).to_be_visible()
    expect(cells.nth(0)).to_have_value("११,५")
    context = page.context
    page.close()
    page = context.new_page()
    page.goto(address)
    cells = page.locator(".lab-cell")
    # Nothing slips into a new report by itself.
    expect(page.locator("[data-lab-left]")).to_contain_text("Haemoglobin ११,५")
    expect(cells.nth(0)).to_have_value("")
    page.get_by_role("button", name="Put it back").click()
    expect(cells.nth(0)).to_have_value("११,५")
    expect(page.locator("[data-lab-left]")).to_be_hidden()

    def lose_the_answer(route: Any) -> None:
        route.fetch()
        route.abort()

    page.route("**/labs/new/", lose_the_answer)
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("Not saved yet: no connection.")).to_be_visible()
    page.unroute("**/labs/new/")
    cells.nth(0).fill("11.6")
    page.get_by_role("button", name="Save and make final").click()
    page.wait_for_url("**/labs/reports/*/")
    report = LabReport.objects.get()
    assert (report.status, report.results.get().value) == ("final", Decimal("11.6"))
    assert page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('lab-grid:'))") == []
