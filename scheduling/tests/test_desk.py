"""Booking at the front desk: finding the patient, any doctor, over other visits with a reason, pay at the desk."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.tests.factories import make_doctor, make_patient
from scheduling.models import Appointment, Service
from scheduling.tests.factories import clinic_time, make_appointment

pytestmark = pytest.mark.django_db
DESK = "/book/desk/"


def at(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%MZ")


def content(response: Any) -> str:
    return str(response.content.decode())


@pytest.fixture
def desk(client: Client, manager: User, service: Service) -> Client:
    client.force_login(manager)
    return client


@pytest.fixture
def chosen(patient: User, doctor: User, service: Service) -> Callable[..., dict[str, str]]:
    """What the address says for this patient, doctor and time; anything can be said differently."""

    def words(moment: datetime | None = None, **other: str) -> dict[str, str]:
        said = {
            "patient": str(patient.pk),
            "doctor": str(doctor.pk),
            "service": str(service.pk),
            "mode": "in_person",
            "at": at(moment or clinic_time(2, 10)),
            "pay": "online",
            **other,
        }
        return {name: value for name, value in said.items() if value}

    return words


# --- Who may, and for whom ---


@pytest.mark.parametrize("role", ["patient", "other_patient", "doctor", "other_doctor", "admin"])
def test_only_management_books_here(
    request: pytest.FixtureRequest, client: Client, chosen: Callable[..., dict[str, str]], role: str
) -> None:
    client.force_login(request.getfixturevalue(role))
    assert client.get(DESK).status_code == 403
    assert client.post(DESK, chosen()).status_code == 403
    assert not Appointment.objects.exists()


def test_a_patient_is_found_by_name_phone_and_address(
    desk: Client, patient: User, other_patient: User
) -> None:
    User.objects.filter(pk=patient.pk).update(phone="+9779841234567")
    for text in ("gurung", "Asha Gur", "984-1234567", "patient@test", "98412"):
        page = content(desk.get(DESK, {"q": text}))
        assert f"patient={patient.pk}" in page, text
    assert f"patient={other_patient.pk}" not in content(desk.get(DESK, {"q": "gurung"}))
    assert "Nobody matches" in content(desk.get(DESK, {"q": "Zebra"}))
    assert reverse("person_new", args=["patient"]) in content(desk.get(DESK))


def test_closed_accounts_and_colleagues_are_no_patients(desk: Client, patient: User, doctor: User) -> None:
    User.objects.filter(pk=patient.pk).update(is_active=False)
    for wrong in (patient.pk, doctor.pk, "nonsense", ""):
        state = desk.get(DESK, {"patient": str(wrong)}).context["state"]
        assert state.patient is None
    assert f"patient={patient.pk}" not in content(desk.get(DESK, {"q": "gurung"}))


@pytest.mark.parametrize(
    "broken",
    [{"doctor": "nonsense"}, {"doctor": "any:alchemy"}, {"service": "7"}, {"mode": "telepathy"}, {"at": "soon"},
     {"at": "9999-01-01T00:00Z"}, {"at": "", "on": "2026-02-31", "clock": "10:00"}, {"referral": "x"},
     {"at": "", "on": "0001-01-01", "clock": "10:00"}, {"month": "9999-99"}, {"outside": "yes"}],
)  # fmt: skip
def test_a_broken_address_never_breaks(
    desk: Client, chosen: Callable[..., dict[str, str]], broken: dict[str, str]
) -> None:
    assert desk.get(DESK, chosen(**broken)).status_code == 200
    assert desk.post(DESK, chosen(**broken)).status_code in (302, 409, 422)


# --- Booking ---


def test_a_visit_is_booked_and_held_for_the_patient(
    desk: Client, manager: User, patient: User, chosen: Callable[..., dict[str, str]]
) -> None:
    answer = desk.post(DESK, {**chosen(), "reason": "Called us: itching arm", "pay": "online"})
    visit = Appointment.objects.get()
    assert answer["Location"] == reverse("appointment", args=[visit.pk])
    assert (visit.patient, visit.booked_by, visit.reason) == (patient, manager, "Called us: itching arm")
    assert visit.status == "pending_payment"
    assert visit.hold_expires_at
    assert visit.hold_expires_at - timezone.now() > timedelta(hours=23)


def test_paying_at_the_desk_confirms_at_once(desk: Client, chosen: Callable[..., dict[str, str]]) -> None:
    desk.post(DESK, {**chosen(), "pay": "later"})
    visit = Appointment.objects.get()
    assert visit.status == "confirmed"
    assert visit.payments.get().status == "due"  # type: ignore[attr-defined]


def test_any_doctor_is_whoever_is_free(
    desk: Client, other_patient: User, doctor: User, other_doctor: User, chosen: Callable[..., dict[str, str]],
) -> None:  # fmt: skip
    service = Service.objects.get()
    make_appointment(other_patient, doctor, service, starts_at=clinic_time(2, 10))
    said = chosen(doctor="any:general-medicine")
    page = desk.get(DESK, said)
    assert page.context["state"].doctor == other_doctor
    desk.post(DESK, {**said, "shown": str(doctor.pk)})
    assert Appointment.objects.get(booked_by__role="management").doctor == other_doctor


def test_today_without_notice_for_who_walks_in(
    desk: Client, manager: User, chosen: Callable[..., dict[str, str]], time_machine: Any
) -> None:
    time_machine.move_to(clinic_time(1, 9, 50), tick=False)
    desk.force_login(manager)
    soonest = desk.get(DESK, chosen(at="")).context["soonest"]
    assert soonest[0].starts_at == clinic_time(0, 10), "patients themselves may only from 11 on"
    page = content(desk.get(DESK, chosen(at="")))
    assert "Today 10:00" in page
    assert desk.post(DESK, {**chosen(clinic_time(0, 10)), "pay": "later"}).status_code == 302
    assert Appointment.objects.get().status == "confirmed"


def test_booking_over_another_visit_takes_a_reason_and_names_what_it_hits(
    desk: Client, other_patient: User, doctor: User, service: Service, chosen: Callable[..., dict[str, str]]
) -> None:
    make_appointment(other_patient, doctor, service, starts_at=clinic_time(2, 10))
    plain = desk.get(DESK, chosen())
    assert "The doctor is taken at this time." in content(plain)
    assert other_patient.name in content(plain)
    assert not plain.context["may_book"]
    assert desk.post(DESK, {**chosen(), "overbooking_reason": "Not asked for"}).status_code == 409
    outside = chosen(outside="1", at="", on=f"{clinic_time(2, 10):%Y-%m-%d}", clock="10:10")
    page = desk.get(DESK, outside)
    assert page.context["needs_reason"]
    without = desk.post(DESK, {**outside, "reason": "Fell off a bicycle"})
    assert without.status_code == 422
    assert "Please say in a few words" in content(without)
    assert "Fell off a bicycle" in content(without)
    assert Appointment.objects.count() == 1
    half = content(desk.get(DESK, {**outside, "clock": ""}))
    assert f'value="{clinic_time(2, 10):%Y-%m-%d}"' in half, "the day alone is kept"
    desk.post(DESK, {**outside, "overbooking_reason": "Emergency", "pay": "later"})
    visit = Appointment.objects.get(overbooking_reason="Emergency")
    assert visit.starts_at == clinic_time(2, 10, 10)
    assert visit.status == "confirmed"


def test_what_even_a_reason_can_not_do(
    desk: Client, patient: User, other_doctor: User, service: Service, chosen: Callable[..., dict[str, str]]
) -> None:
    make_appointment(patient, other_doctor, service, starts_at=clinic_time(2, 10))
    busy = chosen(outside="1")
    page = desk.get(DESK, busy)
    assert "The patient has another visit at this time." in content(page)
    assert not page.context["may_book"]
    assert "The patient has another visit at this time." in content(
        desk.get(DESK, chosen(doctor="any:general-medicine"))
    )
    for said in (busy, chosen(clinic_time(2, 4), outside="1"), chosen(clinic_time(-1, 10), outside="1")):
        assert desk.post(DESK, {**said, "overbooking_reason": "Please"}).status_code in (400, 409)
    assert Appointment.objects.count() == 1


def test_two_managers_on_one_time_the_second_keeps_what_they_wrote(
    desk: Client, other_patient: User, chosen: Callable[..., dict[str, str]]
) -> None:
    desk.post(DESK, {**chosen(), "patient": str(other_patient.pk)})
    answer = desk.post(DESK, {**chosen(), "reason": "Knee pain"})
    assert answer.status_code == 409
    page = content(answer)
    assert "Knee pain" in page
    assert "The nearest free times:" in page
    assert "Knee pain" in content(desk.get(DESK, chosen())), "kept for a reload"


def test_an_unfinished_choice_books_nothing(desk: Client, chosen: Callable[..., dict[str, str]]) -> None:
    for missing in ("patient", "at"):
        assert desk.post(DESK, chosen(**{missing: ""})).status_code == 422
    assert desk.post(DESK, {}).status_code == 422
    assert not Appointment.objects.exists()


def test_what_is_typed_is_kept_for_that_patient_only(
    desk: Client, other_patient: User, chosen: Callable[..., dict[str, str]]
) -> None:
    kept = desk.post(DESK, {**chosen(), "go": "keep", "reason": "Knee", "overbooking_reason": "Urgent"})
    assert kept.status_code == 204
    page = content(desk.get(DESK, chosen()))
    assert "Knee" in page
    assert "Urgent" in page
    assert "Knee" not in content(desk.get(DESK, chosen(patient=str(other_patient.pk))))


def test_queries_stay_the_same_with_more_people_and_visits(
    desk: Client, other_patient: User, doctor: User, service: Service, chosen: Callable[..., dict[str, str]]
) -> None:
    said = {**chosen(doctor="any:general-medicine"), "q": "test"}

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            desk.get(DESK, said)
        return len(captured)

    queries()
    few = queries()
    for number in range(29):
        make_doctor(f"more{number}@test.clinic")
        make_patient(f"many{number}@test.clinic")
        make_appointment(other_patient, doctor, service, starts_at=clinic_time(3 + number, 10))
    assert queries() == few


def test_the_patients_page_leads_here(desk: Client, patient: User) -> None:
    page = content(desk.get(reverse("person", args=[patient.pk])))
    assert f"{DESK}?patient={patient.pk}" in page
