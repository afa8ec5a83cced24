"""Pictures of a scan: what is brought becomes studies, series and instances once, whatever happens on the way."""

from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from accounts.models import Activity, User
from clinic.core.testing.racing import race
from clinic.core.testing.tasks import run_due_tasks
from records.domain import uploads
from records.domain.imaging import arriving, whose
from records.models import ImagingInstance, ImagingSeries, ImagingStudy, ImagingUpload
from records.tests.dicom import CT, MR, files, known, scan, send, series_zip, zipped
from records.tests.dicom import bring as brought
from records.tests.factories_imaging import make_imaging_report
from scheduling.tests.imaging import make_radiologist


@pytest.fixture
def radiologist(db: None) -> User:
    return make_radiologist()


@pytest.fixture
def report(patient: User, radiologist: User) -> Any:
    return make_imaging_report(known(patient), radiologist, status="acquired")


def on_disk(settings: Any) -> list[Path]:
    found = [
        path
        for name in ("imaging", "imaging-incoming")
        for path in Path(settings.MEDIA_ROOT).glob(f"{name}/**/*")
    ]
    return [path for path in found if path.is_file()]


@pytest.mark.django_db
def test_a_zip_becomes_studies_in_order(report: Any, radiologist: User, settings: Any) -> None:
    ct, mr = files(scan("head", number=2), 3), files(scan("knee", kind=MR), 2)
    more = files(scan("head", number=1), 1)
    upload = brought(report, zipped(enumerate_names([*reversed(ct), *mr, *more])), by=radiologist)
    assert (upload.state, upload.found["added"], upload.found["studies"]) == ("done", 6, 2)
    head, knee = ImagingStudy.objects.order_by("modality")
    assert (head.modality, head.state, head.description) == (CT, "accepted", "DEMO HEAD phantom")
    assert (knee.modality, knee.state, knee.report_id) == (MR, "accepted", report.pk)
    assert [one.number for one in head.series.all()] == [1, 2]
    second = head.series.get(number=2)
    assert [one.number for one in second.instances.all()] == [1, 2, 3]
    assert (second.window_center, second.window_width) == (40, 400)
    first = second.instances.get(number=1)
    assert (first.rows, first.columns, first.frames) == (256, 256, 1)
    assert first.file.read() == ct[0]
    assert len(on_disk(settings)) == 6


def enumerate_names(contents: list[bytes]) -> list[tuple[str, bytes]]:
    return [(f"DICOM/{at}", content) for at, content in enumerate(contents)]


@pytest.mark.django_db
def test_one_file_alone_is_taken(report: Any, manager: User) -> None:
    upload = brought(report, files(scan(), 1)[0], by=manager, name="IM1")
    assert (upload.state, ImagingInstance.objects.count()) == ("done", 1)


@pytest.mark.django_db
def test_the_same_study_twice_is_one(report: Any, radiologist: User, settings: Any) -> None:
    brought(report, series_zip(count=2), by=radiologist)
    again = brought(report, series_zip(count=3), by=radiologist)
    assert again.found == {"added": 1, "studies": 1, "skipped": {"known": 2}}
    assert (ImagingStudy.objects.count(), ImagingSeries.objects.count(), ImagingInstance.objects.count()) == (
        1,
        1,
        3,
    )
    third = brought(report, series_zip(count=3), by=radiologist)
    assert (third.state, third.found["added"], third.found["skipped"]) == ("done", 0, {"known": 3})
    assert len(on_disk(settings)) == 3


@pytest.mark.django_db
def test_a_study_of_another_report_stays_there(
    report: Any, radiologist: User, other_patient: User, settings: Any
) -> None:
    brought(report, series_zip(), by=radiologist)
    other = make_imaging_report(other_patient, radiologist, status="acquired", scan=report.service, hour=11)
    upload = brought(other, series_zip(), by=radiologist)
    assert (upload.state, upload.failure) == ("failed", "elsewhere")
    assert not other.studies.exists()
    assert len(on_disk(settings)) == 3
    # Refused there, as brought to the wrong report, it may come here.
    whose.refuse(report.studies.get().pk, actor=radiologist, reason="Another patient's disc.")
    assert brought(other, series_zip(), by=radiologist).state == "done"
    assert other.studies.get().state == "other_person"


