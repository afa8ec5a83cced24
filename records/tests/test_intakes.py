"""Telling of doses: taken, late, left out, taken back; once, by the patient alone, and for no future."""

from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
import time_machine

from accounts.enums import ActivityVerb
from accounts.models import Activity
from clinic.core.errors import Conflict, Invalid, NotAllowed
from clinic.core.testing.racing import race
from records.domain import dose_plan, intakes
from records.models import Intake
from records.tests.factories_doses import make_course, make_intake

KATHMANDU = ZoneInfo("Asia/Kathmandu")
DAY = date(2026, 3, 4)
MORNING = time(8)
pytestmark = pytest.mark.django_db


def at(hour: int, minute: int = 0, day: date = DAY) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=KATHMANDU)


@pytest.fixture
def item(patient: Any, doctor: Any) -> Any:
    return make_course(patient, doctor, starts_on=date(2026, 2, 1))


def test_taken_once_from_two_tabs(item: Any, patient: Any) -> None:
    first, is_new = intakes.take(item.pk, DAY, MORNING, patient=patient, now=at(8, 5))
    again, is_new_again = intakes.take(item.pk, DAY, MORNING, patient=patient, now=at(9))
    assert (is_new, is_new_again) == (True, False)
    assert again.pk == first.pk
    assert Intake.objects.get().taken_at == at(8, 5)
    assert Activity.objects.filter(verb=ActivityVerb.INTAKE_TOLD, patient=patient).count() == 1


def test_two_tabs_that_disagree_the_first_one_holds(item: Any, patient: Any) -> None:
    intakes.skip(item.pk, DAY, MORNING, patient=patient, reason="side_effects", now=at(8))
    with pytest.raises(Conflict) as refused:
        intakes.take(item.pk, DAY, MORNING, patient=patient, now=at(8, 1))
    assert refused.value.code == "already_told"
    assert Intake.objects.get().reason == "side_effects"


def test_taken_back_then_told_anew(item: Any, patient: Any) -> None:
    intakes.take(item.pk, DAY, MORNING, patient=patient, now=at(8))
    assert intakes.undo(item.pk, DAY, MORNING, patient=patient, now=at(9))
    assert not intakes.undo(item.pk, DAY, MORNING, patient=patient, now=at(9))
    told, is_new = intakes.skip(item.pk, DAY, MORNING, patient=patient, reason="  I was\n away ", now=at(9))
    assert (is_new, told.reason, told.taken_at) == (True, "I was away", None)
    assert Activity.objects.filter(verb=ActivityVerb.INTAKE_UNDONE).count() == 1


@pytest.mark.parametrize(
    ("day", "clock", "now"),
    [
        (DAY, MORNING, at(4, 59)),  # too early
        (DAY, time(20), at(16, 59)),
        (DAY + timedelta(days=1), MORNING, at(20)),  # another day ahead
        (DAY - timedelta(days=7), MORNING, at(8)),  # a week ago
        (DAY, time(9), at(9)),  # no dose at that time
        (date(2026, 1, 31), MORNING, datetime(2026, 1, 31, 8, tzinfo=KATHMANDU)),  # before it began
    ],
)
def test_no_dose_of_the_future_nor_of_long_ago_nor_one_that_is_not_planned(
    item: Any, patient: Any, day: date, clock: time, now: datetime
) -> None:
    for tell in (intakes.take, intakes.skip):
        with pytest.raises(Invalid):
            tell(item.pk, day, clock, patient=patient, now=now)
    assert not Intake.objects.exists()


def test_when_it_was_taken_may_be_said_but_not_ahead_of_now(item: Any, patient: Any) -> None:
    for wrong in (at(9), at(4)):
        with pytest.raises(Invalid) as refused:
            intakes.take(item.pk, DAY, MORNING, patient=patient, taken_at=wrong, now=at(8, 30))
        assert "taken_at" in refused.value.fields
    told, _new = intakes.take(item.pk, DAY, MORNING, patient=patient, taken_at=at(8), now=at(23))
    assert told.taken_at == at(8)


def test_only_the_patient_tells(item: Any, other_patient: Any, doctor: Any, manager: Any) -> None:
    for someone in (other_patient, doctor, manager):
        with pytest.raises(NotAllowed):
            intakes.take(item.pk, DAY, MORNING, patient=someone, now=at(8))
        with pytest.raises(NotAllowed):
            intakes.undo(item.pk, DAY, MORNING, patient=someone, now=at(8))
    with pytest.raises(NotAllowed):
        intakes.take(uuid4(), DAY, MORNING, patient=other_patient, now=at(8))


def test_a_draft_has_no_doses(patient: Any, doctor: Any) -> None:
    draft = make_course(patient, doctor, status="draft")
    with pytest.raises(NotAllowed):
        intakes.take(draft.pk, DAY, MORNING, patient=patient, now=at(8))
    assert dose_plan.today_of(patient, now=at(8)).lines == []


def test_it_is_the_patient_s_own_clock(item: Any, patient: Any) -> None:
    patient.time_zone = "America/New_York"
    patient.save()
    here = datetime(2026, 3, 4, 8, tzinfo=ZoneInfo("America/New_York"))
    with pytest.raises(Invalid):  # 22:15 of the day before in New York
        intakes.take(item.pk, DAY, MORNING, patient=patient, now=at(9))
    intakes.take(item.pk, DAY, MORNING, patient=patient, now=here)
    # Back home the dose of that day is told already.
    patient.time_zone = "Asia/Kathmandu"
    assert dose_plan.today_of(patient, now=at(20)).taken == 1


