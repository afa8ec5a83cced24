"""A referral, and a scanner, that two people want at the same moment; on SQLite and on PostgreSQL alike."""

from functools import partial
from typing import Any

import pytest

from accounts.domain import care
from accounts.models import User
from clinic.core.errors import Conflict
from scheduling.domain import booking, equipment, progress, referrals
from scheduling.models import Appointment, Referral, Resource, ResourceGroup, Service
from scheduling.tests.factories import clinic_time
from scheduling.tests.imaging import QUESTION, make_radiologist, make_referral, make_scan
from scheduling.tests.test_booking_races import cells_agree_with_appointments, race

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 4


@pytest.fixture
def radiologist(db: None) -> User:
    return make_radiologist()


@pytest.fixture
def scan(radiologist: User) -> Service:
    return make_scan(radiologist)


def booked_by(actor: User, referral: Referral, doctor: User, hour: int) -> Any:
    return partial(
        booking.book,
        patient=referral.patient,
        doctor=doctor,
        service=referral.service,
        starts_at=clinic_time(3, hour),
        mode="in_person",
        booked_by=actor,
        referral=referral,
    )


def test_two_clicks_ask_once(patient: User, doctor: User, scan: Service) -> None:
    care.link(patient, doctor)
    ask = partial(referrals.ask, patient=patient, referrer=doctor, service=scan, question=QUESTION)
    results = race(ask, ask)
    assert sum(isinstance(result, Conflict) for result in results) == 1
    assert Referral.objects.count() == 1


def test_the_patient_and_the_desk_book_it_once(
    patient: User, doctor: User, manager: User, radiologist: User, scan: Service
) -> None:
    referral = make_referral(patient, doctor, scan)
    for _ in range(ROUNDS):
        results = race(
            booked_by(patient, referral, radiologist, 10), booked_by(manager, referral, radiologist, 14)
        )
        (made,) = (result for result in results if isinstance(result, Appointment))
        referral.refresh_from_db()
        assert (referral.status, referral.appointment) == ("booked", made)
        assert cells_agree_with_appointments()
        progress.cancel(made.pk, actor=manager)
        referral.refresh_from_db()
        assert (referral.status, referral.appointment) == ("requested", None)


def test_booked_or_withdrawn_but_not_both(
    patient: User, doctor: User, radiologist: User, scan: Service
) -> None:
    for number in range(ROUNDS):
        referral = make_referral(patient, doctor, scan)
        race(
            booked_by(patient, referral, radiologist, 10),
            partial(referrals.withdraw, referral.pk, actor=doctor),
        )
        referral.refresh_from_db()
        open_visits = Appointment.objects.filter(status="pending_payment").count()
        assert (referral.status, open_visits) in (("booked", 1), ("cancelled", 0)), number
        assert cells_agree_with_appointments()
        if open_visits:
            referrals.withdraw(referral.pk, actor=doctor)


def test_a_visit_that_changes_the_scanner_and_one_that_is_booked_on_it(
    patient: User, other_patient: User, manager: User, radiologist: User, scan: Service
) -> None:
    scanners = ResourceGroup.objects.create(name="Scanners", kind="equipment")
    scan.needs.add(scanners)
    first, second = (Resource.objects.create(group=scanners, name=name) for name in ("MRI 1", "MRI 2"))
    other = make_radiologist("second.radiologist@test.clinic")
    what: dict[str, Any] = {"service": scan, "mode": "in_person", "starts_at": clinic_time(3, 10)}
    hit = booking.book(patient=patient, doctor=radiologist, booked_by=manager, **what)
    assert list(hit.resources.all()) == [first]
    equipment.use(first.pk, False, actor=manager)
    race(
        partial(equipment.move_visits, first, actor=manager),
        partial(booking.book, patient=other_patient, doctor=other, booked_by=manager, **what),
    )
    assert cells_agree_with_appointments()
    assert Appointment.objects.filter(resources=second).count() == 1
