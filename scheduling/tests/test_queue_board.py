"""What the queue shows of a day: places, waits, delays; and who hears of its changes."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.utils import timezone

from accounts.models import User
from accounts.tests.factories import make_patient
from clinic.core.errors import Invalid
from clinic.core.testing.tasks import run_due_tasks
from messaging.models import Notification
from scheduling.domain import board, progress, queue
from scheduling.domain.booking import reschedule
from scheduling.models import DelayNotice, Service
from scheduling.tests.day import S, here, today, visit
from scheduling.tests.factories import clinic_time, make_appointment

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def noon() -> Any:
    """In the middle of a day, so that there is a before and an after."""
    with time_machine.travel(clinic_time(0, 12), tick=False) as clock:
        yield clock


# --- Running late ---


def test_each_who_waits_is_told_once_of_one_delay(
    doctor: User, manager: User, service: Service, patient: User, other_patient: User
) -> None:
    waiting = visit(doctor, service, 11, patient=patient, status=S.CHECKED_IN)
    visit(doctor, service, 15, patient=other_patient)
    over = visit(doctor, service, 9, status=S.COMPLETED)
    inside = visit(doctor, service, 10, status=S.IN_PROGRESS)
    with pytest.raises(Invalid):
        queue.say_late(doctor, queue.MAX_DELAY_MINUTES + 1, actor=manager)
    assert queue.say_late(doctor, 20, actor=manager) == 2
    assert queue.say_late(doctor, 20, actor=doctor) == 0, "they know"
    assert DelayNotice.objects.count() == 1
    assert queue.say_late(doctor, 35, actor=doctor) == 2
    assert queue.say_late(doctor, 0, actor=doctor) == 2
    for untold in (over, inside):
        assert not Notification.objects.filter(user=untold.patient).exists()
    assert Notification.objects.filter(user=waiting.patient).count() == 3


@pytest.mark.django_db(transaction=True)
def test_who_is_still_on_the_way_gets_a_mail(
    doctor: User, patient: User, other_patient: User, service: Service
) -> None:
    visit(doctor, service, 11, patient=patient, status=S.CHECKED_IN)
    visit(doctor, service, 15, patient=other_patient)
    queue.say_late(doctor, 20, actor=doctor)
    run_due_tasks()
    assert [letter.to for letter in mail.outbox] == [[other_patient.email]]


def test_on_time_again_needs_a_delay_before(doctor: User, patient: User, service: Service) -> None:
    visit(doctor, service, 15, patient=patient)
    assert queue.say_late(doctor, 0, actor=doctor) == 0
    assert not DelayNotice.objects.exists()


def test_a_delay_is_proposed_from_fifteen_minutes_on(doctor: User, service: Service, noon: Any) -> None:
    here(doctor, service, 12)

    def suggested() -> int | None:
        found = board.queue_of(doctor.pk)
        assert found
        return found.suggested_delay

    assert suggested() is None
    noon.shift(timedelta(minutes=12))
    assert suggested() is None
    noon.shift(timedelta(minutes=3))
    assert suggested() == 15
    queue.say_late(doctor, 15, actor=doctor)
    assert suggested() is None
    noon.shift(timedelta(minutes=10))
    assert suggested() == 25


# --- What the pages are made of ---


def test_places_and_waits_of_a_day(doctor: User, service: Service) -> None:
    inside = visit(doctor, service, 11, 30, status=S.IN_PROGRESS, started_at=today(11, 50))
    called = visit(doctor, service, 10, status=S.CHECKED_IN, checked_in_at=today(9), called_at=today(11, 58))
    first, expected, second = (
        here(doctor, service, 12),
        visit(doctor, service, 12, 30),
        here(doctor, service, 13),
    )
    over = visit(doctor, service, 9, status=S.COMPLETED)
    visit(doctor, service, 14, status=S.CANCELLED)
    visit(doctor, service, 15, displaced_at=timezone.now())
    found = board.queue_of(doctor.pk)
    assert found
    for lines, visits in (
        (found.inside, [inside]),
        (found.called, [called]),
        (found.here, [first, second]),
        (found.expected, [expected]),
        (found.over, [over]),
    ):
        assert [line.visit.pk for line in lines] == [one.pk for one in visits]
    assert found.first is None, "someone is called already"
    one, two = found.here
    assert (one.number, one.before, one.may_come) == (1, 1, 0)
    assert (two.number, two.before, two.may_come) == (2, 2, 1)
    assert one.wait
    assert two.wait
    assert (one.wait.soonest, one.wait.latest) == (50, 50), "what is left, and a whole visit of who is called"
    assert (two.wait.soonest, two.wait.latest) == (80, 110)


def test_pace_is_measured_on_the_doctors_own_visits(
    doctor: User, other_doctor: User, service: Service
) -> None:
    for index in range(10):
        begun = today(8) - timedelta(days=index + 1)
        make_appointment(
            make_patient(f"past{index}@test.clinic"),
            doctor,
            service,
            starts_at=begun,
            status=S.COMPLETED,
            started_at=begun,
            completed_at=begun + timedelta(minutes=12),
        )
    here(doctor, service, 11)
    behind = here(doctor, service, 11, 30)
    here(other_doctor, service, 10)
    other = here(other_doctor, service, 10, 30)
    for owner, one, basis in ((doctor, behind, "doctor"), (other_doctor, other, "service")):
        found = board.queue_of(owner.pk)
        line = found and found.line_of(one)
        assert line
        assert line.pace
        assert line.wait
        assert line.pace.basis.value == basis
        assert (line.wait.soonest, line.wait.latest) == (10, 15)


def test_the_days_patients_hear_of_changes(
    doctor: User, patient: User, other_patient: User, service: Service, heard: Callable[[], Any]
) -> None:
    one = visit(doctor, service, 12, patient=patient)
    visit(doctor, service, 13, patient=other_patient)
    gone = visit(doctor, service, 9, status=S.COMPLETED)
    with heard() as events:
        progress.check_in(one.pk, actor=doctor)
    [(groups, event)] = [(groups, event) for groups, event in events if event["type"] == "queue.changed"]
    assert event == {"type": "queue.changed", "doctor": str(doctor.pk), "date": str(timezone.localdate())}
    people = {f"user.{person.pk}" for person in (doctor, patient, other_patient)}
    assert set(groups) == people | {"role.management"}
    assert f"user.{gone.patient_id}" not in groups


def test_a_visit_moved_to_another_day_leaves_the_queue_at_once(
    doctor: User, patient: User, manager: User, service: Service, heard: Callable[[], Any]
) -> None:
    one = visit(doctor, service, 15, patient=patient)
    with heard() as events:
        reschedule(one.pk, starts_at=clinic_time(1, 10), actor=manager)
    assert {event["date"] for _, event in events if event["type"] == "queue.changed"} == {
        str(timezone.localdate())
    }
