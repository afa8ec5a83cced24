"""The grid of a doctor's hours in a real browser: mouse, keyboard, and what a change would hit before it is saved."""

from collections.abc import Callable
from datetime import time
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from accounts.models import User
from scheduling.models import Break, Service, WorkingHours
from scheduling.tests.factories import make_appointment

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Person = Callable[..., Any]


def opened(page: Any) -> Any:
    page.goto(reverse("working_hours"))
    page.wait_for_selector(".wg-block")
    page.locator(".wg-body").scroll_into_view_if_needed()
    return page


def point(page: Any, column: int, hour: float) -> tuple[float, float]:
    """Where a column of the grid (0 is Sunday) has that hour."""
    box = page.locator(f".wg-column[data-column='{column}']").bounding_box()
    style = "document.getElementById('grid').style.getPropertyValue"
    first, last = (float(page.evaluate(f"{style}('--{name}')")) for name in ("first", "last"))
    return box["x"] + box["width"] / 2, box["y"] + box["height"] * (hour - first) / (last - first)


def drag(page: Any, column: int, start: float, end: float, *, to: int | None = None) -> None:
    page.mouse.move(*point(page, column, start))
    page.mouse.down()
    page.mouse.move(*point(page, column, (start + end) / 2), steps=3)
    page.mouse.move(*point(page, column if to is None else to, end), steps=3)
    page.mouse.up()


def blocks(page: Any, day: str) -> list[str]:
    """What a screen reader hears of a day's blocks, without the ways to meet."""
    labels = page.locator(f".wg-block[aria-label^='{day}']").evaluate_all(
        "found => found.map(block => block.getAttribute('aria-label'))"
    )
    return [", ".join(label.split(", ")[1:3]) for label in labels]


def test_hours_and_breaks_are_drawn_moved_and_taken_back_by_mouse(person: Person, doctor: User) -> None:
    page = opened(person(doctor))
    drag(page, 0, 7, 8.5)
    assert blocks(page, "Sunday")[:1] == ["Hours, 07:00–08:30"]
    page.click(".pens label:has-text('Break')")
    drag(page, 0, 7.5, 8)
    assert blocks(page, "Sunday")[:2] == ["Hours, 07:00–08:30", "Break, 07:30–08:00"]
    page.click(".pens label:has-text('Video')")
    # To Monday, a quarter of an hour later; the break goes with its hours.
    drag(page, 0, 8.25, 8.5, to=1)
    assert blocks(page, "Monday")[:2] == ["Hours, 07:15–08:45", "Break, 07:45–08:15"]
    assert page.locator("[data-day='0'] [data-row]").count() == 4
    # What is there already keeps its place.
    drag(page, 1, 14, 14, to=0)
    assert "Hours, 09:00–17:00" in blocks(page, "Monday")
    page.click("[data-delete]")
    assert page.locator("[data-day='0'] [data-row]").count() == 2
    for _step in range(4):
        page.click("[data-undo]")
    assert blocks(page, "Sunday") == ["Hours, 09:00–17:00", "Break, 12:00–13:00"]
    page.wait_for_selector("text=Everything is saved.")


def test_the_same_by_keyboard_and_saved(person: Person, doctor: User) -> None:
    page = opened(person(doctor))
    page.focus(".wg-block[aria-label^='Monday, Hours']")
    for key in ("Shift+ArrowUp", "Alt+ArrowDown", "ArrowUp"):
        page.keyboard.press(key)
    assert blocks(page, "Monday")[0] == "Hours, 09:00–16:30"
    page.focus(".wg-block[aria-label^='Tuesday, Hours']")
    page.keyboard.press("Delete")
    page.focus(".wg-block[aria-label^='Monday, Hours']")
    page.keyboard.press("Shift+ArrowRight")
    assert blocks(page, "Tuesday")[0] == "Hours, 09:00–16:30"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.name").endswith("-starts")
    page.click("text=Save hours")
    page.wait_for_selector("text=It holds for new bookings from now on.")
    stored = WorkingHours.objects.filter(doctor=doctor, weekday__in=[0, 1])
    assert [(row.starts, row.ends) for row in stored] == [(time(9), time(16, 30))] * 2
    assert Break.objects.filter(doctor=doctor).count() == 7


def test_what_a_change_hits_is_shown_before_it_is_saved(
    person: Person, patient: User, doctor: User, service: Service
) -> None:
    visit = make_appointment(patient, doctor, service)
    day = timezone.localtime(visit.starts_at)
    page = opened(person(doctor))
    page.focus(f".wg-block[aria-label^='{day:%A}, Hours']")
    page.keyboard.press("Delete")
    page.wait_for_selector("#impact >> text=1 appointment would no longer fit")
    expect(
        page.locator(f"#impact a[href='{reverse('appointment_reschedule', args=[visit.pk])}']")
    ).to_have_count(1)
    # A preset of the server brings hours that hold it.
    page.click(f"button[aria-label='{day:%A}: Morning']")
    page.wait_for_selector("#impact >> text=No appointment is hit")
    expect(page.locator("[data-look]")).to_be_hidden()
    page.click("text=Save hours")
    page.wait_for_selector("text=It holds for new bookings from now on.")
    row = WorkingHours.objects.get(doctor=doctor, weekday=day.weekday())
    assert (row.starts, row.ends) == (time(9), time(13))
    visit.refresh_from_db()
    assert visit.status == "confirmed"
