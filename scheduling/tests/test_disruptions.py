"""A doctor can't keep some days: everyone hit gets another time, a choice, or their money back, each exactly once."""

from collections.abc import Callable
from datetime import time, timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from accounts.models import User
from accounts.tests.factories import make_patient
from clinic.core.errors import Conflict, Invalid, NotAllowed
from messaging.models import Notification
from scheduling import rules
from scheduling.domain import booking, carrying_out, disruptions, progress
from scheduling.domain.availability import free_slots
from scheduling.domain.disruptions import Choice, Closing
from scheduling.enums import AppointmentStatus, DisruptionAction, DisruptionStatus
from scheduling.models import Appointment, DayOff, Disruption, Service
from scheduling.tests.factories import clinic_time, make_appointment

pytestmark = pytest.mark.django_db
A = DisruptionAction
S = AppointmentStatus


def tomorrow_but_one(*hours: int) -> Closing:
    day = timezone.localdate() + timedelta(days=2)
    return Closing(day, day, *(time(hour) for hour in hours))


@pytest.fixture
def visits(doctor: User, service: Service) -> list[Appointment]:
    """At 10:00, 10:30 and 15:00 in two days, of three patients."""
    return [
        make_appointment(make_patient(f"p{n}@test.clinic"), doctor, service, starts_at=clinic_time(2, *at))
        for n, at in enumerate(((10,), (10, 30), (15,)))
    ]


def decide(
    doctor: User, actor: User, for_all: A = A.ASK, closing: Closing | None = None, **more: Any
) -> Disruption:
    wanted: dict[str, Any] = {"choices": {}, "message": "", **more}
    return disruptions.decide(doctor, closing or tomorrow_but_one(), for_all=for_all, actor=actor, **wanted)


def run(made: Disruption) -> int:
    with time_machine.travel(made.runs_at + timedelta(seconds=1), tick=False):
        return carrying_out.carry_out(made.pk)


def told(visit: Appointment) -> int:
    return Notification.objects.filter(user=visit.patient).count()


def test_preview_proposes_each_time_to_one_patient_only(
    doctor: User, other_doctor: User, manager: User, visits: list[Appointment]
) -> None:
    hits = disruptions.preview(doctor, tomorrow_but_one(), actor=manager)
    assert [hit.visit for hit in hits] == visits
    given = [(one.doctor.pk, one.starts_at) for hit in hits for one in hit.proposals]
    assert len(given) == len(set(given)) == 9
    start, end = tomorrow_but_one().span
    assert not [
        one for hit in hits for one in hit.proposals if one.doctor == doctor and start <= one.starts_at < end
    ]
    assert {one.doctor for hit in hits for one in hit.proposals} == {doctor, other_doctor}


def test_a_doctor_alone_is_proposed_their_own_times(
    doctor: User, other_doctor: User, visits: list[Appointment]
) -> None:
    hits = disruptions.preview(doctor, tomorrow_but_one(), actor=doctor)
    assert {one.doctor for hit in hits for one in hit.proposals} == {doctor}


def test_a_part_of_the_day_hits_only_that_part(
    doctor: User, visits: list[Appointment], service: Service
) -> None:
    closing = tomorrow_but_one(9, 12)
    assert list(disruptions.visits_hit(doctor, closing)) == visits[:2]
    decide(doctor, doctor, closing=closing)
    starts = [slot.starts_at for slot in free_slots(doctor, service, closing.first_day, closing.last_day)]
    assert starts
    assert min(starts) == clinic_time(2, 13)


def test_deciding_closes_the_days_and_does_nothing_else_for_a_minute(
    doctor: User, service: Service, visits: list[Appointment]
) -> None:
    made = decide(doctor, doctor, A.CANCEL)
    day = made.first_day
    assert free_slots(doctor, service, day, day) == []
    assert carrying_out.carry_out(made.pk) == 0
    assert {visit.status for visit in Appointment.objects.all()} == {S.CONFIRMED}
    assert [told(visit) for visit in visits] == [0, 0, 0]


