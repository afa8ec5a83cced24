"""Many people do everything at once: nobody waits for ever, nothing breaks, and the calendars add up afterwards."""

import random
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import pytest
from django.db import connections
from django.utils import timezone

from accounts.models import User
from accounts.tests.factories import make_doctor, make_patient
from clinic.core.errors import DomainError
from scheduling.domain import booking, offers, progress, waiting
from scheduling.enums import OPEN, OfferStatus, ResourceKind
from scheduling.models import Appointment, CalendarCell, Service, WaitingOffer
from scheduling.tests.factories import clinic_time, make_resources, make_service, make_waiting
from scheduling.tests.test_booking_races import cells_agree_with_appointments

pytestmark = pytest.mark.django_db(transaction=True)
PEOPLE, TURNS = 6, 8
MODE = "in_person"


class Somebody:
    """Does one thing after another, at random; a refusal is fine, anything else is not."""

    def __init__(self, number: int, manager: User, doctors: list[User], patients: list[User]) -> None:
        self.chance = random.Random(number)
        self.manager, self.doctors, self.patients = manager, doctors, patients
        self.services = list(Service.objects.order_by("name"))

    def act(self) -> None:
        things: list[Callable[[], None]] = [
            self.book,
            self.overbook,
            self.move,
            self.cancel,
            self.answer,
            self.time_passes,
        ]
        (thing,) = self.chance.choices(things, [5, 1, 3, 2, 2, 1])
        with suppress(DomainError):
            thing()

    def when(self) -> Any:
        return clinic_time(
            self.chance.randint(1, 2), self.chance.choice([9, 10, 13]), self.chance.choice([0, 30])
        )

    def book(self, **more: Any) -> None:
        patient = self.chance.choice(self.patients)
        booking.book(
            patient=patient,
            doctor=self.chance.choice(self.doctors),
            service=self.chance.choice(self.services),
            starts_at=self.when(),
            mode=MODE,
            booked_by=self.manager if more else patient,
            **more,
        )

    def overbook(self) -> None:
        self.book(overbooking_reason="Fever", pay_later=True)

    def one_of(self, found: Any) -> Any:
        rows = list(found)
        return self.chance.choice(rows) if rows else None

    def move(self) -> None:
        if visit := self.one_of(Appointment.objects.filter(status__in=OPEN)):
            booking.reschedule(
                visit.pk,
                starts_at=self.when(),
                actor=self.manager,
                doctor=self.chance.choice(self.doctors),
                seen_sequence=visit.sequence,
            )

    def cancel(self) -> None:
        if visit := self.one_of(Appointment.objects.filter(status__in=OPEN)):
            progress.cancel(visit.pk, actor=self.manager, reason="Ill")

    def answer(self) -> None:
        if offer := self.one_of(
            WaitingOffer.objects.filter(status=OfferStatus.OPEN).select_related("entry__patient")
        ):
            reply = self.chance.choice([waiting.claim, waiting.pass_on])
            reply(offer.pk, actor=offer.entry.patient)

    def time_passes(self) -> None:
        WaitingOffer.objects.filter(status=OfferStatus.OPEN).update(expires_at=timezone.now())
        Appointment.objects.filter(status="pending_payment").update(hold_expires_at=timezone.now())
        offers.lapse_due()
        progress.expire_lapsed()


def test_everything_at_once(doctor: User, other_doctor: User, manager: User, service: Service) -> None:
    scan = make_service("Scan", minutes=60)
    doctors = [doctor, other_doctor, make_doctor("third.doctor@test.clinic")]
    patients = [make_patient(f"patient{number}@test.clinic") for number in range(5)]
    make_resources("A", "B", needed_by=scan)
    (room, _other) = make_resources("1", "2", group="Rooms", kind=ResourceKind.ROOM, needed_by=service)
    scan.needs.add(room.group)
    for patient in patients:
        make_waiting(patient, None, service, mode=MODE, specialty=doctor.doctor_profile.specialty)
        make_waiting(patient, doctor, scan, mode=MODE)
    gate = threading.Barrier(PEOPLE)

    def run(number: int) -> None:
        try:
            somebody = Somebody(number, manager, doctors, patients)
            gate.wait()
            for _turn in range(TURNS):
                somebody.act()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(PEOPLE) as pool:
        list(pool.map(run, range(PEOPLE)))  # raises what was no refusal: a deadlock, a broken constraint

    kept = CalendarCell.objects.filter(offer__isnull=False)
    still_open = WaitingOffer.objects.filter(status=OfferStatus.OPEN)
    assert set(kept.values_list("offer", flat=True)) == set(still_open.values_list("pk", flat=True))
    assert Appointment.objects.count() > PEOPLE
    kept.delete()
    assert cells_agree_with_appointments()
