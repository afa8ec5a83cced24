"""The queue in real browsers: a call at the desk is on the patient's phone and on the waiting room's screen at once."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from accounts.enums import Mode
from accounts.models import User
from accounts.tests.factories import make_patient
from scheduling.domain import screen
from scheduling.enums import AppointmentStatus
from scheduling.models import Appointment, Service
from scheduling.tests.factories import make_appointment

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
S = AppointmentStatus


def today(patient: User, doctor: User, service: Service, minutes: int, status: str) -> Appointment:
    """So many minutes from now, but never on another day."""
    now = timezone.localtime().replace(second=0, microsecond=0)
    day_left = now.replace(hour=23, minute=20) - now
    day_gone = now.replace(hour=0, minute=0) - now
    return make_appointment(
        patient,
        doctor,
        service,
        starts_at=now + max(day_gone, min(day_left, timedelta(minutes=minutes))),
        status=status,
        mode=Mode.IN_PERSON,
    )


def test_a_call_reaches_the_patient_and_the_screen(
    person: Any, patient: User, doctor: User, manager: User, service: Service
) -> None:
    own = today(patient, doctor, service, -30, S.CHECKED_IN)
    other_time = -120 if timezone.localtime().hour >= 3 else 60
    today(make_patient("before@test.clinic"), doctor, service, other_time, S.COMPLETED)
    phone = person(patient, viewport={"width": 390, "height": 844})
    phone.goto(reverse("waiting_room", args=[own.pk]))
    phone.get_by_text("patients before you").wait_for()
    television = person()
    television.goto(reverse("queue_screen", args=[screen.key()]))
    television.get_by_text("A. G.").wait_for()
    desk = person(manager)
    desk.goto(reverse("queue"))
    desk.get_by_text("1 visit over").click()

    desk.get_by_role("button", name="Call next").click()
    phone.locator("[data-called]").wait_for()
    expect(phone).to_have_title(re.compile("^●"))
    expect(phone.get_by_role("alert")).to_be_visible()
    desk.get_by_role("button", name="Start visit").wait_for()
    expect(desk.locator("details[open]"), "what was open stays open").to_have_count(1)
    television.locator("[data-called]").wait_for()
    expect(television.get_by_text(patient.last_name)).to_have_count(0)

    desk.get_by_role("button", name="Take the call back").click()
    phone.locator("[data-called]").wait_for(state="detached")
    expect(phone).not_to_have_title(re.compile("^●"))


def test_a_delay_is_told_from_a_dialog_by_keyboard(
    person: Any, patient: User, doctor: User, service: Service
) -> None:
    today(patient, doctor, service, 60, S.CONFIRMED)
    desk = person(doctor)
    desk.goto(reverse("queue"))
    desk.get_by_role("link", name="Running late").focus()
    desk.keyboard.press("Enter")
    minutes = desk.get_by_label("Minutes late")
    minutes.fill("20")
    desk.keyboard.press("Enter")
    desk.get_by_text("told: 20 minutes late").wait_for()
    desk.get_by_text("1 patient was told.").wait_for()
