"""The status machine: every step from every status, for every role; what each step frees, opens and tells."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone

from accounts.enums import Mode
from accounts.models import CareLink, User
from clinic.core.errors import InvalidTransition, NotAllowed
from messaging.enums import CallStatus, MessageKind
from messaging.models import Notification
from scheduling import rules
from scheduling.domain import progress
from scheduling.domain.errors import TooLate
from scheduling.domain.queries import appointments_visible_to
from scheduling.enums import APPOINTMENT_TRANSITIONS, OCCUPYING, AppointmentStatus
from scheduling.models import Appointment, CalendarCell, Service
from scheduling.signals import appointment_status_changed
from scheduling.tests.factories import clinic_time, make_appointment

pytestmark = pytest.mark.django_db
S = AppointmentStatus

STEPS: dict[str, tuple[Callable[..., Appointment], AppointmentStatus]] = {
    "payment_submitted": (progress.payment_submitted, S.PENDING_CONFIRMATION),
    "payment_rejected": (progress.payment_rejected, S.PENDING_PAYMENT),
    "confirm": (progress.confirm, S.CONFIRMED),
    "decline": (progress.decline, S.DECLINED),
    "cancel": (progress.cancel, S.CANCELLED),
    "check_in": (progress.check_in, S.CHECKED_IN),
    "start": (progress.start, S.IN_PROGRESS),
    "complete": (progress.complete, S.COMPLETED),
    "no_show": (progress.no_show, S.NO_SHOW),
    "undo_check_in": (progress.undo_check_in, S.CONFIRMED),
    "undo_start": (progress.undo_start, S.CHECKED_IN),
    "undo_no_show": (progress.undo_no_show, S.CHECKED_IN),
}

# From where each step is allowed; from everywhere else it is refused.
SOURCES: dict[str, set[str]] = {
    "payment_submitted": {S.PENDING_PAYMENT},
    "payment_rejected": {S.PENDING_CONFIRMATION},
    "confirm": {S.PENDING_CONFIRMATION},
    "decline": {S.PENDING_PAYMENT, S.PENDING_CONFIRMATION, S.CONFIRMED},
    "cancel": {S.PENDING_PAYMENT, S.PENDING_CONFIRMATION, S.CONFIRMED, S.CHECKED_IN},
    "check_in": {S.CONFIRMED},
    "start": {S.CONFIRMED, S.CHECKED_IN},
    "complete": {S.IN_PROGRESS},
    "no_show": {S.CONFIRMED, S.CHECKED_IN},
    "undo_check_in": {S.CHECKED_IN},
    "undo_start": {S.IN_PROGRESS},
    "undo_no_show": {S.NO_SHOW},
}


def test_the_steps_are_the_whole_table() -> None:
    steps = {(source, STEPS[step][1]) for step, sources in SOURCES.items() for source in sources}
    steps.add((S.PENDING_PAYMENT, S.EXPIRED))  # by the portal alone
    assert steps == {(source, to) for source, targets in APPOINTMENT_TRANSITIONS.items() for to in targets}


def soon(patient: User, doctor: User, service: Service, status: str, **fields: Any) -> Appointment:
    return make_appointment(patient, doctor, service, starts_at=clinic_time(3, 10), status=status, **fields)


@pytest.mark.parametrize("from_status", S.values)
@pytest.mark.parametrize("step", STEPS)
def test_the_table_decides_every_pair(
    step: str, from_status: str, cast: dict[str, Any], manager: User
) -> None:
    take, to = STEPS[step]
    appointment = soon(**cast, status=from_status)
    rows = appointment.history.count()
    if from_status in SOURCES[step]:
        take(appointment.pk, actor=manager, reason="because")
        appointment.refresh_from_db()
        assert appointment.status == to
        last = appointment.history.latest("pk")
        assert (last.from_status, last.to_status, last.actor, last.reason) == (
            from_status,
            to,
            manager,
            "because",
        )
    else:
        with pytest.raises(InvalidTransition):
            take(appointment.pk, actor=manager, reason="because")
        appointment.refresh_from_db()
        assert appointment.status == from_status
        assert appointment.history.count() == rows
    assert appointment.cells.exists() is (appointment.status in OCCUPYING)


# step -> who may take it, of patient, doctor and manager; outsiders and the admin never may.
BY_STAFF = {"doctor", "manager"}
MAY = dict.fromkeys(STEPS, BY_STAFF) | {
    "payment_submitted": {"patient", "manager"},
    "cancel": {"patient", "doctor", "manager"},
}


@pytest.fixture
def cast(patient: User, doctor: User, manager: User, service: Service) -> dict[str, Any]:
    """As arguments of `soon`."""
    return {"patient": patient, "doctor": doctor, "service": service}


@pytest.mark.parametrize("who", ["patient", "doctor", "manager", "other_patient", "other_doctor", "admin"])
@pytest.mark.parametrize("step", STEPS)
def test_who_may_take_a_step(
    step: str, who: str, cast: dict[str, Any], request: pytest.FixtureRequest
) -> None:
    take, to = STEPS[step]
    from_status = next(source for source in S.values if source in SOURCES[step])
    appointment = soon(**cast, status=from_status)
    actor = request.getfixturevalue(who)
    if who in MAY[step]:
        take(appointment.pk, actor=actor)
        appointment.refresh_from_db()
        assert appointment.status == to
    else:
        with pytest.raises(NotAllowed):
            take(appointment.pk, actor=actor)
        appointment.refresh_from_db()
        assert appointment.status == from_status


def test_a_closed_account_may_nothing(patient: User, doctor: User, service: Service) -> None:
    appointment = soon(patient, doctor, service, S.CONFIRMED)
    for person in (patient, doctor):
        person.is_active = False
        with pytest.raises(NotAllowed):
            progress.cancel(appointment.pk, actor=person)


# --- Cancelling and the notice period ---


@pytest.mark.parametrize(
    ("status", "free"),
    [
        (S.PENDING_PAYMENT, True),
        (S.PENDING_CONFIRMATION, True),
        (S.CONFIRMED, False),
        (S.CHECKED_IN, False),
    ],
)
def test_patients_keep_to_the_notice_period_once_confirmed(
    status: str, free: bool, patient: User, doctor: User, service: Service
) -> None:
    starts_at = timezone.now() + timedelta(hours=settings.CANCEL_NOTICE_HOURS, minutes=-1)
    appointment = make_appointment(patient, doctor, service, starts_at=starts_at, status=status)
    assert rules.can_cancel(patient, appointment) is free
    assert rules.can_cancel(doctor, appointment)
    if free:
        progress.cancel(appointment.pk, actor=patient)
    else:
        with pytest.raises(TooLate):
            progress.cancel(appointment.pk, actor=patient)
        progress.cancel(appointment.pk, actor=doctor)
    appointment.refresh_from_db()
    assert appointment.status == S.CANCELLED


def test_outside_the_notice_period_a_patient_cancels(patient: User, doctor: User, service: Service) -> None:
    starts_at = timezone.now() + timedelta(hours=settings.CANCEL_NOTICE_HOURS, minutes=1)
    appointment = make_appointment(patient, doctor, service, starts_at=starts_at)
    progress.cancel(appointment.pk, actor=patient)
    appointment.refresh_from_db()
    assert appointment.status == S.CANCELLED


# --- Holds ---


def test_a_late_payment_finds_the_hold_gone(patient: User, doctor: User, service: Service) -> None:
    now = timezone.now()
    hold = soon(patient, doctor, service, S.PENDING_PAYMENT, hold_expires_at=now)
    with pytest.raises(InvalidTransition):
        progress.payment_submitted(hold.pk, actor=patient)


def test_a_rejected_payment_starts_a_fresh_hold(
    patient: User, doctor: User, manager: User, service: Service
) -> None:
    appointment = soon(patient, doctor, service, S.PENDING_CONFIRMATION)
    progress.payment_rejected(appointment.pk, actor=manager, reason="No such transfer")
    appointment.refresh_from_db()
    assert appointment.hold_expires_at
    assert appointment.hold_expires_at > timezone.now() + timedelta(minutes=settings.HOLD_MINUTES - 1)
    assert appointment.cells.exists()


def test_expire_ends_only_a_hold_that_lapsed(patient: User, doctor: User, service: Service) -> None:
    hold = soon(patient, doctor, service, S.PENDING_PAYMENT)
    assert progress.expire(hold.pk).status == S.PENDING_PAYMENT
    Appointment.objects.filter(pk=hold.pk).update(hold_expires_at=timezone.now())
    assert progress.expire(hold.pk).status == S.EXPIRED
    assert progress.expire(hold.pk).status == S.EXPIRED
    assert hold.history.filter(to_status=S.EXPIRED).count() == 1
    assert not hold.cells.exists()
    assert Notification.objects.filter(user=patient, key=f"appointment:{hold.pk}:expired").count() == 1


# --- What a confirmation brings ---


def test_confirming_a_video_visit_opens_everything(
    patient: User, doctor: User, manager: User, service: Service
) -> None:
    appointment = soon(patient, doctor, service, S.PENDING_CONFIRMATION)
    progress.confirm(appointment.pk, actor=manager)
    appointment.refresh_from_db()
    assert CareLink.objects.filter(patient=patient, doctor=doctor).exists()
    assert appointment.conversation
    assert {member.user for member in appointment.conversation.members.all()} == {patient, doctor}
    assert appointment.conversation.messages.get().kind == MessageKind.SYSTEM
    call = appointment.call
    assert call
    assert call.host == doctor
    assert call.status == CallStatus.SCHEDULED
    assert call.opens_at == appointment.starts_at - timedelta(minutes=settings.CALL_OPENS_MINUTES_BEFORE)
    assert call.closes_at == appointment.ends_at + timedelta(minutes=60)
    assert Notification.objects.filter(user=patient, kind="appointment").count() == 1
    assert Notification.objects.filter(user=doctor, kind="appointment").count() == 1


def test_a_visit_in_person_has_no_call(patient: User, doctor: User, service: Service) -> None:
    appointment = soon(patient, doctor, service, S.PENDING_CONFIRMATION, mode=Mode.IN_PERSON)
    progress.confirm(appointment.pk, actor=doctor)
    appointment.refresh_from_db()
    assert appointment.conversation
    assert appointment.call is None
    assert not Notification.objects.filter(user=doctor).exists(), "who confirmed needs no telling"


@pytest.mark.parametrize("step", ["decline", "cancel", "no_show", "complete"])
def test_the_call_ends_with_the_visit(
    step: str, patient: User, doctor: User, manager: User, service: Service
) -> None:
    appointment = soon(patient, doctor, service, S.PENDING_CONFIRMATION)
    progress.confirm(appointment.pk, actor=manager)
    if step == "complete":
        progress.start(appointment.pk, actor=doctor)
    STEPS[step][0](appointment.pk, actor=doctor)
    appointment.refresh_from_db()
    assert appointment.call
    assert appointment.call.status == CallStatus.ENDED


def test_the_doctor_hears_of_a_cancelled_visit_but_not_of_a_dropped_hold(
    patient: User, doctor: User, service: Service
) -> None:
    hold = soon(patient, doctor, service, S.PENDING_PAYMENT)
    progress.cancel(hold.pk, actor=patient)
    assert not Notification.objects.filter(user=doctor).exists()
    visit = soon(patient, doctor, service, S.CONFIRMED)
    progress.cancel(visit.pk, actor=patient)
    assert Notification.objects.filter(user=doctor, key=f"appointment:{visit.pk}:cancelled").exists()
    assert Notification.objects.filter(user=patient).count() == 2


# --- Announcements ---


def test_the_signal_comes_inside_and_events_on_commit(
    patient: User, doctor: User, service: Service, heard: Callable[[], Any]
) -> None:
    appointment = soon(patient, doctor, service, S.CONFIRMED)
    seen: list[dict[str, Any]] = []

    def receive(**kwargs: Any) -> None:
        seen.append(kwargs)

    appointment_status_changed.connect(receive)
    try:
        with heard() as events:
            progress.cancel(appointment.pk, actor=patient, reason="Well again")
            assert events == []
    finally:
        appointment_status_changed.disconnect(receive)
    assert [
        (kwargs["from_status"], kwargs["to_status"], kwargs["actor"], kwargs["reason"]) for kwargs in seen
    ] == [(S.CONFIRMED, S.CANCELLED, patient, "Well again")]
    told = {event["type"]: (groups, event) for groups, event in events}
    groups, event = told["appointment.changed"]
    assert set(groups) == {f"user.{patient.pk}", f"user.{doctor.pk}", "role.management"}
    assert set(event) == {"type", "id", "status", "starts_at"}
    assert event["status"] == "cancelled"
    assert told["slots.changed"][1]["date"] == str(clinic_time(3, 10).date())
    assert not any("Well again" in str(event) for _, event in events)


def test_a_step_that_keeps_the_time_leaves_the_slots_alone(
    patient: User, doctor: User, service: Service, heard: Callable[[], Any]
) -> None:
    appointment = soon(patient, doctor, service, S.CONFIRMED)
    with heard() as events:
        progress.check_in(appointment.pk, actor=doctor)
    assert [event["type"] for _, event in events] == ["appointment.changed"]


# --- Rules ---


def test_what_is_offered_to_whom(patient: User, doctor: User, service: Service) -> None:
    waiting = soon(patient, doctor, service, S.PENDING_CONFIRMATION)
    assert rules.available_actions(doctor, waiting) == ["confirm", "decline", "reschedule", "cancel"]
    assert rules.available_actions(patient, waiting) == ["reschedule", "cancel"]
    agreed = make_appointment(patient, doctor, service, starts_at=clinic_time(5, 10), status=S.CONFIRMED)
    assert rules.available_actions(doctor, agreed) == ["check-in", "start", "reschedule", "cancel"]
    done = make_appointment(patient, doctor, service, starts_at=clinic_time(4, 10), status=S.COMPLETED)
    assert rules.available_actions(doctor, done) == []


@pytest.mark.parametrize("who", ["other_doctor", "other_patient", "admin"])
def test_outsiders_are_offered_nothing(
    who: str, cast: dict[str, Any], request: pytest.FixtureRequest
) -> None:
    appointment = soon(**cast, status=S.CONFIRMED)
    outsider = request.getfixturevalue(who)
    assert rules.available_actions(outsider, appointment) == []
    assert not rules.can_see(outsider, appointment)
    assert not appointments_visible_to(outsider).exists()


def test_no_show_is_offered_once_the_visit_should_have_begun(
    patient: User, doctor: User, service: Service
) -> None:
    visit = soon(patient, doctor, service, S.CONFIRMED)
    assert "no-show" not in rules.available_actions(doctor, visit)
    visit.starts_at = timezone.now() - timedelta(minutes=10)
    assert "no-show" in rules.available_actions(doctor, visit)


def test_cells_stand_for_doctor_and_patient(patient: User, doctor: User, service: Service) -> None:
    appointment = soon(patient, doctor, service, S.CONFIRMED)
    assert set(CalendarCell.objects.values_list("calendar", flat=True)) == {patient.pk, doctor.pk}
    progress.complete(progress.start(appointment.pk, actor=doctor).pk, actor=doctor)
    assert CalendarCell.objects.exists()
