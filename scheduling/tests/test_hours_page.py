"""Editing the working week: what is stored, every mistake beside its field, rows that come and go."""

from datetime import date, time, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from scheduling.domain import hours
from scheduling.domain.availability import free_slots
from scheduling.models import Break, DayOff, Schedule, Service, WorkingHours
from scheduling.tests.factories import clinic_time, make_appointment

pytestmark = pytest.mark.django_db

Row = dict[str, Any]


def form(hours_rows: list[Row], breaks: list[Row] | None = None, absences: list[Row] | None = None) -> Row:
    data: Row = {
        "rules-slot_minutes": "15",
        "rules-buffer_minutes": "5",
        "rules-notice_minutes": "120",
        "rules-horizon_days": "30",
        "do": "save",
    }
    for part, rows in (("hours", hours_rows), ("breaks", breaks or []), ("absences", absences or [])):
        data[f"{part}-TOTAL_FORMS"], data[f"{part}-INITIAL_FORMS"] = len(rows), 0
        for index, row in enumerate(rows):
            data.update({f"{part}-{index}-{name}": value for name, value in row.items()})
    return data


def interval(weekday: int, starts: str, ends: str, *modes: str) -> Row:
    return {"weekday": weekday, "starts": starts, "ends": ends, "modes": list(modes)}


def day_off(first: date, last: date | str = "", reason: str = "") -> Row:
    return {"first_day": str(first), "last_day": str(last), "reason": reason}


WORK = interval(0, "09:00", "12:00", "video")


def test_what_is_typed_is_stored_and_offered(client: Client, doctor: User, service: Service) -> None:
    client.force_login(doctor)
    soon = timezone.localdate() + timedelta(days=3)
    data = form(
        [WORK, interval(0, "13:00", "17:30", "in_person"), interval(6, "", "")],
        [interval(0, "15:00", "15:15")],
        [day_off(soon, reason="Dashain")],
    )
    response = client.post(reverse("working_hours"), data)
    assert response.status_code == 302
    stored = WorkingHours.objects.filter(doctor=doctor)
    assert [(row.weekday, row.starts, row.ends, row.modes) for row in stored] == [
        (0, time(9), time(12), ["video"]),
        (0, time(13), time(17, 30), ["in_person"]),
    ]
    assert [(row.starts, row.ends) for row in Break.objects.filter(doctor=doctor)] == [
        (time(15), time(15, 15))
    ]
    off = DayOff.objects.get(doctor=doctor)
    assert (off.first_day, off.last_day, off.reason) == (soon, soon, "Dashain")
    schedule = Schedule.objects.get(doctor=doctor)
    assert (schedule.slot_minutes, schedule.buffer_minutes) == (15, 5)
    assert (schedule.notice_minutes, schedule.horizon_days) == (120, 30)
    free = free_slots(doctor, service, timezone.localdate(), timezone.localdate() + timedelta(days=14))
    assert {slot.starts_at.weekday() for slot in free} == {0}


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (form([interval(0, "12:00", "09:00", "video")]), "The end has to be after the start."),
        (form([interval(0, "09:00", "09:00", "video")]), "The end has to be after the start."),
        (form([interval(0, "09:02", "12:00", "video")]), "Use steps of 5 minutes."),
        (form([interval(0, "09:00", "12:00")]), "Choose at least one way to meet."),
        (form([interval(0, "09:00", "", "video")]), "Please fill this in, or remove the row."),
        (form([interval(0, "nine", "12:00", "video")]), "Enter a valid time."),
        (form([WORK, interval(0, "11:00", "13:00", "video")]), "This overlaps another row of the day."),
        (form([WORK], [interval(0, "08:00", "09:30")]), "A break has to lie inside"),
        (form([WORK], [interval(0, "11:30", "12:30")]), "A break has to lie inside"),
        (form([WORK], [interval(0, "09:00", "12:00")]), "This break takes up all of these hours."),
        (form([WORK], [interval(1, "10:00", "10:30")]), "There are no working hours on this day."),
        (form([WORK], [interval(0, "10:30", "10:00")]), "The end has to be after the start."),
        (form([WORK], [], [day_off(date(2040, 1, 5), date(2040, 1, 4))]), "The last day is before the first"),
        (form([WORK], [], [day_off(date(2020, 1, 5))]), "These days are over."),
        (form([WORK], [], [{"reason": "x"}]), "Please fill this in, or remove the row."),
        (
            form([WORK], [], [day_off(date(2040, 1, 5), date(2040, 1, 9)), day_off(date(2040, 1, 9))]),
            "These days overlap another row.",
        ),
        ({**form([WORK]), "rules-horizon_days": "366"}, "365"),
        ({**form([WORK]), "rules-slot_minutes": "7"}, "Select a valid choice"),
    ],
)
def test_a_mistake_is_said_and_everything_typed_stays(
    client: Client, doctor: User, data: Row, message: str
) -> None:
    client.force_login(doctor)
    before = list(WorkingHours.objects.filter(doctor=doctor).values_list("pk"))
    response = client.post(reverse("working_hours"), data)
    text = response.content.decode()
    assert response.status_code == 422
    assert message in text
    for name, value in data.items():
        if name.endswith(("starts", "ends", "first_day", "last_day")) and value:
            assert f'value="{value}"' in text
    assert list(WorkingHours.objects.filter(doctor=doctor).values_list("pk")) == before


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"hours-TOTAL_FORMS": "x"},
        {**form([WORK]), "hours-TOTAL_FORMS": "100000"},
        {**form([interval(9, "09:00", "12:00", "video")])},
        {**form([interval(0, "09:00", "12:00", "telepathy")])},
        {**form([WORK]), "do": "remove:hours:99"},
        {**form([WORK]), "do": "remove:hours:-1"},
        {**form([WORK]), "do": "add:nothing:0"},
        {**form([WORK]), "do": "add:hours:99"},
        {**form([WORK]), "do": "copy"},
        {**form([WORK]), "do": ":::"},
    ],
)
def test_a_tampered_form_never_breaks_or_stores(client: Client, doctor: User, data: Row) -> None:
    client.force_login(doctor)
    response = client.post(reverse("working_hours"), data)
    assert response.status_code in (200, 422)
    assert WorkingHours.objects.filter(doctor=doctor).count() == 7


