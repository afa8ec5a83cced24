"""What the portal does by itself with visits whose time has passed: each step once, also with two workers, late ones
and lost ones."""

import threading
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.core.management import call_command
from django.db import connection
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from accounts.enums import Mode
from accounts.models import User
from accounts.tests.factories import make_patient
from clinic.core.testing.tasks import run_due_tasks
from messaging.enums import PeerStatus
from messaging.models import CallPeer, Notification
from messaging.tests.call_sockets import make_call
from scheduling.domain import progress, sweeps
from scheduling.domain.timers import NO_SHOW_AFTER
from scheduling.enums import AppointmentStatus
from scheduling.models import Appointment, Service
from scheduling.tests.factories import clinic_time, make_appointment

# The worker closes old connections, so these tests commit.
pytestmark = pytest.mark.django_db(transaction=True)
S = AppointmentStatus


def confirmed(patient: User, doctor: User, service: Service, *, days: int = 3, hour: int = 10) -> Appointment:
    """By the door, so that all its tasks are queued."""
    waiting = make_appointment(
        patient,
        doctor,
        service,
        starts_at=clinic_time(days, hour),
        mode=Mode.IN_PERSON,
        status=S.PENDING_CONFIRMATION,
    )
    return progress.confirm(waiting.pk, actor=doctor)


def status_of(visit: Appointment) -> str:
    return str(Appointment.objects.get(pk=visit.pk).status)


