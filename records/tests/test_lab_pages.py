"""The pages of the laboratory: the grid keeps what was typed, lists cost the same at any length, nothing is said to
whom it is not for."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.domain import care
from clinic.core import pdf
from records.domain.labs import catalogue, reports
from records.models import CriticalAlert, LabParameter, LabReport, RecordRequest
from records.tests.factories_labs import (
    HAEMOGLOBIN,
    POTASSIUM,
    make_lab_catalogue,
    make_lab_report,
    make_sheet,
    parameter,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def signed_in(patient: Any, doctor: Any) -> Callable[..., Client]:
    care.link(patient, doctor)
    make_lab_catalogue()

    def client_of(user: Any) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return client_of


def grid_of(values: dict[str, str], **more: Any) -> dict[str, Any]:
    """What the browser sends."""
    cells = {parameter(name).pk: text for name, text in values.items()}
    return {
        "title": "Basic",
        "collected_at": timezone.localtime(timezone.now() - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M"),
        "parameter": [str(pk) for pk in cells],
        "panel": [str(make_lab_catalogue().pk)],
        **{f"value-{pk}": text for pk, text in cells.items()},
        **more,
    }


def test_a_mistake_keeps_all_that_was_typed_and_a_right_sheet_is_stored(
    signed_in: Any, patient: Any, doctor: Any
) -> None:
    client, url = signed_in(doctor), reverse("lab_report_new", args=[patient.pk])
    answer = client.post(url, grid_of({HAEMOGLOBIN: "12,5", POTASSIUM: "44"}, laboratory="Shree Lab"))
    text = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="12,5"' in text
    assert 'value="44"' in text
    assert 'value="Shree Lab"' in text
    assert "Above 15 can" in text
    assert not LabReport.objects.exists()
    answer = client.post(url, grid_of({HAEMOGLOBIN: "12,5", POTASSIUM: "4.4"}, do="final"))
    report = LabReport.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, reverse("lab_report", args=[report.pk]))
    assert (report.status, report.panel) == ("final", make_lab_catalogue())


def test_finishing_an_empty_sheet_stores_nothing(signed_in: Any, patient: Any, doctor: Any) -> None:
    answer = signed_in(doctor).post(
        reverse("lab_report_new", args=[patient.pk]), grid_of({HAEMOGLOBIN: ""}, do="final")
    )
    assert answer.status_code == 422
    assert "Enter at least one result" in answer.content.decode()
    assert not LabReport.objects.exists()


def test_a_draft_saved_elsewhere_is_not_overwritten_unseen(signed_in: Any, patient: Any, doctor: Any) -> None:
    report = make_lab_report(patient, doctor, status="preliminary")
    url = reverse("lab_report_edit", args=[report.pk])
    first = signed_in(doctor).post(url, grid_of({HAEMOGLOBIN: "12"}, version="1"))
    second = signed_in(doctor).post(url, grid_of({HAEMOGLOBIN: "9.9"}, version="1"))
    assert (first.status_code, second.status_code) == (302, 409)
    assert 'value="9.9"' in second.content.decode()
    assert report.results.get().value == 12


def test_more_rows_keep_what_is_typed(signed_in: Any, patient: Any, doctor: Any, manager: Any) -> None:
    other = catalogue.save_panel(
        None, actor=manager, name="Salts", loinc="", chosen=[LabParameter.objects.get(name=POTASSIUM)]
    )
    answer = signed_in(doctor).post(
        reverse("lab_report_new", args=[patient.pk]),
        grid_of({HAEMOGLOBIN: "abc"}, do="more", more=str(other.pk)),
    )
    text = answer.content.decode()
    assert answer.status_code == 200
    assert 'value="abc"' in text
    assert f"value-{parameter(POTASSIUM).pk}" in text


def test_the_grid_is_told_what_each_cell_means(signed_in: Any, patient: Any, doctor: Any) -> None:
    answer = signed_in(doctor).post(
        reverse("lab_check", args=[patient.pk]), grid_of({HAEMOGLOBIN: "neg", POTASSIUM: "७.१"})
    )
    cells = answer.json()["cells"]
    assert cells[str(parameter(POTASSIUM).pk)]["flag"] == "critical_high"
    assert cells[str(parameter(HAEMOGLOBIN).pk)]["error"].startswith("Write a number")
    assert (answer.json()["critical"], answer.json()["wrong"]) == (1, 1)
    assert not LabReport.objects.exists()


@pytest.mark.parametrize("name", ["record_labs", "record_lab_trends"])
def test_lists_cost_the_same_at_any_length(signed_in: Any, patient: Any, doctor: Any, name: str) -> None:
    client, url = signed_in(doctor), reverse(name, args=[patient.pk])
    counts = []
    for many in (1, 14):
        for number in range(many):
            at = timezone.now() - timedelta(days=number + 1)
            make_lab_report(patient, doctor, {HAEMOGLOBIN: "13", POTASSIUM: "4"}, at=at)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(url).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_the_course_shows_each_result_in_chart_and_table(signed_in: Any, patient: Any, doctor: Any) -> None:
    for days, value in ((9, "11.1"), (5, "<12"), (1, "13.3")):
        make_lab_report(patient, doctor, {HAEMOGLOBIN: value}, at=timezone.now() - timedelta(days=days))
    url = reverse("record_lab_trends", args=[patient.pk])
    answer = signed_in(patient).get(url, {"parameter": str(parameter(HAEMOGLOBIN).pk)})
    assert [row.said for row in answer.context["rows"]] == ["13.3", "<12", "11.1"]
    assert [point["value"] for point in answer.context["chart"]["points"]] == [11.1, 12.0, 13.3]
    assert signed_in(patient).get(url, {"parameter": "nonsense"}).status_code == 404


def test_the_patients_page_does_not_tell_of_the_alert(signed_in: Any, patient: Any, doctor: Any) -> None:
    report = make_lab_report(patient, doctor, {POTASSIUM: "7.2"})
    alert = CriticalAlert.objects.get()
    url = reverse("lab_report", args=[report.pk])
    assert "What is done about it" in signed_in(doctor).get(url).content.decode()
    answer = signed_in(doctor).post(
        reverse("lab_report_action", args=[report.pk, "acknowledge"]), {"action": "Sent to the ward"}
    )
    alert.refresh_from_db()
    assert (answer.status_code, alert.action) == (302, "Sent to the ward")
    assert "Sent to the ward" not in signed_in(patient).get(url).content.decode()


def test_management_sees_whom_to_call_and_no_result(
    signed_in: Any, patient: Any, doctor: Any, manager: Any
) -> None:
    report = make_lab_report(patient, doctor, {POTASSIUM: "7.2345"}, title="Potassium at night")
    CriticalAlert.objects.update(level=2)
    browser, alert = signed_in(manager), report.critical_alert  # type: ignore[attr-defined]
    text = browser.get(reverse("critical_alerts")).content.decode()
    assert patient.name in text
    text += browser.get(reverse("critical_alert", args=[alert.pk])).content.decode()
    assert doctor.name in text
    assert "7.2345" not in text
    assert report.title not in text


def test_management_enters_for_the_request_it_works_on(
    signed_in: Any, patient: Any, doctor: Any, manager: Any
) -> None:
    request = RecordRequest.objects.create(
        kind="lab_report",
        patient=patient,
        doctor=doctor,
        text="Blood",
        status="in_progress",
        handled_by=manager,
    )
    request.panels.add(make_lab_catalogue())
    url = reverse("lab_report_new", args=[patient.pk])
    answer = signed_in(manager).get(url, {"request": str(request.pk)})
    assert answer.status_code == 200
    assert f'href="{reverse("record_labs", args=[patient.pk])}' not in answer.content.decode()
    answer = signed_in(manager).post(url, grid_of({HAEMOGLOBIN: "12.5"}, request=str(request.pk)))
    request.refresh_from_db()
    assert answer.status_code == 302
    assert request.lab_report is not None
    assert signed_in(manager).get(reverse("lab_report", args=[request.lab_report.pk])).status_code == 200
    reports.final(request.lab_report.pk, actor=manager)
    assert signed_in(patient).get(reverse("lab_report", args=[request.lab_report.pk])).status_code == 404


@pytest.mark.skipif(not pdf.is_possible(), reason="needs Pango")
def test_the_paper_holds_the_results_once_the_report_is_final(
    signed_in: Any, patient: Any, doctor: Any
) -> None:
    import io

    from pypdf import PdfReader

    report = make_lab_report(patient, doctor, {HAEMOGLOBIN: "11.7"}, comment="दोहोर्‍याउनुहोस्")
    answer = signed_in(patient).get(reverse("lab_report_pdf", args=[report.pk]))
    text = PdfReader(io.BytesIO(answer.content)).pages[0].extract_text()
    assert answer["Content-Type"] == "application/pdf"
    assert "Haemoglobin" in text
    assert "11.7" in text
    assert "Low" in text


def test_the_catalogue_refuses_ranges_that_overlap_and_units_of_what_was_measured(
    signed_in: Any, patient: Any, doctor: Any, manager: Any
) -> None:
    potassium = parameter(POTASSIUM)
    make_lab_report(patient, doctor, {POTASSIUM: "4.1"})
    client = signed_in(manager)
    answer = client.post(
        reverse("lab_range_new", args=[potassium.pk]),
        {"age_from": "1", "age_to": "5", "age_unit": "y", "low": "3", "high": "6"},
    )
    assert answer.status_code == 422
    assert "Another range holds" in answer.content.decode()
    same = {"name": POTASSIUM, "short_name": "K", "kind": "number", "decimals": "1", "unit": "mg/dL"}
    answer = client.post(reverse("lab_parameter", args=[potassium.pk]), same)
    assert answer.status_code == 422
    potassium.refresh_from_db()
    assert potassium.unit == "mmol/L"
    client.post(reverse("lab_parameter_use", args=[potassium.pk]), {"do": "retire"})
    potassium.refresh_from_db()
    assert not potassium.is_active


def test_management_orders_the_rows_of_a_panel(signed_in: Any, manager: Any) -> None:
    client, panel = signed_in(manager), make_lab_catalogue()
    url = reverse("lab_panel_move", args=[panel.pk])

    def order() -> list[str]:
        return list(panel.rows.order_by("position").values_list("parameter__name", flat=True))  # type: ignore[attr-defined]

    first = order()
    for name, do in ((first[2], "up"), (first[0], "up"), (first[1], "down"), ("", "up")):
        parameter_id = parameter(name).pk if name else "nonsense"
        assert client.post(url, {"parameter": parameter_id, "do": do}).status_code == 302
    assert order() == [first[0], first[2], first[1]]
    assert "Move Potassium up" in client.get(reverse("lab_panel", args=[panel.pk])).content.decode()


def test_a_report_whose_answer_was_lost_is_stored_once(signed_in: Any, patient: Any, doctor: Any) -> None:
    client, url = signed_in(doctor), reverse("lab_report_new", args=[patient.pk])
    sheet = grid_of({HAEMOGLOBIN: "12.5"}, report=str(uuid4()), do="save")
    answers = [client.post(url, sheet, headers={"accept": "application/json"}).json() for _time in range(2)]
    report = LabReport.objects.get()
    assert {answer["url"] for answer in answers} == {reverse("lab_report", args=[report.pk])}
    # Nobody writes into another's report by knowing its id.
    others = reports.create(patient, author=doctor, sheet=make_sheet())
    LabReport.objects.filter(pk=others.pk).update(entered_by=patient)
    assert client.post(url, {**sheet, "report": str(others.pk)}).status_code == 302
    others.refresh_from_db()
    assert (others.version, LabReport.objects.count()) == (1, 3)
