"""What is prepared for a request is wrong, or wanted otherwise."""

from typing import Any

import pytest

from clinic.core.errors import NotAllowed
from messaging.models import Notification
from records.domain import record_requests
from records.domain.labs import reports
from records.models import LabReport, RecordRequest
from records.tests.factories_labs import POTASSIUM, make_sheet
from records.tests.requests import ask_for_blood, ask_for_pills, running_visit, statuses

pytestmark = pytest.mark.django_db


@pytest.fixture
def visit(patient: Any, doctor: Any, service: Any) -> Any:
    return running_visit(patient, doctor, service)


@pytest.fixture
def for_blood(visit: Any) -> RecordRequest:
    return ask_for_blood(visit)


@pytest.fixture
def handed_over(for_blood: RecordRequest, manager: Any) -> LabReport:
    record_requests.take(for_blood.pk, actor=manager)
    report = reports.create(
        for_blood.patient, author=manager, sheet=make_sheet({POTASSIUM: "7.1"}), request_id=for_blood.pk
    )
    record_requests.hand_over(for_blood.pk, actor=manager)
    return report


def test_a_lab_report_sent_back_is_corrected_by_management(
    handed_over: LabReport, for_blood: RecordRequest, manager: Any, client: Any
) -> None:
    doctor, patient = for_blood.doctor, for_blood.patient
    with pytest.raises(NotAllowed):
        reports.amend(handed_over.pk, actor=manager, reason="Typed the wrong row")
    client.force_login(doctor)
    url = f"/requests/{for_blood.pk}/send-back/"
    assert client.post(url, {"reason": "Potassium of another patient?"}).status_code == 302
    client.force_login(manager)
    assert "Potassium of another patient?" in client.get(f"/requests/{for_blood.pk}/").content.decode()
    answer = client.post(f"/labs/reports/{handed_over.pk}/do/amend/", {"reason": "Wrong row"}, follow=True)
    draft = LabReport.objects.get(replaces=handed_over)
    assert answer.redirect_chain[-1][0] == f"/labs/reports/{draft.pk}/edit/"
    assert draft.doctor == doctor
    # Thrown away, the request is answered by the first one again, and may be corrected anew.
    answer = client.post(f"/labs/reports/{draft.pk}/do/discard/")
    assert answer["Location"] == f"/requests/{for_blood.pk}/"
    draft = reports.amend(handed_over.pk, actor=manager, reason="Wrong row")
    reports.save(draft.pk, author=manager, sheet=make_sheet({POTASSIUM: "4.1"}), version=1)
    record_requests.hand_over(for_blood.pk, actor=manager)
    handed_over.refresh_from_db()
    assert (handed_over.status, handed_over.critical_alert.acknowledged_by) == ("amended", manager)
    assert not Notification.objects.filter(user=patient).exists()
    reports.release(draft.pk, actor=doctor)
    assert statuses(for_blood) == [
        "requested", "in_progress", "prepared", "in_progress", "prepared", "completed",
    ]  # fmt: skip


def test_a_lab_report_sent_back_may_be_handed_over_as_it_is(
    handed_over: LabReport, for_blood: RecordRequest, manager: Any
) -> None:
    record_requests.send_back(for_blood.pk, actor=for_blood.doctor, reason="Really?")
    record_requests.hand_over(for_blood.pk, actor=manager)
    told = Notification.objects.filter(user=for_blood.doctor, occasion="request.prepared")
    assert told.count() == 1


def test_what_the_doctor_corrects_themself_answers_the_request(
    handed_over: LabReport, for_blood: RecordRequest
) -> None:
    doctor = for_blood.doctor
    new = reports.amend(handed_over.pk, actor=doctor, reason="Haemolysed sample")
    reports.final(new.pk, actor=doctor)
    reports.release(new.pk, actor=doctor)
    for_blood.refresh_from_db()
    assert (for_blood.status, for_blood.lab_report) == ("completed", new)


def test_asked_for_once_more_it_becomes_urgent(visit: Any, manager: Any) -> None:
    first = ask_for_pills(visit)
    again: Any = {"doctor": visit.doctor, "kind": "prescription", "text": first.text}
    for _time in range(2):
        same = record_requests.ask(visit.pk, is_urgent=True, **again)
        assert (same.pk, same.is_urgent) == (first.pk, True)
    assert record_requests.ask(visit.pk, **again).is_urgent
    assert Notification.objects.filter(user=manager, occasion="request.urgent").count() == 1
