"""The database itself refuses to change what was issued."""

from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from billing.domain import credit, documents
from billing.enums import CreditReason, PaymentStatus
from billing.models import BillingDocument, CreditEntry, DocumentFile, Payment, append_only

pytestmark = pytest.mark.django_db


def test_every_trigger_stands_after_all_migrations() -> None:
    assert append_only.missing(connection) == []


def test_rows_are_neither_changed_nor_removed(submitted: Payment, manager: Any) -> None:
    invoice = documents.invoice_for(submitted, actor=manager)
    assert invoice is not None
    DocumentFile.objects.create(document=invoice, digest="a" * 64)
    credit.add(
        submitted.appointment.patient_id,
        submitted.amount,
        currency="NPR",
        reason=CreditReason.OVERPAID,
        actor=manager,
    )
    for model, change in (
        (BillingDocument, {"total": 1}),
        (DocumentFile, {"digest": "b" * 64}),
        (CreditEntry, {"amount": 1}),
    ):
        rows = model._default_manager.all()
        assert rows.count() == 1
        for attack in (
            lambda rows=rows, change=change: rows.update(**change),
            lambda rows=rows: rows._raw_delete(rows.db),
        ):
            with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
                attack()
        assert rows.count() == 1


@pytest.mark.skipif(connection.vendor != "sqlite", reason="REPLACE is SQLite's")
def test_a_row_is_not_replaced(payment_in: Any, manager: Any) -> None:
    invoice = documents.invoice_for(payment_in(PaymentStatus.CONFIRMED), actor=manager)
    assert invoice is not None
    table = BillingDocument._meta.db_table
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            f"INSERT OR REPLACE INTO {table} SELECT * FROM {table} WHERE id = %s", [invoice.pk.hex]
        )