def test_each_visit_as_it_was_chosen(
    doctor: User, other_doctor: User, manager: User, visits: list[Appointment]
) -> None:
    move, ask, cancel = visits
    to = Choice(A.MOVE, clinic_time(2, 11), other_doctor)
    made = decide(
        doctor, manager, A.ASK, choices={move.pk: to, cancel.pk: Choice(A.CANCEL)}, message="So sorry."
    )
    assert run(made) == 3
    for visit in visits:
        visit.refresh_from_db()
    assert (move.doctor, move.starts_at, move.status) == (other_doctor, clinic_time(2, 11), S.CONFIRMED)
    assert (ask.displaced_at is not None, ask.status, ask.starts_at) == (
        True,
        S.CONFIRMED,
        clinic_time(2, 10, 30),
    )
    assert cancel.status == S.CANCELLED
    made.refresh_from_db()
    assert made.status == DisruptionStatus.DONE
    assert made.visits.filter(done_at=None).count() == 0
    assert [told(visit) for visit in visits] == [1, 1, 1]


def test_carried_out_once_however_often_it_runs(doctor: User, visits: list[Appointment]) -> None:
    made = decide(doctor, doctor)
    assert (run(made), run(made)) == (3, 0)
    assert [told(visit) for visit in visits] == [1, 1, 1]
    assert visits[0].history.count() == 2
    done = Notification.objects.get(user=doctor, url=f"/calendar/unable/{made.pk}/")
    assert done.occasion == "disruption.done"


