"""The calendar's pages: whose they are, what each view shows, filters in the address, flat query counts."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.tests.factories import make_doctor, make_patient
from scheduling.enums import AppointmentStatus
from scheduling.models import DayOff, Holiday, Service, WaitingEntry, WaitingOffer
from scheduling.tests.factories import clinic_time, make_appointment

pytestmark = pytest.mark.django_db

PAGES = ("calendar", "calendar_events", "working_hours")
VIEWS = ("timeline", "day", "week", "month", "list")


def page(client: Client, user: User, **query: Any) -> str:
    client.force_login(user)
    response = client.get(reverse("calendar"), query)
    assert response.status_code == 200
    return str(response.content.decode())


def make_offer(patient: User, doctor: User, service: Service, starts_at: Any) -> WaitingOffer:
    entry = WaitingEntry.objects.create(
        patient=patient,
        doctor=doctor,
        specialty=doctor.doctor_profile.specialty,
        service=service,
        mode="video",
        first_day=timezone.localdate(),
        last_day=timezone.localdate() + timedelta(days=30),
    )
    return WaitingOffer.objects.create(
        entry=entry,
        doctor=doctor,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=30),
        expires_at=timezone.now() + timedelta(minutes=15),
    )


@pytest.mark.parametrize("name", PAGES)
def test_only_doctors_and_management_have_calendars(
    client: Client, patient: User, admin: User, doctor: User, name: str
) -> None:
    assert client.get(reverse(name))["Location"].startswith(reverse("account_login"))
    for user in (patient, admin):
        client.force_login(user)
        assert client.get(reverse(name), {"doctor": str(doctor.pk)}).status_code == 403


@pytest.mark.parametrize("name", ["calendar", "working_hours"])
def test_another_doctors_calendar_is_not_found(
    client: Client, doctor: User, other_doctor: User, name: str
) -> None:
    client.force_login(other_doctor)
    assert client.get(reverse(name), {"doctor": str(doctor.pk)}).status_code == 404
    assert client.get(reverse(name), {"doctor": "x"}).status_code == 404


def test_management_chooses_a_doctor_for_the_hours(client: Client, manager: User, doctor: User) -> None:
    client.force_login(manager)
    assert f"?doctor={doctor.pk}" in client.get(reverse("working_hours")).content.decode()


@pytest.mark.parametrize("view", VIEWS)
def test_nobody_else_is_a_doctor(
    client: Client, manager: User, patient: User, doctor: User, view: str
) -> None:
    assert doctor.name in page(client, manager, view=view, doctor=str(doctor.pk))
    for wrong in (str(patient.pk), "x", "' OR 1=1"):
        assert client.get(reverse("calendar"), {"view": view, "doctor": wrong}).status_code == 404


def test_management_begins_with_a_column_for_each_doctor(
    client: Client, manager: User, doctor: User, other_doctor: User
) -> None:
    text = page(client, manager)
    assert 'data-view="day"' in text
    assert "data-columns" in text
    columns = text[text.index('id="calendar-columns"') :]
    assert str(doctor.pk) in columns
    assert str(other_doctor.pk) in columns


def test_a_doctor_begins_with_their_own_week_and_no_choice_of_doctor(
    client: Client, doctor: User, other_doctor: User
) -> None:
    text = page(client, doctor)
    assert '<div id="calendar" ' in text
    assert 'data-view="week"' in text
    assert other_doctor.name not in text


def test_now_says_what_is_late_now_and_next(
    client: Client, patient: User, doctor: User, service: Service, time_machine: Any
) -> None:
    time_machine.move_to(clinic_time(0, 10, 12), tick=False)
    at = {
        (9, 0): AppointmentStatus.COMPLETED,
        (9, 30): AppointmentStatus.CONFIRMED,
        (10, 0): AppointmentStatus.IN_PROGRESS,
        (11, 0): AppointmentStatus.CONFIRMED,
    }
    over, late, now, following = (
        make_appointment(patient, doctor, service, starts_at=clinic_time(0, *time), status=status)
        for time, status in at.items()
    )
    tomorrow = make_appointment(patient, doctor, service, starts_at=clinic_time(1, 10))
    text = page(client, doctor, view="timeline")
    text = text[text.index('id="agenda"') :]
    words = ["Late: 42 minutes", reverse("appointment", args=[late.pk]), "Now", "Next", "Over today"]
    assert sorted(words, key=text.index) == words
    assert reverse("appointment_action", args=[now.pk, "complete"]) in text
    for visit in (over, following):
        assert reverse("appointment", args=[visit.pk]) in text
    assert reverse("appointment", args=[tomorrow.pk]) not in text


def test_who_is_called_in_is_let_in_at_once_and_the_call_is_not_taken_back_by_mistake(
    client: Client, patient: User, doctor: User, service: Service, time_machine: Any
) -> None:
    time_machine.move_to(clinic_time(0, 10, 12), tick=False)
    visit = make_appointment(
        patient, doctor, service, starts_at=clinic_time(0, 10, 30), status=AppointmentStatus.CHECKED_IN
    )
    visit.called_at = timezone.now()
    visit.save(update_fields=["called_at"])
    text = page(client, doctor, view="timeline")
    assert "Called in" in text
    assert reverse("appointment_action", args=[visit.pk, "start"]) in text
    assert reverse("appointment_action", args=[visit.pk, "take-back"]) not in text


def test_cant_be_there_is_about_the_doctor_whose_calendar_is_open(
    client: Client, manager: User, doctor: User, other_doctor: User
) -> None:
    link = f"{reverse('disruption_new')}?doctor={doctor.pk}"
    assert link in page(client, manager, doctor=str(doctor.pk))
    assert link not in page(client, manager)


def test_the_list_holds_a_doctors_week_and_a_day_of_the_clinic(
    client: Client, *, patient: User, doctor: User, other_doctor: User, manager: User, service: Service
) -> None:
    sunday = timezone.localdate() + timedelta(days=21)
    ahead = 21 - (sunday.weekday() + 1) % 7
    visit = make_appointment(patient, doctor, service, starts_at=clinic_time(ahead, 10))
    later = make_appointment(patient, doctor, service, starts_at=clinic_time(ahead + 6, 10))
    cancelled = make_appointment(
        patient, doctor, service, starts_at=clinic_time(ahead, 11), status=AppointmentStatus.CANCELLED
    )
    foreign = make_appointment(patient, other_doctor, service, starts_at=clinic_time(ahead, 12))
    query = {"view": "list", "date": str(timezone.localdate() + timedelta(days=ahead))}

    def found(user: User, **more: Any) -> set[Any]:
        text = page(client, user, **query, **more)
        everything = (visit, later, cancelled, foreign)
        return {seen for seen in everything if reverse("appointment", args=[seen.pk]) in text}

    assert found(doctor) == {visit, later}
    assert found(manager) == {visit, foreign}
    assert found(manager, doctor=str(doctor.pk)) == {visit, later}
    assert found(manager, doctor=[str(doctor.pk), str(other_doctor.pk)], mode="in_person") == set()
    assert found(doctor, status="cancelled") == {cancelled}
    assert found(doctor, q="asha", service=str(service.pk)) == {visit, later}
    assert found(doctor, q="bikash") == set()


def test_what_is_unusual_about_a_day_stands_in_words(
    client: Client, patient: User, other_patient: User, doctor: User, service: Service
) -> None:
    day = timezone.localdate() + timedelta(days=3)
    make_appointment(
        patient, doctor, service, starts_at=clinic_time(3, 10), overbooking_reason="Fever since Friday"
    )
    make_appointment(
        patient,
        doctor,
        service,
        starts_at=clinic_time(3, 11),
        displaced_at=timezone.now(),
        reason="Itching arm",
    )
    make_offer(other_patient, doctor, service, clinic_time(3, 14))
    DayOff.objects.create(doctor=doctor, first_day=day, last_day=day, reason="Ward round")
    Holiday.objects.create(name="Tihar", first_day=day, last_day=day)
    text = page(client, doctor, view="list", date=str(day))
    for words in (
        "Overbooked",
        "Needs a new time",
        "Held for the waiting list",
        "Ward round",
        "Holiday: Tihar",
    ):
        assert words in text
    sheet = page(client, doctor, date=str(day), print="1")
    assert "Overbooked" in sheet
    assert patient.name in sheet
    for kept in ("Itching arm", "Fever since Friday"):
        assert kept not in sheet


def test_filters_stay_when_the_view_changes(client: Client, manager: User, doctor: User) -> None:
    query = {"view": "list", "doctor": str(doctor.pk), "status": "confirmed", "q": "Asha Gurung"}
    text = page(client, manager, **query)
    tabs = text[text.index('id="view-tabs"') : text.index('id="visit-filters"')]
    for view in VIEWS:
        link = next(part for part in tabs.split('href="')[1:] if f"view={view}" in part.split('"')[0])
        assert all(kept in link for kept in (f"doctor={doctor.pk}", "status=confirmed", "q=Asha+Gurung"))


@pytest.mark.parametrize(
    "query", [{"status": "lost"}, {"specialty": "none"}, {"service": "x"}, {"q": "x" * 90}]
)
def test_a_filter_that_makes_no_sense_narrows_nothing(
    client: Client, *, patient: User, doctor: User, manager: User, service: Service, query: Any
) -> None:
    visit = make_appointment(patient, doctor, service, starts_at=clinic_time(0, 10))
    assert reverse("appointment", args=[visit.pk]) in page(client, manager, view="list", **query)


@pytest.mark.parametrize("day", ["yesterday", "2026-02-31", "9999-12-31", "0001-01-01", "x" * 3000])
@pytest.mark.parametrize("view", ["list", "week"])
def test_a_broken_date_shows_this_week(client: Client, doctor: User, day: str, view: str) -> None:
    assert page(client, doctor, view=view, date=day)


@pytest.mark.parametrize("view", ["timeline", "list", "day", "print"])
def test_query_count_is_flat(
    client: Client,
    *,
    manager: User,
    patient: User,
    doctor: User,
    service: Service,
    view: str,
    time_machine: Any,
) -> None:
    """The same for one visit of one doctor and for thirty visits of thirty doctors."""
    time_machine.move_to(clinic_time(0, 0, 5), tick=False)
    make_doctor("second@test.clinic", first_name="Two", last_name="Doctors")
    query = {"print": "1"} if view == "print" else {"view": view}

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            page(client, manager, **query)
        return len(captured)

    make_appointment(patient, doctor, service, starts_at=clinic_time(0, 8))
    queries()
    one = queries()
    for number in range(29):
        another = make_doctor(f"d{number}@test.clinic", first_name="D", last_name=f"Number{number}")
        someone = make_patient(f"p{number}@test.clinic", first_name="P", last_name=f"Number{number}")
        make_appointment(
            someone, another, service, starts_at=clinic_time(0, 8, 30) + timedelta(minutes=15 * number)
        )
    assert queries() == one
