"""A freed time comes up by itself on the page of who waits; a closed day can be undone while the minute runs."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accounts.models import User
from scheduling.enums import AppointmentStatus
from scheduling.models import Appointment, DayOff, Service
from scheduling.tests.factories import clinic_time, make_appointment, make_waiting

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_freed_time_appears_and_is_taken(
    person: Any, patient: User, other_patient: User, doctor: User, service: Service
) -> None:
    make_waiting(patient, doctor, service)
    visit = make_appointment(other_patient, doctor, service)
    page = person(patient)
    page.goto("/waiting/")
    expect(page.get_by_text("You are next in line.")).to_be_visible()
    desk = person(other_patient)
    desk.goto(f"/appointments/{visit.pk}/cancel/")
    desk.get_by_role("button", name="Cancel visit").click()
    desk.wait_for_url(f"**/appointments/{visit.pk}/")
    page.get_by_role("link", name="Look at this time").click()
    expect(page.locator("[data-countdown]")).to_contain_text(re.compile(r"1[0-4]:\d\d"))
    page.get_by_role("button", name="Take this time").click()
    page.wait_for_url("**/payments/**")
    assert Appointment.objects.get(patient=patient).starts_at == visit.starts_at


def test_a_closed_day_is_undone_in_its_minute(
    person: Any, patient: User, doctor: User, service: Service
) -> None:
    visit = make_appointment(patient, doctor, service, starts_at=clinic_time(2, 10))
    page = person(doctor)
    day = timezone.localdate() + timedelta(days=2)
    page.goto(f"/calendar/unable/?first_day={day}")
    page.get_by_label("What happens to the visit of").select_option("cancel")
    page.get_by_role("button", name="Close the days and settle 1 visit").click()
    expect(page.locator("[data-countdown]")).to_contain_text("0:")
    assert DayOff.objects.filter(doctor=doctor).exists()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("This was undone")).to_be_visible()
    assert not DayOff.objects.filter(doctor=doctor).exists()
    visit.refresh_from_db()
    assert visit.status == AppointmentStatus.CONFIRMED
