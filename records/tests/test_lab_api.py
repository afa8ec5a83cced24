"""Lab reports over the API."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.domain import care
from records.models import LabParameter
from records.tests.factories_labs import (
    HAEMOGLOBIN,
    POTASSIUM,
    make_lab_catalogue,
    make_lab_report,
    make_parameter,
    parameter,
)

pytestmark = pytest.mark.django_db

URL = "/api/lab-reports/"


@pytest.fixture(autouse=True)
def _team(patient: Any, doctor: Any) -> None:
    care.link(patient, doctor)
    make_lab_catalogue()


def body(patient: Any, results: list[dict[str, str]], **more: Any) -> dict[str, Any]:
    at = (timezone.now() - timedelta(hours=3)).isoformat()
    return {"patient": str(patient.pk), "collected_at": at, "title": "Blood", "results": results, **more}


def test_enter_finish_release_and_read(api: Any, patient: Any, doctor: Any) -> None:
    LabParameter.objects.filter(name=HAEMOGLOBIN).update(loinc="718-7")
    rows = [{"loinc": "718-7", "value": "११,५"}, {"parameter": str(parameter(POTASSIUM).pk), "value": "<2.5"}]
    made = api(doctor).post(URL, body(patient, rows), format="json")
    assert made.status_code == 201
    assert made.data["status"] == "preliminary"
    assert [(r["value"], r["comparator"], r["flag"]) for r in made.data["results"]] == [
        ("11.5000", "", "low"),
        ("2.5000", "<", "critical_low"),
    ]
    one = f"{URL}{made.data['id']}/"
    assert api(patient).get(one).status_code == 404
    assert api(doctor).post(f"{one}final/").data["status"] == "final"
    assert api(doctor).post(f"{one}final/").json()["code"] == "invalid_transition"
    assert api(patient).get(URL).data["results"] == []
    assert api(doctor).post(f"{one}release/").status_code == 200
    assert api(patient).get(one).data["results"][0]["unit"] == "g/dL"


def test_what_can_not_be_is_refused_by_the_name_of_its_cell(api: Any, patient: Any, doctor: Any) -> None:
    hb = str(parameter(HAEMOGLOBIN).pk)
    for name in ("Potassium by one method", "Potassium by another"):
        make_parameter(name, loinc="2823-3")
    for rows, field in (
        ([{"parameter": hb, "value": "neg"}], f"value-{hb}"),
        ([{"parameter": hb, "value": "12"}, {"parameter": hb, "value": "13"}], "results"),
        ([{"loinc": "1-8", "value": "12"}], "results"),
        ([{"loinc": "2823-3", "value": "4"}], "results"),
        ([{"parameter": str(patient.pk), "value": "12"}], "results"),
    ):
        answer = api(doctor).post(URL, body(patient, rows), format="json")
        assert (answer.status_code, list(answer.json()["fields"])) == (400, [field])
    for wrong in ({"results": "x"}, {"collected_at": "yesterday"}, {"results": [{"value": "1"}]}):
        assert api(doctor).post(URL, body(patient, []) | wrong, format="json").status_code == 400


def test_a_draft_is_put_by_its_version(api: Any, patient: Any, doctor: Any) -> None:
    report = make_lab_report(patient, doctor, status="preliminary")
    sheet = body(patient, [{"parameter": str(parameter(HAEMOGLOBIN).pk), "value": "14"}], version=1)
    assert api(doctor).put(f"{URL}{report.pk}/", sheet, format="json").data["version"] == 2
    stale = api(doctor).put(f"{URL}{report.pk}/", sheet, format="json")
    assert (stale.status_code, stale.json()["code"]) == (409, "stale_version")


def test_outsiders_find_nothing(api: Any, patient: Any, doctor: Any, other_doctor: Any, manager: Any) -> None:
    report = make_lab_report(patient, doctor)
    for outsider in (other_doctor, manager):
        client = api(outsider)
        assert client.get(URL, {"patient": str(patient.pk)}).data["results"] == []
        assert client.get(f"{URL}{report.pk}/").status_code == 404
        assert client.post(URL, body(patient, []), format="json").status_code == 404
    assert api(patient).post(URL, body(patient, []), format="json").status_code == 403


def test_the_list_costs_the_same_at_any_length(api: Any, patient: Any, doctor: Any) -> None:
    counts = []
    for many in (1, 14):
        for _ in range(many):
            make_lab_report(patient, doctor, {HAEMOGLOBIN: "13", POTASSIUM: "4"})
        with CaptureQueriesContext(connection) as queries:
            assert api(doctor).get(URL).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]
