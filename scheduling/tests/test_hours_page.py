"""Editing the working week: what is stored, every mistake beside its field, rows that come and go, two tabs."""

from datetime import time, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from clinic.core.errors import Invalid, NotAllowed
from scheduling.domain import hours
from scheduling.domain.availability import free_slots
from scheduling.models import Break, Schedule, Service, WorkingHours

from .factories import make_service
from .hours_forms import Row, interval, week_form

pytestmark = pytest.mark.django_db

WORK = interval(0, "09:00", "12:00", "video")


def test_what_is_typed_is_stored_announced_and_offered(
    client: Client, doctor: User, service: Service, heard: Any
) -> None:
    client.force_login(doctor)
    afternoon = interval(0, "13:00", "17:30", "in_person", services=(service.pk,))
    data = week_form([WORK, afternoon, interval(6, "", "")], [interval(0, "15:00", "15:15")], of=doctor)
    with heard() as events:
        assert client.post(reverse("working_hours"), data).status_code == 302
    today = timezone.localdate()
    changed = {event["date"] for _groups, event in events if event["type"] == "slots.changed"}
    assert changed == {str(today + timedelta(days=n)) for n in range(31)}
    stored = WorkingHours.objects.filter(doctor=doctor)
    assert [(row.weekday, row.starts, row.ends, row.modes) for row in stored] == [
        (0, time(9), time(12), ["video"]),
        (0, time(13), time(17, 30), ["in_person"]),
    ]
    assert [list(row.services.all()) for row in stored] == [[], [service]]
    pause = Break.objects.get(doctor=doctor)
    assert (pause.starts, pause.ends) == (time(15), time(15, 15))
    schedule = Schedule.objects.get(doctor=doctor)
    assert (schedule.slot_minutes, schedule.buffer_before_minutes, schedule.buffer_minutes) == (15, 10, 5)
    assert (schedule.notice_minutes, schedule.horizon_days, schedule.confirms_personally) == (120, 30, True)
    free = free_slots(doctor, service, today, today + timedelta(days=14))
    assert {slot.starts_at.weekday() for slot in free} == {0}


def test_rows_that_stay_keep_their_identity(client: Client, doctor: User) -> None:
    client.force_login(doctor)
    client.post(reverse("working_hours"), week_form([WORK], of=doctor))
    before = WorkingHours.objects.get(doctor=doctor).pk
    client.post(
        reverse("working_hours"), week_form([interval(1, "09:00", "10:00", "video"), WORK], of=doctor)
    )
    assert WorkingHours.objects.get(doctor=doctor, weekday=0).pk == before


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (week_form([interval(0, "12:00", "09:00", "video")]), "The end has to be after the start."),
        (week_form([interval(0, "09:00", "09:00", "video")]), "The end has to be after the start."),
        (week_form([interval(0, "09:02", "12:00", "video")]), "Use steps of 5 minutes."),
        (week_form([interval(0, "09:00", "12:00")]), "Choose at least one way to meet."),
        (week_form([interval(0, "09:00", "", "video")]), "Please fill this in, or remove the row."),
        (week_form([interval(0, "nine", "12:00", "video")]), "Enter a valid time."),
        (
            week_form([interval(0, "09:00", "12:00", "video", services=(uuid4(),))]),
            "Choose among this doctor",
        ),
        (week_form([interval(0, "09:00", "12:00", "video", services=("x",))]), "Choose among this doctor"),
        (week_form([WORK, interval(0, "11:00", "13:00", "video")]), "This overlaps another row of the day."),
        (week_form([WORK], [interval(0, "08:00", "09:30")]), "A break has to lie inside"),
        (week_form([WORK], [interval(0, "11:30", "12:30")]), "A break has to lie inside"),
        (week_form([WORK], [interval(0, "09:00", "12:00")]), "This break takes up all of these hours."),
        (week_form([WORK], [interval(1, "10:00", "10:30")]), "There are no working hours on this day."),
        (week_form([WORK], [interval(0, "10:30", "10:00")]), "The end has to be after the start."),
        ({**week_form([WORK]), "rules-horizon_days": "366"}, "365"),
        ({**week_form([WORK]), "rules-slot_minutes": "7"}, "Select a valid choice"),
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
        if name.endswith(("starts", "ends")) and value:
            assert f'value="{value}"' in text
    assert list(WorkingHours.objects.filter(doctor=doctor).values_list("pk")) == before


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"hours-TOTAL_FORMS": "x"},
        {**week_form([WORK]), "hours-TOTAL_FORMS": "100000"},
        week_form([interval(9, "09:00", "12:00", "video")]),
        week_form([interval(0, "09:00", "12:00", "telepathy")]),
        {**week_form([WORK]), "do": "remove:hours:99"},
        {**week_form([WORK]), "do": "remove:hours:-1"},
        {**week_form([WORK]), "do": "add:nothing:0"},
        {**week_form([WORK]), "do": "add:hours:99"},
        {**week_form([WORK]), "do": "preset:midnight:0"},
        {**week_form([WORK]), "do": "copy:0", "copy-0": "77"},
        {**week_form([interval(0, "x", "", "video")]), "do": "preset:lunch:0"},
        {**week_form([WORK]), "do": ":::"},
    ],
)
def test_a_tampered_form_never_breaks_or_stores(client: Client, doctor: User, data: Row) -> None:
    client.force_login(doctor)
    response = client.post(reverse("working_hours"), data)
    assert response.status_code in (200, 422)
    assert WorkingHours.objects.filter(doctor=doctor).count() == 7


