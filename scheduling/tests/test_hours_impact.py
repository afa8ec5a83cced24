"""Before hours are saved: which appointments would no longer fit, and why. Nothing is stored by looking."""

from collections.abc import Callable
from datetime import time
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from scheduling.models import Appointment, Break, DayOff, Holiday, Opening, Service, WorkingHours

from .factories import clinic_time, make_appointment, make_service
from .hours_forms import Row, dates_form, day_off, interval, opening, week_form

pytestmark = pytest.mark.django_db

ALL_WEEK = [interval(day, "09:00", "17:00", "video", "in_person") for day in range(7)]
BOTH = ("video", "in_person")


@pytest.fixture
def visit(patient: User, doctor: User, service: Service) -> Appointment:
    """In two days, 10:00 to 10:30, by video."""
    return make_appointment(patient, doctor, service)


@pytest.fixture
def look(client: Client, doctor: User) -> Callable[..., str]:
    client.force_login(doctor)

    def looking(name: str, data: Row, status: int = 200) -> str:
        response = client.post(reverse(name), data)
        assert response.status_code == status
        return response.content.decode()

    return looking


def weekday(visit: Appointment) -> int:
    return timezone.localtime(visit.starts_at).weekday()


def without(day: int, *instead: Row) -> Row:
    return week_form([row for row in ALL_WEEK if row["weekday"] != day] + list(instead))


def test_hours_that_still_hold_every_visit_hit_none(visit: Appointment, look: Callable[..., str]) -> None:
    assert "No appointment is hit" in look("working_hours_check", week_form(ALL_WEEK))
    day = weekday(visit)
    # Two neighbours hold it together.
    halves = (interval(day, "09:00", "10:15", *BOTH), interval(day, "10:15", "17:00", *BOTH))
    assert "No appointment is hit" in look("working_hours_check", without(day, *halves))


@pytest.mark.parametrize(
    ("instead", "why"),
    [
        ((), "outside the working hours"),
        (("10:15", "17:00", "video"), "outside the working hours"),
        (("09:00", "17:00", "in_person"), "not by “Video” at this time"),
    ],
)
def test_a_visit_that_would_not_fit_is_named_with_the_reason_and_ways_on(
    visit: Appointment, look: Callable[..., str], instead: Any, why: str
) -> None:
    day = weekday(visit)
    text = look("working_hours_check", without(day, *([interval(day, *instead)] if instead else [])))
    assert "1 appointment would no longer fit" in text
    assert why in text
    assert reverse("appointment", args=[visit.pk]) in text
    assert reverse("appointment_reschedule", args=[visit.pk]) in text
    assert WorkingHours.objects.filter(doctor=visit.doctor).count() == 7
    visit.refresh_from_db()
    assert visit.status == "confirmed"


def test_breaks_and_services_count(visit: Appointment, look: Callable[..., str]) -> None:
    day = weekday(visit)
    pause = week_form(ALL_WEEK, [interval(day, "10:15", "10:45")])
    assert "in a break" in look("working_hours_check", pause)
    other = make_service("ECG")
    only = interval(day, "09:00", "17:00", *BOTH, services=(other.pk,))
    assert "not for “Consultation” at this time" in look("working_hours_check", without(day, only))


def test_what_is_over_or_called_off_or_anothers_is_not_hit(
    *,
    patient: User,
    other_patient: User,
    doctor: User,
    other_doctor: User,
    service: Service,
    look: Callable[..., str],
) -> None:
    make_appointment(patient, doctor, service, starts_at=clinic_time(-3, 10), status="completed")
    make_appointment(other_patient, doctor, service, status="cancelled")
    make_appointment(patient, other_doctor, service)
    assert "No appointment is hit" in look("working_hours_check", week_form([]))


def test_an_overbooked_visit_is_hit_by_days_off_only(visit: Appointment, look: Callable[..., str]) -> None:
    Appointment.objects.filter(pk=visit.pk).update(overbooking_reason="Emergency")
    assert "No appointment is hit" in look("working_hours_check", week_form([]))
    off = dates_form([], [day_off(timezone.localdate(visit.starts_at))])
    assert "on a day off" in look("working_dates_check", off)


@pytest.mark.parametrize(
    ("times", "is_hit"),
    [({}, True), ({"starts": "10:15", "ends": "11:00"}, True), ({"starts": "10:30", "ends": "12:00"}, False)],
)
def test_time_off_hits_what_it_touches(
    visit: Appointment, look: Callable[..., str], times: Row, is_hit: bool
) -> None:
    off = day_off(timezone.localdate(visit.starts_at), **times)
    text = look("working_dates_check", dates_form([], [off]))
    assert ("1 appointment would no longer fit" in text) is is_hit
    assert not DayOff.objects.filter(doctor=visit.doctor).exists()


def test_an_opening_holds_a_visit_on_a_holiday_and_its_removal_hits_it(
    visit: Appointment, doctor: User, look: Callable[..., str]
) -> None:
    day = timezone.localdate(visit.starts_at)
    Holiday.objects.create(name="Dashain", first_day=day, last_day=day)
    Opening.objects.create(doctor=doctor, day=day, starts=time(9), ends=time(12), modes=["video"])
    kept = dates_form([opening(day, "09:00", "12:00", "video")])
    assert "No appointment is hit" in look("working_dates_check", kept)
    text = look("working_dates_check", dates_form([]))
    assert "1 appointment would no longer fit" in text
    assert "the clinic is closed: Dashain" in text


def test_what_lay_outside_before_is_told_apart(
    visit: Appointment, doctor: User, client: Client, look: Callable[..., str]
) -> None:
    Break.objects.filter(doctor=doctor).delete()
    WorkingHours.objects.filter(doctor=doctor).delete()
    text = look("working_hours_check", week_form([interval(weekday(visit), "14:00", "15:00", "video")]))
    assert "No further appointment is hit" in text
    assert "1 appointment lies outside the saved hours" in text
    assert (
        "1 appointment lies outside the saved hours" in client.get(reverse("working_hours")).content.decode()
    )


def test_mistakes_are_said_instead_of_an_impact(visit: Appointment, look: Callable[..., str]) -> None:
    text = look("working_hours_check", week_form([interval(0, "12:00", "09:00", "video")]), 422)
    assert "Monday: The end has to be after the start." in text
    assert "This can&#x27;t be saved yet" in text or "This can't be saved yet" in text
    wrong = dates_form([opening("2040-01-05", "09:00", "08:00", "video")])
    assert "5 January: The end has to be after the start." in look("working_dates_check", wrong, 422)


def test_a_stored_service_of_a_row_is_read_once(
    doctor: User, service: Service, look: Callable[..., str]
) -> None:
    """A visit for the service that an interval is kept for still fits it."""
    make_appointment(doctor=doctor, patient=_patient(), service=service)
    only = [interval(day, "09:00", "17:00", *BOTH, services=(service.pk,)) for day in range(7)]
    assert "No appointment is hit" in look("working_hours_check", week_form(only))


def _patient() -> User:
    from accounts.tests.factories import make_patient

    return make_patient("third@test.clinic")
