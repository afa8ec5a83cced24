"""Moving a visit: what stays, what moves along, who may."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone

from accounts.models import User
from clinic.core.errors import Invalid, InvalidTransition, NotAllowed
from messaging.domain import calls
from messaging.enums import CallStatus
from messaging.models import Notification
from scheduling import rules
from scheduling.domain import progress
from scheduling.domain.booking import reschedule
from scheduling.domain.errors import SlotTaken, TooLate
from scheduling.enums import AppointmentStatus
from scheduling.models import Appointment, CalendarCell, Service
from scheduling.tests.factories import clinic_time, make_appointment

pytestmark = pytest.mark.django_db
S = AppointmentStatus


@pytest.fixture
def visit(patient: User, doctor: User, service: Service) -> Appointment:
    """Confirmed by the clinic, with its call, for 10:00 in three days."""
    appointment = make_appointment(
        patient, doctor, service, starts_at=clinic_time(3, 10), status=S.PENDING_CONFIRMATION
    )
    return progress.confirm(appointment.pk, actor=doctor)


def first_cells() -> set[int]:
    return {
        int(moment.timestamp()) // 300 for moment in Appointment.objects.values_list("starts_at", flat=True)
    }


@pytest.mark.parametrize("who", ["patient", "doctor", "manager"])
def test_status_and_call_stay_and_time_moves(
    who: str, visit: Appointment, request: pytest.FixtureRequest
) -> None:
    call = visit.call
    actor = request.getfixturevalue(who)
    reschedule(visit.pk, starts_at=clinic_time(5, 14), actor=actor)
    visit.refresh_from_db()
    assert visit.status == S.CONFIRMED
    assert (visit.starts_at, visit.ends_at) == (clinic_time(5, 14), clinic_time(5, 14, 30))
    assert visit.call == call
    assert visit.call
    assert visit.call.opens_at == visit.starts_at - timedelta(minutes=settings.CALL_OPENS_MINUTES_BEFORE)
    cells = CalendarCell.objects.filter(appointment=visit)
    assert cells.count() == 12
    assert min(cells.values_list("cell", flat=True)) in first_cells()
    last = visit.history.latest("pk")
    assert (last.from_status, last.to_status, last.actor) == (S.CONFIRMED, S.CONFIRMED, actor)
    assert "14:00" in last.reason or "2 p.m." in last.reason
    assert Notification.objects.filter(user=visit.patient, title__contains="moved").count() == 1


@pytest.mark.parametrize("who", ["other_patient", "other_doctor", "admin"])
def test_outsiders_move_nothing(who: str, visit: Appointment, request: pytest.FixtureRequest) -> None:
    with pytest.raises(NotAllowed):
        reschedule(visit.pk, starts_at=clinic_time(5, 14), actor=request.getfixturevalue(who))


def test_it_may_overlap_its_own_old_time(visit: Appointment, doctor: User, patient: User) -> None:
    doctor.schedule.slot_minutes = 15
    doctor.schedule.save()
    reschedule(visit.pk, starts_at=clinic_time(3, 10, 15), actor=patient)
    visit.refresh_from_db()
    assert visit.starts_at == clinic_time(3, 10, 15)


def test_the_same_time_changes_nothing(visit: Appointment, patient: User) -> None:
    rows = visit.history.count()
    reschedule(visit.pk, starts_at=visit.starts_at, actor=patient)
    assert visit.history.count() == rows


def test_a_taken_slot_leaves_everything_as_it_was(
    visit: Appointment, other_patient: User, patient: User, doctor: User, service: Service
) -> None:
    make_appointment(other_patient, doctor, service, starts_at=clinic_time(5, 14))
    with pytest.raises(SlotTaken) as error:
        reschedule(visit.pk, starts_at=clinic_time(5, 14), actor=patient)
    assert len(error.value.extra["nearest"]) == 3
    visit.refresh_from_db()
    assert visit.starts_at == clinic_time(3, 10)
    assert CalendarCell.objects.filter(appointment=visit).count() == 12


def test_a_time_that_is_no_slot(visit: Appointment, patient: User) -> None:
    with pytest.raises(Invalid) as error:
        reschedule(visit.pk, starts_at=clinic_time(5, 12), actor=patient)
    assert "starts_at" in error.value.fields


def test_a_slot_under_a_lapsed_hold_is_free(
    visit: Appointment, other_patient: User, patient: User, doctor: User, service: Service
) -> None:
    hold = make_appointment(
        other_patient,
        doctor,
        service,
        starts_at=clinic_time(5, 14),
        status=S.PENDING_PAYMENT,
        hold_expires_at=timezone.now(),
    )
    reschedule(visit.pk, starts_at=clinic_time(5, 14), actor=patient)
    hold.refresh_from_db()
    assert hold.status == S.EXPIRED


def test_patients_keep_to_the_notice_period_and_staff_need_not(
    patient: User, doctor: User, service: Service
) -> None:
    visit = make_appointment(
        patient, doctor, service, starts_at=timezone.now().replace(second=0) + timedelta(hours=23)
    )
    assert not rules.can_reschedule(patient, visit)
    with pytest.raises(TooLate):
        reschedule(visit.pk, starts_at=clinic_time(5, 14), actor=patient)
    reschedule(visit.pk, starts_at=clinic_time(5, 14), actor=doctor)
    visit.refresh_from_db()
    assert visit.starts_at == clinic_time(5, 14)


def test_an_unpaid_hold_moves_at_any_time_and_its_end_stays(
    patient: User, doctor: User, service: Service
) -> None:
    hold = make_appointment(
        patient,
        doctor,
        service,
        starts_at=timezone.now().replace(second=0) + timedelta(hours=2),
        status=S.PENDING_PAYMENT,
    )
    reschedule(hold.pk, starts_at=clinic_time(5, 14), actor=patient)
    expires_at = hold.hold_expires_at
    hold.refresh_from_db()
    assert (hold.status, hold.hold_expires_at) == (S.PENDING_PAYMENT, expires_at)


@pytest.mark.parametrize(
    "status", [S.CHECKED_IN, S.IN_PROGRESS, S.COMPLETED, S.CANCELLED, S.DECLINED, S.EXPIRED, S.NO_SHOW]
)
def test_what_is_under_way_or_over_does_not_move(
    status: str, patient: User, doctor: User, manager: User, service: Service
) -> None:
    appointment = make_appointment(patient, doctor, service, status=status)
    for actor in (patient, doctor, manager):
        with pytest.raises(InvalidTransition):
            reschedule(appointment.pk, starts_at=clinic_time(5, 14), actor=actor)


def test_a_lapsed_hold_does_not_move(patient: User, doctor: User, service: Service) -> None:
    hold = make_appointment(
        patient, doctor, service, status=S.PENDING_PAYMENT, hold_expires_at=timezone.now()
    )
    with pytest.raises(InvalidTransition):
        reschedule(hold.pk, starts_at=clinic_time(5, 14), actor=patient)


def test_a_call_that_had_begun_is_replaced(visit: Appointment, manager: User, doctor: User) -> None:
    begun = visit.call
    assert begun
    calls.activate(begun, actor=doctor)
    reschedule(visit.pk, starts_at=clinic_time(5, 14), actor=manager)
    visit.refresh_from_db()
    begun.refresh_from_db()
    assert begun.status == CallStatus.ENDED
    assert visit.call
    assert visit.call != begun
    assert visit.call.status == CallStatus.SCHEDULED


def test_both_days_are_published(
    visit: Appointment, patient: User, doctor: User, heard: Callable[[], Any]
) -> None:
    with heard() as events:
        reschedule(visit.pk, starts_at=clinic_time(5, 14), actor=patient)
    days = [event["date"] for _, event in events if event["type"] == "slots.changed"]
    assert days == [str(clinic_time(3, 10).date()), str(clinic_time(5, 14).date())]
    assert any(event["type"] == "appointment.changed" for _, event in events)
