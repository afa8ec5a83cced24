"""The database itself refuses to change what was signed."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from records.enums import PrescriptionStatus
from records.models import Prescription, PrescriptionItem, SafetyOverride, signed_only
from records.tests.prescriptions import make_medicine, signed_prescription

pytestmark = pytest.mark.django_db


def test_every_trigger_stands_after_all_migrations() -> None:
    assert signed_only.missing(connection) == []


@pytest.fixture
def signed(patient: Any, doctor: Any) -> Prescription:
    prescription = signed_prescription(patient, doctor)
    assert prescription.items.count() == 1
    return prescription


def refused(attack: Any) -> None:
    with pytest.raises(DatabaseError, match="does not change"), transaction.atomic():
        attack()


@pytest.mark.parametrize(
    "change",
    [
        {"payload": "{}"},
        {"signature": "x"},
        {"note": "two packs"},
        {"version": 99},
        {"number": "RX-AAAA-AAAA"},
        {"signed_at": None, "status": "draft"},
        {"status": "draft"},
        {"valid_until": timezone.localdate() + timedelta(900)},
    ],
)
def test_a_signed_one_is_not_rewritten(signed: Prescription, change: dict[str, Any]) -> None:
    refused(lambda: Prescription.objects.filter(pk=signed.pk).update(**change))
    refused(lambda: Prescription.objects.filter(pk=signed.pk)._raw_delete("default"))


@pytest.mark.parametrize(
    "change", [{"dose": 5}, {"days": 1}, {"times": []}, {"instructions": "x"}, {"quantity": 1}]
)
def test_its_items_are_not_rewritten(signed: Prescription, change: dict[str, Any]) -> None:
    items = PrescriptionItem.objects.filter(prescription=signed)
    refused(lambda: items.update(**change))
    refused(lambda: items._raw_delete("default"))


def test_nothing_is_added_moved_in_or_out(signed: Prescription, patient: Any, doctor: Any) -> None:
    draft = Prescription.objects.create(patient=patient, author=doctor, number="RX-DRAFT")
    item = {
        "medicine": make_medicine("Ibuprofen"),
        "dose": 1,
        "frequency": "od",
        "starts_on": timezone.localdate(),
    }
    refused(lambda: PrescriptionItem.objects.create(prescription=signed, position=7, **item))
    loose = PrescriptionItem.objects.create(prescription=draft, position=7, **item)
    refused(lambda: PrescriptionItem.objects.filter(pk=loose.pk).update(prescription=signed))
    refused(
        lambda: PrescriptionItem.objects.filter(prescription=signed).update(prescription=draft, position=8)
    )
    why = {"finding": "f", "grade": "severe", "text": "t", "reason": "r", "author": doctor}
    refused(lambda: SafetyOverride.objects.create(prescription=signed, **why))
    over = SafetyOverride.objects.create(prescription=draft, **why)
    refused(lambda: SafetyOverride.objects.filter(pk=over.pk).update(prescription=signed))


def test_it_may_be_stopped_once(signed: Prescription) -> None:
    items = PrescriptionItem.objects.filter(prescription=signed)
    assert items.update(stopped_at=timezone.now(), stop_reason="Rash") == 1
    refused(lambda: items.update(stopped_at=None))
    refused(lambda: items.update(stop_reason="Otherwise"))
    assert Prescription.objects.filter(pk=signed.pk).update(status=PrescriptionStatus.STOPPED) == 1


@pytest.mark.skipif(connection.vendor != "sqlite", reason="REPLACE is SQLite's")
@pytest.mark.parametrize("model", [Prescription, PrescriptionItem])
def test_a_row_is_not_replaced(signed: Prescription, model: Any) -> None:
    table = model._meta.db_table

    def replace() -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}")

    refused(replace)
