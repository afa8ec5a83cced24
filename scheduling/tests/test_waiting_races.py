"""Several at once on the waiting list, on SQLite and on PostgreSQL alike."""

from datetime import timedelta
from functools import partial

import pytest
import time_machine
from django.db.models import Count
from django.utils import timezone

from accounts.enums import Mode
from accounts.models import User
from accounts.tests.factories import make_patient
from clinic.core.errors import Conflict
from scheduling.domain import booking, offers, progress, waiting
from scheduling.enums import AppointmentStatus, OfferStatus, WaitingStatus
from scheduling.models import Appointment, CalendarCell, Service, WaitingEntry, WaitingOffer
from scheduling.tests.factories import clinic_time, make_appointment, make_waiting
from scheduling.tests.test_booking_races import race

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 5


def line(count: int, doctor: User, service: Service) -> list[WaitingEntry]:
    return [make_waiting(make_patient(f"w{number}@test.clinic"), doctor, service) for number in range(count)]


def offered(visit: Appointment, entry: WaitingEntry) -> WaitingOffer:
    progress.cancel(visit.pk, actor=visit.doctor)
    return entry.offers.get()


def test_two_times_become_free_at_once_for_two_who_wait(
    patient: User, other_patient: User, doctor: User, service: Service
) -> None:
    people = [make_patient(f"w{number}@test.clinic") for number in range(2)]
    for number in range(ROUNDS):
        waits = [make_waiting(person, doctor, service) for person in people]
        visits = [
            make_appointment(person, doctor, service, starts_at=clinic_time(2 + number, hour))
            for person, hour in ((patient, 10), (other_patient, 14))
        ]
        race(*(partial(progress.cancel, visit.pk, actor=doctor) for visit in visits))
        given = WaitingOffer.objects.filter(status=OfferStatus.OPEN)
        assert {offer.entry_id for offer in given} == {entry.pk for entry in waits}
        assert {offer.starts_at for offer in given} == {visit.starts_at for visit in visits}
        for offer in given:
            waiting.leave(offer.entry_id, actor=offer.entry.patient)


def test_one_patient_in_two_lines_is_asked_once(
    patient: User, other_patient: User, doctor: User, other_doctor: User, service: Service
) -> None:
    person = make_patient("busy@test.clinic")
    make_waiting(person, doctor, service)
    make_waiting(person, other_doctor, service)
    visits = [
        make_appointment(patient, doctor, service, starts_at=clinic_time(2, 10)),
        make_appointment(other_patient, other_doctor, service, starts_at=clinic_time(2, 14)),
    ]
    race(*(partial(progress.cancel, visit.pk, actor=visit.doctor) for visit in visits))
    assert WaitingOffer.objects.filter(status=OfferStatus.OPEN).count() <= 1
    assert WaitingEntry.objects.filter(status=WaitingStatus.OFFERED).count() <= 1


def test_claiming_in_two_tabs_makes_one_visit(patient: User, doctor: User, service: Service) -> None:
    (entry,) = line(1, doctor, service)
    offer = offered(make_appointment(patient, doctor, service), entry)
    claims = race(*(partial(waiting.claim, offer.pk, actor=entry.patient) for _tab in range(4)))
    assert len({visit.pk for visit in claims}) == 1
    assert Appointment.objects.filter(patient=entry.patient).count() == 1


def test_claim_and_lapse_at_the_same_moment(patient: User, doctor: User, service: Service) -> None:
    """The clock decides; whoever wins, the time belongs to one."""
    first, second = line(2, doctor, service)
    offer = offered(make_appointment(patient, doctor, service), first)
    with time_machine.travel(offer.expires_at - timedelta(milliseconds=15), tick=True):
        race(partial(waiting.claim, offer.pk, actor=first.patient), *(partial(_lapse_soon, offer),) * 3)
    offer.refresh_from_db()
    claimed = Appointment.objects.filter(patient=first.patient).count()
    assert (offer.status, claimed) in ((OfferStatus.CLAIMED, 1), (OfferStatus.LAPSED, 0))
    assert second.offers.count() == 1 - claimed
    cells = CalendarCell.objects.filter(calendar=doctor.pk).values("cell").annotate(n=Count("pk"))
    assert [row["n"] for row in cells] == [1] * 6


def _lapse_soon(offer: WaitingOffer) -> bool:
    while timezone.now() < offer.expires_at:
        pass
    return offers.lapse(offer.pk)


def test_strangers_get_nothing_while_the_time_is_freed_and_offered(
    patient: User, doctor: User, service: Service
) -> None:
    (entry,) = line(1, doctor, service)
    visit = make_appointment(patient, doctor, service)
    strangers = [make_patient(f"s{number}@test.clinic") for number in range(4)]
    results = race(
        partial(progress.cancel, visit.pk, actor=doctor),
        *(
            partial(
                booking.book, patient=person, doctor=doctor, service=service, starts_at=visit.starts_at,
                mode=Mode.VIDEO, booked_by=person,
            )
            for person in strangers
        ),
    )  # fmt: skip
    assert all(isinstance(result, Conflict) for result in results[1:])
    assert entry.offers.get().starts_at == visit.starts_at
    assert (
        waiting.claim(entry.offers.get().pk, actor=entry.patient).status == AppointmentStatus.PENDING_PAYMENT
    )
