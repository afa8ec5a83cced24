"""Writing into a history: on the record's pages, and beside the call."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.domain import care
from accounts.models import User
from records.domain import history
from records.models import Allergy, Condition, VitalSigns
from scheduling.enums import AppointmentStatus
from scheduling.models import Appointment
from scheduling.tests.factories import make_appointment

pytestmark = pytest.mark.django_db


@pytest.fixture
def record(client: Any, patient: User, doctor: User) -> str:
    """The address of the record, opened by its doctor."""
    care.link(patient, doctor)
    client.force_login(doctor)
    return f"/patients/{patient.pk}/record/"


@pytest.fixture
def visit(record: str, patient: User, doctor: User, service: Any) -> Appointment:
    return make_appointment(patient, doctor, service, status=AppointmentStatus.IN_PROGRESS)


def test_what_is_written_stands_on_the_page(client: Any, record: str) -> None:
    answer = client.post(
        f"{record}history/allergy/new/",
        {"substance": "Penicillin", "severity": "severe", "reaction": "Rash"},
        follow=True,
    )
    assert answer.redirect_chain == [(f"{record}history/", 302)]
    assert "Penicillin" in answer.content.decode()
    assert "Penicillin" in client.get(record).content.decode()


def test_vital_signs_take_a_comma_and_stand_in_table_and_chart(client: Any, record: str) -> None:
    for day in ("2020-01-01T10:00", "2020-02-01T10:00"):
        sent = {"measured_at": day, "temperature": "38,5", "systolic": "120", "diastolic": "80"}
        assert client.post(f"{record}history/vitals/new/", sent).status_code == 302
    page = client.get(f"{record}vitals/")
    assert [chart["id"] for chart in page.context["charts"]] == ["chart-systolic", "chart-temperature"]
    points = page.context["charts"][1]["data"]["series"][0]["points"]
    assert [point["value"] for point in points] == [38.5, 38.5]
    assert page.content.decode().count("120/80") == 2


@pytest.mark.parametrize(
    ("kind", "sent", "words"),
    [
        ("vitals", {"measured_at": "2020-01-01T10:00"}, "Enter at least one value."),
        ("vitals", {"measured_at": "2020-01-01T10:00", "pulse": "7000"}, "between 10 and 300"),
        ("vitals", {"measured_at": "yesterday", "pulse": "70"}, "Enter a valid date/time."),
        (
            "condition",
            {"name": "Gout", "status": "active", "began_on": "2999-01-01"},
            "This lies in the future.",
        ),
        ("immunisation", {"vaccine": "", "given_on": "2020-01-01"}, "This field is required."),
    ],
)
def test_a_refusal_keeps_what_was_typed(
    client: Any, record: str, kind: str, sent: dict[str, str], words: str
) -> None:
    answer = client.post(f"{record}history/{kind}/new/", sent)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert words in page
    assert all(f'value="{value}"' in page for value in sent.values() if value not in ("", "active"))


def test_corrected_and_voided_entries_stay_for_who_asks(
    client: Any, record: str, patient: User, doctor: User
) -> None:
    fact = history.record(patient, kind="condition", values={"name": "Astma"}, author=doctor)
    address = f"{record}history/condition/{fact.pk}/"
    client.post(address, {"name": "Asthma", "status": "active"})
    newer = Condition.objects.get(voided_at=None)
    assert newer.name == "Asthma"
    assert client.post(address, {"name": "Asthma!", "status": "active"}).status_code == 409
    answer = client.post(f"{record}history/condition/{newer.pk}/void/", {"reason": ""})
    assert answer.status_code == 422
    client.post(f"{record}history/condition/{newer.pk}/void/", {"reason": "Of another patient"})
    shown, asked = (client.get(f"{record}history/{query}").content.decode() for query in ("", "?errors=1"))
    assert "Asthma" not in shown
    assert "Of another patient" in asked
    assert "Astma" in asked
    client.force_login(patient)
    assert "Astma" not in client.get(f"{record}history/?errors=1").content.decode()


def test_an_entry_of_another_patient_is_not_there(
    client: Any, record: str, other_patient: User, doctor: User
) -> None:
    care.link(other_patient, doctor)
    fact = history.record(other_patient, kind="allergy", values={"substance": "Latex"}, author=doctor)
    for action in ("", "void/"):
        assert client.get(f"{record}history/allergy/{fact.pk}/{action}").status_code == 404


def test_the_pages_ask_no_more_for_many(client: Any, record: str, patient: User, doctor: User) -> None:
    def fill(count: int) -> None:
        for number in range(count):
            for kind, values in (
                ("condition", {"name": f"Illness {count} {number}"}),
                ("vitals", {"measured_at": timezone.now(), "pulse": 60 + number}),
            ):
                history.record(patient, kind=kind, values=values, author=doctor)

    for section in ("history/", "vitals/", "summary/"):
        Condition.objects.all().delete()
        VitalSigns.objects.all().delete()
        fill(2)
        with CaptureQueriesContext(connection) as few:
            client.get(record + section)
        fill(30)
        with CaptureQueriesContext(connection) as many:
            client.get(record + section)
        assert len(many) == len(few), section


def test_beside_the_call_a_fact_is_written_with_its_visit(client: Any, visit: Appointment) -> None:
    address = f"/visits/{visit.pk}/panel/history/"
    page = client.post(address, {"kind": "allergy", "substance": "Latex", "severity": "mild"})
    assert page.status_code == 200
    assert Allergy.objects.get().appointment == visit
    assert "Latex" in page.content.decode()
    refused = client.post(address, {"kind": "allergy", "substance": "latex", "severity": "severe"})
    assert (refused.status_code, refused["HX-Reswap"]) == (422, "outerHTML show:#visit-write:top")
    assert "is on record already" in refused.content.decode()
    assert client.post(address, {"kind": "family"}).status_code == 404


@pytest.mark.parametrize("who", ["patient", "other_patient", "other_doctor", "manager", "admin"])
def test_the_panel_is_for_the_doctor_of_the_visit(
    client: Any, request: Any, visit: Appointment, who: str
) -> None:
    client.force_login(request.getfixturevalue(who))
    address = f"/visits/{visit.pk}/panel/history/"
    assert client.get(address).status_code == 404
    assert client.post(address, {"kind": "allergy", "substance": "Latex"}).status_code == 404
