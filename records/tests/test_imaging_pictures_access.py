"""Pictures of a scan: who may see them finds them, another person's count for nobody, and the trail has it."""

from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.domain import break_glass
from accounts.domain.trail_queries import BY_BREAK_GLASS
from accounts.models import Activity, User
from clinic.core.errors import Conflict
from clinic.core.testing.racing import race
from records.domain.imaging import deciding, whose, writing
from records.models import ImagingInstance, ImagingReport, ImagingStudy
from records.templatetags.pictures import outcome
from records.tests.dicom import Named, bring, known, scan, series_zip
from records.tests.factories_imaging import SECTIONS, make_imaging_report
from scheduling.tests.imaging import make_radiologist

STRANGER = Named("RAI^BIKASH", date(1970, 1, 1), "M", "7")


@pytest.fixture
def radiologist(db: None) -> User:
    return make_radiologist()


@pytest.fixture
def report(patient: User, doctor: User, radiologist: User) -> ImagingReport:
    """Asked for by `doctor`."""
    return make_imaging_report(known(patient), radiologist, referrer=doctor, status="acquired")


def seen_by(user: User) -> set[int]:
    """The answers to the study's address and to that of its first file."""
    client = Client()
    client.force_login(user)
    study, picture = ImagingStudy.objects.get(), ImagingInstance.objects.all()[0]
    addresses = reverse("imaging_series", args=[study.pk]), reverse("imaging_instance", args=[picture.pk])
    return {client.get(address).status_code for address in addresses}


@pytest.mark.django_db
def test_who_sees_pictures_that_count(
    report: ImagingReport, radiologist: User, patient: User, request: pytest.FixtureRequest
) -> None:
    doctor, *outsiders = (
        request.getfixturevalue(name)
        for name in ("doctor", "other_doctor", "other_patient", "manager", "admin")
    )
    bring(report, series_zip(), by=radiologist)
    assert seen_by(radiologist) == seen_by(doctor) == {200}
    assert all(seen_by(user) == {404} for user in (patient, *outsiders))
    report.refresh_from_db()
    writing.save(report.pk, author=radiologist, version=report.version, sections=SECTIONS)
    deciding.report(report.pk, author=radiologist)
    deciding.authorise(report.pk, actor=radiologist)
    deciding.release(report.pk, actor=radiologist)
    assert seen_by(patient) == {200}
    assert all(seen_by(user) == {404} for user in outsiders)


@pytest.mark.django_db
def test_another_persons_pictures_are_nobodys(
    report: ImagingReport, radiologist: User, doctor: User, patient: User, manager: User
) -> None:
    bring(report, series_zip(scan(of=STRANGER)), by=manager)
    study = ImagingStudy.objects.get()
    assert (study.state, study.found_name, study.found_birth_date) == (
        "other_person",
        "RAI^BIKASH",
        date(1970, 1, 1),
    )
    # Who decides looks at them; who asked for the scan does not find them, and no patient's trail tells of them.
    assert seen_by(radiologist) == {200}
    assert seen_by(doctor) == {404}
    assert not Activity.objects.filter(verb__startswith="imaging.pictures", patient=patient).exists()


@pytest.mark.django_db
def test_accepting_needs_a_reason_and_stands_in_the_trail(
    report: ImagingReport, radiologist: User, doctor: User, other_doctor: User, patient: User
) -> None:
    bring(report, series_zip(scan(of=STRANGER)), by=radiologist)
    study = ImagingStudy.objects.get()
    address = reverse("imaging_identity", args=[study.pk])
    client, outsider = Client(), Client()
    client.force_login(radiologist)
    outsider.force_login(other_doctor)
    assert outsider.post(address, {"decision": "accept", "reason": "Mine."}).status_code == 404
    assert client.post(address, {"decision": "accept", "reason": " "}).status_code == 422
    assert client.post(address, {"decision": "nonsense", "reason": "So."}).status_code == 422
    assert seen_by(doctor) == {404}
    said = "Registered under her maiden name, asked her."
    assert client.post(address, {"decision": "accept", "reason": said}).status_code == 302
    assert seen_by(doctor) == {200}
    line = Activity.objects.get(verb="imaging.pictures.check")
    assert (line.actor_id, line.patient_id, line.reason) == (radiologist.pk, patient.pk, said)
    # The same files again change nothing of it.
    bring(report, series_zip(scan(of=STRANGER), count=4), by=radiologist)
    assert seen_by(doctor) == {200}
    # More of that study that names a third person does.
    third = Named("LAMA^TENZIN", date(1980, 1, 1), "M")
    bring(report, series_zip(scan(of=third, number=2)), by=radiologist)
    assert seen_by(doctor) == {404}


@pytest.mark.django_db(transaction=True)
def test_two_who_decide_at_once_decide_once(report: ImagingReport, radiologist: User, manager: User) -> None:
    bring(report, series_zip(scan(of=STRANGER)), by=radiologist)
    study = ImagingStudy.objects.get()
    files = [one.file.path for one in ImagingInstance.objects.all()]
    outcomes = race(
        lambda: whose.refuse(study.pk, actor=radiologist, reason="Of another patient."),
        lambda: whose.refuse(study.pk, actor=manager, reason="Of another patient."),
    )
    assert sum(isinstance(one, Conflict) for one in outcomes) == 1
    study.refresh_from_db()
    assert (study.state, study.series.count()) == ("refused", 0)  # type: ignore[attr-defined]
    assert len(files) == 3
    assert not any(Path(path).exists() for path in files)


