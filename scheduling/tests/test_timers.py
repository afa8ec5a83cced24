"""What the worker does when a hold ends and before a visit; once, however often it runs."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from accounts.enums import Mode
from accounts.models import User
from clinic.core.testing.tasks import run_due_tasks
from messaging.models import Notification
from scheduling.domain import progress, reminding
from scheduling.domain.booking import book, reschedule
from scheduling.enums import AppointmentStatus
from scheduling.models import Appointment, Service
from scheduling.tasks import expire_hold
from scheduling.tests.factories import clinic_time, make_appointment

# The worker closes old connections, so these tests commit.
pytestmark = pytest.mark.django_db(transaction=True)
S = AppointmentStatus


def booked(patient: User, doctor: User, service: Service) -> Appointment:
    return book(
        patient=patient,
        doctor=doctor,
        service=service,
        starts_at=clinic_time(3, 10),
        mode=Mode.VIDEO,
        booked_by=patient,
    )


def confirmed(patient: User, doctor: User, service: Service, starts_at: datetime) -> Appointment:
    waiting = make_appointment(patient, doctor, service, starts_at=starts_at, status=S.PENDING_CONFIRMATION)
    return progress.confirm(waiting.pk, actor=doctor)


def run_at(moment: datetime) -> None:
    with time_machine.travel(moment, tick=False):
        run_due_tasks()


def reminders(user: User) -> int:
    return Notification.objects.filter(user=user, kind="reminder").count()


def test_a_hold_ends_when_its_time_is_over(patient: User, doctor: User, service: Service) -> None:
    hold = booked(patient, doctor, service)
    assert hold.hold_expires_at
    run_at(hold.hold_expires_at - timedelta(seconds=5))
    hold.refresh_from_db()
    assert hold.status == S.PENDING_PAYMENT
    run_at(hold.hold_expires_at + timedelta(seconds=1))
    hold.refresh_from_db()
    assert hold.status == S.EXPIRED
    assert hold.hold_expires_at is None


def test_a_hold_that_was_paid_stays(patient: User, doctor: User, service: Service) -> None:
    hold = booked(patient, doctor, service)
    assert hold.hold_expires_at
    progress.payment_submitted(hold.pk, actor=patient)
    run_at(hold.hold_expires_at + timedelta(seconds=1))
    hold.refresh_from_db()
    assert hold.status == S.PENDING_CONFIRMATION


def test_a_fresh_hold_outlives_the_first_ones_task(
    patient: User, doctor: User, manager: User, service: Service
) -> None:
    hold = booked(patient, doctor, service)
    first_end = hold.hold_expires_at
    assert first_end
    with time_machine.travel(first_end - timedelta(minutes=1), tick=False):
        progress.payment_submitted(hold.pk, actor=patient)
        progress.payment_rejected(hold.pk, actor=manager, reason="No such transfer")
    run_at(first_end + timedelta(seconds=1))
    hold.refresh_from_db()
    assert hold.status == S.PENDING_PAYMENT
    assert hold.hold_expires_at
    run_at(hold.hold_expires_at + timedelta(seconds=1))
    hold.refresh_from_db()
    assert hold.status == S.EXPIRED


def test_a_hold_whose_task_was_lost_goes_with_the_next_one(
    patient: User, other_patient: User, doctor: User, other_doctor: User, service: Service
) -> None:
    lost = booked(patient, doctor, service)
    DBTaskResult.objects.all().delete()
    other = booked(other_patient, other_doctor, service)
    assert other.hold_expires_at
    run_at(other.hold_expires_at + timedelta(seconds=1))
    lost.refresh_from_db()
    assert lost.status == S.EXPIRED


def test_nothing_is_queued_when_the_booking_is_undone(
    patient: User, doctor: User, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_down(*args: Any, **options: Any) -> None:
        raise RuntimeError("power cut")

    monkeypatch.setattr("scheduling.events.appointment_changed", break_down)
    with pytest.raises(RuntimeError):
        booked(patient, doctor, service)
    assert not DBTaskResult.objects.exists()


def test_two_reminders_each_once(patient: User, doctor: User, service: Service) -> None:
    visit = confirmed(patient, doctor, service, clinic_time(3, 10))
    run_at(visit.starts_at - timedelta(hours=25))
    assert reminders(patient) == 0
    run_at(visit.starts_at - timedelta(hours=24))
    assert reminders(patient) == 1
    with time_machine.travel(visit.starts_at - timedelta(hours=20), tick=False):
        assert reminding.remind(visit.pk, visit.starts_at, "24h")
        run_due_tasks()
    assert reminders(patient) == 1
    run_at(visit.starts_at - timedelta(hours=1))
    assert reminders(patient) == 2
    run_at(visit.starts_at + timedelta(hours=1))
    assert reminders(patient) == 2
    run_due_tasks()
    assert len([letter for letter in mail.outbox if letter.subject.startswith("Reminder")]) == 2
    assert reminders(doctor) == 0


def test_a_visit_confirmed_late_has_only_the_reminder_still_ahead(
    patient: User, doctor: User, service: Service
) -> None:
    visit = confirmed(patient, doctor, service, timezone.now() + timedelta(hours=5))
    run_at(visit.starts_at - timedelta(hours=4))
    assert reminders(patient) == 0
    run_at(visit.starts_at - timedelta(minutes=59))
    assert reminders(patient) == 1


def test_a_worker_that_was_down_reminds_late_but_not_of_the_past(
    patient: User, doctor: User, service: Service
) -> None:
    visit = confirmed(patient, doctor, service, clinic_time(3, 10))
    run_at(visit.starts_at - timedelta(minutes=30))
    assert reminders(patient) == 1, "the 24 h one has been overtaken by the 1 h one"
    other = confirmed(patient, doctor, service, clinic_time(4, 10))
    run_at(other.starts_at)
    assert reminders(patient) == 1


def test_a_moved_visit_is_reminded_of_at_its_new_time_only(
    patient: User, doctor: User, service: Service
) -> None:
    visit = confirmed(patient, doctor, service, clinic_time(3, 10))
    old = visit.starts_at
    reschedule(visit.pk, starts_at=clinic_time(6, 14), actor=patient)
    run_at(old - timedelta(minutes=30))
    assert reminders(patient) == 0
    run_at(clinic_time(6, 14) - timedelta(hours=23))
    run_at(clinic_time(6, 14) - timedelta(minutes=30))
    assert reminders(patient) == 2


def test_a_cancelled_visit_is_not_reminded_of(patient: User, doctor: User, service: Service) -> None:
    visit = confirmed(patient, doctor, service, clinic_time(3, 10))
    progress.cancel(visit.pk, actor=patient)
    run_at(visit.starts_at - timedelta(hours=23))
    assert reminders(patient) == 0


def test_the_expiry_task_may_run_again(patient: User, doctor: User, service: Service) -> None:
    hold = booked(patient, doctor, service)
    assert hold.hold_expires_at
    with time_machine.travel(hold.hold_expires_at + timedelta(seconds=1), tick=False):
        expire_hold.call(str(hold.pk))
        expire_hold.call(str(hold.pk))
    assert hold.history.filter(to_status=S.EXPIRED).count() == 1