def rows(client: Client, do: str, data: Row) -> str:
    response = client.post(reverse("working_hours"), {**data, "do": do})
    assert response.status_code == 200
    return response.content.decode()


def test_rows_come_and_go_without_saving(client: Client, doctor: User) -> None:
    client.force_login(doctor)
    data = form([interval(0, "08:15", "", "video")], [], [day_off(date(2040, 1, 5))])
    text = rows(client, "add:hours:3", data)
    assert 'name="hours-TOTAL_FORMS" value="2"' in text
    assert 'value="08:15"' in text
    text = rows(client, "remove:hours:0", data)
    assert 'name="hours-TOTAL_FORMS" value="0"' in text
    assert 'value="2040-01-05"' in text
    assert 'name="absences-TOTAL_FORMS" value="2"' in rows(client, "add:absences", data)
    assert 'name="breaks-TOTAL_FORMS" value="1"' in rows(client, "add:breaks:0", data)
    assert WorkingHours.objects.filter(doctor=doctor).count() == 7


def test_monday_is_copied_to_the_other_days(client: Client, doctor: User) -> None:
    client.force_login(doctor)
    data = form([WORK, interval(2, "06:10", "07:00", "video")], [interval(0, "10:00", "10:30")])
    text = rows(client, "copy:weekdays", data)
    assert 'name="hours-TOTAL_FORMS" value="5"' in text
    assert 'name="breaks-TOTAL_FORMS" value="5"' in text
    assert "06:10" not in text
    assert 'name="hours-TOTAL_FORMS" value="7"' in rows(client, "copy:all", data)


def test_visits_on_a_day_off_are_listed_and_stay(
    client: Client, patient: User, doctor: User, other_doctor: User, service: Service
) -> None:
    visit = make_appointment(patient, doctor, service)
    foreign = make_appointment(patient, other_doctor, service, starts_at=clinic_time(2, 11))
    client.force_login(doctor)
    day = timezone.localdate() + timedelta(days=2)
    response = client.post(reverse("working_hours"), form([WORK], [], [day_off(day)]), follow=True)
    text = response.content.decode()
    assert "1 appointment falls on a day off" in text
    assert reverse("appointment", args=[visit.pk]) in text
    assert reverse("appointment", args=[foreign.pk]) not in text
    visit.refresh_from_db()
    assert visit.status == "confirmed"


def test_past_days_off_stay_as_they_were(client: Client, doctor: User) -> None:
    past = timezone.localdate() - timedelta(days=10)
    DayOff.objects.create(doctor=doctor, first_day=past, last_day=past)
    client.force_login(doctor)
    assert str(past) not in client.get(reverse("working_hours")).content.decode()
    client.post(reverse("working_hours"), form([WORK]))
    assert DayOff.objects.filter(doctor=doctor, first_day=past).exists()


def test_management_edits_for_the_doctor_it_names(client: Client, manager: User, doctor: User) -> None:
    client.force_login(manager)
    here = reverse("working_hours") + f"?doctor={doctor.pk}"
    assert client.post(here, form([WORK]))["Location"] == here
    assert WorkingHours.objects.filter(doctor=doctor).count() == 1


def test_nobody_else_edits(client: Client, patient: User, doctor: User, other_doctor: User) -> None:
    here = reverse("working_hours") + f"?doctor={doctor.pk}"
    assert client.post(here, form([WORK]))["Location"].startswith(reverse("account_login"))
    for user, status in ((patient, 403), (other_doctor, 404)):
        client.force_login(user)
        assert client.post(here, form([WORK])).status_code == status
    assert WorkingHours.objects.filter(doctor=doctor).count() == 7


TIMES = st.builds(time, st.integers(0, 23), st.sampled_from([0, 5, 10, 30, 55, 7]))
INTERVALS = st.builds(hours.Interval, st.integers(0, 6), TIMES, TIMES, st.just(("video",)))


@given(st.lists(INTERVALS, max_size=8))
def test_rows_without_mistakes_never_overlap(found: list[hours.Interval]) -> None:
    mistakes = hours.mistakes_in_hours(found)
    wrong = {index for index, _field, _message in mistakes}
    good = [row for index, row in enumerate(found) if index not in wrong]
    for index, row in enumerate(good):
        assert row.starts < row.ends
        assert row.starts.minute % 5 == 0
        for other in good[:index]:
            if other.weekday == row.weekday and not wrong:
                assert other.ends <= row.starts or row.ends <= other.starts
