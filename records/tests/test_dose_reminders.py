"""Reminders of doses: each once, whoever races or dies; to whom wants them; and no word of what it is about."""

from datetime import date, datetime, time, timedelta
from typing import Any
from unittest import mock
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core import mail
from django_tasks_db.models import DBTaskResult

from clinic.core.testing.racing import race
from clinic.core.testing.tasks import run_due_tasks
from messaging.domain import preferences
from messaging.models import Delivery, Notification
from records.domain import intakes, reminders
from records.models import DoseReminder
from records.tests.factories_doses import make_course
from scheduling.domain import sweeps

KATHMANDU = ZoneInfo("Asia/Kathmandu")
DAY = date(2026, 3, 4)
pytestmark = pytest.mark.django_db(transaction=True)


def at(hour: int, minute: int = 0, day: date = DAY) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=KATHMANDU)


@pytest.fixture
def planned(patient: Any, doctor: Any) -> Any:
    """Two medicines at 8:00 and 20:00, signed at 7:00."""
    with time_machine.travel(at(7), tick=False):
        items = [
            make_course(patient, doctor, generic=name, starts_on=DAY, signed_at=at(7))
            for name in ("Metformin", "Enalapril")
        ]
        reminders.plan(patient)
    return items


def told() -> list[str]:
    return list(Notification.objects.order_by("created_at").values_list("key", flat=True))


def test_the_chain_of_tasks_reminds_at_each_time_once(planned: Any, patient: Any) -> None:
    for hour, minute in [(7, 30), (7, 59), (8, 0), (8, 1), (9, 0), (12, 0), (19, 59), (20, 0), (20, 5)]:
        with time_machine.travel(at(hour, minute), tick=False):
            run_due_tasks()
    assert told() == ["dose:2026-03-04:0800", "dose:2026-03-04:2000"]
    assert not DBTaskResult.objects.filter(status="FAILED").exists()
    row = DoseReminder.objects.get()
    assert row.next_at == at(8, 0, DAY + timedelta(days=1))
    # However many rounds there were: what waits is the hourly look and the next dose at most.
    assert DBTaskResult.objects.filter(status="READY", task_path__endswith="remind_of_doses").count() <= 2


def test_nothing_of_it_says_what_it_is_about(planned: Any, patient: Any, settings: Any) -> None:
    settings.SMS_BACKEND = "console"
    preferences.save(patient, choices={("medicine", "email"): True}, quiet_from=None, quiet_to=None)
    with time_machine.travel(at(8), tick=False):
        run_due_tasks()
        run_due_tasks()
    (letter,) = mail.outbox
    notice = Notification.objects.get()
    for text in (
        letter.subject,
        str(letter.body),
        notice.title,
        *Delivery.objects.values_list("text", flat=True),
    ):
        for word in ("metformin", "enalapril", "medicine", "dose", "tablet", "mg"):
            assert word not in text.lower()
    assert "08:00" in letter.subject
    assert notice.url == "/medicines/"


def test_no_mail_unless_it_is_asked_for(planned: Any) -> None:
    with time_machine.travel(at(8), tick=False):
        run_due_tasks()
    assert len(told()) == 1
    assert not Delivery.objects.filter(channel="email").exists()


def test_what_was_told_of_needs_no_reminder_and_ends_one(planned: Any, patient: Any) -> None:
    first, second = planned
    intakes.take(first.pk, DAY, time(8), patient=patient, now=at(7, 50))
    with time_machine.travel(at(8), tick=False):
        run_due_tasks()
    assert len(told()) == 1
    intakes.take(second.pk, DAY, time(8), patient=patient, now=at(8, 10))
    assert Notification.objects.get().read_at is not None
    for item in planned:
        intakes.skip(item.pk, DAY, time(20), patient=patient, now=at(18))
    with time_machine.travel(at(20), tick=False):
        run_due_tasks()
    assert len(told()) == 1


def test_a_newer_reminder_takes_the_place_of_the_older(planned: Any, patient: Any) -> None:
    for hour in (8, 20):
        with time_machine.travel(at(hour), tick=False):
            run_due_tasks()
    assert [bool(each.read_at) for each in Notification.objects.order_by("created_at")] == [True, False]


def test_a_worker_that_was_down_reminds_of_what_is_still_worth_it(planned: Any) -> None:
    with time_machine.travel(at(8, 50), tick=False):
        run_due_tasks()
    assert told() == ["dose:2026-03-04:0800"]
    with time_machine.travel(at(22, 30), tick=False):  # the evening dose is two hours old
        run_due_tasks()
    assert told() == ["dose:2026-03-04:0800"]


def test_a_worker_that_dies_in_between_ends_nothing(planned: Any, patient: Any) -> None:
    with (
        time_machine.travel(at(8), tick=False),
        mock.patch.object(reminders, "_move_on", side_effect=SystemError),
    ):
        run_due_tasks()
    # Neither told nor moved on, and another round waits already.
    assert told() == []
    with time_machine.travel(at(8, 30), tick=False):
        reminders.remind_due()
        reminders.remind_due()
    assert told() == ["dose:2026-03-04:0800"]
    DBTaskResult.objects.all().delete()
    with time_machine.travel(at(19), tick=False):
        sweeps.sweep()
    with time_machine.travel(at(20), tick=False):
        run_due_tasks()
    assert told()[1:] == ["dose:2026-03-04:2000"]


def test_the_sweep_finds_patients_nobody_planned_for(patient: Any, doctor: Any) -> None:
    make_course(patient, doctor, starts_on=DAY, signed_at=at(7))
    with time_machine.travel(at(7, 30), tick=False):
        sweeps.sweep()
    with time_machine.travel(at(8), tick=False):
        run_due_tasks()
    assert told() == ["dose:2026-03-04:0800"]


def test_another_zone_and_another_prescription_are_noticed(planned: Any, patient: Any, doctor: Any) -> None:
    patient.time_zone = "Asia/Tokyo"  # 3:15 ahead: the evening dose comes at 16:45 here
    patient.save()
    with time_machine.travel(at(12), tick=False):
        make_course(patient, doctor, generic="Aspirin", times=["18:00"], starts_on=DAY, signed_at=at(12))
        reminders.remind_due()
        assert DoseReminder.objects.get().next_at == at(14, 45)  # 18:00 in Tokyo
    for hour, minute in [(14, 45), (16, 45), (20, 0)]:
        with time_machine.travel(at(hour, minute), tick=False):
            reminders.remind_due()
    assert told()[-2:] == ["dose:2026-03-04:1800", "dose:2026-03-04:2000"]


def test_a_stopped_medicine_is_reminded_of_no_more(planned: Any, patient: Any) -> None:
    for item in planned:
        item.stopped_at = at(7, 30)
        item.save()
    with time_machine.travel(at(8), tick=False):
        run_due_tasks()
    assert told() == []
    assert DoseReminder.objects.get().next_at is None


def test_a_closed_account_is_told_nothing_and_again_once_it_is_open(planned: Any, patient: Any) -> None:
    patient.is_active = False
    patient.save()
    with time_machine.travel(at(8), tick=False):
        run_due_tasks()
    assert told() == []
    patient.is_active = True
    patient.save()
    with time_machine.travel(at(20), tick=False):
        run_due_tasks()
    assert told() == ["dose:2026-03-04:2000"]


def test_six_workers_at_once_remind_once(planned: Any) -> None:
    assert sum(race(*[lambda: reminders.remind_due(now=at(8))] * 6)) == 1
    assert told() == ["dose:2026-03-04:0800"]