@pytest.mark.django_db
def test_files_are_private_and_each_look_is_told(
    report: ImagingReport, radiologist: User, patient: User, client: Any
) -> None:
    bring(report, series_zip(), by=radiologist)
    study = ImagingStudy.objects.get()
    client.force_login(radiologist)
    told = client.get(reverse("imaging_series", args=[study.pk]))
    assert "no-store" in told["Cache-Control"]
    [series] = told.json()["series"]
    assert [one["number"] for one in series["instances"]] == [1, 2, 3]
    assert series["window"] == {"center": 40.0, "width": 400.0}
    answer = client.get(series["instances"][0]["url"])
    assert answer["Content-Type"] == "application/dicom"
    assert answer["Cache-Control"].startswith("private")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert b"".join(answer.streaming_content)[128:132] == b"DICM"
    line = Activity.objects.get(verb="imaging.pictures.open")
    assert (line.actor_id, line.patient_id, line.target_id) == (radiologist.pk, patient.pk, str(report.pk))


@pytest.mark.django_db
def test_a_look_by_break_glass_says_so(
    report: ImagingReport, radiologist: User, other_doctor: User, patient: User
) -> None:
    bring(report, series_zip(count=1), by=radiologist)
    report.refresh_from_db()
    writing.save(report.pk, author=radiologist, version=report.version, sections=SECTIONS)
    deciding.report(report.pk, author=radiologist)
    deciding.authorise(report.pk, actor=radiologist)
    assert seen_by(other_doctor) == {404}
    break_glass.open_record(other_doctor, patient, reason="Found unconscious, needs help.")
    assert seen_by(other_doctor) == {200}
    line = Activity.objects.get(verb="imaging.pictures.open", actor=other_doctor)
    assert (line.patient_id, line.reason) == (patient.pk, BY_BREAK_GLASS)


@pytest.mark.django_db
def test_the_viewer_asks_little_of_the_database(
    report: ImagingReport, radiologist: User, client: Any, django_assert_max_num_queries: Any
) -> None:
    bring(report, series_zip(count=30), by=radiologist)
    client.force_login(radiologist)
    with django_assert_max_num_queries(14):
        client.get(reverse("imaging_series", args=[ImagingStudy.objects.get().pk]))


@pytest.mark.django_db
def test_too_much_is_refused_before_and_while_it_is_sent(
    report: ImagingReport, manager: User, api: Any, patient: User, other_doctor: User
) -> None:
    start = {"imaging_report": str(report.pk), "name": "disc.zip", "fingerprint": "a" * 64}
    empty = api(manager).post("/api/imaging-uploads/", {**start, "size": 0}, format="json")
    assert (empty.status_code, empty.json()["fields"]) == (400, {"size": ["This file is empty."]})
    two_gigabytes = api(manager).post("/api/imaging-uploads/", {**start, "size": 2 * 1024**3}, format="json")
    assert (two_gigabytes.status_code, two_gigabytes.json()["code"]) == (413, "too_large")
    assert "1024 MB" in two_gigabytes.json()["detail"]
    for outsider in (patient, other_doctor):
        refused = api(outsider).post("/api/imaging-uploads/", {**start, "size": 9}, format="json")
        assert refused.status_code in (403, 404)
    begun = api(manager).post("/api/imaging-uploads/", {**start, "size": 300}, format="json").json()

    def put(part: bytes) -> Any:
        headers = {"Upload-Offset": "0", "Part-Sha256": sha256(part).hexdigest()}
        address = f"/api/imaging-uploads/{begun['id']}/"
        return api(manager).put(address, data=part, content_type="application/octet-stream", headers=headers)

    # More than it was said to have, and what is no DICOM.
    assert put(bytes(128) + b"DICM" + bytes(400)).status_code == 400
    assert put(b"%PDF-1.7" + bytes(292)).status_code == 415
    assert put(bytes(300)).status_code == 404  # over


@pytest.mark.django_db
def test_what_is_compared_and_what_came_of_it_stand_in_words(report: ImagingReport, manager: User) -> None:
    """Not as devices write them: F, M, O."""
    one = bring(report, series_zip(scan(of=STRANGER), count=1), by=manager)
    two = bring(report, series_zip(scan("more", of=Named("RAI^BIKASH", None, "O", "7")), count=2), by=manager)
    client = Client()
    client.force_login(manager)
    for study, theirs in zip(ImagingStudy.objects.order_by("created_at"), ("Male", "Other"), strict=True):
        page = client.get(reverse("imaging_identity", args=[study.pk]))
        shown = {str(label): (mine, found) for label, mine, found, _verdict in page.context["rows"]}
        assert shown["Sex"] == ("Female", theirs)
    assert outcome(one) == "1 picture was added."
    assert outcome(two) == "2 pictures were added."
