"""The database itself refuses to change a lab report that is final."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from accounts.domain import care
from records.domain import critical
from records.models import CriticalAlert, LabReport, LabResult, final_labs
from records.tests.factories_labs import HAEMOGLOBIN, POTASSIUM, make_lab_report, parameter

pytestmark = pytest.mark.django_db


def test_every_trigger_stands_after_all_migrations() -> None:
    assert final_labs.missing(connection) == []


@pytest.fixture
def final(patient: Any, doctor: Any) -> LabReport:
    care.link(patient, doctor)
    return make_lab_report(patient, doctor, {POTASSIUM: "7.1"}, status="final")


@pytest.fixture
def draft(final: LabReport) -> LabReport:
    return make_lab_report(final.patient, final.doctor, {POTASSIUM: "4.1"}, status="preliminary")


def refused(attack: Any) -> None:
    with pytest.raises(DatabaseError, match=final_labs.MESSAGE), transaction.atomic():
        attack()


@pytest.mark.parametrize(
    "change",
    [
        {"title": "Another"},
        {"comment": "All is well"},
        {"collected_at": timezone.now() - timedelta(days=9)},
        {"final_at": None, "status": "preliminary"},
        {"status": "discarded"},
        {"version": 9},
    ],
)
def test_its_head_is_not_rewritten(final: LabReport, change: dict[str, Any]) -> None:
    rows = LabReport.objects.filter(pk=final.pk)
    refused(lambda: rows.update(**change))
    refused(lambda: rows._raw_delete("default"))


def test_it_goes_onwards_only_and_is_released_once(final: LabReport, other_patient: Any) -> None:
    rows = LabReport.objects.filter(pk=final.pk)
    assert rows.update(status="released", released_at=timezone.now()) == 1
    for change in ({"status": "final"}, {"released_at": None}, {"released_at": timezone.now()}):
        refused(lambda change=change: rows.update(**change))
    assert rows.update(status="amended") == 1
    refused(lambda: rows.update(status="released"))
    # Two accounts of one patient become one.
    assert rows.update(patient=other_patient) == 1


def test_its_results_stay_and_none_come_or_go(final: LabReport, draft: LabReport) -> None:
    rows = LabResult.objects.filter(report=final)
    for change in (
        {"value": "4.1"},
        {"flag": "normal"},
        {"unit": "mg"},
        {"comparator": "<"},
        {"report": draft},
    ):
        refused(lambda change=change: rows.update(**change))
    refused(lambda: rows._raw_delete("default"))
    more = {"parameter": parameter(HAEMOGLOBIN), "position": 2, "value": 13}
    refused(lambda: LabResult.objects.create(report=final, **more))
    loose = LabResult.objects.filter(report=draft)
    refused(lambda: loose.update(report=final, position=3))
    assert loose.update(value="4.2") == 1
    assert loose.delete()[0] == 1


def test_what_was_answered_to_a_critical_result_stays(final: LabReport) -> None:
    alerts = CriticalAlert.objects.filter(report=final)
    assert alerts.update(level=1) == 1
    critical.acknowledge(alerts.get().pk, actor=final.doctor, action="Sent to the hospital")
    for change in ({"action": "Nothing"}, {"acknowledged_at": None}, {"acknowledged_by": final.patient}):
        refused(lambda change=change: alerts.update(**change))
    refused(lambda: alerts._raw_delete("default"))


@pytest.mark.skipif(connection.vendor != "sqlite", reason="REPLACE is SQLite's")
@pytest.mark.parametrize("model", [LabReport, LabResult])
def test_a_row_is_not_replaced(final: LabReport, model: Any) -> None:
    table = model._meta.db_table

    def replace() -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}")

    refused(replace)
