"""What the editor tells of the record: nothing to an author who lost it, nor to management that prepares a draft."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import CareLink
from records.domain import prescribing, record_requests
from records.models import Allergy
from scheduling.enums import AppointmentStatus
from scheduling.tests.factories import make_appointment

from .prescriptions import AnyReason, line, make_draft, make_medicine, signed_prescription

pytestmark = pytest.mark.django_db


@pytest.fixture
def allergic(patient: Any, doctor: Any) -> Any:
    Allergy.objects.create(patient=patient, recorded_by=doctor, substance="Penicillin", atc="J01C")
    return patient


def test_an_author_who_lost_the_record_keeps_the_draft_and_learns_nothing_of_it(
    client: Client, api: Any, allergic: Any, doctor: Any
) -> None:
    draft = make_draft(allergic, doctor, line(make_medicine(atc="J01CA04")))
    url = f"/prescriptions/{draft.pk}/edit/"
    client.force_login(doctor)
    before = client.get(url).content.decode()
    assert "data-rx-findings" in before
    assert "Penicillin" in before
    CareLink.objects.all().delete()
    after = client.get(url)
    assert after.status_code == 200
    for said in ("data-rx-findings", "Penicillin", "data-rx-sign", "/record/labs/"):
        assert said not in after.content.decode()
    change = {"version": 1, "items": [line()]}
    assert client.post(url, change, content_type="application/json").status_code == 403


def test_the_reasons_are_for_those_to_whom_the_record_is_open(api: Any, allergic: Any, doctor: Any) -> None:
    draft = make_draft(allergic, doctor, line(make_medicine(atc="J01CA04")))
    prescribing.sign(draft.pk, actor=doctor, version=1, reasons=AnyReason())
    url = f"/api/prescriptions/{draft.pk}/"
    assert "Penicillin" in api(doctor).get(url).json()["overrides"][0]["text"]
    CareLink.objects.all().delete()
    assert api(doctor).get(url).json()["overrides"] == []
    assert api(allergic).get(url).json()["overrides"] == []


def test_management_is_not_told_when_something_was_prescribed_before(
    client: Client, patient: Any, doctor: Any, manager: Any, service: Any
) -> None:
    signed_prescription(patient, doctor)
    visit = make_appointment(patient, doctor, service, status=AppointmentStatus.IN_PROGRESS)
    request = record_requests.ask(visit.pk, doctor=doctor, kind="prescription", text="As usual.")
    record_requests.take(request.pk, actor=manager)
    draft = record_requests.begin_prescription(request.pk, actor=manager)
    client.force_login(manager)
    assert "Repeat the last one" not in client.get(f"/prescriptions/{draft.pk}/edit/").content.decode()


def test_nobody_without_the_record_begins_one(
    client: Client, patient: Any, other_doctor: Any, other_patient: Any, manager: Any
) -> None:
    url = f"/patients/{patient.pk}/record/prescriptions/new/"
    for person, status in ((other_doctor, 404), (other_patient, 404), (manager, 403), (patient, 403)):
        client.force_login(person)
        assert client.post(url, {"repeat": "1"}).status_code == status
