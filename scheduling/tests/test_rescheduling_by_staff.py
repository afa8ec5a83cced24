"""Moving a visit as only the clinic can: to another doctor, over another visit; and what a page saw meanwhile."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import CareLink, User
from accounts.tests.factories import make_doctor
from clinic.core.errors import Invalid, InvalidTransition, NotAllowed
from messaging.enums import CallStatus
from messaging.models import Notification
from scheduling import rules
from scheduling.domain import progress
from scheduling.domain.booking import book, reschedule
from scheduling.domain.errors import MovedMeanwhile, SlotTaken, TooLate
from scheduling.enums import AppointmentStatus
from scheduling.models import Appointment, CalendarCell, Service
from scheduling.tests.factories import clinic_time, make_appointment, make_service

pytestmark = pytest.mark.django_db
S = AppointmentStatus


@pytest.fixture
def visit(patient: User, doctor: User, service: Service) -> Appointment:
    appointment = make_appointment(
        patient, doctor, service, starts_at=clinic_time(3, 10), status=S.PENDING_CONFIRMATION
    )
    return progress.confirm(appointment.pk, actor=doctor)


def owners(visit: Appointment) -> set[Any]:
    return set(CalendarCell.objects.filter(appointment=visit).values_list("calendar", flat=True))


def test_everything_that_was_open_goes_to_the_other_doctor(
    visit: Appointment, manager: User, doctor: User, other_doctor: User
) -> None:
    old_call, old_conversation, price = visit.call, visit.conversation, visit.price
    assert old_call
    assert old_conversation
    reschedule(visit.pk, starts_at=clinic_time(4, 14), actor=manager, doctor=other_doctor)
    visit.refresh_from_db()
    assert (visit.doctor, visit.starts_at, visit.status) == (other_doctor, clinic_time(4, 14), S.CONFIRMED)
    assert visit.price == price, "what was agreed and paid stays"
    assert owners(visit) == {visit.patient_id, other_doctor.pk}
    assert CareLink.objects.filter(doctor=other_doctor, patient=visit.patient).exists()
    assert visit.conversation
    members = set(visit.conversation.members.values_list("user", flat=True))
    assert members == {visit.patient_id, other_doctor.pk}
    assert visit.call
    assert (visit.call.host, visit.call.status) == (other_doctor, CallStatus.SCHEDULED)
    old_call.refresh_from_db()
    assert old_call.status == CallStatus.ENDED
    assert other_doctor.name in old_conversation.messages.latest("seq").text
    step = visit.history.latest("pk").reason
    assert doctor.name in step
    assert other_doctor.name in step


def test_everybody_concerned_is_told(
    visit: Appointment, manager: User, doctor: User, other_doctor: User, heard: Callable[[], Any]
) -> None:
    before = set(Notification.objects.values_list("pk", flat=True))
    with heard() as events:
        reschedule(visit.pk, starts_at=clinic_time(4, 14), actor=manager, doctor=other_doctor)
    told = Notification.objects.exclude(pk__in=before).values_list("user", flat=True)
    assert sorted(told) == sorted([visit.patient_id, doctor.pk, other_doctor.pk])
    days = {(event["doctor"], event["date"]) for _, event in events if event["type"] == "slots.changed"}
    assert (str(doctor.pk), str(clinic_time(3, 10).date())) in days
    assert (str(other_doctor.pk), str(clinic_time(4, 14).date())) in days
    hearing = {
        group for groups, event in events if event["type"] == "appointment.changed" for group in groups
    }
    assert {f"user.{doctor.pk}", f"user.{other_doctor.pk}", f"user.{visit.patient_id}"} <= hearing


def test_the_same_time_with_another_doctor(visit: Appointment, manager: User, other_doctor: User) -> None:
    moved = reschedule(visit.pk, starts_at=visit.starts_at, actor=manager, doctor=other_doctor)
    assert (moved.doctor, moved.starts_at) == (other_doctor, clinic_time(3, 10))


@pytest.mark.parametrize("who", ["patient", "doctor", "other_doctor"])
def test_only_management_gives_a_visit_to_another_doctor(
    who: str, visit: Appointment, other_doctor: User, request: pytest.FixtureRequest
) -> None:
    actor = request.getfixturevalue(who)
    with pytest.raises(NotAllowed):
        reschedule(visit.pk, starts_at=clinic_time(4, 14), actor=actor, doctor=other_doctor)
    with pytest.raises(NotAllowed):
        reschedule(visit.pk, starts_at=clinic_time(4, 14), actor=actor, overbooking_reason="fever")


def test_not_to_a_doctor_who_does_not_give_it(patient: User, doctor: User, manager: User) -> None:
    own = make_service("Skin check", specialty=doctor.doctor_profile.specialty)
    visit = make_appointment(patient, doctor, own, starts_at=clinic_time(3, 10))
    heart = make_doctor("heart@test.clinic", specialty="Cardiology")
    with pytest.raises(Invalid) as error:
        reschedule(visit.pk, starts_at=clinic_time(4, 14), actor=manager, doctor=heart)
    assert "doctor" in error.value.fields


def test_a_taken_doctor_leaves_it_where_it_was(
    visit: Appointment, manager: User, other_patient: User, other_doctor: User, service: Service
) -> None:
    make_appointment(other_patient, other_doctor, service, starts_at=clinic_time(4, 14))
    with pytest.raises(SlotTaken):
        reschedule(visit.pk, starts_at=clinic_time(4, 14), actor=manager, doctor=other_doctor)
    visit.refresh_from_db()
    assert owners(visit) == {visit.patient_id, visit.doctor_id}
    assert visit.sequence == 0


def test_the_second_who_moves_learns_where_it_is_now(
    visit: Appointment, manager: User, patient: User
) -> None:
    seen = visit.sequence
    reschedule(visit.pk, starts_at=clinic_time(4, 14), actor=manager, seen_sequence=seen)
    with pytest.raises(MovedMeanwhile) as error:
        reschedule(visit.pk, starts_at=clinic_time(5, 9), actor=patient, seen_sequence=seen)
    assert error.value.status == 409
    assert error.value.extra["starts_at"] == clinic_time(4, 14).isoformat()
    assert visit.doctor.name in error.value.detail
    visit.refresh_from_db()
    assert visit.starts_at == clinic_time(4, 14)
    again = error.value.extra["sequence"]
    reschedule(visit.pk, starts_at=clinic_time(5, 9), actor=patient, seen_sequence=again)
    visit.refresh_from_db()
    assert (visit.starts_at, visit.sequence) == (clinic_time(5, 9), seen + 2)


def test_moving_to_where_it_is_already_needs_no_argument(visit: Appointment, manager: User) -> None:
    reschedule(visit.pk, starts_at=clinic_time(4, 14), actor=manager)
    reschedule(visit.pk, starts_at=clinic_time(4, 14), actor=manager, seen_sequence=0)
    visit.refresh_from_db()
    assert visit.sequence == 1


def test_over_another_visit_with_a_reason_and_back_to_a_free_time(
    visit: Appointment, manager: User, other_patient: User, doctor: User, service: Service
) -> None:
    make_appointment(other_patient, doctor, service, starts_at=clinic_time(4, 14))
    reschedule(visit.pk, starts_at=clinic_time(4, 14), actor=manager, overbooking_reason="fever")
    visit.refresh_from_db()
    assert visit.overbooking_reason == "fever"
    assert "fever" not in visit.history.latest("pk").reason, "the patient reads the history"
    assert owners(visit) == {visit.patient_id}
    reschedule(visit.pk, starts_at=clinic_time(4, 15), actor=manager)
    visit.refresh_from_db()
    assert visit.overbooking_reason == ""
    assert owners(visit) == {visit.patient_id, doctor.pk}


def test_a_visit_the_clinic_displaced_is_the_patients_to_move_at_any_time(
    patient: User, doctor: User, service: Service
) -> None:
    visit = make_appointment(
        patient, doctor, service, starts_at=timezone.now().replace(second=0) + timedelta(hours=3)
    )
    with pytest.raises(TooLate):
        reschedule(visit.pk, starts_at=clinic_time(5, 14), actor=patient)
    visit.displaced_at = timezone.now()
    visit.save()
    assert rules.can_cancel(patient, visit)
    reschedule(visit.pk, starts_at=clinic_time(5, 14), actor=patient)
    visit.refresh_from_db()
    assert (visit.starts_at, visit.displaced_at) == (clinic_time(5, 14), None)


def test_an_unpaid_request_goes_to_the_other_doctor_without_opening_anything(
    patient: User, doctor: User, other_doctor: User, manager: User, service: Service
) -> None:
    visit = book(
        patient=patient,
        doctor=doctor,
        service=service,
        starts_at=clinic_time(3, 10),
        mode="video",
        booked_by=patient,
    )
    reschedule(visit.pk, starts_at=clinic_time(4, 14), actor=manager, doctor=other_doctor)
    visit.refresh_from_db()
    assert (visit.doctor, visit.status, visit.conversation, visit.call) == (
        other_doctor, S.PENDING_PAYMENT, None, None,
    )  # fmt: skip
    assert not CareLink.objects.exists()
    assert visit.payments.get().status == "due"


@pytest.mark.parametrize("status", [S.CHECKED_IN, S.COMPLETED, S.CANCELLED])
def test_nothing_under_way_or_over_changes_its_doctor(
    status: str, visit: Appointment, other_doctor: User, manager: User
) -> None:
    visit.status = status
    visit.save()
    with pytest.raises(InvalidTransition):
        reschedule(visit.pk, starts_at=clinic_time(4, 14), actor=manager, doctor=other_doctor)


@pytest.mark.parametrize("asks", [True, False])
def test_a_request_asks_its_new_doctor_unless_they_always_say_yes(
    asks: bool, patient: User, doctor: User, other_doctor: User, manager: User
) -> None:
    doctor.schedule.confirms_personally, other_doctor.schedule.confirms_personally = True, asks
    doctor.schedule.save()
    other_doctor.schedule.save()
    visit = make_appointment(
        patient,
        doctor,
        make_service("Free talk", price=0),
        starts_at=clinic_time(3, 10),
        price=0,
        status=S.PENDING_CONFIRMATION,
    )
    moved = reschedule(visit.pk, starts_at=clinic_time(4, 14), actor=manager, doctor=other_doctor)
    assert moved.status == (S.PENDING_CONFIRMATION if asks else S.CONFIRMED)
    told = Notification.objects.filter(user=other_doctor)
    assert told.filter(title__contains="request").exists() is asks
    assert told.filter(title__contains="New appointment").exists() is not asks
