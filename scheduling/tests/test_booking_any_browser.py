"""In real browsers: any doctor of a specialty while somebody else books, the front desk, and a reader far away."""

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from accounts.models import User
from accounts.tests.factories import make_patient
from clinic.core.testing.browser import PHONE
from scheduling.models import Appointment, Service
from scheduling.tests.factories import clinic_time, make_appointment
from scheduling.tests.test_booking_browser import watching
from scheduling.tests.test_booking_page import picture
from scheduling.views.picker import address_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Person = Callable[..., Any]


def take_at(moment: Any, doctor: User) -> str:
    """The id of the soonest list's way to this doctor at this time."""
    return f"#take-{address_of(moment).lower().replace(':', '')}-{doctor.pk}"


def test_any_doctor_from_the_list_to_the_payment_while_another_patient_books(
    person: Person, *, patient: User, other_patient: User, doctor: User, other_doctor: User, service: Service
) -> None:
    moment = clinic_time(2, 10)
    query = f"?service={service.pk}&mode=video"
    booker, other = person(patient, viewport=PHONE), person(other_patient)
    watching(booker, f"{reverse('book_any', args=['general-medicine'])}{query}&from={address_of(moment)}")
    expect(booker.locator(take_at(moment, doctor))).to_be_visible()
    booker.evaluate("window.sameDocument = true")

    other.goto(reverse("book_review", args=[doctor.pk]) + query + f"&at={address_of(moment)}")
    other.click("#book-submit")
    other.wait_for_url("**/payments/**")
    expect(booker.locator(take_at(moment, doctor))).to_have_count(0)
    expect(booker.locator(take_at(moment, other_doctor))).to_be_visible()
    assert booker.evaluate("window.sameDocument") is True

    booker.click(take_at(moment, other_doctor))
    booker.click("a:has-text('Change')")
    # Typed, attached and left without a button: it is there again.
    with booker.expect_response(lambda answer: answer.status == 204):
        booker.fill("#id_reason", "Itching arm since Tuesday")
    booker.set_input_files(
        "#id_files", {"name": "rash.png", "mimeType": "image/png", "buffer": picture().read()}
    )
    expect(booker.get_by_role("button", name="Remove rash.jpg")).to_be_visible()
    booker.go_back()
    booker.wait_for_url("**/review/**")
    booker.reload()
    expect(booker.get_by_text("Itching arm since Tuesday")).to_be_visible()
    booker.click("#book-submit")
    booker.wait_for_url("**/payments/**")
    visit = Appointment.objects.get(patient=patient)
    assert visit.files.count() == 1
    assert (visit.doctor, visit.starts_at, visit.reason) == (
        other_doctor, moment, "Itching arm since Tuesday"
    )  # fmt: skip


def test_the_desk_books_over_another_visit_with_a_reason(
    person: Person, *, manager: User, patient: User, other_patient: User, doctor: User, service: Service
) -> None:
    moment = clinic_time(2, 10)
    make_appointment(other_patient, doctor, service, starts_at=moment)
    make_patient("more@test.clinic", first_name="Asha", last_name="Tamang")
    page = person(manager)
    page.goto(reverse("desk_book"))
    page.fill("#id_reason", "Fell off a bicycle")
    page.fill("#desk-q", "gurung")
    page.click(f"#patient-{patient.pk}")
    expect(page.get_by_role("link", name="Someone else")).to_be_visible()
    page.select_option("#desk-doctor", str(doctor.pk))
    page.click("a.tab:has-text('Outside the free times')")
    page.fill("#desk-on", str(timezone.localdate(moment)))
    page.fill("#desk-clock", "10:05")
    summary = page.locator("#desk-summary")
    expect(summary.get_by_text("It collides with:")).to_be_visible()
    expect(summary.get_by_text(other_patient.name)).to_be_visible()
    page.fill("#id_overbooking_reason", "Came in with a bleeding knee")
    page.click("label:has-text('Pays at the desk')")
    page.click("#desk-go button")
    page.wait_for_url("**/appointments/*/")
    visit = Appointment.objects.get(patient=patient)
    assert (visit.starts_at, visit.status) == (clinic_time(2, 10, 5), "confirmed")
    assert (visit.reason, visit.overbooking_reason) == ("Fell off a bicycle", "Came in with a bleeding knee")


def test_a_reader_far_away_sees_both_times_and_is_remembered(
    person: Person, *, patient: User, doctor: User, service: Service
) -> None:
    moment = clinic_time(2, 10)
    there = {"timezone_id": "Asia/Tokyo"}
    visitor = person(None, **there)
    visitor.goto(reverse("doctors"))
    expect(visitor.locator(".own-time").first).to_contain_text("your time")
    make_appointment(patient, doctor, service, starts_at=moment)
    page = person(patient, **there)
    with page.expect_response(lambda answer: answer.url.endswith("/profile/time-zone/")):
        page.goto(reverse("appointments"))
    # 10:00 in Kathmandu is 13:15 in Tokyo, by the script first, by the server once it knows.
    expect(page.locator("#appointments .own-time")).to_have_text("clinic time · 13:15 your time")
    page.reload()
    expect(page.locator("#appointments .own-time time")).to_have_text("13:15 your time")
    assert User.objects.get(pk=patient.pk).time_zone == "Asia/Tokyo"
