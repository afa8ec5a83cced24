"""What the calendar's grid is told: visits, hours and closures in clinic time, bounds, filters, flat query counts."""

from datetime import date, time, timedelta
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
from scheduling.models import DayOff, Holiday, Opening, Service
from scheduling.tests.factories import clinic_time, make_appointment, make_working_week
from scheduling.tests.test_calendar_page import make_offer

pytestmark = pytest.mark.django_db


def answer(client: Client, user: User, first: date, days: int = 7, **query: Any) -> Any:
    client.force_login(user)
    span = {"start": str(first), "end": str(first + timedelta(days=days))}
    return client.get(reverse("calendar_events"), {**span, **query})


def feed(client: Client, user: User, first: date, days: int = 7, **query: Any) -> dict[str, Any]:
    response = answer(client, user, first, days, **query)
    assert response.status_code == 200
    return {event["id"]: event for event in response.json()}


def of_kind(events: dict[str, Any], *kinds: str) -> list[Any]:
    return [event for event in events.values() if event["extendedProps"]["kind"] in kinds]


def test_visits_stand_in_clinic_time_with_words(
    client: Client, patient: User, doctor: User, service: Service
) -> None:
    day = timezone.localdate() + timedelta(days=2)
    visit = make_appointment(patient, doctor, service, overbooking_reason="Fever", reason="Itching arm")
    response = answer(client, doctor, day)
    shown = next(event for event in response.json() if event["id"] == str(visit.pk))
    assert (shown["start"], shown["end"]) == (f"{day}T10:00:00", f"{day}T10:30:00")
    assert shown["resourceIds"] == [str(doctor.pk)]
    assert shown["startEditable"] is True
    label = shown["extendedProps"]["label"]
    for word in ("10:00–10:30", patient.name, service.name, "Video", "Confirmed", "Overbooked"):
        assert word in label
    assert "Itching arm" not in response.content.decode()
    assert "Fever" not in response.content.decode()


@pytest.mark.parametrize(
    ("status", "movable"),
    [("confirmed", True), ("checked_in", False), ("in_progress", False), ("completed", False)],
)
def test_only_what_can_be_moved_can_be_dragged(
    client: Client, *, patient: User, doctor: User, service: Service, status: str, movable: bool
) -> None:
    visit = make_appointment(patient, doctor, service, status=status)
    assert feed(client, doctor, timezone.localdate())[str(visit.pk)]["startEditable"] is movable


def test_a_day_has_hours_openings_breaks_and_closures(client: Client, doctor: User) -> None:
    make_hours = {"starts": time(18), "ends": time(20)}
    today = timezone.localdate()
    working, away, holiday, short = (today + timedelta(days=number) for number in range(1, 5))
    Opening.objects.create(doctor=doctor, day=working, modes=["video"], **make_hours)
    DayOff.objects.create(doctor=doctor, first_day=away, last_day=away, reason="Congress")
    DayOff.objects.create(
        doctor=doctor, first_day=short, last_day=short, starts=time(14), ends=time(15), reason="Dentist"
    )
    Holiday.objects.create(name="Tihar", first_day=holiday, last_day=holiday)
    events = feed(client, doctor, working, days=4, view="week")
    on = {
        day: {
            event["extendedProps"]["kind"] for event in events.values() if event["start"].startswith(str(day))
        }
        for day in (working, away, holiday, short)
    }
    assert on[working] == {"hours", "break", "opening"}
    assert on[away] == {"off"}
    assert on[holiday] == {"holiday"}
    assert on[short] == {"hours", "break", "off"}
    titles = {event["title"] for event in events.values()}
    assert {
        "Day off: Congress",
        "Away, 14:00–15:00: Dentist",
        "Holiday: Tihar",
        "Extra hours. Only Video",
    } <= titles


def test_hours_of_several_doctors_are_only_drawn_in_columns(
    client: Client, manager: User, doctor: User, other_doctor: User
) -> None:
    today = timezone.localdate()
    assert of_kind(feed(client, manager, today, view="week"), "hours") == []
    columns = of_kind(feed(client, manager, today, days=1, view="day"), "hours")
    assert {event["resourceIds"][0] for event in columns} == {str(doctor.pk), str(other_doctor.pk)}
    assert of_kind(feed(client, manager, today, view="week", doctor=str(doctor.pk)), "hours")


def test_a_month_of_several_doctors_is_told_in_numbers(
    client: Client, *, patient: User, doctor: User, other_doctor: User, manager: User, service: Service
) -> None:
    first = make_appointment(patient, doctor, service, starts_at=clinic_time(3, 10))
    # Shortly after midnight at the clinic is another day in UTC.
    make_appointment(patient, other_doctor, service, starts_at=clinic_time(3, 0, 30))
    make_appointment(
        patient, doctor, service, starts_at=clinic_time(3, 12), status=AppointmentStatus.PENDING_PAYMENT
    )
    today = timezone.localdate()
    events = feed(client, manager, today, days=42, view="month")
    assert str(first.pk) not in events
    numbers = {event["title"]: event["extendedProps"]["day"] for event in of_kind(events, "number", "waits")}
    day = str(today + timedelta(days=3))
    assert numbers == {"3 visits": day, "1 to confirm or pay": day}
    assert str(first.pk) in feed(client, manager, today, days=42, view="month", doctor=str(doctor.pk))


