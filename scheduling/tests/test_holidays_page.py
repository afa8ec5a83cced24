"""The clinic's holidays: management only, told to everyone who looks at slots, appointments on them in sight."""

from datetime import date, time, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from clinic.core.errors import NotAllowed
from scheduling.domain import holidays
from scheduling.domain.availability import free_slots
from scheduling.models import Holiday, Opening, Service

from .factories import clinic_time, make_appointment

pytestmark = pytest.mark.django_db


def soon(days: int) -> date:
    return timezone.localdate() + timedelta(days=days)


def test_a_holiday_closes_the_clinic_and_is_announced(
    client: Client, manager: User, *, doctor: User, other_doctor: User, service: Service, heard: Any
) -> None:
    client.force_login(manager)
    with heard() as events:
        client.post(reverse("holidays"), {"name": "दशैं", "first_day": soon(2), "last_day": soon(3)})
    told = {(event["doctor"], event["date"]) for _groups, event in events if event["type"] == "slots.changed"}
    assert told == {(str(who.pk), str(soon(day))) for who in (doctor, other_doctor) for day in (2, 3)}
    assert free_slots(doctor, service, soon(2), soon(3)) == []
    row = Holiday.objects.get()
    client.post(reverse("holiday", args=[row.pk]), {"name": "दशैं", "first_day": soon(2), "last_day": ""})
    row.refresh_from_db()
    assert row.last_day == soon(2)
    assert free_slots(doctor, service, soon(3), soon(3))
    assert client.post(reverse("holiday_remove", args=[row.pk])).status_code == 302
    assert client.post(reverse("holiday_remove", args=[row.pk])).status_code == 302
    assert free_slots(doctor, service, soon(2), soon(2))


@pytest.mark.parametrize(
    ("first", "last", "message"),
    [
        (5, 4, "The last day is before the first one."),
        (-9, -8, "These days are over."),
        (5, 80, "A holiday has 60 days at most."),
        (1, 3, "The clinic is closed on some of these days already: Tihar."),
    ],
)
def test_a_mistake_is_said_and_what_was_typed_stays(
    client: Client, manager: User, first: int, last: int, message: str
) -> None:
    Holiday.objects.create(name="Tihar", first_day=soon(3), last_day=soon(3))
    client.force_login(manager)
    data = {"name": "Holi", "first_day": soon(first), "last_day": soon(last)}
    response = client.post(reverse("holidays"), data)
    assert response.status_code == 422
    assert message in response.content.decode()
    assert 'value="Holi"' in response.content.decode()
    assert Holiday.objects.count() == 1


def test_appointments_on_it_are_shown_before_and_after_but_not_those_in_openings(
    client: Client,
    *,
    manager: User,
    patient: User,
    other_patient: User,
    doctor: User,
    other_doctor: User,
    service: Service,
) -> None:
    visit = make_appointment(patient, doctor, service)
    held = make_appointment(other_patient, other_doctor, service)
    day = timezone.localdate(visit.starts_at)
    Opening.objects.create(doctor=other_doctor, day=day, starts=time(9), ends=time(12), modes=["video"])
    client.force_login(manager)
    text = client.post(reverse("holidays_check"), {"first_day": day}).content.decode()
    assert "1 appointment lies on these days" in text
    assert str(doctor.pk) in text
    assert str(other_doctor.pk) not in text
    assert not Holiday.objects.exists()
    Holiday.objects.create(name="Tihar", first_day=day, last_day=day)
    text = client.get(reverse("holidays")).content.decode()
    assert reverse("appointment", args=[visit.pk]) in text
    assert reverse("appointment", args=[held.pk]) not in text


@pytest.mark.parametrize("rows", [1, 30])
def test_the_list_takes_the_same_queries_however_long(
    client: Client,
    *,
    manager: User,
    patient: User,
    doctor: User,
    service: Service,
    rows: int,
    django_assert_num_queries: Any,
) -> None:
    for number in range(rows):
        Holiday.objects.create(name=f"Day {number}", first_day=soon(number + 1), last_day=soon(number + 1))
        make_appointment(patient, doctor, service, starts_at=clinic_time(number + 1, 10))
    client.force_login(manager)
    client.get(reverse("holidays"))
    with django_assert_num_queries(7):
        assert client.get(reverse("holidays")).content.decode().count("hit-list") == rows


@pytest.mark.parametrize(
    "data", [{}, {"first_day": "x"}, {"first_day": "2040-01-05", "last_day": "2040-01-01"}]
)
def test_the_check_survives_what_is_half_typed(client: Client, manager: User, data: dict[str, str]) -> None:
    client.force_login(manager)
    assert client.post(reverse("holidays_check"), data).status_code == 200


def test_nobody_else_gets_in(client: Client, patient: User, doctor: User, admin: User) -> None:
    row = Holiday.objects.create(name="Tihar", first_day=soon(3), last_day=soon(3))
    paths = [reverse("holidays"), reverse("holidays_check"), reverse("holiday", args=[row.pk])]
    paths.append(reverse("holiday_remove", args=[row.pk]))
    for path in paths:
        assert client.post(path)["Location"].startswith(reverse("account_login"))
    for user in (patient, doctor, admin):
        client.force_login(user)
        assert [client.post(path).status_code for path in paths] == [403] * 4
        with pytest.raises(NotAllowed):
            holidays.remove(row.pk, actor=user)
    assert Holiday.objects.exists()


def test_an_unknown_or_past_holiday_is_not_found(client: Client, manager: User) -> None:
    past = Holiday.objects.create(name="Over", first_day=soon(-3), last_day=soon(-3))
    client.force_login(manager)
    for pk in (uuid4(), past.pk):
        assert client.get(reverse("holiday", args=[pk])).status_code == 404
