"""The home pages say which critical results and requests wait, to those whose they are."""

from typing import Any

import pytest
from django.test import Client

from accounts.domain import care
from insights.domain.clinical_waiting import clinical_waiting
from records.domain import record_requests
from records.domain.labs import critical
from records.models import CriticalAlert
from records.tests.factories_labs import POTASSIUM, make_lab_report
from records.tests.requests import ask_for_pills, running_visit

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
    assert "1 critical result waits" in home(doctor)
    assert "critical result" not in home(other_doctor)
    assert clinical_waiting(manager).critical == 0, "before it has come to management"
    critical.acknowledge(CriticalAlert.objects.get().pk, actor=doctor, action="Called the patient.")
    assert "critical result waits" not in home(doctor)


def test_a_request_waits_for_management(
    patient: Any, doctor: Any, other_doctor: Any, service: Any, manager: Any
) -> None:
    request = ask_for_pills(running_visit(patient, doctor, service))
    assert "1 request of a doctor is to be prepared" in home(manager)
    assert [clinical_waiting(who).requests for who in (doctor, other_doctor, patient)] == [0, 0, 0]
    record_requests.take(request.pk, actor=manager)
    assert clinical_waiting(manager).requests == 0
