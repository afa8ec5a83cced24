"""Two people before the same day, in real browsers: a taken time goes, and a hold that lapses brings it back."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from accounts.models import User
from clinic.core.testing.browser import PHONE
from scheduling.enums import AppointmentStatus
from scheduling.models import Appointment, Service
from scheduling.tasks import expire_hold
from scheduling.tests.factories import clinic_time, make_appointment
from scheduling.views.picker import address_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Person = Callable[..., Any]


@pytest.fixture
def moment() -> Any:
    return clinic_time(2, 10)


def day_address(doctor: User, service: Service, moment: Any) -> str:
    day = timezone.localdate(moment)
    return f"{reverse('book', args=[doctor.pk])}?service={service.pk}&mode=video&day={day}"


def marking(page: Any, event: str, mark: str) -> None:
    """Have the body carry `data-<mark>` once `event` has happened."""
    page.add_init_script(
        f"document.addEventListener('{event}', () => {{ document.body.dataset.{mark} = 'yes' }}, true)"
    )


def watching(page: Any, address: str) -> None:
    """Open the page and wait until the server has said that it watches the day."""
    marking(page, "live:watching", "watching")
    page.goto(address)
    page.wait_for_selector("body[data-watching]", state="attached")


def test_a_taken_time_goes_and_a_lapsed_hold_brings_it_back(
    person: Person, *, patient: User, other_patient: User, doctor: User, service: Service, moment: Any
) -> None:
    booker, watcher = person(patient), person(other_patient, viewport=PHONE)
    address = day_address(doctor, service, moment)
    time = f'[data-time="{address_of(moment)}"]'
    watching(watcher, address)
    watcher.wait_for_selector(time)
    watcher.evaluate("window.sameDocument = true")

    booker.goto(address)
    booker.click(time)
    booker.fill("#id_reason", "Itching arm")
    booker.click("button:has-text('Continue to review')")
    booker.click("#book-submit")
    booker.wait_for_url("**/payments/**")
    watcher.wait_for_selector(time, state="detached")

    visit = Appointment.objects.get()
    Appointment.objects.filter(pk=visit.pk).update(hold_expires_at=timezone.now() - timedelta(seconds=1))
    expire_hold.enqueue(str(visit.pk))
    watcher.wait_for_selector(time)
    assert Appointment.objects.get().status == AppointmentStatus.EXPIRED
    assert watcher.evaluate("window.sameDocument") is True


def test_a_chosen_time_that_goes_is_said_beside_what_was_typed(
    person: Person, *, patient: User, other_patient: User, doctor: User, service: Service, moment: Any
) -> None:
    typing, booker = person(patient), person(other_patient)
    query = f"?service={service.pk}&mode=video&at={address_of(moment)}"
    watching(typing, reverse("book_details", args=[doctor.pk]) + query)
    typing.fill("#id_reason", "Itching arm since Tuesday")

    booker.goto(reverse("book_review", args=[doctor.pk]) + query)
    booker.click("#book-submit")
    booker.wait_for_url("**/payments/**")

    typing.wait_for_selector("[data-time-gone]")
    expect(typing.locator("#id_reason")).to_have_value("Itching arm since Tuesday")
    typing.click("[data-time-gone] button[name=choose] >> nth=0")
    typing.wait_for_selector("[data-time-gone]", state="detached")
    expect(typing.locator("#id_reason")).to_have_value("Itching arm since Tuesday")


def test_days_are_reached_by_arrow_keys(
    person: Person, *, patient: User, doctor: User, service: Service, moment: Any
) -> None:
    page = person(patient)
    page.goto(day_address(doctor, service, moment))
    days = page.locator("[data-month] a[data-day]")
    days.first.focus()
    page.keyboard.press("End")
    expect(days.last).to_be_focused()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    second = days.nth(1) if days.count() > 1 else days.first
    expect(second).to_be_focused()
    wanted = second.get_attribute("data-day")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**day={wanted}*")
    expect(page.locator(f"[data-month] a[data-day='{wanted}']")).to_be_focused()


def test_the_visits_page_follows_what_the_doctor_does(
    person: Person, *, patient: User, doctor: User, service: Service
) -> None:
    visit = make_appointment(patient, doctor, service, status=AppointmentStatus.PENDING_CONFIRMATION)
    address = reverse("appointment", args=[visit.pk])
    watcher, acting = person(patient, viewport=PHONE), person(doctor)
    marking(watcher, "live:ready", "ready")
    watcher.goto(address)
    watcher.wait_for_selector("body[data-ready]", state="attached")
    acting.goto(address)
    acting.click("[data-asks]:has-text('Decline')")
    acting.fill("dialog[open] textarea", "I am away that day")
    acting.click("dialog[open] button[type=submit]")
    acting.wait_for_selector("#visit [data-status=declined]")
    watcher.wait_for_selector("#visit [data-status=declined]")
    expect(watcher.locator("#visit")).to_contain_text("I am away that day")


def test_a_new_day_off_empties_the_open_booking_page(
    person: Person, *, patient: User, doctor: User, service: Service, moment: Any
) -> None:
    watcher, acting = person(patient), person(doctor)
    watching(watcher, day_address(doctor, service, moment))
    watcher.wait_for_selector(f'[data-time="{address_of(moment)}"]')
    acting.goto(reverse("working_dates"))
    acting.click("button:has-text('Add time off')")
    acting.fill("input[name$='first_day']", timezone.localdate(moment).isoformat())
    acting.click("button:has-text('Save dates')")
    watcher.wait_for_selector(f'[data-time="{address_of(moment)}"]', state="detached")
