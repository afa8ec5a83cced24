"""Many at once: what two people want can only be given to one, on SQLite and on PostgreSQL alike."""

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from typing import Any

import httpx
import pytest
from django.utils import timezone
from knox.models import AuthToken

from accounts.enums import Mode
from accounts.models import User
from accounts.tests.factories import make_doctor, make_patient
from clinic.core.errors import Conflict
from clinic.core.testing.racing import race
from scheduling.domain import booking, progress
from scheduling.domain.errors import SlotTaken, TooManyHolds
from scheduling.enums import CELL_MINUTES, OCCUPYING, AppointmentStatus
from scheduling.models import Appointment, CalendarCell, Service
from scheduling.tests.factories import clinic_time, make_appointment

pytestmark = pytest.mark.django_db(transaction=True)
S = AppointmentStatus
CROWD = 50
ROUNDS = 8


def cells_agree_with_appointments() -> bool:
    """Each five minutes of each occupying visit is claimed for its two people (the doctor's not when it is overbooked)
    and its resources, and nothing else is."""
    expected = {
        (owner, int(visit.starts_at.timestamp()) // 60 // CELL_MINUTES + offset, visit.pk)
        for visit in Appointment.objects.filter(status__in=OCCUPYING).prefetch_related("resources")
        for owner in (
            visit.patient_id,
            *([] if visit.overbooking_reason else [visit.doctor_id]),
            *(resource.pk for resource in visit.resources.all()),
        )
        for offset in range(int((visit.ends_at - visit.starts_at).total_seconds()) // 60 // CELL_MINUTES)
    }
    return expected == set(CalendarCell.objects.values_list("calendar", "cell", "appointment"))


def book(patient: User, doctor: User, service: Service, **changes: Any) -> Callable[[], Appointment]:
    wish = {"starts_at": clinic_time(3, 10), "mode": Mode.VIDEO, "booked_by": patient, **changes}
    return partial(booking.book, patient=patient, doctor=doctor, service=service, **wish)


@pytest.mark.server
def test_fifty_patients_and_one_slot(server: Any, doctor: User, service: Service) -> None:
    people = [make_patient(f"patient{number}@test.clinic") for number in range(CROWD)]
    tokens = [AuthToken.objects.create(person)[1] for person in people]
    wish = {
        "doctor": str(doctor.pk),
        "service": str(service.pk),
        "starts_at": clinic_time(3, 10).isoformat(),
        "mode": "video",
        "reason": "",
    }
    gate = threading.Barrier(CROWD)

    def ask(token: str) -> httpx.Response:
        with httpx.Client(base_url=server.url, timeout=60) as client:
            client.get("/healthz")  # the connection stands before the start signal
            gate.wait()
            headers = {"Authorization": f"Token {token}"}
            return client.post("/api/appointments/book/", json=wish, headers=headers)

    with ThreadPoolExecutor(CROWD) as pool:
        answers = list(pool.map(ask, tokens))

    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: CROWD - 1}, server.log[-2000:]
    for answer in answers:
        if answer.status_code == 409:
            body = answer.json()
            assert body["code"] == "slot_taken"
            starts = [slot["starts_at"] for slot in body["nearest"]]
            assert len(starts) == 3
            assert wish["starts_at"] not in starts
    assert Appointment.objects.count() == 1
    assert CalendarCell.objects.count() == 2 * service.minutes // CELL_MINUTES
    assert cells_agree_with_appointments()


def test_one_patient_and_two_doctors_at_the_same_time(
    patient: User, doctor: User, other_doctor: User, service: Service
) -> None:
    for number in range(ROUNDS):
        at = clinic_time(3 + number, 10)
        results = race(
            book(patient, doctor, service, starts_at=at), book(patient, other_doctor, service, starts_at=at)
        )
        assert sorted(type(result).__name__ for result in results) == ["Appointment", "SlotTaken"]
        winner = next(result for result in results if isinstance(result, Appointment))
        progress.cancel(winner.pk, actor=patient)
    assert cells_agree_with_appointments()


def test_visits_closer_than_the_buffer(
    patient: User, other_patient: User, doctor: User, service: Service
) -> None:
    """The cells alone would allow both: they touch, but leave no pause."""
    doctor.schedule.buffer_minutes = 10
    doctor.schedule.save()
    for number in range(ROUNDS):
        results = race(
            book(patient, doctor, service, starts_at=clinic_time(3 + number, 10)),
            book(other_patient, doctor, service, starts_at=clinic_time(3 + number, 10, 30)),
        )
        assert sorted(type(result).__name__ for result in results) == ["Appointment", "SlotTaken"]
        winner = next(result for result in results if isinstance(result, Appointment))
        progress.cancel(winner.pk, actor=winner.patient)


def test_holds_are_counted_in_a_race_too(patient: User, service: Service) -> None:
    doctors = [make_doctor(f"doctor{number}@test.clinic") for number in range(6)]
    results = race(
        *(
            book(patient, doctor, service, starts_at=clinic_time(3 + number, 10))
            for number, doctor in enumerate(doctors)
        )
    )
    assert sum(isinstance(result, Appointment) for result in results) == booking.MAX_HOLDS
    assert sum(isinstance(result, TooManyHolds) for result in results) == 6 - booking.MAX_HOLDS


def test_booking_over_a_lapsed_hold_while_it_expires(
    patient: User, other_patient: User, doctor: User, service: Service
) -> None:
    for number in range(ROUNDS):
        at = clinic_time(3 + number, 10)
        hold = make_appointment(
            patient,
            doctor,
            service,
            starts_at=at,
            status=S.PENDING_PAYMENT,
            hold_expires_at=timezone.now() - timedelta(seconds=1),
        )
        results = race(
            book(other_patient, doctor, service, starts_at=at),
            partial(progress.expire, hold.pk),
            progress.expire_lapsed,
        )
        assert isinstance(results[0], Appointment)
        hold.refresh_from_db()
        assert hold.status == S.EXPIRED
        assert hold.history.filter(to_status=S.EXPIRED).count() == 1
        progress.cancel(results[0].pk, actor=other_patient)
    assert cells_agree_with_appointments()


def test_paying_at_the_last_moment_while_another_books(
    patient: User, other_patient: User, doctor: User, service: Service
) -> None:
    """Either the payment was in time and the slot is kept, or it was late and the other one has it."""
    for number in range(ROUNDS):
        at = clinic_time(3 + number, 10)
        hold = make_appointment(
            patient,
            doctor,
            service,
            starts_at=at,
            status=S.PENDING_PAYMENT,
            hold_expires_at=timezone.now() + timedelta(milliseconds=30 * (number % 4)),
        )
        paid, booked = race(
            partial(progress.payment_submitted, hold.pk, actor=patient),
            book(other_patient, doctor, service, starts_at=at),
        )
        hold.refresh_from_db()
        if isinstance(booked, Appointment):
            assert isinstance(paid, Conflict)
            assert hold.status == S.EXPIRED
            progress.cancel(booked.pk, actor=other_patient)
        else:
            assert isinstance(booked, SlotTaken)
            assert hold.status in (S.PENDING_CONFIRMATION, S.PENDING_PAYMENT)
            progress.cancel(hold.pk, actor=patient)
    assert cells_agree_with_appointments()


def test_confirming_while_the_patient_cancels(
    patient: User, doctor: User, manager: User, service: Service
) -> None:
    for number in range(ROUNDS):
        visit = make_appointment(
            patient, doctor, service, starts_at=clinic_time(3 + number, 10), status=S.PENDING_CONFIRMATION
        )
        confirmed, cancelled = race(
            partial(progress.confirm, visit.pk, actor=manager),
            partial(progress.cancel, visit.pk, actor=patient),
        )
        visit.refresh_from_db()
        # A confirmed visit may be cancelled, a cancelled one not confirmed: it ends cancelled in both orders.
        assert not isinstance(cancelled, Conflict)
        assert visit.status == S.CANCELLED
        steps = list(visit.history.values_list("from_status", "to_status"))[1:]
        if isinstance(confirmed, Conflict):
            assert confirmed.code == "invalid_transition"
            assert steps == [(S.PENDING_CONFIRMATION, S.CANCELLED)]
        else:
            assert steps == [(S.PENDING_CONFIRMATION, S.CONFIRMED), (S.CONFIRMED, S.CANCELLED)]
    assert not CalendarCell.objects.exists()


def test_confirming_twice(patient: User, doctor: User, manager: User, service: Service) -> None:
    visit = make_appointment(patient, doctor, service, status=S.PENDING_CONFIRMATION)
    results = race(*[partial(progress.confirm, visit.pk, actor=manager)] * 4)
    assert sum(isinstance(result, Conflict) for result in results) == 3
    assert visit.history.filter(to_status=S.CONFIRMED).count() == 1


def test_moving_to_a_slot_while_another_books_it(
    patient: User, other_patient: User, doctor: User, service: Service
) -> None:
    for number in range(ROUNDS):
        wanted = clinic_time(3 + number, 14)
        visit = make_appointment(patient, doctor, service, starts_at=clinic_time(3 + number, 10))
        moved, booked = race(
            partial(booking.reschedule, visit.pk, starts_at=wanted, actor=patient),
            book(other_patient, doctor, service, starts_at=wanted),
        )
        assert isinstance(moved, SlotTaken) != isinstance(booked, SlotTaken)
        visit.refresh_from_db()
        assert visit.starts_at == (clinic_time(3 + number, 10) if isinstance(moved, SlotTaken) else wanted)
        if isinstance(booked, Appointment):
            progress.cancel(booked.pk, actor=other_patient)
    assert cells_agree_with_appointments()


def test_two_visits_that_swap_places(
    patient: User, other_patient: User, doctor: User, service: Service
) -> None:
    """Neither place is free, so neither moves, and nobody waits for ever."""
    first = make_appointment(patient, doctor, service, starts_at=clinic_time(3, 10))
    second = make_appointment(other_patient, doctor, service, starts_at=clinic_time(3, 14))
    results = race(
        partial(booking.reschedule, first.pk, starts_at=clinic_time(3, 14), actor=patient),
        partial(booking.reschedule, second.pk, starts_at=clinic_time(3, 10), actor=other_patient),
    )
    assert all(isinstance(result, SlotTaken) for result in results)
    assert cells_agree_with_appointments()
