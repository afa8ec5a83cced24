"""Imaging reports over the API."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.domain import care
from accounts.models import Activity, User
from records.enums import ImagingStatus as S
from records.tests.factories_imaging import SECTIONS, make_imaging_report, scan_of
from scheduling.models import Appointment
from scheduling.tests.imaging import make_radiologist

pytestmark = pytest.mark.django_db

URL = "/api/imaging-reports/"


@pytest.fixture
def radiologist(db: None) -> User:
    return make_radiologist()


def test_ordered_written_authorised_and_read(
    *, api: Any, patient: Any, doctor: Any, radiologist: User, other_doctor: Any
) -> None:
    care.link(patient, doctor)
    order = {"patient": str(patient.pk), "service": str(scan_of(radiologist).pk), "question": "Tear?"}
    for someone, status in ((other_doctor, 404), (patient, 403)):
        assert api(someone).post(URL, order, format="json").status_code == status
    made = api(doctor).post(URL, {**order, "priority": "urgent"}, format="json")
    assert (made.status_code, made.data["status"], made.data["priority"]) == (201, "ordered", "urgent")
    assert made.data["referrer"] == str(doctor.pk)
    twice = api(doctor).post(URL, order, format="json")
    assert (twice.status_code, twice.json()["code"]) == (409, "already_asked")
    assert api(doctor).post(URL, {**order, "service": str(patient.pk)}, format="json").status_code == 400


def test_the_steps_of_a_report(*, api: Any, patient: Any, doctor: Any, radiologist: User) -> None:
    report = make_imaging_report(patient, radiologist, referrer=doctor, status=S.ACQUIRED)
    one = f"{URL}{report.pk}/"

    def post(step: str, someone: User = radiologist, **body: Any) -> Any:
        return api(someone).post(f"{one}{step}/", body, format="json")

    assert post("claim").data["reader"] == radiologist.pk
    assert post("claim", doctor).status_code == 403
    assert post("report").json()["fields"].keys() == {"findings", "impression"}
    body = {"version": 0, **SECTIONS, "is_critical": False}
    assert api(radiologist).put(one, body, format="json").data["version"] == 1
    stale = api(radiologist).put(one, {"version": 0, "findings": "Other"}, format="json")
    assert (stale.status_code, stale.json()["code"]) == (409, "stale_version")
    colleague = make_radiologist("colleague@test.clinic")
    held = api(colleague).put(one, {"version": 1, "findings": "Other"}, format="json")
    assert (held.status_code, held.json()["code"]) == (409, "claimed")
    assert post("report").data["status"] == "reported"
    # Who asked for it follows it, and reads it once it is in force.
    followed = api(doctor).get(one).data
    assert (followed["status"], followed["findings"], followed["is_critical"]) == ("reported", "", None)
    assert api(colleague).get(one).data["findings"] == SECTIONS["findings"]
    assert post("send-back", colleague, reason="Which side?").data["status"] == "acquired"
    assert post("send-back", colleague).status_code == 400
    assert post("let-go").status_code == 200
    assert post("report").status_code == 200
    assert post("authorise", colleague).data["authorised_by_name"] == colleague.name
    assert post("authorise").json()["code"] == "invalid_transition"
    assert api(doctor).get(one).data["findings"] == SECTIONS["findings"]
    assert post("addenda", text="No change.").status_code == 201
    assert api(patient).get(one).status_code == 404
    assert post("release", doctor).data["released_at"]
    shown = api(patient).get(one).data
    assert [row["text"] for row in shown["addenda"]] == ["No change."]
    assert shown["impression"] == SECTIONS["impression"]
    assert post("addenda", patient, text="Mine").status_code == 403


def test_a_step_on_what_was_not_read_is_refused(*, api: Any, patient: Any, radiologist: User) -> None:
    """`version` is optional; with it nobody puts in force what a colleague has changed since."""
    report = make_imaging_report(patient, radiologist, status=S.ACQUIRED)
    one = f"{URL}{report.pk}/"
    me = api(radiologist)
    assert me.put(one, {"version": 0, **SECTIONS}, format="json").data["version"] == 1
    assert me.put(one, {"version": 1, "findings": "None."}, format="json").data["version"] == 2
    for step, then in (("report", "reported"), ("authorise", "authorised")):
        stale = me.post(f"{one}{step}/", {"version": 1}, format="json")
        assert (stale.status_code, stale.json()["code"], stale.json()["version"]) == (409, "stale_version", 2)
        assert me.post(f"{one}{step}/", {"version": "x"}, format="json").status_code == 400
        assert me.post(f"{one}{step}/", {"version": 2}, format="json").data["status"] == then


def test_outsiders_find_nothing(
    *, api: Any, patient: Any, other_patient: Any, other_doctor: Any, radiologist: User, manager: Any
) -> None:
    report = make_imaging_report(patient, radiologist, released=True)
    one = f"{URL}{report.pk}/"
    assert len(api(patient).get(URL).data["results"]) == 1
    for someone in (other_patient, other_doctor, manager):
        assert api(someone).get(URL).data["results"] == []
        assert api(someone).get(one).status_code == 404
        assert api(someone).put(one, {"version": 1}, format="json").status_code == 404
        for step in ("claim", "let-go", "report", "send-back", "authorise", "release", "addenda"):
            assert api(someone).post(f"{one}{step}/", {"reason": "xxx", "text": "x"}).status_code == 404


def test_the_list_is_narrowed_and_costs_the_same(
    *, api: Any, patient: Any, other_patient: Any, doctor: Any, radiologist: User
) -> None:
    make_imaging_report(other_patient, radiologist, status=S.ACQUIRED, hour=7)
    counts = []
    for hours in (range(8, 9), range(9, 18)):
        for hour in hours:
            make_imaging_report(patient, radiologist, released=True, hour=hour)
        api(radiologist).get(URL)  # the token and what is kept of it
        with CaptureQueriesContext(connection) as asked:
            found = api(radiologist).get(f"{URL}?patient={patient.pk}&status=authorised").data["results"]
        counts.append((len(found), len(asked)))
    assert counts[0][0] == 1
    assert counts[1][0] == 10
    assert counts[1][1] - counts[0][1] <= 9, "one sealed line of the trail each"
    for wrong in ("patient=x", "status=nonsense"):
        assert api(radiologist).get(f"{URL}?{wrong}").status_code == 400
    assert Appointment.objects.count() == 11


def test_reading_leaves_a_line_where_there_was_something_to_read(
    *, api: Any, patient: Any, doctor: Any, radiologist: User
) -> None:
    report = make_imaging_report(patient, radiologist, referrer=doctor, status=S.REPORTED)
    for address in (URL, f"{URL}{report.pk}/"):
        api(doctor).get(address)
    read = Activity.objects.filter(verb="imaging.read", target_id=str(report.pk))
    assert read.count() == 0
    for address in (URL, f"{URL}{report.pk}/"):
        api(radiologist).get(address)
    assert list(read.values_list("actor", flat=True)) == [radiologist.pk] * 2
    # A step that changes nothing is no way to read without a line; one's own writing needs none.
    api(radiologist).post(f"{URL}{report.pk}/let-go/")
    assert read.count() == 3
    own = make_imaging_report(patient, radiologist, status=S.ACQUIRED, hour=14)
    api(radiologist).post(f"{URL}{own.pk}/claim/")
    assert not Activity.objects.filter(verb="imaging.read", target_id=str(own.pk)).exists()
