"""Requests: asked for in a visit, prepared by management, released by the doctor; the patient sees nothing before."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.enums import ActivityVerb
from accounts.models import Activity, CareLink
from clinic.core.errors import Conflict, Invalid, InvalidTransition, NotAllowed
from messaging.models import Notification
from records.domain import prescribing, record_requests
from records.domain.labs import reports
from records.models import Prescription, RecordRequest
from records.tests.factories_labs import make_sheet
from records.tests.prescriptions import line, make_medicine
from records.tests.requests import ask_for_blood, ask_for_pills, running_visit, statuses

pytestmark = pytest.mark.django_db


@pytest.fixture
def visit(patient: Any, doctor: Any, service: Any) -> Any:
    return running_visit(patient, doctor, service)


@pytest.fixture
def for_pills(visit: Any) -> RecordRequest:
    return ask_for_pills(visit)


@pytest.fixture
def for_blood(visit: Any) -> RecordRequest:
    return ask_for_blood(visit)


def write_prescription(request: RecordRequest, manager: Any) -> Prescription:
    draft = record_requests.begin_prescription(request.pk, actor=manager)
    return prescribing.save(draft.pk, actor=manager, version=0, items=[line(make_medicine())])


def test_a_prescription_from_asking_to_the_doctors_signature(
    for_pills: RecordRequest, manager: Any, client: Any
) -> None:
    patient, doctor = for_pills.patient, for_pills.doctor
    record_requests.take(for_pills.pk, actor=manager)
    draft = write_prescription(for_pills, manager)
    assert (draft.author, draft.appointment) == (doctor, for_pills.appointment)
    # Not the doctor's to sign before it is handed over, and never management's.
    with pytest.raises(NotAllowed):
        prescribing.sign(draft.pk, actor=doctor, version=draft.version)
    record_requests.hand_over(for_pills.pk, actor=manager)
    [told] = Notification.objects.filter(user=doctor, key__startswith="request:")
    assert "Amoxicillin" not in told.title
    for actor in (manager, patient):
        with pytest.raises(NotAllowed):
            prescribing.sign(draft.pk, actor=actor, version=draft.version)
    with pytest.raises(NotAllowed):
        prescribing.save(draft.pk, actor=manager, version=draft.version, items=[])
    # Nothing of it reaches the patient: no page, no list, no news.
    client.force_login(patient)
    for path in (f"/requests/{for_pills.pk}/", f"/prescriptions/{draft.pk}/"):
        assert client.get(path).status_code == 404
    assert "Amoxicillin" not in client.get(f"/patients/{patient.pk}/record/prescriptions/").content.decode()
    assert not Notification.objects.filter(user=patient).exists()
    prescribing.sign(draft.pk, actor=doctor, version=draft.version)
    assert statuses(for_pills) == ["requested", "in_progress", "prepared", "completed"]
    assert Notification.objects.filter(user=patient).count() == 1
    assert client.get(f"/prescriptions/{draft.pk}/").status_code == 200


def test_a_lab_report_from_asking_to_the_doctors_release(
    for_blood: RecordRequest, manager: Any, client: Any
) -> None:
    patient, doctor = for_blood.patient, for_blood.doctor
    client.force_login(manager)
    client.post(f"/requests/{for_blood.pk}/take/")
    with pytest.raises(Invalid):
        record_requests.hand_over(for_blood.pk, actor=manager)
    assert client.get(f"/patients/{patient.pk}/record/labs/new/?request={for_blood.pk}").status_code == 200
    report = reports.create(patient, author=manager, sheet=make_sheet(), request_id=for_blood.pk)
    client.post(f"/requests/{for_blood.pk}/hand-over/")
    report.refresh_from_db()
    assert report.status == "final"
    with pytest.raises(NotAllowed):
        reports.release(report.pk, actor=manager)
    client.force_login(patient)
    assert client.get(f"/labs/reports/{report.pk}/").status_code == 404
    assert not Notification.objects.filter(user=patient).exists()
    assert Notification.objects.filter(user=doctor).count() == 1
    reports.release(report.pk, actor=doctor)
    assert statuses(for_blood) == ["requested", "in_progress", "prepared", "completed"]
    assert client.get(f"/labs/reports/{report.pk}/").status_code == 200
    # Done: management has no business there any more, neither with the report nor with what was asked.
    client.force_login(manager)
    assert client.get(f"/labs/reports/{report.pk}/").status_code == 404
    assert "is not shown any more" in client.get(f"/requests/{for_blood.pk}/").content.decode()


def test_the_doctor_sends_a_prescription_back(for_pills: RecordRequest, manager: Any, client: Any) -> None:
    record_requests.take(for_pills.pk, actor=manager)
    write_prescription(for_pills, manager)
    record_requests.hand_over(for_pills.pk, actor=manager)
    client.force_login(for_pills.doctor)
    url = f"/requests/{for_pills.pk}/send-back/"
    assert client.post(url, {"reason": " "}).status_code == 400
    assert client.post(url, {"reason": "Half the dose, please."}).status_code == 302
    assert Prescription.objects.get().request.status == "in_progress"
    client.force_login(manager)
    assert "Half the dose, please." in client.get(f"/requests/{for_pills.pk}/").content.decode()
    assert record_requests.begin_prescription(for_pills.pk, actor=manager) == Prescription.objects.get()
    record_requests.hand_over(for_pills.pk, actor=manager)


def test_one_person_prepares_it_until_they_let_go(
    for_pills: RecordRequest, manager: Any, make_colleague: Any
) -> None:
    colleague = make_colleague()
    record_requests.take(for_pills.pk, actor=manager)
    assert record_requests.take(for_pills.pk, actor=manager).handled_by == manager
    with pytest.raises(Conflict, match="Maya Shrestha is preparing this already"):
        record_requests.take(for_pills.pk, actor=colleague)
    for step in (record_requests.hand_over, record_requests.begin_prescription):
        with pytest.raises(NotAllowed):
            step(for_pills.pk, actor=colleague)
    draft = write_prescription(for_pills, manager)
    record_requests.let_go(for_pills.pk, actor=colleague)
    record_requests.take(for_pills.pk, actor=colleague)
    # What was begun goes along.
    assert record_requests.begin_prescription(for_pills.pk, actor=colleague) == draft


@pytest.fixture
def make_colleague(db: None) -> Any:
    from accounts.tests.factories import make_user

    return lambda: make_user("colleague@test.clinic", role="management", first_name="Bina", last_name="Rana")


def test_declining_tells_the_doctor_why_and_throws_the_draft_away(
    for_pills: RecordRequest, manager: Any, make_colleague: Any, client: Any
) -> None:
    record_requests.take(for_pills.pk, actor=manager)
    draft = write_prescription(for_pills, manager)
    record_requests.let_go(for_pills.pk, actor=manager)
    client.force_login(make_colleague())
    url = f"/requests/{for_pills.pk}/decline/"
    refused = client.post(url, {"reason": ""})
    assert refused.status_code == 400
    assert "Say why it can" in refused.content.decode()
    assert client.post(url, {"reason": "Not in the catalogue."}).status_code == 302
    draft.refresh_from_db()
    assert draft.status == "discarded"
    assert statuses(for_pills) == ["requested", "in_progress", "requested", "in_progress", "declined"]
    client.force_login(for_pills.doctor)
    assert "Not in the catalogue." in client.get(f"/requests/{for_pills.pk}/").content.decode()
    assert Notification.objects.filter(user=for_pills.doctor, title__contains="could not").count() == 1
    with pytest.raises(InvalidTransition):
        record_requests.withdraw(for_pills.pk, actor=for_pills.doctor)


def test_withdrawing_ends_it_at_every_step(visit: Any, for_pills: RecordRequest, manager: Any) -> None:
    record_requests.take(for_pills.pk, actor=manager)
    draft = write_prescription(for_pills, manager)
    record_requests.hand_over(for_pills.pk, actor=manager)
    with pytest.raises(NotAllowed):
        record_requests.withdraw(for_pills.pk, actor=manager)
    record_requests.withdraw(for_pills.pk, actor=visit.doctor)
    draft.refresh_from_db()
    assert draft.status == "discarded"
    for step in (record_requests.take, record_requests.let_go, record_requests.hand_over):
        with pytest.raises(InvalidTransition):
            step(for_pills.pk, actor=manager)


def test_a_double_click_asks_once_and_bad_input_says_where(visit: Any, client: Any) -> None:
    client.force_login(visit.doctor)
    url = f"/visits/{visit.pk}/requests/new/"
    for _click in range(2):
        answer = client.post(url, {"kind": "prescription", "text": "Amoxicillin.", "is_urgent": "on"})
        assert answer.status_code == 302
    assert RecordRequest.objects.get().is_urgent
    for data, words in (
        ({"kind": "prescription", "text": " "}, "Write what is wanted."),
        ({"kind": "poem", "text": "x"}, "poem"),
        ({"kind": "lab_report", "panels": ["x"]}, "x"),
        ({"kind": "prescription", "text": "x" * 501}, "500"),
    ):
        answer = client.post(url, data)
        assert answer.status_code == 422
        assert words in answer.content.decode()
    beside = client.post(url, {"kind": "prescription", "text": " "}, headers={"HX-Request": "true"})
    assert beside.status_code == 200
    assert "Write what is wanted." in beside.content.decode()
    assert "<html" not in beside.content.decode()
    assert RecordRequest.objects.count() == 1


def test_an_urgent_one_is_told_to_management_and_stands_first(visit: Any, manager: Any, client: Any) -> None:
    first = record_requests.ask(visit.pk, doctor=visit.doctor, kind="prescription", text="One.")
    second = record_requests.ask(visit.pk, doctor=visit.doctor, kind="prescription", text="Two.")
    assert not Notification.objects.filter(user=manager).exists()
    urgent = record_requests.ask(
        visit.pk, doctor=visit.doctor, kind="prescription", text="Three.", is_urgent=True
    )
    assert Notification.objects.filter(user=manager).count() == 1
    client.force_login(manager)
    assert list(client.get("/requests/").context["page_obj"]) == [urgent, first, second]


@pytest.mark.parametrize("who", ["patient", "other_patient", "other_doctor", "admin"])
def test_outsiders(for_pills: RecordRequest, client: Any, request: Any, who: str) -> None:
    client.force_login(request.getfixturevalue(who))
    answer = client.get("/requests/")
    assert answer.status_code == (200 if who == "other_doctor" else 403)
    assert for_pills.doctor.name not in answer.content.decode()
    assert client.get(f"/requests/{for_pills.pk}/").status_code == 404
    for action in ("take", "begin", "hand-over", "decline", "withdraw", "send-back", "let-go"):
        assert client.post(f"/requests/{for_pills.pk}/{action}/", {"reason": "x"}).status_code == 404
    for path in ("requests/new", "panel/requests"):
        assert client.get(f"/visits/{for_pills.appointment_id}/{path}/").status_code in (403, 404)
    assert client.get(f"/patients/{for_pills.patient_id}/record/requests/").status_code in (403, 404)
    assert statuses(for_pills) == ["requested"]


def test_a_colleague_of_the_care_team_reads_and_does_not_decide(
    for_pills: RecordRequest, other_doctor: Any, client: Any
) -> None:
    CareLink.objects.create(patient=for_pills.patient, doctor=other_doctor)
    client.force_login(other_doctor)
    assert "Amoxicillin as usual." in client.get(f"/requests/{for_pills.pk}/").content.decode()
    assert client.post(f"/requests/{for_pills.pk}/withdraw/").status_code == 403
    assert list(client.get("/requests/").context["page_obj"]) == []


def test_reading_and_every_step_are_in_the_trail_without_words(
    for_pills: RecordRequest, manager: Any, client: Any
) -> None:
    client.force_login(manager)
    client.get("/requests/")
    assert not Activity.objects.filter(verb=ActivityVerb.REQUEST_READ).exists()
    client.get(f"/requests/{for_pills.pk}/")
    client.post(f"/requests/{for_pills.pk}/take/")
    rows = Activity.objects.filter(verb__startswith="request.", patient=for_pills.patient).order_by("pk")
    assert [row.verb for row in rows] == ["request.create", "request.read", "request.status"]
    assert all(row.reason == "" and row.changed == [] for row in rows)


def test_the_queue_costs_the_same_at_one_and_at_thirty(visit: Any, manager: Any, client: Any) -> None:
    client.force_login(manager)
    assert "Nothing waits" in client.get("/requests/").content.decode()
    record_requests.ask(visit.pk, doctor=visit.doctor, kind="prescription", text="0")
    client.get("/requests/")
    with CaptureQueriesContext(connection) as one:
        client.get("/requests/")
    for index in range(1, 30):
        record_requests.ask(visit.pk, doctor=visit.doctor, kind="prescription", text=str(index))
    with CaptureQueriesContext(connection) as many:
        page = client.get("/requests/")
    assert (len(page.context["page_obj"].object_list), len(one)) == (25, len(many))
    assert len(client.get("/requests/?page=2").context["page_obj"].object_list) == 5


def test_open_pages_hear_of_every_step(visit: Any, manager: Any, monkeypatch: Any) -> None:
    sent: list[tuple[list[str], dict[str, Any]]] = []
    monkeypatch.setattr(
        "records.request_events.publish", lambda groups, event: sent.append((list(groups), event))
    )
    asked = record_requests.ask(visit.pk, doctor=visit.doctor, kind="prescription", text="Amoxicillin.")
    record_requests.take(asked.pk, actor=manager)
    assert [event["status"] for _groups, event in sent] == ["requested", "in_progress"]
    for groups, event in sent:
        assert set(groups) == {f"user.{visit.doctor_id}", "role.management"}
        assert event.keys() == {"type", "id", "kind", "status"}
