"""Single dates of a doctor: openings, days off, parts of days off."""

from datetime import date, time, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from scheduling.domain import dates
from scheduling.domain.availability import free_slots
from scheduling.forms.dates import week_start
from scheduling.models import DayOff, Holiday, Opening, Service, WorkingHours

from .factories import clinic_time, make_appointment
from .hours_forms import Row, dates_form, day_off, opening

pytestmark = pytest.mark.django_db


def soon(days: int = 3) -> date:
    return timezone.localdate() + timedelta(days=days)


FAR = date(2040, 1, 5)


def test_openings_and_time_off_are_stored_announced_and_kept_to(
    client: Client, doctor: User, service: Service, heard: Any
) -> None:
    WorkingHours.objects.filter(doctor=doctor).delete()
    client.force_login(doctor)
    data = dates_form(
        [opening(soon(3), "06:00", "07:00", "video", services=(service.pk,)), opening("", "", "")],
        [day_off(soon(4), reason="Dashain"), day_off(soon(3), starts="06:30", ends="08:00")],
        of=doctor,
    )
    data["openings-0-ends"], data["absences-1-starts"] = "06:30", "06:30"
    with heard() as events:
        assert client.post(reverse("working_dates"), data).status_code == 302
    changed = {event["date"] for _groups, event in events if event["type"] == "slots.changed"}
    assert changed == {str(soon(3)), str(soon(4))}
    row = Opening.objects.get(doctor=doctor)
    assert (row.day, row.starts, row.ends, row.modes) == (soon(3), time(6), time(6, 30), ["video"])
    assert list(row.services.all()) == [service]
    off = DayOff.objects.filter(doctor=doctor).values_list("first_day", "last_day", "starts", "reason")
    assert list(off) == [(soon(3), soon(3), time(6, 30), ""), (soon(4), soon(4), None, "Dashain")]
    free = free_slots(doctor, service, timezone.localdate(), soon(10))
    assert [timezone.localtime(slot.starts_at).time() for slot in free] == [time(6)]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (dates_form([], [day_off(FAR, date(2040, 1, 4))]), "The last day is before the first"),
        (dates_form([], [day_off(date(2020, 1, 5))]), "These days are over."),
        (dates_form([], [{"reason": "x"}]), "Please fill this in, or remove the row."),
        (dates_form([], [day_off(FAR, date(2040, 1, 9)), day_off(FAR)]), "These days overlap another row."),
        (dates_form([], [day_off(FAR, starts="10:00")]), "Give both times"),
        (
            dates_form([], [day_off(FAR, date(2040, 1, 9), starts="10:00", ends="11:00")]),
            "Times are for a single",
        ),
        (dates_form([], [day_off(FAR, starts="11:00", ends="10:00")]), "The end has to be after the start."),
        (dates_form([], [day_off(FAR, starts="10:03", ends="11:00")]), "Use steps of 5 minutes."),
        (dates_form([opening(FAR, "10:00", "09:00", "video")]), "The end has to be after the start."),
        (dates_form([opening(FAR, "09:00", "10:00")]), "Choose at least one way to meet."),
        (dates_form([opening("2020-01-05", "09:00", "10:00", "video")]), "This day is over."),
        (dates_form([opening("soon", "09:00", "10:00", "video")]), "Enter a valid date."),
        (
            dates_form([opening(FAR, "09:00", "10:00", "video"), opening(FAR, "09:30", "11:00", "video")]),
            "This overlaps another row of the day.",
        ),
        (dates_form([opening(FAR, "09:00", "10:00", "video")], [day_off(FAR)]), "This lies in time off"),
    ],
)
def test_a_mistake_is_said_and_everything_typed_stays(
    client: Client, doctor: User, data: Row, message: str
) -> None:
    client.force_login(doctor)
    response = client.post(reverse("working_dates"), {**data, "version": dates.dates_of(doctor).version})
    text = response.content.decode()
    assert response.status_code == 422
    assert message in text
    for name, value in data.items():
        if name.endswith(("starts", "ends", "day")) and value:
            assert f'value="{value}"' in text
    assert not Opening.objects.exists()


def test_parts_of_one_day_may_stand_beside_each_other(client: Client, doctor: User) -> None:
    client.force_login(doctor)
    parts = [day_off(FAR, starts="09:00", ends="10:00"), day_off(FAR, starts="10:00", ends="11:00")]
    assert client.post(reverse("working_dates"), dates_form([], parts, of=doctor)).status_code == 302


def test_two_stored_rows_may_touch_but_no_new_one(client: Client, doctor: User) -> None:
    """As when a planned leave was closed once more for illness."""
    for reason in ("Leave", "Ill"):
        DayOff.objects.create(doctor=doctor, first_day=FAR, last_day=FAR, reason=reason)
    client.force_login(doctor)
    both = [day_off(FAR, FAR, reason="Leave"), day_off(FAR, FAR, reason="Ill")]
    more = dates_form([], [*both, day_off(soon())], of=doctor)
    assert client.post(reverse("working_dates"), more).status_code == 302
    third = dates_form([], [*both, day_off(FAR)], of=doctor)
    assert client.post(reverse("working_dates"), third).status_code == 422