def test_after_midnight_the_evening_dose_is_yesterday_s(item: Any, patient: Any) -> None:
    night = at(0, 40, DAY + timedelta(days=1))
    plan = dose_plan.today_of(patient, now=night)
    assert plan.day == DAY + timedelta(days=1)
    evening = plan.yesterday.lines[-1]
    assert (evening.dose.time, evening.state, evening.may_tell) == (time(20), "missed", True)
    intakes.take(item.pk, DAY, time(20), patient=patient, now=night)
    assert dose_plan.today_of(patient, now=night).yesterday.lines[-1].state == "late"


def test_what_was_told_stays_after_the_medicine_is_stopped(item: Any, patient: Any) -> None:
    intakes.take(item.pk, DAY, time(20), patient=patient, now=at(18))
    item.stopped_at = at(19)
    item.save()
    plan = dose_plan.today_of(patient, now=at(21))
    assert [(line.dose.time.hour, line.state) for line in plan.lines] == [(8, "missed"), (20, "taken")]


def test_as_needed_each_time_counts_but_not_twice_from_two_tabs(patient: Any, doctor: Any) -> None:
    item = make_course(
        patient, doctor, generic="Paracetamol", frequency="prn", times=[], starts_on=date(2026, 3, 1), days=10
    )
    first, _new = intakes.take_as_needed(item.pk, patient=patient, is_first=True, now=at(9))
    # The other tab still shows none; then both show the first one.
    other, is_new = intakes.take_as_needed(item.pk, patient=patient, is_first=True, now=at(9, 3))
    assert (other.pk, is_new) == (first.pk, False)
    second, is_new = intakes.take_as_needed(item.pk, patient=patient, seen=first.pk, now=at(15))
    assert is_new
    assert not intakes.take_as_needed(item.pk, patient=patient, seen=first.pk, now=at(15, 2))[1]
    (free,) = dose_plan.today_of(patient, now=at(16)).as_needed
    assert [each.pk for each in free.taken] == [first.pk, second.pk]
    with pytest.raises(Invalid):  # its ten days are over
        intakes.take_as_needed(item.pk, patient=patient, now=at(9, 0, date(2026, 3, 11)))
    with pytest.raises(Invalid):
        intakes.take(item.pk, DAY, time(9), patient=patient, now=at(16))


def test_a_replaced_prescription_hands_over_at_that_moment(patient: Any, doctor: Any) -> None:
    old = make_course(patient, doctor, starts_on=date(2026, 3, 1), status="replaced")
    with time_machine.travel(at(12), tick=False):
        old.prescription.history.create(from_status="signed", to_status="replaced", actor=doctor)
    new = make_course(patient, doctor, starts_on=DAY, signed_at=at(12), times=["08:00", "21:00"])
    plan = dose_plan.today_of(patient, now=at(13))
    assert [(line.item.pk, line.dose.time.hour) for line in plan.lines] == [(old.pk, 8), (new.pk, 21)]


def test_the_day_takes_two_queries_whatever_is_prescribed(
    patient: Any, doctor: Any, django_assert_num_queries: Any
) -> None:
    for number in range(8):
        item = make_course(patient, doctor, generic=f"Medicine {number}", starts_on=date(2026, 2, 1))
        make_intake(item, DAY, "08:00")
    with django_assert_num_queries(2):
        plan = dose_plan.today_of(patient, now=at(12))
        assert [str(line.item.medicine) for line in plan.lines]
    with django_assert_num_queries(2):
        assert len(dose_plan.days_of(patient, date(2026, 2, 1), DAY, now=at(12))) == 32
    assert (plan.taken, len(plan.lines)) == (8, 16)


@pytest.mark.django_db(transaction=True)
def test_eight_tabs_at_once_tell_one_dose_once(item: Any, patient: Any) -> None:
    told = race(*[lambda: intakes.take(item.pk, DAY, MORNING, patient=patient, now=at(8))] * 8)
    assert sum(is_new for _intake, is_new in told) == 1
    assert Intake.objects.count() == 1


def test_a_day_far_from_now_is_refused_not_reckoned(item: Any, patient: Any) -> None:
    patient.time_zone = "America/Los_Angeles"
    patient.save()
    for day in (date.min, date.max):
        for refused in (
            lambda day=day: intakes.take(item.pk, day, time(20), patient=patient, on_time=True, now=at(8)),
            lambda day=day: intakes.skip(item.pk, day, time(20), patient=patient, now=at(8)),
            lambda day=day: intakes.take_together(day, time(20), patient=patient, now=at(8)),
        ):
            with pytest.raises(Invalid):
                refused()
        assert not intakes.undo(item.pk, day, time(20), patient=patient, now=at(8))


def test_as_needed_the_page_says_how_often_and_when_it_is_enough(patient: Any, doctor: Any) -> None:
    item = make_course(patient, doctor, frequency="bd", as_needed=True, starts_on=DAY)
    make_course(patient, doctor, generic="Paracetamol", frequency="prn", times=[], starts_on=DAY)
    for hour, enough in ((9, False), (15, True)):
        intakes.take_as_needed(item.pk, patient=patient, now=at(hour))
        most = {each.most: each.is_enough for each in dose_plan.today_of(patient, now=at(16)).as_needed}
        assert most == {2: enough, None: False}