@pytest.mark.django_db(transaction=True)
def test_a_killed_task_runs_again(
    report: Any, radiologist: User, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = send(report, series_zip(), by=radiologist)

    class Killed(BaseException):
        pass

    def killed(*_args: Any, **_words: Any) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(arriving.keeping, "keep", killed)
        with pytest.raises(Killed):
            arriving.read(upload.pk)
    assert len(on_disk(settings)) == 4  # what was unpacked, and what was sent
    assert not ImagingStudy.objects.exists()
    assert arriving.watch(upload.pk)  # it may still be at it
    with time_machine.travel(timezone.now() + arriving.STALE + timedelta(minutes=1)):
        assert not arriving.watch(upload.pk)
    upload.refresh_from_db()
    assert (upload.state, upload.tries) == ("done", 2)
    assert ImagingInstance.objects.count() == 3
    assert len(on_disk(settings)) == 3
    # And what the queue still holds changes nothing.
    run_due_tasks()
    assert not arriving.read(upload.pk)
    assert ImagingInstance.objects.count() == 3


@pytest.mark.django_db
def test_what_kills_every_worker_is_given_up(report: Any, radiologist: User) -> None:
    upload = send(report, series_zip(), by=radiologist)
    ImagingUpload.objects.filter(pk=upload.pk).update(tries=arriving.TRIES)
    assert not arriving.watch(upload.pk)
    upload.refresh_from_db()
    assert (upload.state, upload.failure) == ("failed", "broken")


@pytest.mark.django_db(transaction=True)
def test_one_upload_read_twice_at_once_counts_once(report: Any, radiologist: User, settings: Any) -> None:
    upload = send(report, series_zip(), by=radiologist)
    outcomes = race(lambda: arriving.read(upload.pk), lambda: arriving.read(upload.pk))
    assert sorted(outcomes) == [False, True]
    upload.refresh_from_db()
    assert (upload.state, ImagingInstance.objects.count()) == ("done", 3)
    names = {
        Path(settings.MEDIA_ROOT) / name for name in ImagingInstance.objects.values_list("file", flat=True)
    }
    assert set(on_disk(settings)) == names


@pytest.mark.django_db(transaction=True)
def test_one_study_brought_to_two_reports_at_once_is_of_one(
    report: Any, radiologist: User, patient: User
) -> None:
    other = make_imaging_report(patient, radiologist, status="acquired", scan=report.service, hour=11)
    one, two = (send(each, series_zip(), by=radiologist) for each in (report, other))
    race(lambda: arriving.read(one.pk), lambda: arriving.read(two.pk))
    assert sorted(ImagingUpload.objects.values_list("state", "failure")) == [
        ("done", ""),
        ("failed", "elsewhere"),
    ]
    assert ImagingInstance.objects.count() == 3


@pytest.mark.django_db
def test_the_trail_tells_who_brought_them(report: Any, manager: User, patient: User) -> None:
    brought(report, series_zip(), by=manager)
    line = Activity.objects.get(verb="imaging.pictures.add")
    assert (line.actor_id, line.patient_id) == (manager.pk, patient.pk)


@pytest.mark.django_db(transaction=True)
def test_refused_pictures_go_even_when_who_refuses_dies(
    report: Any, radiologist: User, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    brought(
        report, zipped(enumerate_names([*files(scan(), 2), *files(scan("knee", kind=MR), 1)])), by=radiologist
    )
    monkeypatch.setattr(whose, "_remove", lambda names: None)
    whose.refuse(report.studies.get(modality=CT).pk, actor=radiologist, reason="Another patient's disc.")
    assert len(on_disk(settings)) == 3
    run_due_tasks()
    kept = ImagingInstance.objects.get()
    assert [path.read_bytes() for path in on_disk(settings)] == [kept.file.read()]


@pytest.mark.django_db
def test_handed_over_twice_at_once_is_once(
    report: Any, radiologist: User, api: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = series_zip(count=1)
    start = {"imaging_report": str(report.pk), "name": "a.zip", "size": len(content), "fingerprint": "a" * 64}
    begun = api(radiologist).post("/api/imaging-uploads/", start, format="json").json()
    address = f"/api/imaging-uploads/{begun['id']}/"
    headers = {"Upload-Offset": "0", "Part-Sha256": sha256(content).hexdigest()}
    kind = "application/octet-stream"
    assert api(radiologist).put(address, data=content, content_type=kind, headers=headers).status_code == 200
    real = uploads.finish_pictures

    def late(pk: Any, owner: User) -> Any:
        real(pk, owner=owner)  # the other call, just before this one
        return real(pk, owner=owner)

    with monkeypatch.context() as patch:
        patch.setattr(uploads, "finish_pictures", late)
        first = api(radiologist).post(f"{address}finish/", {}, format="json")
    # Its answer was lost on the way: once more is answered alike, and to nobody else.
    again = api(radiologist).post(f"{address}finish/", {}, format="json")
    assert (first.status_code, again.status_code, again.json()) == (201, 201, first.json())
    assert api(make_radiologist("colleague@test.clinic")).post(f"{address}finish/").status_code == 404
    assert ImagingUpload.objects.count() == 1
    arriving.read(first.json()["id"])
    assert api(radiologist).post(f"{address}finish/").json()["state"] == "done"
