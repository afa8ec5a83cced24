"""Who has not read a message for two minutes is told outside the portal, once for each stretch."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail

from clinic.core import realtime
from clinic.core.testing.tasks import run_due_tasks
from messaging.domain import messages, preferences, reading
from messaging.models import Delivery, Notification

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


def test_reading_to_the_end_settles_what_the_bell_says_of_it(
    patient: Any, doctor: Any, manager: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, elsewhere = make_conversation(patient, doctor), make_conversation(patient, manager)
    heard: list[Any] = []
    monkeypatch.setattr(realtime, "send_now", lambda groups, event: heard.append((list(groups), event)))
    with time_machine.travel(START, tick=False) as clock:
        for text in ("one", "two"):
            messages.post(here, sender=doctor, text=text)
        messages.post(elsewhere, sender=manager, text="from the desk")
        clock.shift(timedelta(minutes=3))
        run_due_tasks()
        unread = Notification.objects.filter(user=patient, read_at=None)
        assert unread.count() == 2
        here.refresh_from_db()
        reading.mark_read(here, patient, 1)
        assert unread.count() == 2  # the second one waits still
        heard.clear()
        messages.post(here, sender=patient, text="one's own does not wait for oneself")
        reading.mark_read(here, patient, 2)
        assert [each.url for each in unread] == [f"/messages/{elsewhere.pk}/"]
        bell = [heard for heard in heard if heard[1]["type"] == "notification.read"]
        assert bell == [([realtime.user_group(patient.pk)], {"type": "notification.read", "unread": 1})]


def test_what_was_read_in_quiet_hours_does_not_leave_in_the_morning(patient: Any, doctor: Any) -> None:
    conversation = make_conversation(patient, doctor)
    by_mail = {("message", "email"): True}
    preferences.save(patient, choices=by_mail, quiet_from=time(11), quiet_to=time(13))  # it is 11:45
    with time_machine.travel(START, tick=False) as clock:
        messages.post(conversation, sender=doctor, text="one")
        clock.shift(timedelta(minutes=3))
        run_due_tasks()
        conversation.refresh_from_db()
        reading.mark_read(conversation, patient, 1)
        clock.shift(timedelta(hours=3))
        run_due_tasks()
        assert mail.outbox == []
        delivery = Delivery.objects.get(notification__user=patient, channel="email")
        assert (delivery.status, delivery.error, delivery.text) == ("skipped", "read_here", "")
