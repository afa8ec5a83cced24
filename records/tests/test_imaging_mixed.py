"""Pictures of several people in one study, and of scans that were called off: nobody's pictures are lost, and no report
comes into force on somebody else's."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Activity, User
from clinic.core.errors import NotAllowed
from records.domain import uploads
from records.domain.imaging import arriving, deciding, lists, ordering, pictures, whose
from records.enums import ImagingStatus as S
from records.models import ImagingInstance, ImagingReport, ImagingStudy, ImagingUpload
from records.tests.dicom import ASHA, Named, bring, files, known, scan, send, series_zip, zipped
from records.tests.factories_imaging import make_imaging_report
from scheduling.tests.imaging import make_radiologist

STRANGER = Named("RAI^BIKASH", date(1970, 1, 1), "M", "7")
THIRD = Named("LAMA^TENZIN", date(1980, 1, 1), "M", "8")
WHY = "Of another patient, on the same disc."


@pytest.fixture
def radiologist(db: None) -> User:
    return make_radiologist()


def series_of(*people: Named) -> bytes:
    """One study, in which each of these has a series of two pictures."""
    contents = [
        content for number, of in enumerate(people, 1) for content in files(scan(of=of, number=number), 2)
    ]
    return zipped((f"DICOM/{at}", content) for at, content in enumerate(contents))


def call_off(report: ImagingReport) -> None:
    assert report.appointment is not None
    ordering.called_off(report.appointment)


def page_of(study: ImagingStudy, user: User) -> Any:
    client = Client()
    client.force_login(user)
    return client.get(reverse("imaging_identity", args=[study.pk]))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("at_once", [True, False])
def test_refusing_a_mixed_study_keeps_the_patients_own(
    patient: User, radiologist: User, manager: User, at_once: bool
) -> None:
    report = make_imaging_report(known(patient), radiologist, status=S.ACQUIRED)
    if not at_once:
        bring(report, series_of(ASHA), by=manager)
    bring(report, series_of(ASHA, STRANGER), by=manager)
    study = ImagingStudy.objects.get()
    assert (study.state, study.found_name) == ("other_person", "RAI^BIKASH")
    page = page_of(study, manager).content.decode()
    assert "2 pictures of this study name somebody else." in page
    assert "2 pictures do not: they stay, whatever you decide." in page
    # A look at it is a look at the patient's own, too.
    pictures.note_opened(study, radiologist)
    assert Activity.objects.get(verb="imaging.pictures.open").patient == patient
    goes = [Path(one.file.path) for one in ImagingInstance.objects.filter(series__number=2)]
    whose.refuse(study.pk, actor=manager, reason=WHY)
    study.refresh_from_db()
    # What stays is the patient's, and nobody's word stands beside it.
    assert (study.state, study.found_name, study.decided_reason) == ("accepted", "GURUNG^AASHA^^MS", "")
    assert [one.number for one in study.series.all()] == [1]  # type: ignore[attr-defined]
    assert all(Path(one.file.path).exists() for one in ImagingInstance.objects.all())
    assert len(goes) == 2
    assert not any(path.exists() for path in goes)
    # The stranger has to be looked at again, should more of theirs come.
    bring(report, series_of(ASHA, STRANGER), by=manager)
    study.refresh_from_db()
    assert (study.state, whose.is_mixed(study)) == ("other_person", True)


@pytest.mark.django_db
def test_a_decision_names_everybody_it_is_about(patient: User, radiologist: User, manager: User) -> None:
    report = make_imaging_report(known(patient), radiologist, status=S.ACQUIRED)
    bring(report, series_of(STRANGER, THIRD), by=manager)
    study = ImagingStudy.objects.get()
    page = page_of(study, manager).content.decode()
    assert "RAI^BIKASH" in page
    assert "somebody else again: LAMA^TENZIN" in page
    assert "they stay" not in page
    whose.accept(study.pk, actor=manager, reason="Registered under two other names.")
    bring(report, series_of(THIRD, STRANGER), by=manager)
    study.refresh_from_db()
    assert (study.state, study.found_name) == ("accepted", "RAI^BIKASH")
    whose.refuse(study.pk, actor=manager, reason="No, they are not.")
    study.refresh_from_db()
    assert (study.state, ImagingInstance.objects.count()) == ("refused", 0)


@pytest.mark.django_db
def test_no_report_is_authorised_on_pictures_nobody_has_decided_on(
    patient: User, radiologist: User, api: Any, client: Client
) -> None:
    report = make_imaging_report(known(patient), radiologist, status=S.REPORTED)
    bring(report, series_zip(scan(of=STRANGER)), by=radiologist)
    refused = api(radiologist).post(f"/api/imaging-reports/{report.pk}/authorise/")
    assert (refused.status_code, refused.json()["code"]) == (409, "whose_pictures")
    client.force_login(radiologist)
    address = reverse("imaging_report", args=[report.pk])
    page = client.get(address).content.decode()
    assert "once somebody has decided whose its pictures are" in page
    assert 'id="report-authorise"' not in page
    step = reverse("imaging_report_action", args=[report.pk, "authorise"])
    answer = client.post(step, {"version": report.version})
    assert (answer.status_code, "First decide whose" in answer.content.decode()) == (409, True)
    report.refresh_from_db()
    assert report.status == S.REPORTED
    whose.refuse(ImagingStudy.objects.get().pk, actor=radiologist, reason=WHY)
    assert deciding.authorise(report.pk, actor=radiologist).status == S.AUTHORISED


@pytest.mark.django_db
def test_pictures_on_their_way_to_a_scan_that_is_called_off_wait_to_be_read(
    patient: User, radiologist: User, manager: User
) -> None:
    report = make_imaging_report(known(patient), radiologist, status=S.SCHEDULED)
    first = bring(report, series_zip(scan("one"), count=1), by=manager)
    queued = [
        send(report, series_zip(scan("one"), count=2), by=manager),
        send(report, series_zip(scan("two")), by=manager),
    ]
    content = series_zip(scan("three"))
    begun = uploads.start_pictures(report, owner=manager, name="c.zip", size=1, fingerprint="c" * 64)
    call_off(report)
    # What was there goes along at once, and what comes later goes after it.
    assert pictures.studies_visible_to(radiologist).get().report.status == S.ACQUIRED
    for upload in queued:
        arriving.read(upload.pk)
    report.refresh_from_db()
    assert (report.status, report.studies.count()) == (S.CANCELLED, 0)  # type: ignore[attr-defined]
    own = ImagingReport.objects.exclude(pk=report.pk).get()
    assert (own.patient, own.service, own.status) == (patient, report.service, S.ACQUIRED)
    assert sorted(own.studies.values_list("state", flat=True)) == ["accepted", "accepted"]  # type: ignore[attr-defined]
    assert ImagingInstance.objects.count() == 5
    assert list(lists.next_to_read(radiologist)) == [own.pk]
    assert pictures.studies_visible_to(radiologist).count() == 2
    assert set(ImagingUpload.objects.values_list("report", "state")) == {(own.pk, "done")}
    assert first.report_id == report.pk
    # The last part arrived after the scan was called off; nothing new is begun.
    uploads.UploadSession.objects.filter(pk=begun.pk).update(size=len(content))
    for at in range(0, len(content), uploads.PART_MAX_BYTES):
        part = content[at : at + uploads.PART_MAX_BYTES]
        uploads.receive(begun.pk, offset=at, part=part, digest=uploads.hashlib.sha256(part).hexdigest())
    arriving.read(uploads.finish_pictures(begun.pk, owner=manager).pk)
    assert own.studies.count() == 3  # type: ignore[attr-defined]
    with pytest.raises(NotAllowed):
        uploads.start_pictures(report, owner=manager, name="d.zip", size=1, fingerprint="d" * 64)


@pytest.mark.django_db
def test_what_belongs_elsewhere_makes_no_report(
    patient: User, other_patient: User, radiologist: User, manager: User
) -> None:
    theirs = make_imaging_report(other_patient, radiologist, status=S.ACQUIRED, hour=11)
    bring(theirs, series_zip(), by=manager)
    report = make_imaging_report(known(patient), radiologist, status=S.SCHEDULED)
    upload = send(report, series_zip(), by=manager)
    call_off(report)
    arriving.read(upload.pk)
    upload.refresh_from_db()
    assert (upload.state, upload.failure) == ("failed", "elsewhere")
    assert ImagingReport.objects.count() == 2
