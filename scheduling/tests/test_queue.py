"""The day's queue: who is next, calling in, taking it back, running late; and what each is told."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.utils import timezone

from accounts.enums import Mode
from accounts.models import User
from accounts.tests.factories import make_patient
from clinic.core.errors import Invalid, InvalidTransition, NotAllowed
from clinic.core.testing.tasks import run_due_tasks
from messaging.models import Notification
from scheduling.domain import board, progress, queue
from scheduling.domain.booking import reschedule
from scheduling.domain.errors import AlreadyCalled, NobodyWaits
from scheduling.enums import AppointmentStatus
from scheduling.models import Appointment, DelayNotice, Service
from scheduling.tests.factories import clinic_time, make_appointment

pytestmark = pytest.mark.django_db
S = AppointmentStatus


@pytest.fixture(autouse=True)
def noon() -> Any:
    """In the middle of a day, so that there is a before and an after."""
    with time_machine.travel(clinic_time(0, 12), tick=False) as clock:
        yield clock


def today(hour: int, minute: int = 0) -> datetime:
    return clinic_time(0, hour, minute)


def visit(doctor: User, service: Service, hour: int, minute: int = 0, **fields: Any) -> Appointment:
    """In person with a patient of its own."""
    patient = fields.pop("patient", None) or make_patient(
        f"p{hour}.{minute}@test.clinic", first_name=f"P{hour}"
    )
    fields.setdefault("mode", Mode.IN_PERSON)
    return make_appointment(patient, doctor, service, starts_at=today(hour, minute), **fields)


def here(
    doctor: User, service: Service, hour: int, minute: int = 0, came: datetime | None = None
) -> Appointment:
    return visit(
        doctor,
        service,
        hour,
        minute,
        status=S.CHECKED_IN,
        checked_in_at=came or today(hour) - timedelta(minutes=10),
    )


# --- Whose turn it is ---


def test_by_the_time_of_the_visit_and_who_came_late_by_when_they_came(doctor: User, service: Service) -> None:
    late = here(doctor, service, 10, came=today(11, 45))
    early = here(doctor, service, 11, 30, came=today(9))
    in_time = here(doctor, service, 11, came=today(10, 50))
    assert [one.pk for one in queue.in_line(doctor.pk)] == [in_time.pk, early.pk, late.pk]


def test_call_next_calls_in_turn_and_one_at_a_time(doctor: User, manager: User, service: Service) -> None:
    second, first = here(doctor, service, 11, 30), here(doctor, service, 11)
    visit(doctor, service, 10)  # not here
    assert queue.call_next(doctor, actor=manager).pk == first.pk
    with pytest.raises(AlreadyCalled):
        queue.call_next(doctor, actor=doctor)
    progress.start(first.pk, actor=doctor)
    assert queue.call_next(doctor, actor=doctor).pk == second.pk
    progress.start(second.pk, actor=doctor)
    with pytest.raises(NobodyWaits):
        queue.call_next(doctor, actor=doctor)


def test_another_day_and_another_doctor_are_other_queues(
    doctor: User, other_doctor: User, service: Service
) -> None:
    here(other_doctor, service, 11)
    make_appointment(
        make_patient("t@test.clinic"), doctor, service, starts_at=clinic_time(1, 9), status=S.CHECKED_IN
    )
    with pytest.raises(NobodyWaits):
        queue.call_next(doctor, actor=doctor)


@pytest.mark.parametrize("who", ["patient", "other_patient", "other_doctor", "admin"])
def test_only_its_doctor_and_management_call(
    who: str, doctor: User, patient: User, service: Service, request: pytest.FixtureRequest
) -> None:
    waiting = visit(doctor, service, 11, patient=patient, status=S.CHECKED_IN)
    outsider = request.getfixturevalue(who)
    acts: list[Callable[[], Any]] = [
        lambda: queue.call_next(doctor, actor=outsider),
        lambda: queue.call(waiting.pk, actor=outsider),
        lambda: queue.take_back(waiting.pk, actor=outsider),
        lambda: queue.say_late(doctor, 20, actor=outsider),
    ]
    for act in acts:
        with pytest.raises(NotAllowed):
            act()
    waiting.refresh_from_db()
    assert waiting.called_at is None
    assert not DelayNotice.objects.exists()


# --- Calling in ---


def test_a_call_is_told_once_and_again_when_it_was_not_heard(
    doctor: User, patient: User, service: Service, noon: Any, heard: Callable[[], Any]
) -> None:
    waiting = visit(doctor, service, 11, patient=patient, status=S.CHECKED_IN)
    with heard() as events:
        queue.call(waiting.pk, actor=doctor)
        queue.call(waiting.pk, actor=doctor)
    assert Notification.objects.filter(user=patient).count() == 1
    types = [event["type"] for _, event in events]
    assert types == ["appointment.changed", "queue.changed", "notification.new"]
    noon.shift(timedelta(minutes=2))
    queue.call(waiting.pk, actor=doctor)
    assert Notification.objects.filter(user=patient).count() == 2
    assert not any("P11" in note.title for note in Notification.objects.all())


def test_a_call_taken_back_keeps_the_place(doctor: User, patient: User, service: Service) -> None:
    first = visit(doctor, service, 10, patient=patient, status=S.CHECKED_IN, checked_in_at=today(9, 50))
    second = here(doctor, service, 11)
    queue.call(second.pk, actor=doctor)
    queue.take_back(second.pk, actor=doctor)
    assert [one.pk for one in queue.in_line(doctor.pk)] == [first.pk, second.pk]
    assert queue.call_next(doctor, actor=doctor).pk == first.pk
    with pytest.raises(InvalidTransition):
        queue.take_back(second.pk, actor=doctor)


@pytest.mark.parametrize("status", [status for status in S.values if status != S.CHECKED_IN])
def test_only_who_is_here_and_not_in_is_called(
    status: str, doctor: User, patient: User, service: Service
) -> None:
    other = visit(doctor, service, 11, patient=patient, status=status)
    with pytest.raises(InvalidTransition):
        queue.call(other.pk, actor=doctor)


@pytest.mark.django_db(transaction=True)
def test_two_at_the_desk_call_one_patient(doctor: User, manager: User, service: Service) -> None:
    here(doctor, service, 11)
    here(doctor, service, 11, 30)
    refused: list[Exception] = []
    gate = threading.Barrier(4)

    def press(actor: User) -> None:
        try:
            gate.wait()
            queue.call_next(doctor, actor=actor)
        except AlreadyCalled as refusal:
            refused.append(refusal)
        finally:
            connection.close()

    threads = [threading.Thread(target=press, args=[actor]) for actor in (doctor, manager, doctor, manager)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 3
    assert Appointment.objects.filter(called_at__isnull=False).count() == 1


# --- How the day really went ---


def test_each_step_notes_its_moment_and_each_step_back_takes_it_away(
    doctor: User, patient: User, service: Service, noon: Any
) -> None:
    one = visit(doctor, service, 12, patient=patient)

    def moments() -> list[bool]:
        one.refresh_from_db()
        return [
            moment is not None
            for moment in (one.checked_in_at, one.called_at, one.started_at, one.completed_at)
        ]

    progress.check_in(one.pk, actor=doctor)
    assert moments() == [True, False, False, False]
    progress.undo_check_in(one.pk, actor=doctor)
    assert moments() == [False] * 4
    progress.check_in(one.pk, actor=doctor)
    came = Appointment.objects.get(pk=one.pk).checked_in_at
    noon.shift(timedelta(minutes=7))
    queue.call(one.pk, actor=doctor)
    progress.start(one.pk, actor=doctor)
    assert moments() == [True, True, True, False]
    progress.undo_start(one.pk, actor=doctor)
    assert moments() == [True, False, False, False]
    assert one.checked_in_at == came, "back at the place they had"
    progress.start(one.pk, actor=doctor)
    noon.shift(timedelta(minutes=12))
    progress.complete(one.pk, actor=doctor)
    assert moments() == [True, False, True, True]
    assert one.completed_at
    assert one.started_at
    assert one.completed_at - one.started_at == timedelta(minutes=12)


@pytest.mark.parametrize(
    ("step", "raised"),
    [("cancel", 1), ("decline", 1), ("check_in", 0), ("no_show", 0), ("start", 0)],
)
def test_calendar_programs_hear_of_what_is_called_off(
    step: str, raised: int, doctor: User, patient: User, service: Service
) -> None:
    one = visit(doctor, service, 12, patient=patient, sequence=3)
    getattr(progress, step)(one.pk, actor=doctor)
    one.refresh_from_db()
    assert one.sequence == 3 + raised


# --- 'I am here' ---


@pytest.mark.parametrize(
    ("minutes_before", "fields", "allowed"),
    [
        (61, {}, False),
        (60, {}, True),
        (0, {}, True),
        (-29, {}, True),
        (-30, {}, False),
        (30, {"mode": Mode.VIDEO}, False),
        (30, {"displaced_at": timezone.now()}, False),
    ],
)
def test_patients_check_themselves_in_from_an_hour_before(
    minutes_before: int, fields: dict[str, Any], allowed: bool, patient: User, request: pytest.FixtureRequest
) -> None:
    doctor, service = request.getfixturevalue("doctor"), request.getfixturevalue("service")
    starts_at = timezone.now() + timedelta(minutes=minutes_before)
    one = make_appointment(
        patient, doctor, service, **{"starts_at": starts_at, "mode": Mode.IN_PERSON, **fields}
    )
    if allowed:
        assert progress.check_in(one.pk, actor=patient).status == S.CHECKED_IN
    else:
        with pytest.raises(NotAllowed):
            progress.check_in(one.pk, actor=patient)


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
