"""/api/appointments/: booking, reading, moving and every step, with outsiders refused."""

import io
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image

from accounts.models import User
from scheduling.enums import AppointmentStatus
from scheduling.models import Appointment, Service
from scheduling.tests.factories import clinic_time, make_appointment

pytestmark = pytest.mark.django_db
S = AppointmentStatus
Api = Callable[..., Any]
ACTIONS = ["confirm", "decline", "check-in", "start", "complete", "no-show"]


@pytest.fixture
def wish(doctor: User, service: Service) -> dict[str, Any]:
    """A body for booking that is fine."""
    return {
        "doctor": str(doctor.pk),
        "service": str(service.pk),
        "starts_at": clinic_time(2, 10).isoformat(),
        "mode": "video",
        "reason": "Headache",
    }


# --- Booking ---


def test_book(api: Api, patient: User, doctor: User, service: Service, wish: dict[str, Any]) -> None:
    response = api(patient).post("/api/appointments/book/", wish)
    assert response.status_code == 201
    body = response.json()
    stored = Appointment.objects.get()
    assert body["id"] == str(stored.pk)
    assert body["status"] == "pending_payment"
    assert body["starts_at"] == clinic_time(2, 10).isoformat()
    assert body["reason"] == "Headache"
    assert (body["doctor"], body["doctor_name"]) == (str(doctor.pk), "Dr. Sita Sharma")
    assert (body["patient"], body["patient_name"]) == (str(patient.pk), "Asha Gurung")
    assert (body["service"], body["service_name"]) == (str(service.pk), "Consultation")
    assert body["hold_expires_at"]
    assert body["call"] is None
    assert body["conversation"] is None
    assert [step["to_status"] for step in body["history"]] == ["pending_payment"]
    assert set(body) >= {"id", "status", "mode", "ends_at", "payment", "price", "currency"}


@pytest.mark.parametrize("moment", ["0001-01-01T00:00", "9999-12-31T23:59Z", "soon", 7, None])
def test_a_time_out_of_all_range_is_refused(
    api: Api, *, patient: User, doctor: User, service: Service, wish: dict[str, Any], moment: object
) -> None:
    visit = make_appointment(patient, doctor, service, starts_at=clinic_time(3, 10))
    to = f"/api/appointments/{visit.pk}/reschedule/"
    for answer in (
        api(patient).post("/api/appointments/book/", wish | {"starts_at": moment}),
        api(patient).put(to, {"starts_at": moment}),
    ):
        assert answer.status_code == 400
        assert "starts_at" in answer.json()["fields"]


def test_a_taken_slot(api: Api, patient: User, other_patient: User, wish: dict[str, Any]) -> None:
    api(patient).post("/api/appointments/book/", wish)
    response = api(other_patient).post("/api/appointments/book/", wish)
    assert response.status_code == 409
    body = response.json()
    assert body["code"] == "slot_taken"
    assert len(body["nearest"]) == 3
    assert set(body["nearest"][0]) == {"starts_at", "ends_at"}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("doctor", "me"),
        ("doctor", str(uuid4())),
        ("doctor", None),
        ("service", str(uuid4())),
        ("starts_at", "soon"),
        ("starts_at", "2026-02-30T10:00:00+05:45"),
        ("starts_at", "0001-01-01T00:00:00+05:45"),
        ("starts_at", "9999-12-31T23:59:59Z"),
        ("starts_at", "2020-01-01T10:00:00+05:45"),
        ("starts_at", 7),
        ("mode", "telepathy"),
        ("reason", "x" * 501),
        ("reason", {"a": 1}),
        ("patient", "x"),
    ],
)
def test_bad_wishes(field: str, value: Any, api: Api, patient: User, wish: dict[str, Any]) -> None:
    response = api(patient).post("/api/appointments/book/", {**wish, field: value})
    assert response.status_code == 400
    assert response.json()["code"] == "invalid"
    assert field in response.json()["fields"]
    assert not Appointment.objects.exists()


@pytest.mark.parametrize("text", ["a\x00b", "\ud800"])
def test_text_that_no_database_stores(text: str, api: Api, patient: User, wish: dict[str, Any]) -> None:
    body = json.dumps({**wish, "reason": text})
    response = api(patient).post("/api/appointments/book/", body, content_type="application/json")
    assert response.status_code == 400
    assert not Appointment.objects.exists()


@pytest.mark.parametrize("body", [[], "text", None, 3])
def test_bodies_that_are_no_object(body: Any, api: Api, patient: User) -> None:
    assert api(patient).post("/api/appointments/book/", body).status_code == 400


