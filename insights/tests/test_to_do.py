"""The home pages say what waits besides visits, to those whose it is."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.domain import care
from accounts.tests.factories import make_patient
from billing.tests.aid import make_claim, make_membership, make_plan
from insights.domain import to_do
from records.domain import critical, record_requests
from records.domain.labs import reports as labs
from records.models import CriticalAlert, Explanation, VisitNote
from records.tests.factories_imaging import make_imaging_report
from records.tests.factories_labs import POTASSIUM, make_lab_report
from records.tests.requests import ask_for_pills, running_visit
from scheduling.tests.factories import clinic_time, make_appointment, make_waiting
from scheduling.tests.imaging import make_radiologist, make_referral, make_scan

pytestmark = pytest.mark.django_db


def home(who: Any) -> str:
    client = Client()
    client.force_login(who)
    return client.get("/home/").content.decode()


def test_a_critical_result_waits_on_the_doctors_page_until_acknowledged(
    patient: Any, doctor: Any, other_doctor: Any, manager: Any
) -> None:
    care.link(patient, doctor)
    make_lab_report(patient, doctor, {POTASSIUM: ">6.5"}, status="final")
    assert "1 critical finding waits" in home(doctor)
    assert "critical finding" not in home(other_doctor)
    assert to_do.of_management(manager).critical == 0, "before it has come to management"
    critical.acknowledge(CriticalAlert.objects.get().pk, actor=doctor, action="Called the patient.")
    assert "critical finding waits" not in home(doctor)


def numbers(todo: to_do.ToDo) -> dict[str, int]:
    return {line.label: line.number for line in todo.lines}


def test_a_request_waits_for_management(
    patient: Any, doctor: Any, other_doctor: Any, service: Any, manager: Any
) -> None:
    request = ask_for_pills(running_visit(patient, doctor, service))
    assert "Requests of doctors to prepare" in home(manager)
    assert [to_do.of_doctor(who).counts["requests"] for who in (doctor, other_doctor)] == [0, 0]
    record_requests.take(request.pk, actor=manager)
    assert to_do.of_management(manager).counts["requests"] == 0


def test_management_sees_claims_referrals_and_who_waits(
    patient: Any, doctor: Any, service: Any, manager: Any
) -> None:
    plan = make_plan()
    make_membership(make_patient("new@test.clinic"), plan, verified=False)
    make_claim(patient, doctor, service, membership=make_membership(patient, plan), status="ready")
    make_referral(patient, doctor, make_scan(make_radiologist()))
    make_waiting(patient, doctor, service)
    assert numbers(to_do.of_management(manager)) == {
        "Claims to send": 1,
        "Medical aid to check": 1,
        "Referrals to book": 1,
        "Waiting for an earlier time": 1,
    }
    page = home(manager)
    assert reverse("claims") in page
    assert "Medical aid to check" in page


def test_a_doctor_sees_what_is_begun_and_what_waits_for_their_release(
    patient: Any, doctor: Any, other_doctor: Any, service: Any
) -> None:
    care.link(patient, doctor)
    visit = make_appointment(patient, doctor, service, starts_at=clinic_time(-1, 10), status="completed")
    VisitNote.objects.create(appointment=visit, author=doctor, text="Cough")
    report = make_lab_report(patient, doctor, status="final")
    found = to_do.to_finish(doctor)
    assert {(one.label, one.name, one.url) for one in found} == {
        ("Note to sign", "Asha Gurung", reverse("appointment", args=[visit.pk])),
        ("Lab report to release", "Asha Gurung", reverse("lab_report", args=[report.pk])),
    }
    assert "Cough" not in home(doctor)
    assert to_do.to_finish(other_doctor) == []
    VisitNote.objects.update(status="final", signed_at=timezone.now())
    labs.release(report.pk, actor=doctor)
    assert to_do.to_finish(doctor) == []


def test_radiologists_see_what_is_to_be_read_and_authorised(patient: Any, doctor: Any) -> None:
    radiologist = make_radiologist()
    make_imaging_report(patient, radiologist, referrer=doctor, status="acquired")
    make_imaging_report(patient, radiologist, referrer=doctor, status="reported", hour=11)
    assert numbers(to_do.of_doctor(radiologist)) == {"Scans to read": 1, "Scan reports to authorise": 1}
    assert reverse("imaging_worklist") in home(radiologist)
    assert numbers(to_do.of_doctor(doctor)) == {}
    authorised = make_imaging_report(patient, radiologist, referrer=doctor, hour=13)
    (one,) = to_do.to_finish(doctor)
    assert one.url == reverse("imaging_report", args=[authorised.pk])


def test_a_patient_sees_what_was_released_lately_and_nobody_elses(
    patient: Any, other_patient: Any, doctor: Any
) -> None:
    care.link(patient, doctor)
    report = make_lab_report(patient, doctor)
    make_lab_report(patient, doctor, status="final")
    assert numbers(to_do.of_patient(patient)) == {"New lab results": 1}
    draft = Explanation.objects.create(
        patient=patient, lab_report=report, audience="patient", status="draft", asked_by=doctor
    )
    assert reverse("explanation", args=[draft.pk]) in {one.url for one in to_do.to_finish(doctor)}
    assert numbers(to_do.of_patient(patient)) == {"New lab results": 1}
    draft.status, draft.released_by, draft.released_at = "released", doctor, timezone.now()
    draft.save()
    assert numbers(to_do.of_patient(patient)) == {"New lab results": 1, "New explanations": 1}
    assert numbers(to_do.of_patient(other_patient)) == {}
    assert reverse("record_labs", args=[patient.pk]) in home(patient)
    with time_machine.travel(timezone.now() + to_do.NEWS + timedelta(hours=1)):
        assert numbers(to_do.of_patient(patient)) == {}