def test_a_gap_in_the_numbering_is_a_blank_row(client: Client, doctor: User) -> None:
    client.force_login(doctor)
    data = {**week_form([], of=doctor), "hours-TOTAL_FORMS": 5}
    data |= {
        "hours-4-weekday": "2",
        "hours-4-starts": "08:00",
        "hours-4-ends": "09:00",
        "hours-4-modes": "video",
    }
    assert client.post(reverse("working_hours"), data).status_code == 302
    assert WorkingHours.objects.get(doctor=doctor).weekday == 2


def test_the_second_of_two_tabs_is_told_keeps_its_rows_and_may_go_on(client: Client, doctor: User) -> None:
    client.force_login(doctor)
    stale = week_form([WORK], of=doctor)
    client.post(reverse("working_hours"), week_form([interval(1, "07:00", "08:00", "video")], of=doctor))
    response = client.post(reverse("working_hours"), stale)
    text = response.content.decode()
    assert response.status_code == 409
    assert "changed by someone else" in text
    assert "07:00–08:00 (Video)" in text
    assert 'value="09:00"' in text
    assert WorkingHours.objects.get(doctor=doctor).weekday == 1
    version = hours.week_of(doctor).version
    assert f'name="version" value="{version}"' in text
    assert client.post(reverse("working_hours"), {**stale, "version": version}).status_code == 302
    assert WorkingHours.objects.get(doctor=doctor).weekday == 0


def rows(client: Client, do: str, data: Row) -> str:
    response = client.post(reverse("working_hours"), {**data, "do": do})
    assert response.status_code == 200
    return response.content.decode()


def test_rows_come_and_go_without_losing_what_was_typed(client: Client, doctor: User) -> None:
    client.force_login(doctor)
    data = week_form([interval(0, "08:15", "", "video")])
    text = rows(client, "add:hours:3", data)
    assert 'name="hours-TOTAL_FORMS" value="2"' in text
    assert 'value="08:15"' in text
    assert 'name="hours-TOTAL_FORMS" value="0"' in rows(client, "remove:hours:0", data)
    assert 'name="breaks-TOTAL_FORMS" value="1"' in rows(client, "add:breaks:0", data)
    assert 'name="hours-TOTAL_FORMS" value="0"' in rows(client, "clear:0", data)
    assert WorkingHours.objects.filter(doctor=doctor).count() == 7


def test_a_day_is_copied_to_the_days_that_were_ticked(client: Client, doctor: User) -> None:
    client.force_login(doctor)
    data = week_form([WORK, interval(2, "06:10", "07:00", "video")], [interval(0, "10:00", "10:30")])
    text = rows(client, "copy:0", {**data, "copy-0": ["1", "2", "0"]})
    assert 'name="hours-TOTAL_FORMS" value="3"' in text
    assert 'name="breaks-TOTAL_FORMS" value="3"' in text
    assert "06:10" not in text
    assert 'name="hours-TOTAL_FORMS" value="7"' in rows(client, "copy:0", {**data, "copy-0": ["all"]})


