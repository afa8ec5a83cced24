"""The doctor's calendar: whose it is, today's steps, the week as a list, the feed and its bounds."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from scheduling.enums import AppointmentStatus
from scheduling.models import DayOff, Service
from scheduling.tests.factories import clinic_time, make_appointment

pytestmark = pytest.mark.django_db

PAGES = ("calendar", "calendar_events", "working_hours")


def feed(client: Client, first: date, days: int = 7, **query: str) -> Any:
    span = {"start": str(first), "end": str(first + timedelta(days=days))}
    return client.get(reverse("calendar_events"), {**span, **query})


@pytest.mark.parametrize("name", PAGES)
def test_only_doctors_and_management_have_calendars(
    client: Client, patient: User, admin: User, doctor: User, name: str
) -> None:
    assert client.get(reverse(name))["Location"].startswith(reverse("account_login"))
    for user in (patient, admin):
        client.force_login(user)
        assert client.get(reverse(name), {"doctor": str(doctor.pk)}).status_code == 403


@pytest.mark.parametrize("name", PAGES)
def test_another_doctors_calendar_is_not_found(
    client: Client, doctor: User, other_doctor: User, name: str
) -> None:
    client.force_login(other_doctor)
    assert client.get(reverse(name), {"doctor": str(doctor.pk)}).status_code == 404
    assert client.get(reverse(name), {"doctor": "x"}).status_code == 404


@pytest.mark.parametrize("name", ["calendar", "working_hours"])
def test_management_chooses_a_doctor_first(
    client: Client, manager: User, patient: User, doctor: User, name: str
) -> None:
    client.force_login(manager)
    assert f"?doctor={doctor.pk}" in client.get(reverse(name)).content.decode()
    chosen = client.get(reverse(name), {"doctor": str(doctor.pk)})
    assert chosen.status_code == 200
    assert doctor.name in chosen.content.decode()
    for wrong in (str(patient.pk), "x", "' OR 1=1"):
        assert client.get(reverse(name), {"doctor": wrong}).status_code == 404


def test_today_shows_each_visit_with_its_next_step(
    client: Client, patient: User, doctor: User, service: Service, time_machine: Any
) -> None:
    time_machine.move_to(clinic_time(0, 9, 30), tick=False)
    visit = make_appointment(
        patient, doctor, service, starts_at=clinic_time(0, 10), status=AppointmentStatus.CHECKED_IN
    )
    tomorrow = make_appointment(patient, doctor, service, starts_at=clinic_time(1, 10))
    client.force_login(doctor)
    text = client.get(reverse("calendar")).content.decode()
    today = text[text.index('id="today"') : text.index('id="calendar-card"')]
    assert patient.name in today
    assert reverse("appointment_action", args=[visit.pk, "start"]) in today
    assert reverse("appointment", args=[tomorrow.pk]) not in today


def test_the_week_is_a_list_too(
    client: Client, patient: User, doctor: User, other_doctor: User, service: Service
) -> None:
    visit = make_appointment(patient, doctor, service, starts_at=clinic_time(14, 10))
    cancelled = make_appointment(
        patient, doctor, service, starts_at=clinic_time(14, 11), status=AppointmentStatus.CANCELLED
    )
    foreign = make_appointment(patient, other_doctor, service, starts_at=clinic_time(14, 12))
    client.force_login(doctor)
    day = timezone.localdate() + timedelta(days=14)
    text = client.get(reverse("calendar"), {"date": str(day)}).content.decode()
    assert reverse("appointment", args=[visit.pk]) in text
    assert reverse("appointment", args=[cancelled.pk]) not in text
    assert reverse("appointment", args=[foreign.pk]) not in text
    assert reverse("appointment", args=[visit.pk]) not in client.get(reverse("calendar")).content.decode()


@pytest.mark.parametrize("day", ["yesterday", "2026-02-31", "9999-12-31", "0001-01-01", "x" * 3000])
def test_a_broken_date_shows_this_week(client: Client, doctor: User, day: str) -> None:
    client.force_login(doctor)
    assert client.get(reverse("calendar"), {"date": day}).status_code == 200


def test_the_feed_holds_visits_hours_breaks_and_days_off_in_clinic_time(
    client: Client, patient: User, doctor: User, service: Service
) -> None:
    day = timezone.localdate() + timedelta(days=2)
    visit = make_appointment(patient, doctor, service)
    DayOff.objects.create(doctor=doctor, first_day=day + timedelta(days=1), last_day=day + timedelta(days=1))
    client.force_login(doctor)
    events = {event["id"]: event for event in feed(client, day, days=2).json()}
    shown = events[str(visit.pk)]
    assert (shown["start"], shown["end"]) == (f"{day}T10:00:00", f"{day}T10:30:00")
    assert shown["title"] == patient.name
    assert shown["extendedProps"]["status"] == "Confirmed"
    assert shown["extendedProps"]["url"] == reverse("appointment", args=[visit.pk])
    assert events[f"hours-{day}-0900"]["display"] == "background"
    assert events[f"break-{day}-1200"]["end"] == f"{day}T13:00:00"
    off = day + timedelta(days=1)
    assert f"off-{off}" in events
    assert f"hours-{off}-0900" not in events


def test_the_feed_is_bounded(client: Client, doctor: User) -> None:
    client.force_login(doctor)
    today = timezone.localdate()
    assert feed(client, today, days=45).status_code == 200
    assert feed(client, today, days=46).status_code == 400
    assert feed(client, today, days=-1).status_code == 400
    for query in ({}, {"start": "x", "end": "y"}, {"start": "0001-01-01", "end": "0001-01-02"}):
        assert client.get(reverse("calendar_events"), query).status_code == 400


def test_management_names_the_doctor_of_the_feed(client: Client, manager: User, doctor: User) -> None:
    client.force_login(manager)
    assert feed(client, timezone.localdate()).status_code == 404
    assert feed(client, timezone.localdate(), doctor=str(doctor.pk)).status_code == 200


@pytest.mark.parametrize("name", ["calendar", "calendar_events"])
def test_query_count_is_flat(
    client: Client, *, patient: User, doctor: User, service: Service, name: str, time_machine: Any
) -> None:
    time_machine.move_to(clinic_time(0, 0, 5), tick=False)
    client.force_login(doctor)
    today = timezone.localdate()
    span = {"start": str(today), "end": str(today + timedelta(days=7))}

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(reverse(name), span).status_code == 200
        return len(captured)

    make_appointment(patient, doctor, service, starts_at=clinic_time(0, 8))
    queries()
    one = queries()
    for number in range(29):
        make_appointment(
            patient, doctor, service, starts_at=clinic_time(0, 8, 30) + timedelta(minutes=30 * number)
        )
    assert queries() == one
