"""The figures in the browser: what one chooses is what chart, table and the rows behind a number show."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accounts.tests.factories import make_doctor
from insights.domain.figures import sums
from scheduling.tests.factories import clinic_time, make_appointment

pytestmark = pytest.mark.browser
# What the chart of visits has drawn.
DRAWN = """() => {
  const chart = globalThis.Chart?.getChart(document.querySelector("#visits canvas"));
  return chart && Object.fromEntries(chart.data.datasets.map((each) => [each.label, each.data]));
}"""


def test_chart_table_and_rows_follow_what_is_chosen(
    person: Any, patient: Any, doctor: Any, manager: Any, service: Any
) -> None:
    for hour in (9, 10, 11):
        make_appointment(patient, doctor, service, starts_at=clinic_time(-2, hour), status="completed")
    make_appointment(
        patient, make_doctor("d2@figures.test"), service, starts_at=clinic_time(-2, 14), status="no_show"
    )
    sums.sum_marked()
    page = person(manager)
    page.goto("/figures/")
    visits, form = page.locator("#visits"), page.get_by_role("search")
    row = visits.locator("tbody tr")
    expect(row.locator("td").first).to_have_text("4")
    page.wait_for_function(f"(({DRAWN})() ?? {{}})['Did not come']?.[0] === 1")
    form.get_by_label("Doctor").select_option(str(doctor.pk))
    form.get_by_role("button", name="Show").click()
    page.wait_for_url(f"**doctor={doctor.pk}**")
    expect(row.locator("td").first).to_have_text("3")
    page.wait_for_function(f"({DRAWN})()")
    drawn = page.evaluate(DRAWN)
    assert (drawn["Completed"], drawn["Did not come"]) == ([3], [0])
    # On a phone the numbers are pulled along below whose they are; on paper none is cut off.
    page.set_viewport_size({"width": 390, "height": 844})
    names = page.locator("#doctor tbody th").first
    stands = names.evaluate("name => name.getBoundingClientRect().x")
    page.locator("#doctor .table-wrap").evaluate("wrap => wrap.scrollTo(400, 0)")
    assert page.locator("#doctor .table-wrap").evaluate("wrap => wrap.scrollLeft") > 100
    assert names.evaluate("name => name.getBoundingClientRect().x") == stands
    page.set_viewport_size({"width": 718, "height": 1000})  # A4 between its margins
    page.emulate_media(media="print")
    assert (
        page.locator(".table-wrap").evaluate_all(
            "wraps => wraps.filter(wrap => wrap.scrollWidth > wrap.clientWidth).map(wrap => wrap.parentElement.id)"
        )
        == []
    )
    page.emulate_media(media="screen")
    page.set_viewport_size({"width": 1280, "height": 800})
    row.get_by_role("link", name="3").first.click()
    expect(page.locator("#rows").get_by_role("status").first).to_have_text("3 rows")
    # Back with the doctor still chosen; own days take the place of the preset, and days without visits show none.
    page.locator(".btn", has_text="Figures").click()
    expect(form.get_by_label("Doctor")).to_have_value(str(doctor.pk))
    day = (timezone.localdate() - timedelta(days=400)).isoformat()
    form.get_by_label("From").fill(day)
    form.get_by_label("To", exact=True).fill(day)
    expect(form.get_by_label("Period")).to_have_value("own")
    form.get_by_role("button", name="Show").click()
    expect(page.get_by_text("Nothing in these days")).to_be_visible()
    expect(visits).to_have_count(0)