def test_presets_put_their_hours_and_lunch_in_the_day(client: Client, doctor: User) -> None:
    client.force_login(doctor)
    text = rows(client, "usual", week_form([]))
    assert 'name="hours-TOTAL_FORMS" value="6"' in text
    assert 'name="breaks-TOTAL_FORMS" value="6"' in text
    data = week_form([interval(0, "08:00", "14:00", "video"), interval(0, "18:00", "19:00", "in_person")])
    text = rows(client, "preset:morning:0", data)
    # What the morning touches gives way, with its way to meet; the evening stays.
    assert 'name="hours-TOTAL_FORMS" value="2"' in text
    assert "08:00" not in text
    assert 'value="13:00"' in text
    lunch = rows(client, "preset:lunch:0", week_form([interval(0, "14:00", "20:00", "video")]))
    assert 'name="breaks-0-starts" value="17:00"' in lunch


@pytest.mark.parametrize("name", ["working_hours", "working_dates"])
def test_queries_do_not_grow_with_rows(
    client: Client, doctor: User, service: Service, name: str, django_assert_max_num_queries: Any
) -> None:
    client.force_login(doctor)
    many = [
        interval(day, f"{hour:02}:00", f"{hour:02}:30", "video", services=(service.pk,))
        for day in range(7)
        for hour in range(6, 11)
    ]
    assert client.post(reverse("working_hours"), week_form(many, of=doctor)).status_code == 302
    with django_assert_max_num_queries(26):
        assert client.get(reverse(name)).status_code == 200


def test_management_edits_for_the_doctor_it_names(client: Client, manager: User, doctor: User) -> None:
    client.force_login(manager)
    here = reverse("working_hours") + f"?doctor={doctor.pk}"
    assert client.post(here, week_form([WORK], of=doctor))["Location"] == here
    assert WorkingHours.objects.filter(doctor=doctor).count() == 1


@pytest.mark.parametrize(
    "name", ["working_hours", "working_hours_check", "working_dates", "working_dates_check"]
)
def test_nobody_else_edits_or_looks(
    client: Client, patient: User, doctor: User, other_doctor: User, name: str
) -> None:
    here = reverse(name) + f"?doctor={doctor.pk}"
    data = week_form([WORK], of=doctor)
    assert client.post(here, data)["Location"].startswith(reverse("account_login"))
    for user, status in ((patient, 403), (other_doctor, 404)):
        client.force_login(user)
        assert client.post(here, data).status_code == status
    assert WorkingHours.objects.filter(doctor=doctor).count() == 7


def test_the_domain_holds_its_own_door(doctor: User, other_doctor: User, patient: User) -> None:
    stored = hours.week_of(doctor)
    for stranger in (other_doctor, patient):
        with pytest.raises(NotAllowed):
            hours.save(doctor, actor=stranger, week=stored, version=stored.version)
    foreign = make_service("Heart scan", specialty=_specialty_of(other_doctor))
    bad = hours.Interval(0, time(9), time(12), ("video",), frozenset({foreign.pk}))
    with pytest.raises(Invalid):
        hours.save(doctor, actor=doctor, week=hours.Week(stored.rules, [bad], []), version=stored.version)


def _specialty_of(doctor: User) -> Any:
    from accounts.models import Specialty

    return Specialty.objects.create(name="Heart", slug="heart-test")


TIMES = st.builds(time, st.integers(0, 23), st.sampled_from([0, 5, 10, 30, 55, 7]))
INTERVALS = st.builds(hours.Interval, st.integers(0, 6), TIMES, TIMES, st.just(("video",)))


@given(st.lists(INTERVALS, max_size=8))
def test_rows_without_mistakes_never_overlap(found: list[hours.Interval]) -> None:
    mistakes = hours.mistakes_in_hours(found, ())
    wrong = {index for index, _field, _message in mistakes}
    good = [row for index, row in enumerate(found) if index not in wrong]
    for index, row in enumerate(good):
        assert row.starts < row.ends
        assert row.starts.minute % 5 == 0
        for other in good[:index]:
            if other.weekday == row.weekday and not wrong:
                assert other.ends <= row.starts or row.ends <= other.starts
