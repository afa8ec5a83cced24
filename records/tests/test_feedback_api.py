"""Feedback over the API: shapes, codes, outsiders, and what the public reads of a doctor."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from records.models import Feedback
from records.tests.factories import make_feedback, make_past_visit
from scheduling.models import Appointment

Api = Callable[..., Any]
URL = "/api/feedback/"


@pytest.fixture
def visit(patient: Any, doctor: Any, service: Any) -> Appointment:
    return make_past_visit(patient, doctor, service, reason="Secret reason")


def sent(visit: Appointment, **changes: Any) -> dict[str, Any]:
    return {"appointment": str(visit.pk), "overall": 5, "recommend": True, "comment": "Good", **changes}


def test_give_read_and_change(api: Api, visit: Appointment) -> None:
    client = api(visit.patient)
    response = client.post(URL, sent(visit, clarity=4))
    assert response.status_code == 201
    body = response.json()
    assert body == {
        "id": str(Feedback.objects.get().pk),
        "appointment": str(visit.pk),
        "patient": str(visit.patient_id),
        "patient_name": "Asha Gurung",
        "doctor": str(visit.doctor_id),
        "doctor_name": "Dr. Sita Sharma",
        "overall": 5,
        "staff": None,
        "facility": None,
        "clarity": 4,
        "recommend": True,
        "comment": "Good",
        "shown_as": "Asha G.",
        "status": "pending",
        "created_at": body["created_at"],
        "updated_at": body["updated_at"],
    }
    again = client.post(URL, sent(visit, overall=3))
    assert (again.status_code, again.json()["overall"], again.json()["id"]) == (200, 3, body["id"])
    assert [row["id"] for row in client.get(URL).json()["results"]] == [body["id"]]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"overall": 0}, "overall"),
        ({"overall": 2.5}, "overall"),
        ({"overall": None}, "overall"),
        ({"overall": 10**30}, "overall"),
        ({"recommend": "perhaps"}, "recommend"),
        ({"recommend": None}, "recommend"),
        ({"comment": "x" * 1001}, "comment"),
        ({"comment": "a\u202eb"}, "comment"),
        ({"comment": {"a": 1}}, "comment"),
        ({"appointment": "7"}, "appointment"),
    ],
)
def test_bad_input(api: Api, visit: Appointment, changes: dict[str, Any], field: str) -> None:
    response = api(visit.patient).post(URL, sent(visit, **changes))
    assert response.status_code == 400
    assert list(response.json()["fields"]) == [field]
    assert not Feedback.objects.exists()


def test_conflicts_have_their_codes(
    api: Api, visit: Appointment, manager: Any, doctor: Any, service: Any
) -> None:
    ahead = make_past_visit(visit.patient, doctor, service, days_ago=-3, status="confirmed")
    response = api(visit.patient).post(URL, sent(ahead))
    assert (response.status_code, response.json()["code"]) == (409, "not_completed")
    make_feedback(visit, published_by=manager)
    response = api(visit.patient).post(URL, sent(visit))
    assert (response.status_code, response.json()["code"]) == (409, "invalid_transition")


def test_outsiders_neither_give_nor_read(
    api: Api, visit: Appointment, other_patient: Any, other_doctor: Any, admin: Any
) -> None:
    giving = {None: 401, other_patient: 404, other_doctor: 404, visit.doctor: 403, admin: 404}
    for person, status in giving.items():
        assert api(person).post(URL, sent(visit)).status_code == status
    assert api(visit.patient).post(URL, sent(visit, appointment=str(uuid4()))).status_code == 404
    given = make_feedback(visit)
    for person in (other_patient, other_doctor, visit.doctor, admin):
        assert api(person).get(URL).json()["results"] == []
    assert api().get(URL).status_code == 401
    decisions = {**giving, visit.doctor: 404, visit.patient: 403}
    for person, status in decisions.items():
        for decision in ("publish", "hide"):
            response = api(person).post(f"{URL}{given.pk}/{decision}/", {"reason": "No"})
            assert response.status_code == status
    given.refresh_from_db()
    assert given.status == "pending"


def test_management_decides(api: Api, visit: Appointment, manager: Any) -> None:
    given = make_feedback(visit, overall=4)
    client = api(manager)
    assert client.post(f"{URL}{given.pk}/publish/").json()["status"] == "published"
    again = client.post(f"{URL}{given.pk}/publish/")
    assert (again.status_code, again.json()["code"]) == (409, "invalid_transition")
    doctor = api().get("/api/doctors/").json()["results"][0]
    assert (doctor["rating"], doctor["rating_count"]) == (4.0, 1)
    assert client.post(f"{URL}{given.pk}/hide/").json()["fields"]["reason"]
    assert client.post(f"{URL}{given.pk}/hide/", {"reason": "Asked for"}).json()["status"] == "hidden"
    assert api().get("/api/doctors/").json()["results"][0]["rating"] is None
    assert len(client.get(URL, {"status": "hidden"}).json()["results"]) == 1
    assert client.get(URL, {"status": "pending"}).json()["results"] == []
    assert client.get(URL, {"status": "burnt"}).json()["results"] == []


def test_the_public_reads_words_without_who_wrote_them(
    api: Api, visit: Appointment, other_patient: Any, other_doctor: Any, manager: Any
) -> None:
    make_feedback(visit, comment="Kind.", published_by=manager)
    unread = make_past_visit(other_patient, visit.doctor, visit.service, days_ago=5)
    make_feedback(unread, comment="To read")
    response = api().get(f"/api/doctors/{visit.doctor_id}/reviews/")
    (row,) = response.json()["results"]
    assert set(row) == {"id", "name", "overall", "comment", "month"}
    assert (row["name"], row["overall"], row["comment"]) == ("Asha G.", 5, "Kind.")
    for secret in ("Gurung", "Secret reason", str(visit.patient_id), str(visit.pk)):
        assert secret not in response.content.decode()
    assert api().get(f"/api/doctors/{other_doctor.pk}/reviews/").json()["results"] == []
    assert api().get(f"/api/doctors/{visit.patient_id}/reviews/").status_code == 404


def test_lists_stay_flat(api: Api, patient: Any, doctor: Any, service: Any, manager: Any) -> None:
    def queries(person: Any, url: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert api(person).get(url, {"page_size": 100}).status_code == 200
        return len(captured)

    asked = [(manager, URL), (patient, URL), (None, f"/api/doctors/{doctor.pk}/reviews/")]
    make_feedback(make_past_visit(patient, doctor, service, days_ago=1), published_by=manager)
    one = [queries(*request) for request in asked]
    for number in range(2, 31):
        make_feedback(make_past_visit(patient, doctor, service, days_ago=number), published_by=manager)
    assert [queries(*request) for request in asked] == one
