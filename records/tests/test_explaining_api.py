"""POST /api/analyze-prescription/: findings at once for doctors, nothing before its release for patients."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from accounts.domain import care
from accounts.models import User
from records.domain.explaining import explanations, writing
from records.models import Explanation
from records.tests.factories_labs import HAEMOGLOBIN, make_lab_report
from records.tests.prescriptions import signed_prescription

pytestmark = pytest.mark.django_db
URL = "/api/analyze-prescription/"


def test_for_the_doctor(api: Callable[..., Any], patient: User, doctor: User, other_doctor: User) -> None:
    rx = signed_prescription(patient, doctor)
    answer = api(doctor).post(URL, {"prescription": str(rx.pk)})
    assert (answer.status_code, answer.data["status"], answer.data["audience"]) == (200, "waiting", "doctor")
    first = answer.data["findings"]
    assert first
    assert all(one["source"]["id"] for one in first)
    writing.run(answer.data["id"])
    again = api(doctor).post(URL, {"prescription": str(rx.pk)})
    assert (again.data["id"], again.data["status"]) == (answer.data["id"], "draft")
    assert [one["key"] for one in again.data["findings"]] == [one["key"] for one in first]
    assert api(other_doctor).post(URL, {"prescription": str(rx.pk)}).status_code == 404


def test_for_the_patient_after_its_release(api: Callable[..., Any], patient: User, doctor: User) -> None:
    care.link(patient, doctor)
    report = make_lab_report(patient, doctor, {HAEMOGLOBIN: "9.1"})
    wanted = {"lab_report": str(report.pk)}
    assert api(patient).post(URL, {**wanted, "audience": "doctor"}).status_code == 403
    asked = api(patient).post(URL, wanted)
    writing.run(asked.data["id"])
    asked = api(patient).post(URL, wanted)
    assert (asked.data["status"], asked.data["findings"], asked.data["lines"]) == ("draft", [], [])
    explanations.release(Explanation.objects.get().pk, actor=doctor)
    released = api(patient).post(URL, wanted)
    assert (released.data["status"], released.data["id"]) == ("released", asked.data["id"])
    assert released.data["findings"][0]["grade"] == "caution"


@pytest.mark.parametrize(
    ("wanted", "status"),
    [
        ({}, 400),
        ({"document": "no-id"}, 400),
        ({"document": str(uuid4()), "lab_report": str(uuid4())}, 400),
        ({"document": str(uuid4())}, 404),
        ({"document": str(uuid4()), "audience": "press"}, 400),
    ],
)
def test_what_is_not_taken(
    api: Callable[..., Any], doctor: User, wanted: dict[str, str], status: int
) -> None:
    assert api(doctor).post(URL, wanted).status_code == status
