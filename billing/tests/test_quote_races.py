"""Of one member's yearly benefit no two bookings at once take the same rest, on SQLite and on PostgreSQL alike."""

from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from django.utils import timezone

from accounts.tests.factories import make_doctor
from billing.domain import cover, memberships, quoting
from billing.models import Authorisation, Payment, Quote
from billing.tests.aid import make_authorisation, make_membership, make_plan
from clinic.core.errors import Conflict
from clinic.core.testing.racing import race
from scheduling.domain import booking, progress
from scheduling.models import Appointment
from scheduling.tests.factories import clinic_time, make_appointment

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 5


def test_two_bookings_at_once_near_the_annual_limit(patient: Any, service: Any) -> None:
    """800 each, 1,000 left: one visit is covered in full, the other with the rest, whichever comes first."""
    doctors = [make_doctor(f"doctor{number}@test.clinic") for number in range(2)]
    membership = make_membership(patient, make_plan(cover_percent=100, annual_limit=1000))
    days = [number + 2 for number in range(ROUNDS)]
    for day in days:
        visits = race(
            *[
                partial(
                    booking.book,
                    patient=patient,
                    booked_by=patient,
                    doctor=doctor,
                    service=service,
                    starts_at=clinic_time(day, 10 + number),
                    mode="video",
                )
                for number, doctor in enumerate(doctors)
            ]
        )
        quotes = Quote.objects.filter(appointment__in=visits)
        assert sorted(quote.covered for quote in quotes) == [200, 800]
        assert Payment.objects.get(appointment__in=visits).amount == 600
        assert sorted(visit.status for visit in visits) == ["confirmed", "pending_payment"]
        for visit in visits:
            progress.cancel(visit.pk, actor=patient)
        assert cover.remaining(membership, timezone.localdate(visits[0].starts_at).year, "NPR") == 1000


def test_many_quotes_at_once_never_cover_more_than_the_limit(patient: Any, doctor: Any, service: Any) -> None:
    """Frozen without the lock of the booking on its people: the membership's own lock holds."""
    make_membership(patient, make_plan(cover_percent=100, annual_limit=Decimal("1500.50")))
    visits = [
        make_appointment(patient, doctor, service, starts_at=clinic_time(2, 9 + number))
        for number in range(6)
    ]
    quotes = race(*[partial(quoting.freeze, visit, actor=patient) for visit in visits])
    assert sorted(quote.covered for quote in quotes) == [0, 0, 0, 0, Decimal("700.50"), 800]
    assert sum(Quote.objects.values_list("covered", flat=True)) == Decimal("1500.50")


def test_an_authorisation_in_advance_goes_to_one_of_two(patient: Any, doctor: Any, service: Any) -> None:
    membership = make_membership(patient, make_plan(cover_percent=100, needs_authorisation=True))
    granted = make_authorisation(membership, service, "granted")
    visits: list[Appointment] = [
        make_appointment(patient, doctor, service, starts_at=clinic_time(2, 9 + number))
        for number in range(4)
    ]
    quotes = race(*[partial(quoting.freeze, visit, actor=patient) for visit in visits])
    assert sorted(quote.authorisation_open for quote in quotes) == [False, True, True, True]
    granted.refresh_from_db()
    used = next(quote for quote in quotes if not quote.authorisation_open)
    assert granted.appointment_id == used.appointment_id
    assert Authorisation.objects.filter(appointment__in=visits).count() == 4


def test_changing_and_checking_a_membership_at_once(patient: Any, manager: Any) -> None:
    """Neither waits for the other in a ring, and nothing that management has not seen counts as checked."""
    plan = make_plan()
    for number in range(ROUNDS):
        membership = memberships.enter(
            patient, plan=plan, number=f"AB {number}00", valid_from=timezone.localdate(), actor=patient
        )
        seen = memberships.version_of(membership)

        def change(number: int = number) -> Any:
            return memberships.enter(
                patient, plan=plan, number=f"AB {number}01", valid_from=timezone.localdate(), actor=patient
            )

        def check(pk: Any = membership.pk, seen: str = seen) -> Any:
            try:
                return memberships.verify(pk, version=seen, actor=manager)
            except Conflict:
                return None

        race(change, check)
        now = cover.current(patient.pk)
        assert now is not None
        assert (now.number_key, now.verified_at) == (f"AB{number}01", None)
        assert patient.medical_aid_memberships.filter(ended_at=None).count() == 1
