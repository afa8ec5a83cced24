"""Who has not read a message for two minutes is told outside the portal, once for each stretch."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from clinic.core.testing.tasks import run_due_tasks
from messaging.domain import messages, reading
from messaging.models import Notification

from .factories import make_conversation

pytestmark = pytest.mark.django_db(transaction=True)

START = datetime(2026, 11, 25, 6, 0, tzinfo=UTC)


def told() -> list[tuple[Any, str]]:
    return [(each.user, each.title) for each in Notification.objects.order_by("created_at")]


def test_once_a_stretch_and_only_who_has_not_read(patient: Any, doctor: Any) -> None:
    conversation = make_conversation(patient, doctor)
    new = (patient, "You have new messages")
    with time_machine.travel(START, tick=False) as clock:
        for text in ("one", "two"):
            messages.post(conversation, sender=doctor, text=text)
        clock.shift(timedelta(seconds=119))
        run_due_tasks()
        assert told() == []
        clock.shift(timedelta(seconds=1))
        run_due_tasks()
        assert told() == [new]
        messages.post(conversation, sender=doctor, text="three")
        clock.shift(timedelta(minutes=5))
        run_due_tasks()
        assert told() == [new]
        # Read and answered: now the other side waits, and then this one again.
        conversation.refresh_from_db()
        reading.mark_read(conversation, patient, 3)
        messages.post(conversation, sender=patient, text="four")
        clock.shift(timedelta(minutes=5))
        run_due_tasks()
        assert told() == [new, (doctor, "You have new messages")]


def test_what_is_read_in_time_is_not_told_and_a_later_one_has_its_own_two_minutes(
    patient: Any, doctor: Any
) -> None:
    conversation = make_conversation(patient, doctor)
    with time_machine.travel(START, tick=False) as clock:
        messages.post(conversation, sender=doctor, text="one")
        clock.shift(timedelta(minutes=1))
        conversation.refresh_from_db()
        reading.mark_read(conversation, patient, 1)
        messages.post(conversation, sender=doctor, text="two")
        clock.shift(timedelta(minutes=1))
        run_due_tasks()
        assert told() == []
        clock.shift(timedelta(minutes=2))
        run_due_tasks()
        assert [user for user, _title in told()] == [patient]
