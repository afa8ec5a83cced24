"""What staff may ask of the API beyond patients, and what it says of rooms, equipment and overbooking."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from accounts.domain import care
from accounts.models import User
from scheduling.models import Appointment, Service
from scheduling.tests.factories import clinic_time, make_appointment, make_resources
from scheduling.tests.imaging import make_radiologist, make_referral, make_scan

pytestmark = pytest.mark.django_db
Api = Callable[..., Any]
BOOK = "/api/appointments/book/"


@pytest.fixture
def wish(patient: User, doctor: User, service: Service) -> dict[str, Any]:
    return {
        "patient": str(patient.pk),
        "doctor": str(doctor.pk),
        "service": str(service.pk),
        "starts_at": clinic_time(3, 10).isoformat(),
        "mode": "video",
    }


def test_management_overbooks_and_the_reason_is_not_for_the_patient(
    api: Api, patient: User, other_patient: User, manager: User, wish: dict[str, Any]
) -> None:
    visit = {**wish, "patient": str(other_patient.pk)}
    assert api(manager).post(BOOK, visit).status_code == 201
    assert api(manager).post(BOOK, wish).json()["code"] == "slot_taken"
    made = api(manager).post(BOOK, {**wish, "overbooking_reason": "Fever"})
    assert made.status_code == 201
    assert made.json()["overbooking_reason"] == "Fever"
    assert api(patient).get(f"/api/appointments/{made.json()['id']}/").json()["overbooking_reason"] == ""


def test_management_lets_the_payment_wait(api: Api, manager: User, wish: dict[str, Any]) -> None:
    made = api(manager).post(BOOK, {**wish, "pay_later": True}).json()
    assert (made["status"], made["hold_expires_at"]) == ("confirmed", None)
    assert made["payment"]


@pytest.mark.parametrize("extra", [{"overbooking_reason": "Fever"}, {"pay_later": True}])
def test_nobody_else_may(
    extra: dict[str, Any], api: Api, patient: User, doctor: User, wish: dict[str, Any]
) -> None:
    care.link(patient, doctor)
    for user in (patient, doctor):
        assert api(user).post(BOOK, {**wish, **extra}).status_code == 403
    assert not Appointment.objects.exists()


def test_doctors_book_for_those_they_treat_also_with_another_doctor(
    api: Api, patient: User, doctor: User, other_doctor: User, wish: dict[str, Any]
) -> None:
    assert api(doctor).post(BOOK, wish).status_code == 403
    assert api(doctor).post(BOOK, {**wish, "patient": str(uuid4())}).status_code == 403
    care.link(patient, doctor)
    made = api(doctor).post(BOOK, {**wish, "doctor": str(other_doctor.pk)})
    assert made.status_code == 201
    assert made.json()["doctor"] == str(other_doctor.pk)
    assert api(doctor).get(f"/api/appointments/{made.json()['id']}/").status_code == 404, "not their visit"
    del wish["patient"]
    assert "patient" in api(doctor).post(BOOK, wish).json()["fields"]


def test_a_referral_is_booked_with_its_scan(
    api: Api, patient: User, other_patient: User, doctor: User, wish: dict[str, Any]
) -> None:
    radiologist = make_radiologist()
    scan = make_scan(radiologist, needs_referral=True, preparation="Take off anything of metal.")
    make_resources("MRI", needed_by=scan)
    referral = make_referral(patient, doctor, scan)
    ask = {
        "doctor": str(radiologist.pk),
        "service": str(scan.pk),
        "starts_at": wish["starts_at"],
        "mode": "in_person",
    }
    assert "files" in api(patient).post(BOOK, ask).json()["fields"]
    assert "referral" in api(other_patient).post(BOOK, {**ask, "referral": str(referral.pk)}).json()["fields"]
    made = api(patient).post(BOOK, {**ask, "referral": str(referral.pk)})
    assert made.status_code == 201
    assert [resource["name"] for resource in made.json()["resources"]] == ["MRI"]
    assert made.json()["preparation"] == "Take off anything of metal."
    referral.refresh_from_db()
    assert str(referral.appointment_id) == made.json()["id"]


@pytest.fixture
def visit(patient: User, doctor: User, service: Service) -> Appointment:
    return make_appointment(patient, doctor, service, starts_at=clinic_time(3, 10))


def test_two_hands_on_one_visit(api: Api, manager: User, visit: Appointment, other_doctor: User) -> None:
    url = f"/api/appointments/{visit.pk}/"
    seen = api(manager).get(url).json()["sequence"]
    first = {"starts_at": clinic_time(4, 9).isoformat(), "sequence": seen, "doctor": str(other_doctor.pk)}
    moved = api(manager).put(f"{url}reschedule/", first)
    assert (moved.status_code, moved.json()["doctor"]) == (200, str(other_doctor.pk))
    second = api(manager).put(
        f"{url}reschedule/", {"starts_at": clinic_time(5, 9).isoformat(), "sequence": seen}
    )
    assert (second.status_code, second.json()["code"]) == (409, "moved_meanwhile")
    assert second.json()["starts_at"] == first["starts_at"]
    assert second.json()["sequence"] == moved.json()["sequence"]


@pytest.mark.parametrize("who", ["patient", "doctor"])
def test_only_management_changes_the_doctor(
    who: str, api: Api, visit: Appointment, other_doctor: User, request: pytest.FixtureRequest
) -> None:
    wish = {"starts_at": clinic_time(4, 9).isoformat(), "doctor": str(other_doctor.pk)}
    answer = api(request.getfixturevalue(who)).put(f"/api/appointments/{visit.pk}/reschedule/", wish)
    assert answer.status_code == 403
