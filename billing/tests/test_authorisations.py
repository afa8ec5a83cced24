"""Authorisations: asked, granted, refused, over; and what the page of the visit says then."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.utils import timezone

from billing.domain import authorisations, payments
from billing.enums import AuthorisationStatus
from billing.models import Authorisation, Payment, Quote
from billing.tests.aid import make_authorisation, make_membership, make_plan
from clinic.core.errors import Invalid, InvalidTransition, NotAllowed
from scheduling.domain import booking, progress
from scheduling.models import Appointment
from scheduling.tests.factories import clinic_time

pytestmark = pytest.mark.django_db

S = AuthorisationStatus


def book(patient: Any, doctor: Any, service: Any, *, percent: int = 80, days: int = 3) -> Appointment:
    """A visit of 800 with a plan that wants to authorise it."""
    if not patient.medical_aid_memberships.exists():
        make_membership(patient, make_plan(cover_percent=percent, needs_authorisation=True))
    return booking.book(
        patient=patient,
        booked_by=patient,
        doctor=doctor,
        service=service,
        starts_at=clinic_time(days, 10),
        mode="video",
    )


def today(days: int = 0) -> Any:
    return timezone.localdate() + timedelta(days=days)


def test_booking_asks_and_granting_is_told(
    client: Any, patient: Any, doctor: Any, service: Any, manager: Any
) -> None:
    visit = book(patient, doctor, service)
    asked = Authorisation.objects.get()
    assert (asked.status, asked.appointment) == (S.ASKED, visit)
    assert manager.notifications.filter(url=f"/authorisations/{asked.pk}/").count() == 1
    client.force_login(patient)
    page = client.get(f"/quote/{visit.pk}/").content.decode()
    assert "not a guarantee" in page
    before = Quote.objects.values().get()
    authorisations.grant(asked.pk, number="AU 7", amount=Decimal(500), valid_until=today(10), actor=manager)
    page = client.get(f"/quote/{visit.pk}/").content.decode()
    assert "not a guarantee" not in page
    assert "AU 7" in page
    assert "NPR 500.00" in page, "less than the 640 that were quoted"
    assert Quote.objects.values().get() == before
    told = patient.notifications.get(title__contains="has authorised")
    assert (told.url, "500" in told.title) == (f"/appointments/{visit.pk}/", False)
    body = client.get(f"/api/appointments/{visit.pk}/quote/").json()
    assert body["authorisation_open"] is False
    assert body["authorisation"] == {
        "status": "granted", "number": "AU 7", "amount": "500.00", "valid_until": today(10).isoformat(),
    }  # fmt: skip


def test_refused_says_why_and_may_be_asked_again(
    client: Any, patient: Any, doctor: Any, service: Any, manager: Any
) -> None:
    visit = book(patient, doctor, service)
    asked = Authorisation.objects.get()
    with pytest.raises(Invalid):
        authorisations.refuse(asked.pk, reason=" ", actor=manager)
    authorisations.refuse(asked.pk, reason="Not before three months", actor=manager)
    assert authorisations.refuse(asked.pk, reason="Twice", actor=manager).history.count() == 2
    client.force_login(patient)
    page = client.get(f"/quote/{visit.pk}/").content.decode()
    assert "Not before three months" in page
    with pytest.raises(InvalidTransition):
        authorisations.grant(asked.pk, number="AU 7", actor=manager)
    again = authorisations.ask_again(asked.pk, actor=manager)
    assert authorisations.ask_again(asked.pk, actor=manager) == again
    assert (again.pk != asked.pk, again.appointment, again.status) == (True, visit, S.ASKED)
    assert "not a guarantee" in client.get(f"/quote/{visit.pk}/").content.decode()


def test_a_visit_paid_whole_by_the_plan_goes_on_when_it_is_granted(
    patient: Any, doctor: Any, service: Any, manager: Any
) -> None:
    visit = book(patient, doctor, service, percent=100)
    assert visit.status == "pending_confirmation"
    authorisations.grant(Authorisation.objects.get().pk, number="AU 7", actor=manager)
    visit.refresh_from_db()
    assert visit.status == "confirmed"


def test_a_visit_that_waits_for_its_payment_does_not(
    patient: Any, doctor: Any, service: Any, manager: Any
) -> None:
    visit = book(patient, doctor, service)
    payments.submit(Payment.objects.get().pk, bank_reference="FT 5566 1", actor=patient)
    authorisations.grant(Authorisation.objects.get().pk, number="AU 7", actor=manager)
    visit.refresh_from_db()
    assert visit.status == "pending_confirmation"


def test_correcting_what_was_granted(patient: Any, doctor: Any, service: Any, manager: Any) -> None:
    book(patient, doctor, service)
    pk = Authorisation.objects.get().pk
    authorisations.grant(pk, number="AU 7", actor=manager)
    fixed = authorisations.grant(pk, number="AU 8", amount=Decimal(100), actor=manager)
    assert (fixed.number, fixed.amount, fixed.history.count()) == ("AU 8", 100, 2)
    taken_back = authorisations.refuse(pk, reason="The insurer has changed its mind", actor=manager)
    assert taken_back.status == S.REFUSED


WRONG = [
    ({"number": " "}, "number"),
    ({"number": "7" * 41}, "number"),
    ({"number": "7\x007"}, "number"),
    ({"amount": Decimal(-1)}, "amount"),
    ({"amount": Decimal(0)}, "amount"),
    ({"amount": Decimal("1.001")}, "amount"),
    ({"amount": Decimal("1e12")}, "amount"),
    ({"valid_until": timezone.localdate() - timedelta(days=1)}, "valid_until"),
    ({"valid_until": timezone.localdate().replace(year=9999)}, "valid_until"),
]


@pytest.mark.parametrize(("change", "field"), WRONG)
def test_bad_input(patient: Any, service: Any, manager: Any, change: dict[str, Any], field: str) -> None:
    asked = make_authorisation(make_membership(patient), service)
    with pytest.raises(Invalid) as refused:
        authorisations.grant(asked.pk, **{"number": "AU 7", **change}, actor=manager)
    assert field in refused.value.fields
    asked.refresh_from_db()
    assert asked.status == S.ASKED


def test_a_cancelled_visit_frees_what_was_granted(
    patient: Any, doctor: Any, service: Any, manager: Any
) -> None:
    visit = book(patient, doctor, service, percent=100)
    granted = authorisations.grant(Authorisation.objects.get().pk, number="AU 7", actor=manager)
    progress.cancel(visit.pk, actor=manager)
    granted.refresh_from_db()
    assert (granted.status, granted.appointment) == (S.GRANTED, None)
    other = book(patient, doctor, service, days=4)
    granted.refresh_from_db()
    assert granted.appointment == other
    assert not Quote.objects.get(appointment=other).authorisation_open


def test_a_cancelled_visit_ends_what_was_asked(patient: Any, doctor: Any, service: Any) -> None:
    visit = book(patient, doctor, service)
    progress.cancel(visit.pk, actor=patient)
    assert Authorisation.objects.get().status == S.EXPIRED


def test_the_sweep_ends_those_that_are_over(patient: Any, doctor: Any, service: Any, manager: Any) -> None:
    visit = book(patient, doctor, service, percent=100, days=5)
    used = authorisations.grant(
        Authorisation.objects.get().pk, number="AU 7", valid_until=today(2), actor=manager
    )
    free = make_authorisation(used.membership, service, valid_until=today(2))
    with time_machine.travel(clinic_time(2, 23), tick=False):
        assert authorisations.expire_over() == 0
    with time_machine.travel(clinic_time(3, 1), tick=False):
        call_command("sweep")
        assert authorisations.expire_over() == 0
    assert set(Authorisation.objects.values_list("status", flat=True)) == {S.EXPIRED}
    assert patient.notifications.filter(title__contains="is over").count() == 1
    assert (
        manager.notifications.filter(url=f"/authorisations/{used.pk}/", title__contains="over").count() == 1
    )
    assert not manager.notifications.filter(url=f"/authorisations/{free.pk}/").exists()
    assert visit.pk == used.appointment_id


def test_the_sweep_leaves_a_visit_that_took_place(
    patient: Any, doctor: Any, service: Any, manager: Any
) -> None:
    visit = book(patient, doctor, service, percent=100)
    authorisations.grant(Authorisation.objects.get().pk, number="AU 7", valid_until=today(3), actor=manager)
    progress.start(visit.pk, actor=doctor)
    progress.complete(visit.pk, actor=doctor)
    with time_machine.travel(clinic_time(30, 1), tick=False):
        assert authorisations.expire_over() == 0


def test_asking_in_advance_twice_asks_once(patient: Any, service: Any, manager: Any) -> None:
    membership = make_membership(patient)
    first = authorisations.ask(membership.pk, service, actor=manager)
    assert authorisations.ask(membership.pk, service, actor=manager) == first
    membership.ended_at = timezone.now()
    membership.save()
    with pytest.raises(InvalidTransition):
        authorisations.ask(membership.pk, service, actor=manager)


def test_only_management(patient: Any, other_patient: Any, doctor: Any, service: Any, manager: Any) -> None:
    membership = make_membership(patient)
    asked = make_authorisation(membership, service)
    for person in (patient, other_patient, doctor):
        for step in (
            lambda who=person: authorisations.ask(membership.pk, service, actor=who),
            lambda who=person: authorisations.ask_again(asked.pk, actor=who),
            lambda who=person: authorisations.grant(asked.pk, number="AU 7", actor=who),
            lambda who=person: authorisations.refuse(asked.pk, reason="Why not", actor=who),
        ):
            with pytest.raises(NotAllowed):
                step()
    for person, sees in ((patient, True), (manager, True), (other_patient, False), (doctor, False)):
        assert authorisations.visible_to(person).exists() is sees