def test_files_come_as_multipart(api: Api, patient: User, wish: dict[str, Any]) -> None:
    out = io.BytesIO()
    Image.new("RGB", (20, 20), "red").save(out, "PNG")
    files = [SimpleUploadedFile(f"{number}.png", out.getvalue(), "image/png") for number in range(2)]
    form = {**wish, "files": files}
    response = api(patient).post("/api/appointments/book/", form, format="multipart")
    assert response.status_code == 201
    assert Appointment.objects.get().files.count() == 2
    script = SimpleUploadedFile("a.png", b"#!/bin/sh", "image/png")
    form = {**wish, "starts_at": clinic_time(3, 10).isoformat(), "files": [script]}
    assert api(patient).post("/api/appointments/book/", form, format="multipart").status_code == 415


@pytest.mark.parametrize("who", ["doctor", "other_doctor", "admin", "other_patient"])
def test_nobody_books_for_another(
    who: str, api: Api, patient: User, wish: dict[str, Any], request: pytest.FixtureRequest
) -> None:
    client = api(request.getfixturevalue(who))
    response = client.post("/api/appointments/book/", {**wish, "patient": str(patient.pk)})
    assert (response.status_code, response.json()["code"]) == (403, "not_allowed")
    assert not Appointment.objects.exists()


def test_management_books_for_patients(api: Api, patient: User, manager: User, wish: dict[str, Any]) -> None:
    missing = api(manager).post("/api/appointments/book/", wish)
    assert (missing.status_code, list(missing.json()["fields"])) == (400, ["patient"])
    response = api(manager).post("/api/appointments/book/", {**wish, "patient": str(patient.pk)})
    assert response.status_code == 201
    assert response.json()["patient"] == str(patient.pk)


def test_booking_needs_an_account(api: Api, wish: dict[str, Any]) -> None:
    assert api().post("/api/appointments/book/", wish).status_code == 401


# --- Reading ---


@pytest.fixture
def visit(patient: User, doctor: User, service: Service) -> Appointment:
    return make_appointment(patient, doctor, service, starts_at=clinic_time(3, 10), reason="Private matter")


@pytest.mark.parametrize("who", ["patient", "doctor", "manager"])
def test_its_people_read_it(who: str, api: Api, visit: Appointment, request: pytest.FixtureRequest) -> None:
    client = api(request.getfixturevalue(who))
    assert client.get(f"/api/appointments/{visit.pk}/").json()["reason"] == "Private matter"
    rows = client.get("/api/appointments/").json()["results"]
    assert [row["id"] for row in rows] == [str(visit.pk)]


@pytest.mark.parametrize("who", ["other_patient", "other_doctor", "admin"])
def test_it_does_not_exist_for_outsiders(
    who: str, api: Api, visit: Appointment, request: pytest.FixtureRequest
) -> None:
    client = api(request.getfixturevalue(who))
    base = f"/api/appointments/{visit.pk}/"
    assert client.get("/api/appointments/").json()["results"] == []
    assert client.get(base).status_code == 404
    assert client.put(f"{base}reschedule/", {"starts_at": clinic_time(5, 10)}).status_code == 404
    assert client.delete(f"{base}cancel/").status_code == 404
    for action in ACTIONS:
        assert client.post(f"{base}{action}/").status_code == 404
    visit.refresh_from_db()
    assert visit.status == S.CONFIRMED


def test_anonymous_is_asked_to_sign_in(api: Api, visit: Appointment) -> None:
    base = f"/api/appointments/{visit.pk}/"
    for response in (
        api().get("/api/appointments/"),
        api().get(base),
        api().put(f"{base}reschedule/", {}),
        api().delete(f"{base}cancel/"),
        *(api().post(f"{base}{action}/") for action in ACTIONS),
    ):
        assert response.status_code == 401
        assert response.json()["code"] == "not_authenticated"


def test_filters(api: Api, patient: User, doctor: User, service: Service) -> None:
    for days, status in ((1, S.CONFIRMED), (2, S.CANCELLED), (3, S.CONFIRMED), (4, S.COMPLETED)):
        make_appointment(patient, doctor, service, starts_at=clinic_time(days, 10), status=status)

    def starts(query: str) -> list[str]:
        rows = api(patient).get(f"/api/appointments/?{query}").json()["results"]
        return [row["starts_at"] for row in rows]

    def at(*days: int) -> list[str]:
        return [clinic_time(number, 10).isoformat() for number in days]

    assert starts("") == at(4, 3, 2, 1)
    assert starts("status=confirmed") == at(3, 1)
    assert starts("status=cancelled,completed") == at(4, 2)
    assert starts("status=cancelled&status=completed") == at(4, 2)
    assert starts(f"from={clinic_time(2, 0).date()}&to={clinic_time(3, 0).date()}") == at(3, 2)
    for query in ("status=nice", "from=x", "to=2026-02-30", "from=9999-12-31"):
        response = api(patient).get(f"/api/appointments/?{query}")
        assert response.status_code == 400
        assert list(response.json()["fields"]) == [query.split("=")[0]]