def test_a_worker_killed_in_the_middle_goes_on(
    doctor: User, visits: list[Appointment], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = decide(doctor, doctor)
    one = carrying_out._one
    seen: list[int] = []

    def power_cut(pk: int) -> bool:
        if len(seen) == 1:
            raise KeyboardInterrupt
        seen.append(pk)
        return one(pk)

    monkeypatch.setattr(carrying_out, "_one", power_cut)
    with pytest.raises(KeyboardInterrupt):
        run(made)
    monkeypatch.setattr(carrying_out, "_one", one)
    made.refresh_from_db()
    assert made.status == DisruptionStatus.DECIDED
    assert [told(visit) for visit in visits] == [1, 0, 0]
    with time_machine.travel(made.runs_at, tick=False):
        assert (carrying_out.carry_out_due(), carrying_out.carry_out_due()) == (2, 0)
    assert [told(visit) for visit in visits] == [1, 1, 1]


def test_who_is_moved_gets_what_the_preview_showed(
    doctor: User, other_doctor: User, manager: User, visits: list[Appointment]
) -> None:
    """Whatever is chosen for the others."""
    shown = disruptions.preview(doctor, tomorrow_but_one(), actor=manager)
    made = decide(doctor, manager, A.MOVE, choices={visits[0].pk: Choice(A.CANCEL)})
    rows = [(row.new_starts_at, row.new_doctor) for row in made.visits.filter(action=A.MOVE)]
    assert rows == [(hit.proposals[0].starts_at, hit.proposals[0].doctor) for hit in shown[1:]]


def test_moving_all_gives_everyone_a_time_of_their_own(
    doctor: User, other_doctor: User, manager: User, visits: list[Appointment]
) -> None:
    made = decide(doctor, manager, A.MOVE)
    run(made)
    taken = list(Appointment.objects.values_list("doctor", "starts_at"))
    assert len(set(taken)) == 3
    assert not disruptions.visits_hit(doctor, tomorrow_but_one()).exists()


def test_a_time_that_is_taken_meanwhile_falls_back_to_asking(
    patient: User, doctor: User, visits: list[Appointment], service: Service
) -> None:
    made = decide(doctor, doctor, A.ASK, choices={visits[0].pk: Choice(A.MOVE, clinic_time(3, 10))})
    make_appointment(patient, doctor, service, starts_at=clinic_time(3, 10))
    run(made)
    visits[0].refresh_from_db()
    assert visits[0].displaced_at
    row = made.visits.get(appointment=visits[0])
    assert row.done_at
    assert "asked instead" in row.problem


@pytest.mark.parametrize("meanwhile", ["cancelled", "moved", "checked in"])
def test_what_was_settled_in_that_minute_is_left_alone(
    meanwhile: str, doctor: User, visits: list[Appointment]
) -> None:
    made = decide(doctor, doctor, A.CANCEL)
    visit = visits[0]
    match meanwhile:
        case "cancelled":
            progress.cancel(visit.pk, actor=visit.patient)
        case "moved":
            booking.reschedule(visit.pk, starts_at=clinic_time(4, 10), actor=visit.patient)
        case "checked in":
            progress.check_in(visit.pk, actor=doctor)
    before = Appointment.objects.get(pk=visit.pk)
    run(made)
    after = Appointment.objects.get(pk=visit.pk)
    assert (after.status, after.starts_at) == (before.status, before.starts_at)
    row = made.visits.get(appointment=visit)
    assert row.problem
    assert row.done_at is None


def test_undo_within_the_minute_and_not_after(doctor: User, manager: User, visits: list[Appointment]) -> None:
    made = decide(doctor, doctor)
    disruptions.undo(made.pk, actor=manager)
    disruptions.undo(made.pk, actor=doctor)
    assert not DayOff.objects.exists()
    assert run(made) == 0
    again = decide(doctor, doctor)
    with time_machine.travel(again.runs_at, tick=False), pytest.raises(Conflict):
        disruptions.undo(again.pk, actor=doctor)
    assert DayOff.objects.count() == 1


def test_two_managers_at_once(doctor: User, manager: User, visits: list[Appointment]) -> None:
    first = decide(doctor, manager)
    with pytest.raises(Conflict) as refused:
        decide(doctor, doctor, A.CANCEL)
    assert refused.value.extra == {"disruption": str(first.pk)}
    assert DayOff.objects.count() == 1


@pytest.mark.parametrize("who", ["patient", "other_doctor", "admin"])
def test_outsiders_decide_nothing(
    who: str, doctor: User, visits: list[Appointment], request: pytest.FixtureRequest
) -> None:
    person = request.getfixturevalue(who)
    made = decide(doctor, doctor)
    for attempt in (
        lambda: disruptions.preview(doctor, tomorrow_but_one(), actor=person),
        lambda: decide(doctor, person),
        lambda: disruptions.undo(made.pk, actor=person),
    ):
        with pytest.raises(NotAllowed):
            attempt()
    assert not disruptions.visible_to(person).exists()


def test_a_doctor_gives_no_patient_to_another(
    doctor: User, other_doctor: User, visits: list[Appointment]
) -> None:
    with pytest.raises(Invalid):
        decide(doctor, doctor, choices={visits[0].pk: Choice(A.MOVE, clinic_time(2, 10), other_doctor)})
    assert not Disruption.objects.exists()


def _days(first: int, last: int) -> Closing:
    today = timezone.localdate()
    return Closing(today + timedelta(days=first), today + timedelta(days=last))


@pytest.mark.parametrize(
    ("closing", "field"),
    [
        (lambda: _days(3, 2), "last_day"),
        (lambda: _days(-3, -2), "last_day"),
        (lambda: _days(1, 90), "last_day"),
        (lambda: tomorrow_but_one(12), "ends"),
        (lambda: tomorrow_but_one(12, 9), "ends"),
        (lambda: Closing(_days(1, 2).first_day, _days(1, 2).last_day, time(9), time(10)), "starts"),
    ],
)
def test_days_that_make_no_sense(closing: Callable[[], Closing], field: str, doctor: User) -> None:
    with pytest.raises(Invalid) as refused:
        decide(doctor, doctor, closing=closing())
    assert list(refused.value.fields) == [field]


def test_whoever_was_asked_may_choose_also_inside_the_notice_period(
    doctor: User, visits: list[Appointment]
) -> None:
    run(decide(doctor, doctor))
    visit = Appointment.objects.get(pk=visits[0].pk)
    with time_machine.travel(visit.starts_at - timedelta(hours=2), tick=False):
        assert rules.can_cancel(visit.patient, visit)
        moved = booking.reschedule(visit.pk, starts_at=clinic_time(3, 10), actor=visit.patient)
    assert moved.displaced_at is None
