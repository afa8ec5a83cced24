"""Who finds which imaging reports, what is noted of each look, who hears of them live, and the paper."""

import io
from unittest.mock import patch

import pytest
from pypdf import PdfReader

from accounts.domain import care
from accounts.models import Activity, User
from accounts.tests.factories import make_doctor
from clinic.core.realtime import role_group, user_group
from records.domain.imaging import deciding, opened, paper, queries, writing
from records.enums import ImagingStatus as S
from records.models import ImagingReport
from records.tests.factories_imaging import SECTIONS, make_imaging_report
from scheduling.tests.imaging import make_radiologist

pytestmark = pytest.mark.django_db


@pytest.fixture
def radiologist(db: None) -> User:
    return make_radiologist()


def test_who_finds_which(
    *, patient: User, other_patient: User, doctor: User, other_doctor: User, radiologist: User, manager: User
) -> None:
    asked = make_imaging_report(patient, radiologist, referrer=doctor, status=S.ACQUIRED)
    ready = make_imaging_report(patient, radiologist, hour=11)
    given = make_imaging_report(other_patient, radiologist, hour=13, released=True)
    treating = make_doctor("treating@test.clinic")
    care.link(patient, treating)
    found = {
        person.email.split("@")[0]: {
            name
            for name, report in (("asked", asked), ("ready", ready), ("given", given))
            if queries.visible_to(person).filter(pk=report.pk).exists()
        }
        for person in (patient, other_patient, doctor, treating, radiologist, other_doctor, manager)
    }
    assert found == {
        "patient": set(),
        "other.patient": {"given"},
        "doctor": {"asked", "ready"},
        "treating": {"ready"},
        "radiologist": {"asked", "ready", "given"},
        "other.doctor": set(),
        "manager": set(),
    }
    radiologist.is_active = False
    assert not queries.visible_to(radiologist).exists()


def test_management_sees_how_far_it_is_and_not_a_word_of_it(
    patient: User, doctor: User, radiologist: User, manager: User
) -> None:
    report = make_imaging_report(patient, radiologist, referrer=doctor)
    [state] = queries.states_visible_to(manager)
    assert (state["pk"], state["status"]) == (report.pk, S.AUTHORISED)
    assert not {*writing.SECTIONS, "is_critical"} & set(state)
    for person in (patient, doctor, radiologist):
        assert not queries.states_visible_to(person).exists()


def test_the_worklist_has_what_waits_urgent_first(
    patient: User, other_patient: User, doctor: User, radiologist: User, manager: User
) -> None:
    first = make_imaging_report(patient, radiologist, status=S.ACQUIRED, hour=9)
    written = make_imaging_report(patient, radiologist, status=S.REPORTED, hour=10)
    urgent = make_imaging_report(
        other_patient, radiologist, referrer=doctor, status=S.ACQUIRED, hour=11, priority="urgent"
    )
    for status, hour in ((S.AUTHORISED, 13), (S.SCHEDULED, 14)):
        make_imaging_report(patient, radiologist, status=status, hour=hour)
    assert list(queries.worklist(radiologist)) == [urgent, first, written]
    for someone in (doctor, patient, manager):
        assert not queries.worklist(someone).exists()


def test_each_view_and_download_by_whom_and_when(
    patient: User, other_patient: User, radiologist: User, doctor: User
) -> None:
    report = make_imaging_report(patient, radiologist, released=True)
    opened.note_opening(report, actor=patient, how=opened.VIEWED)
    opened.note_opening(report, actor=doctor, how=opened.DOWNLOADED)
    opened.note_opening(make_imaging_report(patient, radiologist, hour=14), actor=doctor, how=opened.VIEWED)
    assert [(row.actor, row.verb) for row in opened.openings(report)] == [
        (doctor, "imaging.download"),
        (patient, "imaging.read"),
    ]
    changes = Activity.objects.filter(target_id=str(report.pk), verb="imaging.status")
    assert changes.filter(actor=radiologist, patient=patient).count() == 4


@pytest.mark.django_db(transaction=True)
def test_open_pages_hear_of_it_and_the_patient_from_its_release_on(
    patient: User, doctor: User, radiologist: User
) -> None:
    with patch("clinic.core.realtime._deliver") as told:
        report = make_imaging_report(patient, radiologist, referrer=doctor, released=True)
    heard: dict[str, list[str]] = {}
    for groups, message, name in (call.args for call in told.call_args_list):
        if name == "imaging.changed":
            assert message["event"].keys() == {"type", "id", "status"}
            assert message["event"]["id"] == str(report.pk)
            for group in groups:
                heard.setdefault(group, []).append(message["event"]["status"])
    way = ["ordered", "scheduled", "acquired", "acquired", "reported", "authorised", "authorised"]
    for group in (user_group(radiologist.pk), user_group(doctor.pk), role_group("management")):
        assert heard.pop(group) == way
    assert heard == {user_group(patient.pk): ["authorised"]}


def test_the_paper_of_an_authorised_report(patient: User, doctor: User, radiologist: User) -> None:
    report = make_imaging_report(patient, radiologist, referrer=doctor)
    deciding.add_addendum(report.pk, author=radiologist, text="Later: <no> change & more.")
    text = paper_text(report)
    for words in (*SECTIONS.values(), patient.name, doctor.name, radiologist.name, "<no> change & more",
                  "Not released to the patient yet"):  # fmt: skip
        assert words in text, words
    deciding.release(report.pk, actor=doctor)
    assert "Not released" not in paper_text(report)


def paper_text(report: ImagingReport) -> str:
    content = paper.made(ImagingReport.objects.get(pk=report.pk))
    text = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    return " ".join(text.split())