def test_the_list_costs_the_same_for_one_and_for_thirty(
    api: Api, manager: User, visit: Appointment, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(4):
        api(manager).get("/api/appointments/?page_size=100")
    for number in range(29):
        make_appointment(visit.patient, visit.doctor, visit.service, starts_at=clinic_time(4 + number, 9))
    with django_assert_num_queries(4):
        rows = api(manager).get("/api/appointments/?page_size=100").json()["results"]
    assert len(rows) == 30


# --- Steps ---


def test_a_whole_visit(api: Api, patient: User, doctor: User, manager: User, service: Service) -> None:
    waiting = make_appointment(
        patient, doctor, service, starts_at=clinic_time(3, 10), status=S.PENDING_CONFIRMATION
    )
    base = f"/api/appointments/{waiting.pk}/"
    confirmed = api(manager).post(f"{base}confirm/")
    assert confirmed.status_code == 200
    assert confirmed.json()["status"] == "confirmed"
    assert confirmed.json()["call"]
    assert confirmed.json()["conversation"]
    for action, status in (("check-in", "checked_in"), ("start", "in_progress"), ("complete", "completed")):
        response = api(doctor).post(f"{base}{action}/", {"reason": "as planned"})
        assert (response.status_code, response.json()["status"]) == (200, status)
    history = response.json()["history"]
    assert [step["to_status"] for step in history] == [
        "pending_confirmation",
        "confirmed",
        "checked_in",
        "in_progress",
        "completed",
    ]
    assert history[-1]["actor_name"] == "Dr. Sita Sharma"
    again = api(doctor).post(f"{base}complete/")
    assert (again.status_code, again.json()["code"]) == (409, "invalid_transition")


@pytest.mark.parametrize("action", ACTIONS)
def test_patients_do_not_run_the_clinic(action: str, api: Api, patient: User, visit: Appointment) -> None:
    response = api(patient).post(f"/api/appointments/{visit.pk}/{action}/")
    assert (response.status_code, response.json()["code"]) == (403, "not_allowed")


def test_cancel_and_too_late(api: Api, patient: User, doctor: User, visit: Appointment) -> None:
    url = f"/api/appointments/{visit.pk}/cancel/"
    Appointment.objects.filter(pk=visit.pk).update(
        starts_at=timezone.now() + timedelta(hours=23), ends_at=timezone.now() + timedelta(hours=24)
    )
    refused = api(patient).delete(url)
    assert (refused.status_code, refused.json()["code"]) == (409, "too_late")
    assert api(patient).delete(url, {"reason": "x" * 501}).status_code == 400
    allowed = api(doctor).delete(url, {"reason": "Ill"})
    assert (allowed.status_code, allowed.json()["status"]) == (200, "cancelled")
    assert allowed.json()["history"][-1]["reason"] == "Ill"


def test_reschedule(api: Api, patient: User, other_patient: User, visit: Appointment) -> None:
    url = f"/api/appointments/{visit.pk}/reschedule/"
    moved = api(patient).put(url, {"starts_at": clinic_time(5, 14).isoformat()})
    assert moved.status_code == 200
    assert moved.json()["starts_at"] == clinic_time(5, 14).isoformat()
    assert moved.json()["status"] == "confirmed"
    make_appointment(other_patient, visit.doctor, visit.service, starts_at=clinic_time(6, 9))
    taken = api(patient).put(url, {"starts_at": clinic_time(6, 9).isoformat()})
    assert (taken.status_code, taken.json()["code"]) == (409, "slot_taken")
    for wrong in ({}, {"starts_at": "x"}, {"starts_at": clinic_time(6, 12).isoformat()}):
        response = api(patient).put(url, wrong)
        assert (response.status_code, list(response.json()["fields"])) == (400, ["starts_at"])


def test_unknown_ones(api: Api, manager: User) -> None:
    assert api(manager).get(f"/api/appointments/{uuid4()}/").status_code == 404
    assert api(manager).get("/api/appointments/1/").status_code == 404
    assert api(manager).post(f"/api/appointments/{uuid4()}/confirm/").status_code == 404
    assert api(manager).get(f"/api/appointments/{uuid4()}/confirm/").status_code in (404, 405)
