"""The life of an imaging report: who reads and writes it, every step, and who is told."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import transaction
from django.utils import timezone

from accounts.domain import care
from accounts.models import User
from accounts.tests.factories import make_doctor
from clinic.core.errors import Conflict, DomainError, Invalid, InvalidTransition, NotAllowed
from messaging.models import Notification
from records.domain.imaging import deciding, ordering, queries, reading, writing
from records.enums import ImagingStatus as S
from records.models import CriticalAlert, ImagingAddendum, ImagingReport
from records.tests.factories_imaging import SECTIONS, make_imaging_report, referral_of
from scheduling.tests.imaging import make_radiologist

pytestmark = pytest.mark.django_db

TEXT = "Seen again together: no change."


@pytest.fixture
def radiologist(db: None) -> User:
    return make_radiologist()


@pytest.fixture
def colleague(radiologist: User) -> User:
    return make_radiologist("colleague@test.clinic")


@pytest.fixture
def acquired(patient: User, doctor: User, radiologist: User) -> ImagingReport:
    return make_imaging_report(patient, radiologist, referrer=doctor, status=S.ACQUIRED)


def occasions(person: User) -> list[str]:
    return list(
        Notification.objects.filter(user=person).order_by("created_at").values_list("occasion", flat=True)
    )


# Each step from each status: what is allowed.
STEPS: dict[str, Any] = {
    "claim": lambda pk, who: reading.claim(pk, reader=who),
    "save": lambda pk, who: writing.save(pk, author=who, version=0, sections={"findings": "Other"}),
    "report": lambda pk, who: deciding.report(pk, author=who),
    "send_back": lambda pk, who: deciding.send_back(pk, actor=who, reason="Which side?"),
    "authorise": lambda pk, who: deciding.authorise(pk, actor=who),
    "release": lambda pk, who: deciding.release(pk, actor=who),
    "add": lambda pk, who: deciding.add_addendum(pk, author=who, text=TEXT),
}
ALLOWED = {
    S.ORDERED: set[str](),
    S.SCHEDULED: set[str](),
    S.ACQUIRED: {"claim", "save", "report"},
    S.REPORTED: {"send_back", "authorise"},
    S.AUTHORISED: {"release", "add"},
    S.CANCELLED: set[str](),
}


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("status", ALLOWED)
def test_every_step_from_every_status(
    *, patient: User, doctor: User, radiologist: User, other_doctor: User, status: str, step: str
) -> None:
    cancelled = status == S.CANCELLED
    report = make_imaging_report(
        patient, radiologist, referrer=doctor, status=S.ORDERED if cancelled else status
    )
    if cancelled:
        with transaction.atomic():
            ordering.withdrawn(referral_of(report))
        report.refresh_from_db()
        assert report.status == S.CANCELLED
    ImagingReport.objects.filter(pk=report.pk, status=S.ACQUIRED).update(findings="A", impression="B")
    for outsider in (patient, other_doctor):
        with pytest.raises(NotAllowed):
            STEPS[step](report.pk, outsider)
    if step in ALLOWED[S(status)]:
        STEPS[step](report.pk, radiologist)
        return
    with pytest.raises(InvalidTransition):
        STEPS[step](report.pk, radiologist)
    before = report.status
    report.refresh_from_db()
    assert report.status == before


def test_from_the_pictures_to_the_patient(
    acquired: ImagingReport, patient: User, doctor: User, radiologist: User, colleague: User
) -> None:
    reading.claim(acquired.pk, reader=radiologist)
    saved = writing.save(acquired.pk, author=radiologist, version=0, sections=SECTIONS)
    assert (saved.version, saved.findings, saved.history_text) == (
        1, SECTIONS["findings"], "Tear of the meniscus?",
    )  # fmt: skip
    report = deciding.report(acquired.pk, author=radiologist, version=1)
    assert (report.reported_by, report.reader, report.reading_until) == (radiologist, None, None)
    assert not queries.visible_to(patient).exists()
    back = deciding.send_back(acquired.pk, actor=colleague, reason=" Which\n side? ")
    assert (back.status, back.reported_by, back.reported_at) == (S.ACQUIRED, None, None)
    assert back.history.values_list("reason", flat=True).last() == "Which side?"
    assert occasions(radiologist) == ["imaging.sent_back"]
    deciding.report(acquired.pk, author=radiologist)
    done = deciding.authorise(acquired.pk, actor=colleague)
    assert (done.authorised_by, done.reported_by) == (colleague, radiologist)
    assert referral_of(done).status == "reported"
    assert "imaging.authorised" in occasions(doctor)
    assert not queries.visible_to(patient).exists()
    deciding.release(acquired.pk, actor=doctor)
    assert queries.visible_to(patient).get() == acquired
    assert occasions(patient).count("imaging.released") == 1
    addendum = deciding.add_addendum(acquired.pk, author=radiologist, text=f" {TEXT}\r\n")
    assert deciding.add_addendum(acquired.pk, author=radiologist, text=TEXT) == addendum
    assert ImagingAddendum.objects.get().text == TEXT
    assert occasions(patient).count("imaging.addendum") == occasions(doctor).count("imaging.addendum") == 1
    assert list(acquired.history.values_list("to_status", flat=True)) == [
        "ordered", "scheduled", "acquired", "reported", "acquired", "reported", "authorised",
    ]  # fmt: skip
    stretches = queries.turnaround(queries.visible_to(doctor).get())
    assert set(stretches) == set(queries.STRETCHES)
    assert stretches["acquired_to_reported"] >= timedelta(minutes=59)


def test_nothing_of_it_is_in_a_notification(
    acquired: ImagingReport, patient: User, doctor: User, radiologist: User
) -> None:
    writing.save(acquired.pk, author=radiologist, version=0, sections=SECTIONS)
    deciding.report(acquired.pk, author=radiologist)
    deciding.authorise(acquired.pk, actor=radiologist)
    deciding.release(acquired.pk, actor=radiologist)
    told = Notification.objects.filter(occasion__startswith="imaging.")
    assert {row.occasion for row in told} == {"imaging.authorised", "imaging.released"}
    for row in told:
        for word in ("Tear", "MRI", "knee", patient.last_name):
            assert word not in row.title, row.occasion


def test_a_second_radiologist_where_the_clinic_wants_one(
    patient: User, radiologist: User, colleague: User, settings: Any
) -> None:
    settings.IMAGING_SECOND_RADIOLOGIST = True
    report = make_imaging_report(patient, radiologist, status=S.REPORTED)
    with pytest.raises(NotAllowed):
        deciding.authorise(report.pk, actor=radiologist)
    assert deciding.authorise(report.pk, actor=colleague).authorised_by == colleague


def test_a_refused_authorisation_leaves_the_referral(
    patient: User, doctor: User, radiologist: User, settings: Any
) -> None:
    settings.IMAGING_SECOND_RADIOLOGIST = True
    report = make_imaging_report(patient, radiologist, referrer=doctor, status=S.REPORTED)
    with pytest.raises(NotAllowed):
        deciding.authorise(report.pk, actor=radiologist)
    assert referral_of(report).status == "performed"


def test_a_critical_one_raises_its_alert_once_it_is_in_force(
    patient: User, doctor: User, radiologist: User
) -> None:
    report = make_imaging_report(patient, radiologist, referrer=doctor, status=S.REPORTED, is_critical=True)
    assert not CriticalAlert.objects.exists()
    deciding.authorise(report.pk, actor=radiologist)
    assert CriticalAlert.objects.get().imaging_report == report
    make_imaging_report(patient, radiologist, hour=14)
    assert CriticalAlert.objects.count() == 1


def test_one_writes_at_a_time_until_half_an_hour_has_passed(
    acquired: ImagingReport, radiologist: User, colleague: User
) -> None:
    now = timezone.now()
    with time_machine.travel(now, tick=False):
        reading.claim(acquired.pk, reader=radiologist)
        for step in ("claim", "save", "report"):
            with pytest.raises(reading.Claimed) as refused:
                STEPS[step](acquired.pk, colleague)
            assert refused.value.extra["reader"] == radiologist.name
    with time_machine.travel(now + timedelta(minutes=20), tick=False):
        writing.save(acquired.pk, author=radiologist, version=0, sections={"findings": "A"})
    with time_machine.travel(now + timedelta(minutes=49), tick=False), pytest.raises(reading.Claimed):
        reading.claim(acquired.pk, reader=colleague)
    with time_machine.travel(now + timedelta(minutes=51), tick=False):
        assert reading.claim(acquired.pk, reader=colleague).reader == colleague
        # What the first one still had in their window is not lost, and not over the other's.
        with pytest.raises(reading.Claimed):
            writing.save(acquired.pk, author=radiologist, version=1, sections={"findings": "B"})
        assert reading.let_go(acquired.pk, reader=radiologist).reader == colleague
        assert reading.let_go(acquired.pk, reader=colleague).reader is None
        assert reading.claim(acquired.pk, reader=radiologist).reader == radiologist


def test_saving_by_version(acquired: ImagingReport, radiologist: User) -> None:
    def save(version: Any, **sections: Any) -> ImagingReport:
        return writing.save(acquired.pk, author=radiologist, version=version, sections=sections)

    save(0, findings="Line\r\nline")
    # The answer was lost: once more.
    assert save(0, findings="Line\nline").version == 1
    with pytest.raises(writing.StaleReport) as stale:
        save(0, findings="Mine")
    assert stale.value.extra["version"] == 1
    assert stale.value.extra["sections"]["findings"] == "Line\nline"
    assert save(1, impression="Clear").findings == "Line\nline"
    marked = writing.save(acquired.pk, author=radiologist, version=2, sections={}, is_critical=True)
    assert (marked.version, marked.is_critical) == (3, True)
    assert save(3, technique="T").is_critical
    for version in (-1, True, "1", None):
        with pytest.raises(Invalid):
            save(version, findings="x")
    with pytest.raises(writing.StaleReport):
        deciding.report(acquired.pk, author=radiologist, version=1)


@pytest.mark.parametrize(
    ("section", "text"),
    [("findings", "x" * 10_001), ("impression", "x" * 4001), ("findings", "a\x00"), ("technique", "\ud83d"),
     ("technique", 7), ("status", "authorised")],
)  # fmt: skip
def test_a_section_that_can_not_be_stored(
    acquired: ImagingReport, radiologist: User, section: str, text: Any
) -> None:
    with pytest.raises(Invalid) as refused:
        writing.save(acquired.pk, author=radiologist, version=0, sections={section: text})
    assert list(refused.value.fields) == [section]
    acquired.refresh_from_db()
    assert (acquired.version, acquired.status) == (0, S.ACQUIRED)


def test_what_is_missing_or_unusable_is_refused(acquired: ImagingReport, radiologist: User) -> None:
    writing.save(acquired.pk, author=radiologist, version=0, sections={"findings": " \n"})
    with pytest.raises(Invalid) as refused:
        deciding.report(acquired.pk, author=radiologist)
    assert set(refused.value.fields) == {"findings", "impression"}
    writing.save(acquired.pk, author=radiologist, version=1, sections=SECTIONS)
    deciding.report(acquired.pk, author=radiologist)
    for reason in ("", "x", "\x00\x00\x00\x00", "x" * 301):
        with pytest.raises(Invalid):
            deciding.send_back(acquired.pk, actor=radiologist, reason=reason)
    deciding.authorise(acquired.pk, actor=radiologist)
    for text in (" \n", "x" * 5001, "a\x00", "\ud83d"):
        with pytest.raises(Invalid):
            deciding.add_addendum(acquired.pk, author=radiologist, text=text)


def test_who_lets_the_patient_see_it(
    *, patient: User, doctor: User, radiologist: User, colleague: User, manager: User, other_doctor: User
) -> None:
    reports = [
        make_imaging_report(patient, radiologist, referrer=doctor if hour == 9 else None, hour=hour)
        for hour in (9, 10, 11)
    ]
    treating = make_doctor("treating@test.clinic")
    care.link(patient, treating)
    for someone in (patient, manager, other_doctor):
        with pytest.raises(NotAllowed):
            deciding.release(reports[0].pk, actor=someone)
    for report, someone in zip(reports, (doctor, treating, colleague), strict=True):
        assert deciding.release(report.pk, actor=someone).released_at
        with pytest.raises(InvalidTransition):
            deciding.release(report.pk, actor=someone)


def test_every_refusal_is_a_kind_one() -> None:
    for error in (reading.Claimed, writing.StaleReport):
        assert issubclass(error, Conflict)
        assert issubclass(error, DomainError)
