"""The pages of scans: the worklist, one report by role, and the section of the record."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.domain import care
from accounts.models import Activity
from accounts.tests.factories import make_doctor, make_patient
from records.domain.imaging import deciding, reading, words, writing
from records.enums import ImagingStatus as S
from records.models import ImagingReport
from scheduling.tests.imaging import QUESTION, make_radiologist, make_scan

from .factories_imaging import SECTIONS, make_imaging_report

pytestmark = pytest.mark.django_db


@pytest.fixture
def radiologist() -> Any:
    return make_radiologist()


def browser(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def page(user: Any, name: str, *args: Any, **query: str) -> Any:
    return browser(user).get(reverse(name, args=args), query)


def act(user: Any, report: ImagingReport, action: str, **data: Any) -> Any:
    return browser(user).post(reverse("imaging_report_action", args=[report.pk, action]), data)


def said(answer: Any) -> str:
    return str(answer.content.decode())


def test_the_worklist_has_urgent_ones_first_and_who_reads_what(
    radiologist: Any, patient: Any, other_patient: Any, doctor: Any
) -> None:
    routine = make_imaging_report(patient, radiologist, referrer=doctor, status=S.ACQUIRED)
    urgent = make_imaging_report(
        other_patient, radiologist, referrer=doctor, status=S.ACQUIRED, hour=11, priority="urgent"
    )
    colleague = make_radiologist("second.radiologist@test.clinic")
    reading.claim(routine.pk, reader=colleague)
    answer = page(radiologist, "imaging_worklist")
    assert [row.pk for row in answer.context["page_obj"]] == [urgent.pk, routine.pk]
    assert f"{colleague.name} is reading" in said(answer)
    found = answer.context["figures"]
    assert (found.write, found.urgent, found.authorise) == (2, 1, 0)
    narrowed = page(radiologist, "imaging_worklist", q=patient.last_name, priority="routine")
    assert [row.pk for row in narrowed.context["page_obj"]] == [routine.pk]
    nothing = page(radiologist, "imaging_worklist", q="nobody", scan="nonsense", page="-3", tab="nonsense")
    assert "No scan matches" in said(nothing)


def test_read_next_takes_what_nobody_has(radiologist: Any, patient: Any, other_patient: Any) -> None:
    first = make_imaging_report(patient, radiologist, status=S.ACQUIRED)
    second = make_imaging_report(other_patient, radiologist, status=S.ACQUIRED, hour=11)
    ImagingReport.objects.filter(pk=first.pk).update(acquired_at="2026-01-01T00:00Z")
    colleague = make_radiologist("second.radiologist@test.clinic")
    reading.claim(first.pk, reader=colleague)
    answer = browser(radiologist).post(reverse("imaging_next"))
    assert answer["Location"] == reverse("imaging_report", args=[second.pk])
    # What one has begun oneself comes before anything new.
    reading.let_go(first.pk, reader=colleague)
    assert browser(radiologist).post(reverse("imaging_next"))["Location"] == answer["Location"]


def test_the_list_asks_the_same_for_one_and_for_thirty(radiologist: Any, patient: Any, doctor: Any) -> None:
    def queries() -> int:
        client = browser(radiologist)
        with CaptureQueriesContext(connection) as counted:
            assert client.get(reverse("imaging_worklist")).status_code == 200
        return len(counted)

    scan = make_scan(radiologist)
    make_imaging_report(patient, radiologist, referrer=doctor, status=S.ACQUIRED, scan=scan)
    queries()
    one = queries()
    for number in range(29):
        other = make_patient(f"scanned{number}@test.clinic")
        ImagingReport.objects.create(
            patient=other, service=scan, status=S.ACQUIRED, acquired_at="2026-01-01T00:00Z", reader=doctor
        )
    assert queries() == one


def test_management_sees_states_and_no_report(
    radiologist: Any, patient: Any, doctor: Any, manager: Any
) -> None:
    report = make_imaging_report(patient, radiologist, referrer=doctor)
    answer = page(manager, "imaging_worklist")
    assert patient.name in said(answer)
    assert "Authorised" in said(answer)
    address = reverse("imaging_report", args=[report.pk])
    assert f'"{address}"' not in said(answer)
    assert SECTIONS["impression"] not in said(answer)
    assert QUESTION not in said(answer)
    assert page(manager, "imaging_report", report.pk).status_code == 404


def test_who_asked_sees_the_state_and_after_it_is_authorised_the_text(
    radiologist: Any, patient: Any, doctor: Any
) -> None:
    report = make_imaging_report(patient, radiologist, referrer=doctor, status=S.REPORTED)
    assert [row.pk for row in page(doctor, "imaging_worklist").context["page_obj"]] == [report.pk]
    before = said(page(doctor, "imaging_report", report.pk))
    assert "Reported" in before
    assert QUESTION in before
    assert SECTIONS["impression"] not in before
    deciding.authorise(report.pk, actor=radiologist)
    assert SECTIONS["impression"] in said(page(doctor, "imaging_report", report.pk))
    link = reverse("imaging_report", args=[report.pk])
    assert link in said(page(doctor, "referral", report.referral_id))
    assert link not in said(page(patient, "referral", report.referral_id))


def test_the_patient_sees_it_once_it_is_released_and_who_opened_it(
    radiologist: Any, patient: Any, doctor: Any, other_patient: Any
) -> None:
    report = make_imaging_report(patient, radiologist, referrer=doctor)
    assert page(patient, "imaging_report", report.pk).status_code == 404
    assert "No reports of scans yet" in said(page(patient, "record_imaging", patient.pk))
    page(doctor, "imaging_report", report.pk)
    assert act(doctor, report, "release").status_code == 302
    assert report.service.name in said(page(patient, "record_imaging", patient.pk))
    answer = page(patient, "imaging_report", report.pk)
    assert SECTIONS["impression"] in said(answer)
    assert [(row.actor, row.patient_id) for row in answer.context["seen"]] == [
        (patient, patient.pk),
        (doctor, patient.pk),
    ]
    assert page(other_patient, "imaging_report", report.pk).status_code == 404
    assert page(patient, "imaging_worklist")["Location"] == reverse("record_imaging", args=[patient.pk])


def test_one_writes_what_one_has_begun(radiologist: Any, patient: Any, doctor: Any) -> None:
    report = make_imaging_report(patient, radiologist, referrer=doctor, status=S.ACQUIRED)
    save = reverse("imaging_save", args=[report.pk])
    colleague = make_radiologist("second.radiologist@test.clinic")
    assert "Begin to read" in said(page(radiologist, "imaging_report", report.pk))
    act(radiologist, report, "begin")
    editor = said(page(radiologist, "imaging_report", report.pk))
    assert "data-report=" in editor
    assert QUESTION in editor
    assert "is writing this report" in said(page(colleague, "imaging_report", report.pk))
    typed = {**SECTIONS, "version": "0", "is_critical": "1"}
    assert browser(colleague).post(save, typed).json()["code"] == "claimed"
    assert browser(doctor).post(save, typed).status_code == 403
    assert browser(radiologist).post(save, typed).json()["version"] == 1
    stale = browser(radiologist).post(save, {**typed, "findings": "Other.", "version": "0"})
    assert stale.status_code == 409
    assert stale.json()["content"]["is_critical"] == "1"
    assert stale.json()["content"]["findings"] == SECTIONS["findings"]
    assert browser(radiologist).post(save, {"findings": "x" * 10_001, "version": "1"}).status_code == 400
    assert act(radiologist, report, "report", version="1").status_code == 302
    report.refresh_from_db()
    assert (report.status, report.is_critical) == (S.REPORTED, True)


def test_what_is_missing_is_said_in_the_editor(radiologist: Any, patient: Any) -> None:
    report = make_imaging_report(patient, radiologist, status=S.ACQUIRED)
    reading.claim(report.pk, reader=radiologist)
    answer = act(radiologist, report, "report", version="0")
    assert answer.status_code == 422
    assert said(answer).count("Write this section before the report is finished.") == 2


def test_a_second_radiologist_when_the_clinic_wants_one(
    radiologist: Any, patient: Any, settings: Any
) -> None:
    settings.IMAGING_SECOND_RADIOLOGIST = True
    report = make_imaging_report(patient, radiologist, status=S.REPORTED)
    assert "another radiologist has to authorise it" in said(page(radiologist, "imaging_report", report.pk))
    assert act(radiologist, report, "authorise").status_code == 403
    colleague = make_radiologist("second.radiologist@test.clinic")
    refused = act(colleague, report, "send-back", reason=" ")
    assert refused.status_code == 422
    assert "Say what has to be corrected" in said(refused)
    assert act(colleague, report, "send-back", reason="Which side?").status_code == 302
    reading.claim(report.pk, reader=radiologist)
    assert "Which side?" in said(page(radiologist, "imaging_report", report.pk))
    again = ImagingReport.objects.get(pk=report.pk)
    # Finished by its writer, it waits for the other one.
    finished = act(radiologist, again, "finish", version=str(again.version))
    assert finished["Location"] == reverse("imaging_report", args=[report.pk])
    assert ImagingReport.objects.get(pk=report.pk).status == S.REPORTED


def test_what_was_written_anew_since_is_not_authorised_unread(radiologist: Any, patient: Any) -> None:
    report = make_imaging_report(patient, radiologist, status=S.REPORTED)
    act(radiologist, report, "send-back", reason="Which side?")
    writing.save(report.pk, author=radiologist, version=report.version, sections={"findings": "Left."})
    deciding.report(report.pk, author=radiologist)
    stale = act(radiologist, report, "authorise", version=str(report.version))
    assert (stale.status_code, "Left." in said(stale)) == (409, True)
    assert ImagingReport.objects.get(pk=report.pk).status == S.REPORTED
    assert act(radiologist, report, "authorise", version=str(report.version + 1)).status_code == 302


def test_a_version_that_is_no_number_is_refused(radiologist: Any, patient: Any) -> None:
    report = make_imaging_report(patient, radiologist, status=S.REPORTED)
    address = reverse("imaging_save", args=[report.pk])
    for version in ("9" * 5000, "-1", "x"):
        assert browser(radiologist).post(address, {"version": version}).status_code == 400, version[:9]
        assert act(radiologist, report, "authorise", version=version).status_code == 422, version[:9]


def test_an_authorised_report_changes_by_addenda_alone(radiologist: Any, patient: Any) -> None:
    report = make_imaging_report(patient, radiologist)
    twice = act(radiologist, report, "authorise")
    assert twice.status_code == 409
    assert "moved on" in said(twice)
    assert act(radiologist, report, "nonsense").status_code == 404
    assert act(radiologist, report, "addendum", text=" ").status_code == 422
    assert act(radiologist, report, "addendum", text="Left, not right.").status_code == 302
    assert "Left, not right." in said(page(radiologist, "imaging_report", report.pk))


def test_every_look_at_a_report_is_in_the_trail(radiologist: Any, patient: Any, doctor: Any) -> None:
    report = make_imaging_report(patient, radiologist, referrer=doctor)
    looks = Activity.objects.filter(actor=doctor, target_id=str(report.pk))
    for number in (1, 2):
        page(doctor, "imaging_report", report.pk)
        assert looks.count() == number
    # The editor shows the patient's history and what was found before.
    make_imaging_report(patient, radiologist, status=S.ACQUIRED, hour=11)
    browser(radiologist).post(reverse("imaging_next"))
    begun = ImagingReport.objects.get(reader=radiologist)
    editor = said(page(radiologist, "imaging_report", begun.pk))
    assert SECTIONS["impression"] in editor
    seen = Activity.objects.filter(actor=radiologist, target_id__in=[str(report.pk), str(patient.pk)])
    assert set(seen.values_list("verb", flat=True)) >= {"record.read", "imaging.read"}


def test_a_page_that_fetches_itself_again_is_one_look(radiologist: Any, patient: Any, doctor: Any) -> None:
    report = make_imaging_report(patient, radiologist, referrer=doctor, status=S.REPORTED)
    looks = Activity.objects.filter(actor=doctor, verb="imaging.read", target_id=str(report.pk))
    address = reverse("imaging_report", args=[report.pk])
    for headers, number in (({}, 0), ({"X-Background": "1"}, 0)):
        browser(doctor).get(address, headers=headers)
        assert looks.count() == number
    deciding.authorise(report.pk, actor=radiologist)
    # The open page shows it now for the first time: nobody reads unseen. Afterwards only what somebody opens counts.
    for headers, number in (({"X-Background": "1"}, 1), ({"X-Background": "1"}, 1), ({}, 2)):
        browser(doctor).get(address, headers=headers)
        assert looks.count() == number
    with time_machine.travel(timezone.now() + timedelta(hours=13)):
        browser(doctor).get(address, headers={"X-Background": "1"})
    assert looks.count() == 3


def test_phrases_of_the_scan_go_before_those_of_all(radiologist: Any, manager: Any) -> None:
    scan, other = make_scan(radiologist), make_scan(radiologist, "Chest film")
    for actor, service, text in (
        (manager, None, "Clinic, all."),
        (manager, scan, "Clinic, this scan."),
        (radiologist, None, "Own, all."),
        (radiologist, other, "Own, other scan."),
    ):
        words.save_phrase(actor=actor, shortcut=".nad", text=text, service=service)
    assert words.words_for(radiologist, scan)["phrases"] == {".nad": "Own, all."}
    assert words.words_for(radiologist, other)["phrases"] == {".nad": "Own, other scan."}
    client = browser(radiologist)
    again = {"shortcut": "nad", "text": "Again.", "service": other.pk}
    refused = client.post(reverse("imaging_phrase_new"), again)
    assert refused.status_code == 422
    assert "taken already" in said(refused)


def test_other_doctors_have_no_templates_for_scans(radiologist: Any, doctor: Any) -> None:
    make_scan(radiologist)
    mine = words.save_template(actor=radiologist, name="Knee", service=None, content={"findings": "Normal."})
    assert page(doctor, "imaging_templates").status_code == 403
    colleague = make_radiologist("second.radiologist@test.clinic")
    assert page(colleague, "imaging_template", mine.pk).status_code == 404
    assert browser(colleague).post(reverse("imaging_template_remove", args=[mine.pk])).status_code == 404


def test_a_stranger_finds_nothing(radiologist: Any, patient: Any, doctor: Any) -> None:
    report = make_imaging_report(patient, radiologist, referrer=doctor)
    stranger = make_doctor("stranger@test.clinic")
    assert page(stranger, "imaging_report", report.pk).status_code == 404
    assert page(stranger, "imaging_report_pdf", report.pk).status_code == 404
    assert page(stranger, "record_imaging", patient.pk).status_code == 404
    assert act(stranger, report, "release").status_code == 404
    assert browser(stranger).post(reverse("imaging_next")).status_code == 403
    care.link(patient, stranger)
    assert page(stranger, "imaging_report", report.pk).status_code == 200
