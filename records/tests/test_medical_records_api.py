"""/api/medical-records/: histories by FHIR's names."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.domain import break_glass, care
from accounts.enums import ActivityVerb as V
from accounts.models import Activity, User
from records.domain import history
from scheduling.tests.factories import make_appointment

pytestmark = pytest.mark.django_db

LIST = "/api/medical-records/"
ALLERGY = {"resource_type": "AllergyIntolerance", "code_text": "Penicillin", "severity": "severe"}


@pytest.fixture
def treated(patient: User, doctor: User) -> User:
    care.link(patient, doctor)
    return patient


def test_what_was_written_is_read_by_patient_and_doctor(
    api: Any, treated: User, doctor: User, service: Any
) -> None:
    visit = make_appointment(treated, doctor, service)
    written = api(doctor).post(
        LIST, {**ALLERGY, "patient": str(treated.pk), "encounter": str(visit.pk)}, format="json"
    )
    assert written.status_code == 201
    body = written.json()
    assert body["resource_type"] == "AllergyIntolerance"
    assert (body["patient"], body["recorder"], body["encounter"]) == (
        str(treated.pk),
        str(doctor.pk),
        str(visit.pk),
    )
    for reader in (doctor, treated):
        answer = api(reader).get(LIST).json()
        assert (answer["next"], answer["previous"], answer["results"]) == (None, None, [body])
        assert api(reader).get(f"{LIST}{body['id']}/").json() == body
    readings = Activity.objects.filter(verb=V.RECORD_READ, patient=treated)
    assert set(readings.values_list("actor", flat=True)) == {doctor.pk, treated.pk}


def test_a_look_by_break_glass_is_told_apart(
    api: Any, treated: User, doctor: User, other_doctor: User, other_patient: User
) -> None:
    care.link(other_patient, other_doctor)
    care.link(other_patient, doctor)
    for person in (treated, other_patient):
        history.record(person, kind="allergy", values={"substance": "Latex"}, author=doctor)
    break_glass.open_record(other_doctor, treated, reason="Found unconscious, allergies unknown.")
    assert len(api(other_doctor).get(LIST).json()["results"]) == 2
    looks = Activity.objects.filter(verb=V.RECORD_READ, actor=other_doctor).values_list("patient", "reason")
    assert set(looks) == {(treated.pk, "break-glass"), (other_patient.pk, "")}


EVERY: list[dict[str, Any]] = [
    {
        "resource_type": "Condition",
        "code_text": "Asthma",
        "icd10": "J45",
        "clinical_status": "active",
        "onset_date": "2019-02-01",
    },
    ALLERGY,
    {
        "resource_type": "Immunization",
        "vaccine_code_text": "BCG",
        "occurrence_date": "2001-05-04",
        "lot_number": "A1",
    },
    {
        "resource_type": "FamilyMemberHistory",
        "relationship": "mother",
        "condition": "Stroke",
        "onset_age": 60,
    },
    {
        "resource_type": "Observation",
        "category": "social-history",
        "code": "tobacco",
        "value": "Never",
        "effective_date": "2024-01-01",
    },
    {
        "resource_type": "Observation",
        "category": "vital-signs",
        "effective_date_time": "2024-01-01T10:00:00+05:45",
        "systolic": 120,
        "diastolic": 80,
    },
]


def test_every_resource_comes_back_as_it_was_sent(api: Any, treated: User, doctor: User) -> None:
    client = api(doctor)
    for sent in EVERY:
        answer = client.post(LIST, {**sent, "patient": str(treated.pk)}, format="json")
        assert answer.status_code == 201, answer.json()
        assert answer.json().items() >= sent.items()
    assert len(client.get(LIST).json()["results"]) == len(EVERY)
    found = client.get(LIST, {"resource_type": "Observation", "category": "vital-signs"}).json()["results"]
    assert [one["systolic"] for one in found] == [120]
    assert len(client.get(LIST, {"resource_type": "Observation"}).json()["results"]) == 2


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"resource_type": "Patient"}, "resource_type"),
        ({"resource_type": "Observation"}, "category"),
        ({"code_text": ""}, "code_text"),
        ({"code_text": "\u202egnidaelsim"}, "code_text"),
        ({"onset_date": "2999-01-01"}, "onset_date"),
        ({"onset_date": "12.5.2020"}, "onset_date"),
        ({"severity": "awful"}, "severity"),
        ({"encounter": "2f7a6f0e-0000-4000-8000-000000000000"}, "encounter"),
        ({"patient": "me"}, "patient"),
    ],
)
def test_what_is_wrong_is_named_as_it_was_sent(
    api: Any, treated: User, doctor: User, change: dict[str, Any], field: str
) -> None:
    answer = api(doctor).post(LIST, {**ALLERGY, "patient": str(treated.pk), **change}, format="json")
    assert answer.status_code == 400
    assert field in answer.json()["fields"]


def test_outsiders_find_nothing_and_write_nothing(
    api: Any, request: Any, treated: User, doctor: User, other_doctor: User
) -> None:
    other_patient, manager = (request.getfixturevalue(name) for name in ("other_patient", "manager"))
    fact = history.record(treated, kind="allergy", values={"substance": "Latex"}, author=doctor)
    for outsider in (other_doctor, other_patient, manager):
        client = api(outsider)
        assert client.get(LIST).json()["results"] == []
        assert client.get(LIST, {"patient": str(treated.pk)}).json()["results"] == []
        assert client.get(f"{LIST}{fact.pk}/").status_code == 404
        assert client.post(f"{LIST}{fact.pk}/void/", {"reason": "Not so"}).status_code == 404
    sent = {**ALLERGY, "patient": str(treated.pk)}
    assert api(other_doctor).post(LIST, sent, format="json").status_code == 404
    for nobody in (other_patient, manager, treated):
        assert api(nobody).post(LIST, sent, format="json").status_code == 403
    assert api(treated).post(f"{LIST}{fact.pk}/void/", {"reason": "Not so"}).status_code == 403
    assert api().get(LIST).status_code == 401


def test_an_error_stays_for_doctors_who_ask(api: Any, treated: User, doctor: User) -> None:
    fact = history.record(treated, kind="allergy", values={"substance": "Latex"}, author=doctor)
    client = api(doctor)
    assert client.post(f"{LIST}{fact.pk}/void/", {}).status_code == 400
    assert client.post(f"{LIST}{fact.pk}/void/", {"reason": "Another's"}).json()["entered_in_error"] is True
    assert client.post(f"{LIST}{fact.pk}/void/", {"reason": "Another's"}).json()["code"] == "voided"
    assert client.get(LIST).json()["results"] == []
    assert client.get(LIST, {"with_errors": "1"}).json()["results"][0]["error_reason"] == "Another's"
    assert api(treated).get(LIST, {"with_errors": "1"}).json()["results"] == []


def test_pages_hold_each_entry_once_at_a_constant_cost(api: Any, treated: User, doctor: User) -> None:
    for number in range(30):
        history.record(treated, kind="condition", values={"name": f"Illness {number}"}, author=doctor)
        values = {"measured_at": timezone.now(), "pulse": 60 + number}
        history.record(treated, kind="vitals", values=values, author=doctor)
    client, address, seen = api(doctor), LIST, []
    while address:
        answer = client.get(address).json()
        seen += [one["id"] for one in answer["results"]]
        address = answer["next"]
    assert (len(seen), len(set(seen))) == (60, 60)
    # And back again: the same pages, the other way.
    back, address = [answer["results"]], answer["previous"]
    while address:
        answer = client.get(address).json()
        back.insert(0, answer["results"])
        address = answer["previous"]
    assert [len(results) for results in back] == [25, 25, 10]
    assert [row["id"] for results in back for row in results] == seen
    assert client.get(answer["next"]).json()["results"] == back[1]
    assert len(client.get(LIST, {"cursor": "nonsense"}).json()["results"]) == 25
    with CaptureQueriesContext(connection) as many:
        client.get(LIST)
    with CaptureQueriesContext(connection) as few:
        client.get(LIST, {"patient": str(treated.pk), "resource_type": "AllergyIntolerance"})
    assert len(many) <= len(few) + 7