def two_workers_at(moment: Any) -> None:
    """Two workers at once on the same queue, until nothing is due."""
    gate = threading.Barrier(2)
    failed: list[BaseException] = []

    def work() -> None:
        try:
            gate.wait()
            run_due_tasks()
        except BaseException as error:
            failed.append(error)
        finally:
            connection.close()

    with time_machine.travel(moment, tick=False):
        workers = [threading.Thread(target=work) for _ in range(2)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
    assert failed == []
    assert not DBTaskResult.objects.filter(status="FAILED").exists()


# --- Who did not come ---


def test_nobody_came(patient: User, doctor: User, service: Service) -> None:
    visit = confirmed(patient, doctor, service)
    with time_machine.travel(visit.ends_at + NO_SHOW_AFTER - timedelta(seconds=1), tick=False):
        run_due_tasks()
        assert status_of(visit) == S.CONFIRMED
    with time_machine.travel(visit.ends_at + NO_SHOW_AFTER, tick=False):
        run_due_tasks()
        run_due_tasks()
    assert status_of(visit) == S.NO_SHOW
    change = visit.history.get(to_status=S.NO_SHOW)
    assert change.actor is None


@pytest.mark.parametrize("status", [S.CHECKED_IN, S.IN_PROGRESS, S.COMPLETED])
def test_who_was_here_is_left_alone(status: str, patient: User, doctor: User, service: Service) -> None:
    visit = make_appointment(patient, doctor, service, starts_at=clinic_time(-1, 10), status=status)
    assert sweeps.sweep().missed == 0
    assert status_of(visit) == status


@pytest.mark.parametrize(("who", "expected"), [("patient", S.CONFIRMED), ("doctor", S.NO_SHOW)])
def test_a_patient_at_the_door_of_the_call_did_come(
    who: str, expected: str, patient: User, doctor: User, service: Service
) -> None:
    call = make_call(patient, doctor)
    visit = make_appointment(patient, doctor, service, starts_at=clinic_time(-1, 10), call=call)
    CallPeer.objects.create(
        call=call, user=doctor if who == "doctor" else patient, status=PeerStatus.LEFT, resume_digest="x"
    )
    sweeps.sweep()
    assert status_of(visit) == expected


def test_a_visit_whose_own_task_was_lost_goes_with_the_next_sweep(
    patient: User, other_patient: User, doctor: User, service: Service
) -> None:
    lost = confirmed(patient, doctor, service)
    DBTaskResult.objects.all().delete()
    other = confirmed(other_patient, doctor, service, hour=14)
    with time_machine.travel(other.ends_at + timedelta(days=5), tick=False):
        run_due_tasks()
    assert status_of(lost) == status_of(other) == S.NO_SHOW


def test_a_moved_visit_is_looked_at_after_its_new_time(patient: User, doctor: User, service: Service) -> None:
    from scheduling.domain.booking import reschedule

    visit = confirmed(patient, doctor, service)
    before = visit.ends_at
    moved = reschedule(visit.pk, starts_at=clinic_time(5, 14), actor=doctor)
    with time_machine.travel(before + NO_SHOW_AFTER, tick=False):
        run_due_tasks()
    assert status_of(visit) == S.CONFIRMED
    with time_machine.travel(moved.ends_at + NO_SHOW_AFTER, tick=False):
        run_due_tasks()
    assert status_of(visit) == S.NO_SHOW


# --- What the clinic could not keep, and what it did not answer ---


def test_a_displaced_visit_nobody_moved_is_called_off(patient: User, doctor: User, service: Service) -> None:
    visit = make_appointment(
        patient, doctor, service, starts_at=clinic_time(3, 10), displaced_at=timezone.now()
    )
    assert sweeps.sweep().given_up == 0
    with time_machine.travel(visit.starts_at, tick=False):
        assert sweeps.sweep().given_up == 1
        assert sweeps.sweep().given_up == 0
    assert status_of(visit) == S.CANCELLED
    assert not visit.cells.exists()
    assert Notification.objects.filter(user=patient, key=f"appointment:{visit.pk}:cancelled").count() == 1


def test_a_request_nobody_answered_is_declined(patient: User, doctor: User, service: Service) -> None:
    visit = make_appointment(
        patient, doctor, service, starts_at=clinic_time(3, 10), status=S.PENDING_CONFIRMATION
    )
    with time_machine.travel(visit.ends_at + NO_SHOW_AFTER, tick=False):
        assert sweeps.sweep().unanswered == 1
    assert status_of(visit) == S.DECLINED


def test_one_that_can_not_be_swept_does_not_keep_the_others(
    patient: User, other_patient: User, doctor: User, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    from clinic.core.errors import Conflict

    visits = [
        make_appointment(someone, doctor, service, starts_at=clinic_time(-1, hour))
        for hour, someone in ((10, patient), (12, other_patient))
    ]
    bad = min(visits, key=lambda visit: visit.pk)
    change = progress.change

    def refuse(appointment: Appointment, *args: Any, **fields: Any) -> Appointment:
        if appointment.pk == bad.pk:
            raise Conflict
        return change(appointment, *args, **fields)

    monkeypatch.setattr(progress, "change", refuse)
    assert sweeps.sweep().missed == 1
    assert sorted(status_of(visit) for visit in visits) == [S.CONFIRMED, S.NO_SHOW]


# --- Once ---


def test_two_workers_do_each_thing_once(doctor: User, other_doctor: User, service: Service) -> None:
    people = [make_patient(f"many{index}@test.clinic") for index in range(6)]
    visits = [confirmed(person, doctor, service, hour=9 + index) for index, person in enumerate(people)]
    holds = [
        make_appointment(
            person,
            other_doctor,
            service,
            starts_at=clinic_time(6, 9 + index),
            status=S.PENDING_PAYMENT,
            hold_expires_at=timezone.now() + timedelta(minutes=1),
        )
        for index, person in enumerate(people)
    ]
    mail.outbox.clear()
    two_workers_at(visits[-1].starts_at - timedelta(hours=23))
    reminders = Notification.objects.filter(kind="reminder")
    assert reminders.count() == 6
    two_workers_at(visits[-1].starts_at - timedelta(minutes=1))
    assert reminders.count() == 7, "the others were down for the hour before theirs"
    two_workers_at(visits[-1].ends_at + NO_SHOW_AFTER)
    for visit in visits:
        assert visit.history.filter(to_status=S.NO_SHOW).count() == 1
    for hold in holds:
        assert hold.history.filter(to_status=S.EXPIRED).count() == 1
    letters = [letter for letter in mail.outbox if letter.subject.startswith("Reminder")]
    assert len(letters) == 7


def test_a_lost_reminder_is_made_good_once(patient: User, doctor: User, service: Service) -> None:
    visit = confirmed(patient, doctor, service)
    DBTaskResult.objects.all().delete()
    with time_machine.travel(visit.starts_at - timedelta(hours=20), tick=False):
        assert sweeps.sweep().reminded == 1
        assert sweeps.sweep().reminded == 0
    with time_machine.travel(visit.starts_at - timedelta(minutes=50), tick=False):
        assert sweeps.sweep().reminded == 1
    with time_machine.travel(visit.starts_at, tick=False):
        assert sweeps.sweep().reminded == 0
    assert Notification.objects.filter(user=patient, kind="reminder").count() == 2


def test_nobody_is_reminded_of_what_was_just_agreed(patient: User, doctor: User, service: Service) -> None:
    visit = confirmed(patient, doctor, service)
    visit.history.all().delete()
    with time_machine.travel(visit.starts_at - timedelta(hours=5), tick=False):
        visit.history.create(to_status=S.CONFIRMED, actor=doctor)
    with time_machine.travel(visit.starts_at - timedelta(hours=4), tick=False):
        assert sweeps.sweep().reminded == 0


def test_who_waits_for_another_time_is_not_reminded_of_the_old_one(
    patient: User, doctor: User, service: Service
) -> None:
    visit = confirmed(patient, doctor, service)
    Appointment.objects.filter(pk=visit.pk).update(displaced_at=timezone.now())
    with time_machine.travel(visit.starts_at - timedelta(hours=20), tick=False):
        run_due_tasks()
        assert sweeps.sweep().reminded == 0
    assert not Notification.objects.filter(kind="reminder").exists()


def test_the_command_says_what_it_did(
    patient: User, doctor: User, service: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    make_appointment(patient, doctor, service, starts_at=clinic_time(-1, 10))
    call_command("sweep")
    assert capsys.readouterr().out == (
        "expired 0, missed 1, given up 0, unanswered 0, reminded 0\ngiven up on their way 0, queued again 0\n"
    )
