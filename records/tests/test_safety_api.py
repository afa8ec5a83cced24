"""The findings over the API tell of the record: for its doctors only."""

from typing import Any

import pytest

from accounts.domain import care
from records.domain import record_requests
from records.models import Allergy
from scheduling.enums import AppointmentStatus
from scheduling.tests.factories import make_appointment

from .prescriptions import line, make_draft, make_medicine

pytestmark = pytest.mark.django_db


def url(draft: Any) -> str:
    return f"/api/prescriptions/{draft.pk}/findings/"


def test_the_author_reads_them_and_nobody_else_finds_the_draft(
    api: Any, patient: Any, doctor: Any, other_doctor: Any, manager: Any
) -> None:
    Allergy.objects.create(patient=patient, recorded_by=doctor, substance="Penicillin", atc="J01C")
    draft = make_draft(patient, doctor, line(make_medicine(atc="J01CA04")))
    worst = api(doctor).get(url(draft)).json()[0]
    assert (worst["kind"], worst["grade"], worst["items"]) == ("allergy", "severe", ["0"])
    assert "Penicillin" in worst["text"]
    assert worst["source"]
    for person in (other_doctor, patient, manager):
        assert api(person).get(url(draft)).status_code == 404
    assert api().get(url(draft)).status_code in (401, 403)


def test_not_management_that_prepares_it_nor_a_doctor_who_lost_the_record(
    api: Any, patient: Any, doctor: Any, manager: Any, service: Any
) -> None:
    link = care.link(patient, doctor)
    visit = make_appointment(patient, doctor, service, status=AppointmentStatus.IN_PROGRESS)
    request = record_requests.ask(visit.pk, doctor=doctor, kind="prescription", text="As usual.")
    record_requests.take(request.pk, actor=manager)
    draft = record_requests.begin_prescription(request.pk, actor=manager)
    assert api(manager).get(f"/api/prescriptions/{draft.pk}/").status_code == 200
    assert api(manager).get(url(draft)).status_code == 403
    assert api(doctor).get(url(draft)).status_code == 200
    link.delete()
    assert api(doctor).get(url(draft)).status_code in (403, 404)
