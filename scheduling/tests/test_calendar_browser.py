"""Visits dragged in real browsers: asked first, refused with the reason, and nobody's place on the page lost."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from accounts.models import User
from scheduling.models import Appointment, Service
from scheduling.tests.factories import clinic_time, make_appointment
from scheduling.views.picker import address_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Person = Callable[..., Any]


def day_of_all(page: Any) -> None:
    """Open tomorrow with a column for each doctor."""
    page.goto(f"{reverse('calendar')}?view=day&date={timezone.localdate() + timedelta(days=1)}")


def drag(page: Any, visit: Appointment, *, columns: int = 0, quarters: int = 0) -> None:
    """Drag a visit so many columns to the right and quarters of an hour down."""
    event = page.locator(f'[data-event="{visit.pk}"]')
    event.scroll_into_view_if_needed()
    box = event.bounding_box()
    column = page.locator(".ec-body .ec-day, .ec-grid .ec-day").first.bounding_box()["width"]
    x, y = box["x"] + 20, box["y"] + 6
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 8, y + 8, steps=3)
    page.mouse.move(x + columns * column, y + quarters * 24, steps=8)
    page.mouse.up()


def place_of(page: Any, visit: Appointment) -> tuple[int, int] | None:
    """None while it is drawn anew."""
    box = page.locator(f'[data-event="{visit.pk}"]').bounding_box()
    return box and (round(box["x"]), round(box["y"]))


def comes_back_to(page: Any, visit: Appointment, place: tuple[int, int] | None) -> None:
    for _try in range(150):
        if (now := place_of(page, visit)) == place:
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"at {now}, not at {place}")


def test_a_visit_is_dragged_to_another_doctor_and_moves_after_a_yes(
    person: Person, *, patient: User, doctor: User, other_doctor: User, manager: User, service: Service
) -> None:
    """And a second manager who dragged the same visit meanwhile sees where it is, and can go on."""
    visit = make_appointment(patient, other_doctor, service, starts_at=clinic_time(1, 10))
    first, second = person(manager), person(manager)
    for page in (first, second):
        day_of_all(page)
        page.wait_for_selector(f'[data-event="{visit.pk}"]')
    # Dr. Hari Thapa's column stands before Dr. Sita Sharma's.
    drag(first, visit, columns=1, quarters=4)
    drag(second, visit, quarters=2)
    dialog = first.locator("#ask[open]")
    dialog.get_by_text("Move this visit?").wait_for()
    expect(dialog).to_contain_text("10:00")
    expect(dialog).to_contain_text("11:00")
    assert Appointment.objects.get().starts_at == clinic_time(1, 10)
    dialog.get_by_role("button", name="Move the visit").click()
    first.locator(".toast", has_text="The visit is moved.").wait_for()
    moved = Appointment.objects.get()
    assert (moved.starts_at, moved.doctor) == (clinic_time(1, 11), doctor)

    second.locator("#ask[open]").get_by_role("button", name="Move the visit").click()
    second.get_by_text("Somebody was faster").wait_for()
    expect(second.locator("#ask")).to_contain_text(f"{manager.name} changed this visit")
    expect(second.locator("#ask")).to_contain_text(doctor.name)
    second.get_by_role("link", name="Move it to my time after all").click()
    second.get_by_role("button", name="Move the visit").click()
    second.locator(".toast", has_text="The visit is moved.").wait_for()
    assert Appointment.objects.get().starts_at == clinic_time(1, 10, 30)


def test_a_refused_drag_goes_back_and_says_why(
    person: Person, *, patient: User, other_patient: User, doctor: User, service: Service
) -> None:
    visit = make_appointment(patient, doctor, service, starts_at=clinic_time(1, 10))
    make_appointment(other_patient, doctor, service, starts_at=clinic_time(1, 11))
    page = person(doctor)
    day_of_all(page)
    page.wait_for_selector(f'[data-event="{visit.pk}"]')
    page.locator(f'[data-event="{visit.pk}"]').scroll_into_view_if_needed()
    before = place_of(page, visit)
    drag(page, visit, quarters=4)
    dialog = page.locator("#ask[open]")
    dialog.get_by_text("has another visit at this time").wait_for()
    comes_back_to(page, visit, before)
    # The nearest free times lead on.
    dialog.get_by_role("link", name="10:30").click()
    dialog.get_by_text("Move this visit?").wait_for()
    dialog.get_by_role("link", name="Leave it").click()
    comes_back_to(page, visit, before)
    assert Appointment.objects.get(pk=visit.pk).starts_at == clinic_time(1, 10)


def test_live_news_leave_scroll_and_focus_where_they_are(
    person: Person, *, patient: User, other_patient: User, doctor: User, manager: User, service: Service
) -> None:
    visit = make_appointment(patient, doctor, service, starts_at=clinic_time(1, 15))
    other = make_appointment(other_patient, doctor, service, starts_at=clinic_time(1, 13))
    page = person(doctor)
    page.add_init_script(
        "document.addEventListener('live:ready', () => { document.body.dataset.ready = 'yes' }, true)"
    )
    day_of_all(page)
    page.wait_for_selector("body[data-ready]", state="attached")
    mine = page.locator(f'[data-event="{visit.pk}"]')
    mine.focus()
    scrolled = "() => Math.round(document.querySelector('#calendar .ec-main').scrollTop)"
    page.evaluate("() => { document.querySelector('#calendar .ec-main').scrollTop = 333 }")
    assert page.evaluate(scrolled) == 333
    desk = person(manager)
    desk.goto(f"{reverse('appointment_reschedule', args=[other.pk])}?at={address_of(clinic_time(1, 14))}")
    desk.get_by_role("button", name="Move the visit").click()
    page.wait_for_selector('[aria-label^="14:00–14:30"]')
    expect(mine).to_be_focused()
    assert page.evaluate(scrolled) == 333
    page.keyboard.press("Enter")
    page.locator("#ask[open]").get_by_role("link", name="Open the visit").wait_for()
