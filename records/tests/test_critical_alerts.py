"""A critical result goes on to the next person until somebody acknowledges it, each step once."""

from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
import time_machine

from accounts.domain import care
from clinic.core.errors import Invalid, InvalidTransition, NotAllowed
from clinic.core.testing.racing import race
from clinic.core.testing.tasks import run_due_tasks
from messaging.models import Notification
from records.domain import critical, critical_queries
from records.domain.labs import reports
from records.models import CriticalAlert
from records.tests.factories_labs import POTASSIUM, make_lab_report, make_sheet

pytestmark = pytest.mark.django_db(transaction=True)

START = datetime.fromisoformat("2026-11-20T05:00:00+00:00")


@pytest.fixture
def clock() -> Any:
    with time_machine.travel(START, tick=False) as clock:
        yield clock


@pytest.fixture
def alert(clock: Any, patient: Any, doctor: Any, other_doctor: Any, manager: Any) -> CriticalAlert:
    care.link(patient, doctor)
    care.link(patient, other_doctor)
    report = make_lab_report(patient, doctor, {POTASSIUM: ">6.5"}, status="final")
    return report.critical_alert  # type: ignore[attr-defined, no-any-return]


def told() -> dict[str, int]:
    """Who was told how often."""
    counts: dict[str, int] = {}
    for row in Notification.objects.filter(occasion__startswith="lab.critical").select_related("user"):
        counts[row.user.email.split("@")[0]] = counts.get(row.user.email.split("@")[0], 0) + 1
    return counts


def test_doctor_then_team_then_management_then_each_hour(clock: Any, alert: CriticalAlert) -> None:
    assert told() == {"doctor": 1}
    for minutes, expected in (
        (29, {"doctor": 1}),
        (1, {"doctor": 2, "other.doctor": 1}),
        (30, {"doctor": 3, "other.doctor": 2, "manager": 1}),
        (59, {"doctor": 3, "other.doctor": 2, "manager": 1}),
        (1, {"doctor": 4, "other.doctor": 3, "manager": 2}),
    ):
        clock.shift(timedelta(minutes=minutes))
        run_due_tasks()
        assert told() == expected


def test_a_step_is_done_once_however_often_its_task_runs(clock: Any, alert: CriticalAlert) -> None:
    due = alert.next_at
    assert due is not None
    assert not critical.escalate(alert.pk, due)  # not yet
    clock.shift(timedelta(minutes=31))
    assert critical.escalate(alert.pk, due)
    assert not critical.escalate(alert.pk, due)
    run_due_tasks()
    assert critical.escalate_due() == 0
    assert told() == {"doctor": 2, "other.doctor": 1}


def test_two_workers_at_the_same_moment_do_a_step_once(clock: Any, alert: CriticalAlert) -> None:
    due = alert.next_at
    assert due is not None
    clock.shift(timedelta(minutes=31))
    assert sorted(race(*[partial(critical.escalate, alert.pk, due)] * 4)) == [False, False, False, True]
    assert told() == {"doctor": 2, "other.doctor": 1}


def test_a_lost_task_is_made_good_by_the_next_sweep(clock: Any, alert: CriticalAlert) -> None:
    from django_tasks_db.models import DBTaskResult

    from scheduling.domain import sweeps

    DBTaskResult.objects.all().delete()
    clock.shift(timedelta(hours=3))
    sweeps.sweep()
    assert told() == {"doctor": 2, "other.doctor": 1}


def test_a_step_that_fails_does_not_keep_the_others_waiting(
    clock: Any, alert: CriticalAlert, doctor: Any, monkeypatch: Any
) -> None:
    other = make_lab_report(alert.subject.patient, doctor, {POTASSIUM: "7"}, status="final")
    clock.shift(timedelta(minutes=31))
    escalate = critical.escalate

    def fails_once(pk: Any, due: Any) -> bool:
        if pk == alert.pk:
            raise RuntimeError("no such luck")
        return escalate(pk, due)

    monkeypatch.setattr(critical, "escalate", fails_once)
    assert critical.escalate_due() == 1
    other.critical_alert.refresh_from_db()  # type: ignore[attr-defined]
    assert other.critical_alert.level == 1  # type: ignore[attr-defined]


def test_whoever_acknowledges_ends_it(
    clock: Any, alert: CriticalAlert, other_doctor: Any, doctor: Any
) -> None:
    with pytest.raises(Invalid):
        critical.acknowledge(alert.pk, actor=other_doctor, action=" ")
    critical.acknowledge(alert.pk, actor=other_doctor, action="Sent to the hospital")
    with pytest.raises(InvalidTransition):
        critical.acknowledge(alert.pk, actor=doctor, action="Too late")
    clock.shift(timedelta(hours=5))
    run_due_tasks()
    assert told() == {"doctor": 1}


def test_management_answers_only_once_it_was_told(
    clock: Any, alert: CriticalAlert, manager: Any, admin: Any
) -> None:
    for person in (manager, admin, alert.subject.patient):
        assert not critical_queries.visible_to(person).exists()
        with pytest.raises(NotAllowed):
            critical.acknowledge(alert.pk, actor=person, action="Reached Dr. Sharma")
    clock.shift(timedelta(minutes=30))
    run_due_tasks()
    clock.shift(timedelta(minutes=30))
    run_due_tasks()
    assert critical_queries.visible_to(manager).get() == alert
    critical.acknowledge(alert.pk, actor=manager, action="Reached Dr. Sharma")


def test_the_alert_of_a_replaced_report_is_closed_and_the_patient_hears_nothing(
    clock: Any, alert: CriticalAlert, doctor: Any
) -> None:
    new = reports.amend(alert.subject.pk, actor=doctor, reason="Haemolysed sample")
    reports.save(new.pk, author=doctor, sheet=make_sheet({POTASSIUM: "4.4"}), version=1)
    reports.final(new.pk, actor=doctor)
    alert.refresh_from_db()
    assert alert.acknowledged_by == doctor
    assert not CriticalAlert.objects.filter(report=new).exists()
    clock.shift(timedelta(hours=5))
    run_due_tasks()
    assert told() == {"doctor": 1}
    assert not Notification.objects.filter(user=alert.subject.patient).exists()