def test_what_is_over_and_what_stays_the_same_is_not_touched(client: Client, doctor: User) -> None:
    past = timezone.localdate() - timedelta(days=10)
    over = DayOff.objects.create(doctor=doctor, first_day=past, last_day=past)
    kept = DayOff.objects.create(doctor=doctor, first_day=soon(), last_day=soon(5), reason="Leave")
    Opening.objects.create(doctor=doctor, day=past, starts=time(9), ends=time(10))
    client.force_login(doctor)
    assert str(past) not in client.get(reverse("working_dates")).content.decode().split('id="copy-from"')[0]
    data = dates_form([], [day_off(soon(8)), day_off(soon(), soon(5), reason="Leave")], of=doctor)
    client.post(reverse("working_dates"), data)
    assert DayOff.objects.filter(pk__in=[over.pk, kept.pk]).count() == 2
    assert Opening.objects.filter(day=past).exists()


def test_the_second_of_two_tabs_is_told_and_may_go_on(client: Client, doctor: User) -> None:
    client.force_login(doctor)
    stale = dates_form([], [day_off(soon())], of=doctor)
    client.post(reverse("working_dates"), dates_form([], [day_off(soon(9))], of=doctor))
    response = client.post(reverse("working_dates"), stale)
    assert response.status_code == 409
    assert f'value="{soon()}"' in response.content.decode()
    assert DayOff.objects.get(doctor=doctor).first_day == soon(9)
    again = {**stale, "version": dates.dates_of(doctor).version}
    assert client.post(reverse("working_dates"), again).status_code == 302
    assert DayOff.objects.get(doctor=doctor).first_day == soon()


def test_a_week_of_openings_is_copied_also_from_the_past(client: Client, doctor: User) -> None:
    this = week_start(timezone.localdate())
    Opening.objects.create(
        doctor=doctor, day=this - timedelta(days=3), starts=time(18), ends=time(20), modes=["video"]
    )
    client.force_login(doctor)
    coming = this + timedelta(days=8)
    data = dates_form([opening(coming, "06:00", "07:00", "video")])
    data |= {
        "do": "copy",
        "copy-from": str(this - timedelta(days=7)),
        "copy-to": str(this + timedelta(days=7)),
    }
    text = client.post(reverse("working_dates"), data).content.decode()
    assert 'name="openings-TOTAL_FORMS" value="2"' in text
    assert f'name="openings-1-day" value="{this + timedelta(days=11)}"' in text
    # Again, or from a week with nothing in it: nothing more.
    assert f'value="{this - timedelta(days=7)}"' in text
    data |= {"copy-from": str(this + timedelta(days=700))}
    assert (
        'name="openings-TOTAL_FORMS" value="1"'
        in client.post(reverse("working_dates"), data).content.decode()
    )


@pytest.mark.parametrize("do", ["copy", "remove:openings:9", "remove:openings:x", "add:nothing", "copy:"])
def test_a_tampered_button_changes_nothing(client: Client, doctor: User, do: str) -> None:
    client.force_login(doctor)
    data = {
        **dates_form([opening(FAR, "09:00", "10:00", "video")]),
        "do": do,
        "copy-from": "x",
        "copy-to": "y",
    }
    response = client.post(reverse("working_dates"), data)
    assert response.status_code == 200
    assert 'name="openings-TOTAL_FORMS" value="1"' in response.content.decode()


def test_the_backdrop_tells_the_week(
    client: Client, patient: User, doctor: User, other_doctor: User, service: Service
) -> None:
    visit = make_appointment(patient, doctor, service)
    make_appointment(patient, other_doctor, service, starts_at=clinic_time(2, 11))
    day = timezone.localdate(visit.starts_at)
    Holiday.objects.create(name="Tihar", first_day=day, last_day=day)
    client.force_login(doctor)
    url = reverse("working_dates_backdrop")
    things = client.get(url, {"week": str(day)}).json()
    column = (day - week_start(day)).days
    assert {thing["kind"] for thing in things if thing["column"] == column} == {"holiday", "visit"}
    assert [thing["url"] for thing in things if thing["kind"] == "visit"] == [
        reverse("appointment", args=[visit.pk])
    ]
    assert sum(thing["kind"] == "usual" for thing in things) == 6
    assert client.get(url, {"week": "9999-12-31"}).status_code == 404
    client.force_login(other_doctor)
    assert client.get(url, {"doctor": str(doctor.pk)}).status_code == 404
    client.force_login(patient)
    assert client.get(url).status_code == 403
