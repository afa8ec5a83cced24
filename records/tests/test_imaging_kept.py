"""The database itself refuses to change a report of a scan that is authorised."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from accounts.models import User
from records.domain import critical
from records.domain.imaging import deciding
from records.enums import ImagingStatus as S
from records.models import CriticalAlert, ImagingAddendum, ImagingReport, critical_kept, final_imaging
from records.tests.factories_imaging import make_imaging_report
from scheduling.tests.imaging import make_radiologist

pytestmark = pytest.mark.django_db


@pytest.fixture
def author(db: None) -> User:
    return make_radiologist()


@pytest.fixture
def authorised(patient: User, doctor: User, author: User) -> ImagingReport:
    return make_imaging_report(patient, author, referrer=doctor, is_critical=True)


@pytest.fixture
def draft(authorised: ImagingReport, author: User) -> ImagingReport:
    return make_imaging_report(authorised.patient, author, status=S.ACQUIRED, hour=14)


def refused(attack: Any, message: str = final_imaging.MESSAGE) -> None:
    with pytest.raises(DatabaseError, match=message), transaction.atomic():
        attack()


def test_every_trigger_stands_after_all_migrations() -> None:
    assert final_imaging.missing(connection) == []


@pytest.mark.parametrize(
    "change",
    [
        {"history_text": "x"},
        {"technique": "x"},
        {"findings": "All is well"},
        {"impression": ""},
        {"recommendation": "x"},
        {"is_critical": False},
        {"status": "reported", "authorised_at": None, "authorised_by": None},
        {"status": "cancelled"},
        {"authorised_at": timezone.now() - timedelta(days=9)},
        {"acquired_at": None},
        {"priority": "urgent"},
        {"referral": None},
        {"appointment": None},
        {"version": 9},
    ],
)
def test_it_is_not_rewritten(authorised: ImagingReport, draft: ImagingReport, change: dict[str, Any]) -> None:
    rows = ImagingReport.objects.filter(pk=authorised.pk)
    refused(lambda: rows.update(**change))
    refused(lambda: rows.update(reported_by=authorised.patient))
    refused(lambda: rows.update(authorised_by=authorised.patient))
    refused(lambda: rows._raw_delete("default"))
    assert ImagingReport.objects.filter(pk=draft.pk).update(findings="Other") == 1


def test_it_is_released_once_and_moves_with_its_patient(
    authorised: ImagingReport, other_patient: Any
) -> None:
    rows = ImagingReport.objects.filter(pk=authorised.pk)
    assert rows.update(released_at=timezone.now()) == 1
    for at in (None, timezone.now() - timedelta(days=1)):
        refused(lambda at=at: rows.update(released_at=at))
    assert rows.update(patient=other_patient) == 1


def test_addenda_stay_and_are_of_authorised_reports(
    authorised: ImagingReport, draft: ImagingReport, author: User
) -> None:
    deciding.add_addendum(authorised.pk, author=author, text="More")
    rows = ImagingAddendum.objects.all()
    for change in ({"text": "Less"}, {"author": authorised.patient}, {"report": draft}):
        refused(lambda change=change: rows.update(**change))
    refused(lambda: rows._raw_delete("default"))
    refused(lambda: ImagingAddendum.objects.create(report=draft, author=author, text="Early"))


def test_an_answered_alert_stays_with_its_scan(
    authorised: ImagingReport, draft: ImagingReport, doctor: User
) -> None:
    alerts = CriticalAlert.objects.filter(imaging_report=authorised)
    critical.acknowledge(alerts.get().pk, actor=doctor, action="Sent to hospital")
    refused(lambda: alerts.update(imaging_report=draft), critical_kept.MESSAGE)


@pytest.mark.skipif(connection.vendor != "sqlite", reason="REPLACE is SQLite's")
@pytest.mark.parametrize("model", [ImagingReport, ImagingAddendum])
def test_a_row_is_not_replaced(authorised: ImagingReport, author: User, model: Any) -> None:
    deciding.add_addendum(authorised.pk, author=author, text="More")
    table = model._meta.db_table

    def replace() -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}")

    refused(replace)
