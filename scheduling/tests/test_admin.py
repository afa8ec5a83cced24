"""The Django admin of scheduling: rules of the clinic are edited there, appointments are not."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from scheduling.models import Appointment, DayOff, Service
from scheduling.tests.factories import make_appointment

pytestmark = pytest.mark.django_db


@pytest.fixture
def visit(patient: User, doctor: User, service: Service) -> Appointment:
    return make_appointment(patient, doctor, service, reason="Private matter")


@pytest.fixture
def office(client: Client, admin: User) -> Client:
    client.force_login(admin)
    return client


@pytest.mark.parametrize("model", ["service", "schedule", "dayoff", "opening", "holiday", "appointment"])
def test_lists_open(model: str, office: Client, visit: Appointment) -> None:
    assert office.get(f"/admin/scheduling/{model}/").status_code == 200


def test_what_may_be_edited(office: Client, visit: Appointment, doctor: User) -> None:
    day_off = DayOff.objects.create(doctor=doctor, first_day="2030-01-01", last_day="2030-01-02")
    for path in (
        "service/add/",
        f"service/{visit.service_id}/change/",
        f"schedule/{doctor.schedule.pk}/change/",
        f"dayoff/{day_off.pk}/change/",
    ):
        page = office.get(f"/admin/scheduling/{path}")
        assert page.status_code == 200
        assert b'name="_save"' in page.content


def test_appointments_are_read_only_and_keep_the_reason_private(office: Client, visit: Appointment) -> None:
    base = "/admin/scheduling/appointment/"
    page = office.get(f"{base}{visit.pk}/change/")
    assert page.status_code == 200
    assert b'name="_save"' not in page.content
    assert b"Private matter" not in page.content
    assert office.get(f"{base}add/").status_code == 403
    assert office.post(f"{base}{visit.pk}/change/", {"status": "completed"}).status_code == 403
    assert office.post(f"{base}{visit.pk}/delete/", {"post": "yes"}).status_code == 403
    visit.refresh_from_db()
    assert visit.status == "confirmed"


@pytest.mark.parametrize("who", ["patient", "doctor", "manager"])
def test_nobody_else_gets_in(who: str, client: Client, request: pytest.FixtureRequest) -> None:
    client.force_login(request.getfixturevalue(who))
    assert client.get("/admin/scheduling/service/").status_code in (302, 403)


def test_saving_rules_or_a_day_off_here_tells_who_looks_at_slots(
    office: Client, visit: Appointment, doctor: User, heard: Any
) -> None:
    form = {"slot_minutes": 30, "buffer_before_minutes": 0, "buffer_minutes": 0, "notice_minutes": 60}
    with heard() as events:
        office.post(f"/admin/scheduling/schedule/{doctor.schedule.pk}/change/", {**form, "horizon_days": 3})
    told = [event for _groups, event in events if event["type"] == "slots.changed"]
    assert len(told) == 4
    with heard() as events:
        days = {"first_day": "2030-01-01", "last_day": "2030-01-02"}
        office.post("/admin/scheduling/dayoff/add/", {"doctor": str(doctor.pk), **days})
    assert DayOff.objects.exists()
    assert {event["doctor"] for _groups, event in events} == {str(doctor.pk)}
