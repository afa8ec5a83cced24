"""Many at once, beyond one doctor and one patient: scanners, rooms, overbooking, offers, two hands on one visit."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from accounts.enums import Mode
from accounts.models import User
from accounts.tests.factories import make_doctor, make_patient, make_user
from scheduling.domain import booking, offers, progress, waiting
from scheduling.domain.errors import MovedMeanwhile, SlotTaken
from scheduling.domain.slots import Slot
from scheduling.enums import OfferStatus, ResourceKind
from scheduling.models import Appointment, CalendarCell, Service, WaitingOffer
from scheduling.tests.factories import clinic_time, make_appointment, make_resources, make_waiting
from scheduling.tests.test_booking_races import book, cells_agree_with_appointments, race

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 4


def names(results: list[Any]) -> list[str]:
    return sorted(type(result).__name__ for result in results)


def free_again(results: list[Any]) -> None:
    for visit in results:
        if isinstance(visit, Appointment):
            progress.cancel(visit.pk, actor=visit.patient)


def test_two_doctors_and_the_one_scanner(
    patient: User, other_patient: User, doctor: User, other_doctor: User, service: Service
) -> None:
    make_resources("Scanner", needed_by=service)
    for number in range(ROUNDS):
        at = clinic_time(3 + number, 10)
        results = race(
            book(patient, doctor, service, starts_at=at),
            book(other_patient, other_doctor, service, starts_at=at),
        )
        assert names(results) == ["Appointment", "SlotTaken"]
        taken = next(result for result in results if isinstance(result, SlotTaken))
        assert len(taken.extra["nearest"]) == 3
        free_again(results)
    assert not CalendarCell.objects.exists()


def test_six_doctors_and_four_of_each(service: Service) -> None:
    """As many as there are rooms and scanners get one of each, all different; the others are refused, and no two
    bookings wait for each other."""
    make_resources(*"ABCD", needed_by=service)
    make_resources(*"1234", group="Rooms", kind=ResourceKind.ROOM, needed_by=service)
    doctors = [make_doctor(f"doctor{number}@test.clinic") for number in range(6)]
    patients = [make_patient(f"patient{number}@test.clinic") for number in range(6)]
    results = race(
        *(
            book(patient, doctor, service, mode=Mode.IN_PERSON)
            for patient, doctor in zip(patients, doctors, strict=True)
        )
    )
    assert names(results) == ["Appointment"] * 4 + ["SlotTaken"] * 2
    used = [resource for visit in Appointment.objects.all() for resource in visit.resources.all()]
    assert len(used) == len(set(used)) == 8
    assert cells_agree_with_appointments()


def test_two_managers_drag_the_same_visit(
    patient: User, doctor: User, other_doctor: User, manager: User, service: Service
) -> None:
    """One place, the right cells; the second learns where it stands now."""
    make_resources("A", "B", needed_by=service)
    second_manager = make_user("second.manager@test.clinic", role="management")
    visit = booking.book(
        patient=patient, doctor=doctor, service=service, starts_at=clinic_time(3, 10), mode=Mode.VIDEO,
        booked_by=manager,
    )  # fmt: skip
    for number in range(ROUNDS):
        visit.refresh_from_db()
        seen = visit.sequence
        wishes: list[dict[str, Any]] = [
            {"starts_at": clinic_time(4 + number, 9), "actor": manager, "doctor": other_doctor},
            {"starts_at": clinic_time(4 + number, 14), "actor": second_manager, "doctor": doctor},
        ]
        results = race(
            *(partial(booking.reschedule, visit.pk, seen_sequence=seen, **wish) for wish in wishes)
        )
        assert names(results) == ["Appointment", "MovedMeanwhile"]
        refused = next(result for result in results if isinstance(result, MovedMeanwhile))
        won = wishes[1 - results.index(refused)]
        visit.refresh_from_db()
        assert (visit.starts_at, visit.doctor, visit.sequence) == (won["starts_at"], won["doctor"], seen + 1)
        assert refused.extra["starts_at"] == timezone.localtime(visit.starts_at).isoformat()
        assert refused.extra["doctor"] == str(visit.doctor_id)
        assert cells_agree_with_appointments()


def test_overbooking_at_once_never_books_the_patient_twice(
    patient: User, doctor: User, other_doctor: User, manager: User, service: Service
) -> None:
    make_resources("A", "B", needed_by=service)
    for number in range(ROUNDS):
        at = clinic_time(3 + number, 10)
        for busy in (doctor, other_doctor):
            make_appointment(
                make_patient(f"busy.{busy.pk}.{number}@test.clinic"), busy, service, starts_at=at
            )
        over = [
            book(patient, busy, service, starts_at=at, booked_by=manager, overbooking_reason="Fever")
            for busy in (doctor, other_doctor)
        ]
        results = race(*over)
        assert names(results) == ["Appointment", "SlotTaken"]
        assert (
            Appointment.objects.filter(patient=patient, starts_at=at).exclude(status="cancelled").count() == 1
        )
        free_again(results)
    assert cells_agree_with_appointments()


def test_overbooking_at_once_never_books_a_scanner_twice(
    patient: User, other_patient: User, doctor: User, manager: User, service: Service
) -> None:
    for number in range(ROUNDS):
        make_appointment(
            make_patient(f"busy{number}@test.clinic"), doctor, service, starts_at=clinic_time(3 + number, 10)
        )
    make_resources("Scanner", needed_by=service)
    for number in range(ROUNDS):
        at = clinic_time(3 + number, 10)
        results = race(
            *(
                book(who, doctor, service, starts_at=at, booked_by=manager, overbooking_reason="Fever")
                for who in (patient, other_patient)
            )
        )
        assert names(results) == ["Appointment", "SlotTaken"]
        free_again(results)
    assert cells_agree_with_appointments()


def test_a_slot_that_comes_free_goes_to_who_waits_and_not_to_who_is_quick(
    patient: User, other_patient: User, doctor: User, service: Service
) -> None:
    who_waits = make_patient("waiting@test.clinic")
    for number in range(ROUNDS):
        at = clinic_time(3 + number, 10)
        visit = make_appointment(patient, doctor, service, starts_at=at)
        entry = make_waiting(who_waits, doctor, service, days=20)
        cancelled, booked = race(
            partial(progress.cancel, visit.pk, actor=patient),
            book(other_patient, doctor, service, starts_at=at),
        )
        assert cancelled.status == "cancelled"
        assert isinstance(booked, SlotTaken)
        offer = WaitingOffer.objects.get(entry=entry)
        assert (offer.starts_at, offer.status) == (at, OfferStatus.OPEN)
        assert set(CalendarCell.objects.values_list("offer", flat=True)) == {offer.pk}
        entry.delete()


def test_an_offer_is_claimed_at_the_last_moment_while_another_books(
    patient: User, other_patient: User, doctor: User, service: Service
) -> None:
    """Never both; who was too late on either side is told so."""
    won = set()
    for number in range(ROUNDS):
        at = clinic_time(3 + number, 10)
        entry = make_waiting(patient, doctor, service, days=20)
        with transaction.atomic():
            offer = offers.offer(entry, doctor, Slot(at, clinic_time(3 + number, 10, 30)))
        assert offer
        offer.expires_at = timezone.now() + timedelta(milliseconds=25 * (number % 3))
        offer.save()
        claimed, booked = race(
            partial(waiting.claim, offer.pk, actor=patient),
            book(other_patient, doctor, service, starts_at=at),
        )
        assert not (isinstance(claimed, Appointment) and isinstance(booked, Appointment))
        assert set(names([claimed, booked])) <= {"Appointment", "OfferOver", "SlotTaken"}
        won.add(
            "claim" if isinstance(claimed, Appointment) else "book" if isinstance(booked, Appointment) else ""
        )
        free_again([claimed, booked])
        offers.lapse_due()
        entry.delete()
    assert won - {""}, "somebody got one of them"
    assert cells_agree_with_appointments()
