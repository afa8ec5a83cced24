"""The day's queue: who is next, calling in, taking it back, running late; and what each is told."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from accounts.enums import Mode
from accounts.models import User
from accounts.tests.factories import make_patient
from clinic.core.errors import InvalidTransition, NotAllowed
from clinic.core.testing.racing import race
from messaging.models import Notification
from scheduling.domain import progress, queue
from scheduling.domain.errors import AlreadyCalled, NobodyWaits
from scheduling.models import Appointment, DelayNotice, Service
from scheduling.tests.day import S, here, today, visit
from scheduling.tests.factories import clinic_time, make_appointment

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def noon() -> Any:
    """In the middle of a day, so that there is a before and an after."""
    with time_machine.travel(clinic_time(0, 12), tick=False) as clock:
        yield clock


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
    people = (doctor, manager, doctor, manager)
    answers = race(*[partial(queue.call_next, doctor, actor=person) for person in people])
    refused = [answer for answer in answers if isinstance(answer, AlreadyCalled)]
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
