"""Referrals over the API: asking, finding, withdrawing; what the front desk does not read."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.domain import care
from accounts.models import User
from accounts.tests.factories import make_patient
from scheduling.models import Appointment, Referral, Service
from scheduling.tests.factories import clinic_time
from scheduling.tests.imaging import QUESTION, make_radiologist, make_referral, make_scan

pytestmark = pytest.mark.django_db
URL = "/api/referrals/"


@pytest.fixture
def radiologist(db: None) -> User:
    return make_radiologist()


@pytest.fixture
def scan(radiologist: User) -> Service:
    return make_scan(radiologist, needs_referral=True)


@pytest.fixture
def referral(patient: User, doctor: User, scan: Service) -> Referral:
    return make_referral(patient, doctor, scan)


def test_a_doctor_asks(api: Any, patient: User, doctor: User, scan: Service) -> None:
    body = {"patient": str(patient.pk), "service": str(scan.pk), "question": QUESTION}
    assert api(doctor).post(URL, body).status_code == 404  # not their patient
    care.link(patient, doctor)
    made = api(doctor).post(URL, body)
    assert made.status_code == 201
    assert made.data["status"] == "requested"
    assert [step["to_status"] for step in made.data["history"]] == ["requested"]
    again = api(doctor).post(URL, body)
    assert (again.status_code, again.data["code"], again.data["referral"]) == (
        409,
        "already_asked",
        made.data["id"],
    )


@pytest.mark.parametrize("who", ["patient", "manager", "admin"])
def test_others_do_not_ask(who: str, api: Any, scan: Service, request: pytest.FixtureRequest) -> None:
    assert api(request.getfixturevalue(who)).post(URL, {}).status_code == 403


def test_what_is_wrong_is_named(api: Any, referral: Referral, doctor: User, service: Service) -> None:
    body = {
        "patient": str(referral.patient_id),
        "service": str(service.pk),
        "question": "?",
        "priority": "now",
    }
    assert set(api(doctor).post(URL, body).data["fields"]) == {"priority"}
    assert set(api(doctor).post(URL, {**body, "priority": "urgent"}).data["fields"]) == {"service"}
    assert set(api(doctor).post(URL, {}).data["fields"]) == {"patient", "service", "question"}
    assert api(doctor).get(URL, {"status": "nonsense"}).status_code == 400
    assert api(doctor).get(URL, {"patient": "nonsense"}).status_code == 400


def test_who_finds_it_and_who_reads_it(api: Any, referral: Referral, request: pytest.FixtureRequest) -> None:
    for who in ("patient", "doctor", "manager", "other_patient", "other_doctor", "admin"):
        client = api(request.getfixturevalue(who))
        finds = who in ("patient", "doctor", "manager")
        assert len(client.get(URL).data["results"]) == finds, who
        one = client.get(f"{URL}{referral.pk}/")
        assert one.status_code == (200 if finds else 404), who
        assert client.post(f"{URL}{referral.pk}/withdraw/").status_code == {
            "patient": 403,
            "doctor": 200,
            "manager": 409,  # the doctor was faster
        }.get(who, 404), who
        if finds:
            assert one.data["question"] == ("" if who == "manager" else QUESTION)
    assert api().get(URL).status_code == 401


def test_the_patient_books_it(api: Any, referral: Referral, patient: User, radiologist: User) -> None:
    body = {
        "doctor": str(radiologist.pk),
        "service": str(referral.service_id),
        "starts_at": clinic_time(3, 10).isoformat(),
        "mode": "in_person",
    }
    # This scan is only for those who were referred.
    assert set(api(patient).post("/api/appointments/book/", body).data["fields"]) == {"files"}
    made = api(patient).post("/api/appointments/book/", {**body, "referral": str(referral.pk)})
    assert made.status_code == 201
    shown = api(patient).get(f"{URL}{referral.pk}/").data
    assert (shown["status"], shown["appointment"]) == ("booked", made.data["id"])
    assert api(patient).delete(f"/api/appointments/{made.data['id']}/cancel/").status_code == 200
    shown = api(patient).get(f"{URL}{referral.pk}/").data
    assert (shown["status"], shown["appointment"]) == ("requested", None)


def test_nobody_books_with_the_referral_of_another(
    api: Any, referral: Referral, other_patient: User, radiologist: User
) -> None:
    body = {
        "doctor": str(radiologist.pk),
        "service": str(referral.service_id),
        "starts_at": clinic_time(3, 10).isoformat(),
        "mode": "in_person",
        "referral": str(referral.pk),
    }
    assert api(other_patient).post("/api/appointments/book/", body).status_code in (400, 404)
    assert not Appointment.objects.exists()


def test_the_list_costs_the_same_for_many(api: Any, doctor: User, scan: Service) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert api(doctor).get(URL, {"page_size": 100}).status_code == 200
        return len(asked)

    make_referral(make_patient("p@test.clinic"), doctor, scan)
    before = count()
    for number in range(29):
        make_referral(make_patient(f"p{number}@test.clinic"), doctor, scan)
    assert count() == before
