"""The one door for status changes, on the appointment's machine."""

from typing import Any

import pytest
from django.db import transaction

from clinic.core.errors import InvalidTransition
from clinic.core.status import change_status, lock, record_start
from messaging.enums import CallStatus
from messaging.models import Call

pytestmark = pytest.mark.django_db


@pytest.fixture
def appointment(patient: Any, doctor: Any, service: Any) -> Any:
    from scheduling.tests.factories import make_appointment

    return make_appointment(patient, doctor, service, status="pending_payment")


def test_allowed_step_saves_and_writes_history(appointment: Any, manager: Any) -> None:
    appointment.history.all().delete()
    record_start(appointment, actor=manager)
    with transaction.atomic():
        locked = lock(type(appointment), appointment.pk)
        change_status(locked, "cancelled", actor=manager, reason="x" * 600, hold_expires_at=None)
    appointment.refresh_from_db()
    assert appointment.status == "cancelled"
    rows = [(row.from_status, row.to_status, row.actor) for row in appointment.history.all()]
    assert rows == [("", "pending_payment", manager), ("pending_payment", "cancelled", manager)]
    assert len(appointment.history.last().reason) == 500


def test_refused_step_changes_nothing(appointment: Any) -> None:
    with transaction.atomic(), pytest.raises(InvalidTransition) as refused:
        change_status(lock(type(appointment), appointment.pk), "completed")
    assert refused.value.extra == {"status": "pending_payment", "wanted": "completed"}
    appointment.refresh_from_db()
    assert appointment.status == "pending_payment"
    assert appointment.history.count() == 1, "only that it was booked"


@pytest.mark.parametrize("wanted", ["", "nonsense", "pending_payment"])
def test_unknown_and_same_status_are_refused(appointment: Any, wanted: str) -> None:
    with transaction.atomic(), pytest.raises(InvalidTransition):
        change_status(lock(type(appointment), appointment.pk), wanted)


@pytest.mark.django_db(transaction=True)
def test_without_a_transaction_it_is_a_bug(appointment: Any) -> None:
    with pytest.raises(RuntimeError):
        change_status(appointment, "cancelled")


def test_only_named_fields_are_saved(appointment: Any) -> None:
    with transaction.atomic():
        locked = lock(type(appointment), appointment.pk)
        locked.reason = "not named"
        change_status(locked, "expired", hold_expires_at=None)
    appointment.refresh_from_db()
    assert (appointment.status, appointment.hold_expires_at, appointment.reason) == ("expired", None, "")


def test_missing_row(appointment: Any) -> None:
    with pytest.raises(Call.DoesNotExist):
        lock(Call, appointment.pk)


def _tables() -> list[Any]:
    from django.apps import apps

    from clinic.core.status import StatusModel

    return [model for model in apps.get_models() if issubclass(model, StatusModel)]


def test_every_table_names_known_statuses_only() -> None:
    assert _tables()
    for model in _tables():
        known = set(model._meta.get_field("status").choices and dict(model._meta.get_field("status").choices))
        assert set(model.TRANSITIONS) <= known, model
        assert set().union(*model.TRANSITIONS.values()) <= known, model
        assert all(status not in steps for status, steps in model.TRANSITIONS.items()), model


def test_calls_end_for_good() -> None:
    assert not Call(status=CallStatus.ENDED).can_become(CallStatus.RINGING)