def test_a_week_too_full_to_read_is_told_in_numbers(
    client: Client, *, patient: User, doctor: User, other_doctor: User, manager: User, service: Service,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    first = make_appointment(patient, doctor, service, starts_at=clinic_time(3, 10))
    make_appointment(patient, other_doctor, service, starts_at=clinic_time(3, 12))
    today = timezone.localdate()
    assert str(first.pk) in feed(client, manager, today, view="week")
    monkeypatch.setattr("scheduling.views.calendar_feed.MAX_DRAWN", 1)
    assert [event["title"] for event in of_kind(feed(client, manager, today, view="week"), "number")] == [
        "2 visits"
    ]
    queries: tuple[dict[str, Any], ...] = ({"view": "day"}, {"view": "week", "doctor": str(doctor.pk)})
    for query in queries:
        assert str(first.pk) in feed(client, manager, today, **query)


def test_an_offer_is_there_until_it_lapses_and_names_the_patient_to_management_only(
    client: Client, *, patient: User, doctor: User, manager: User, service: Service
) -> None:
    offer = make_offer(patient, doctor, service, clinic_time(2, 10))
    today = timezone.localdate()
    for user, named in ((doctor, False), (manager, True)):
        shown = feed(client, user, today)[f"offer-{offer.pk}"]
        assert shown["title"].startswith("Held for the waiting list until")
        assert (patient.name in str(shown)) is named
    offer.expires_at = timezone.now()
    offer.save()
    assert f"offer-{offer.pk}" not in feed(client, doctor, today)


def test_filters_narrow_the_visits(
    client: Client, *, patient: User, other_patient: User, doctor: User, other_doctor: User, manager: User,
    service: Service,
) -> None:  # fmt: skip
    mine = make_appointment(patient, doctor, service, mode="in_person")
    other = make_appointment(other_patient, other_doctor, service, starts_at=clinic_time(2, 12))
    today = timezone.localdate()

    def found(**query: Any) -> set[Any]:
        events = feed(client, manager, today, **query)
        return {visit for visit in (mine, other) if str(visit.pk) in events}

    assert found() == {mine, other}
    assert found(doctor=[str(doctor.pk), str(other_doctor.pk)]) == {mine, other}
    assert found(doctor=str(other_doctor.pk)) == {other}
    assert found(mode="in_person") == {mine}
    assert found(q=other_patient.first_name) == {other}
    assert found(status="completed") == set()


def test_a_doctors_feed_is_their_own(
    client: Client, patient: User, doctor: User, other_doctor: User, service: Service
) -> None:
    visit = make_appointment(patient, doctor, service)
    today = timezone.localdate()
    assert str(visit.pk) not in feed(client, other_doctor, today)
    assert answer(client, other_doctor, today, doctor=str(doctor.pk)).status_code == 404
    assert answer(client, doctor, today, doctor="x").status_code == 404
    assert answer(client, patient, today).status_code == 403


def test_the_feed_is_bounded(client: Client, doctor: User) -> None:
    today = timezone.localdate()
    assert answer(client, doctor, today, days=45).status_code == 200
    assert answer(client, doctor, today, days=46).status_code == 400
    assert answer(client, doctor, today, days=-1).status_code == 400
    for query in ({}, {"start": "x", "end": "y"}, {"start": "0001-01-01", "end": "0001-01-02"}):
        assert client.get(reverse("calendar_events"), query).status_code == 400


@pytest.mark.parametrize("view", ["day", "week", "month"])
def test_query_count_is_flat(
    client: Client, *, manager: User, patient: User, doctor: User, service: Service, view: str
) -> None:
    today = timezone.localdate()
    make_doctor("second@test.clinic", first_name="Two", last_name="Doctors")

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            feed(client, manager, today, view=view)
        return len(captured)

    make_appointment(patient, doctor, service)
    make_offer(patient, doctor, service, clinic_time(2, 12))
    queries()
    one = queries()
    for number in range(29):
        another = make_doctor(f"d{number}@test.clinic", first_name="D", last_name=f"Number{number}")
        make_working_week(another) if not another.working_hours.exists() else None
        someone = make_patient(f"p{number}@test.clinic", first_name="P", last_name=f"Number{number}")
        make_appointment(someone, another, service, starts_at=clinic_time(2, 12))
        make_offer(someone, another, service, clinic_time(2, 14))
    assert queries() == one
