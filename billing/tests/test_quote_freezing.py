"""A visit's quote is frozen when it is booked, and its payment follows from it."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.utils import timezone

from billing.domain import cover, payments, quoting
from billing.enums import AuthorisationStatus, ClaimStatus, Standing
from billing.models import Claim, Plan, Quote
from billing.tests.aid import make_authorisation, make_membership, make_plan, make_rate
from clinic.core.errors import Invalid
from scheduling.domain import booking, progress
from scheduling.models import Appointment
from scheduling.tests.factories import clinic_time, make_appointment

pytestmark = pytest.mark.django_db

D = Decimal


@pytest.fixture
def book(patient: Any, doctor: Any, service: Any) -> Any:
    """`book(hour=…)`: two days ahead, by the patient. The doctor's fee is 800."""

    def one(hour: int = 10, days: int = 2, **fields: Any) -> Appointment:
        defaults: dict[str, Any] = {"patient": patient, "booked_by": patient, "mode": "video"}
        return booking.book(
            doctor=doctor, service=service, starts_at=clinic_time(days, hour), **{**defaults, **fields}
        )

    return one


def parts(quote: Quote) -> tuple[Decimal, Decimal, Decimal]:
    return quote.covered, quote.co_payment, quote.shortfall


def test_without_medical_aid_all_is_the_patients(book: Any) -> None:
    visit = book()
    assert parts(visit.quote) == (0, 0, 800)
    assert (visit.quote.membership, visit.quote.basis["standing"]) == (None, Standing.NONE)
    payment = visit.payments.get()
    assert (payment.amount, payment.covered, payment.shortfall) == (800, 0, 800)


def test_the_payment_is_the_charge_less_the_cover(book: Any, patient: Any) -> None:
    membership = make_membership(patient, make_plan(co_payment_kind="fixed", co_payment=D(100)))
    visit = book()
    assert parts(visit.quote) == (540, 100, 160)
    assert visit.quote.membership == membership
    payment = visit.payments.get()
    assert (payment.amount, payment.covered, payment.co_payment, payment.shortfall) == (260, 540, 100, 160)
    assert "5406260.00" in payment.qr_payload


def test_what_changes_later_does_not_change_the_quote(book: Any, patient: Any, doctor: Any) -> None:
    make_membership(patient)
    visit = book()
    before = Quote.objects.values().get()
    Plan.objects.update(cover_percent=10)
    patient.medical_aid_memberships.update(ended_at=timezone.now())
    booking.reschedule(visit.pk, starts_at=clinic_time(3, 14), actor=patient)
    visit.refresh_from_db()
    assert quoting.freeze(visit, actor=patient).pk == before["id"]
    assert Quote.objects.values().get() == before
    assert visit.payments.get().amount == 160


@pytest.mark.parametrize(
    ("change", "standing"),
    [
        ({"verified_at": None}, Standing.UNCHECKED),
        ({"valid_until": timedelta(days=1)}, Standing.ENDED),
        ({"valid_from": timedelta(days=3)}, Standing.NOT_YET),
        ({"ended_at": timezone.now()}, Standing.NONE),
        ({"plan__valid_until": timedelta(days=1)}, Standing.PLAN_OVER),
        ({"plan__valid_from": timedelta(days=3)}, Standing.PLAN_OVER),
        ({"plan__is_active": False}, Standing.PLAN_OVER),
        # The day itself still counts.
        ({"valid_until": timedelta(days=2)}, Standing.HOLDS),
        ({"plan__valid_until": timedelta(days=2), "valid_from": timedelta(days=2)}, Standing.HOLDS),
    ],
)
def test_a_membership_counts_on_the_day_of_the_visit(
    book: Any, patient: Any, change: dict[str, Any], standing: Standing
) -> None:
    membership = make_membership(patient)
    for name, value in change.items():
        owner, _, field = name.rpartition("__")
        row = membership.plan if owner else membership
        is_day = isinstance(value, timedelta) and field != "ended_at"
        setattr(row, field, timezone.localdate() + value if is_day else value)
        row.save()
    quote = book().quote
    assert quote.basis["standing"] == standing
    assert quote.covered == (640 if standing == Standing.HOLDS else 0)


def test_rates_of_a_service_go_before_the_plans_percentage(book: Any, patient: Any, service: Any) -> None:
    plan = make_plan()
    rate = make_rate(plan, service, scheme_rate=D(500))
    make_membership(patient, plan)
    assert parts(book(9).quote) == (500, 0, 300)
    rate.scheme_rate, rate.cover_percent = None, D(0)
    rate.save()
    assert parts(book(10).quote) == (0, 0, 800)


class TestNothingToPay:
    @pytest.fixture(autouse=True)
    def covered(self, patient: Any) -> Plan:
        plan = make_plan(cover_percent=D(100))
        make_membership(patient, plan)
        return plan

    def test_the_visit_is_confirmed_at_once(self, book: Any, patient: Any, manager: Any) -> None:
        visit = book()
        assert (visit.status, visit.hold_expires_at) == ("confirmed", None)
        assert not visit.payments.exists()
        with pytest.raises(Invalid):
            payments.raise_for(visit, actor=patient)
        for number, pay_later in enumerate((True, False)):
            by_desk = book(14 + number, booked_by=manager, pay_later=pay_later)
            assert (by_desk.status, by_desk.payments.count()) == ("confirmed", 0)

    def test_with_the_authorisation_open_it_waits(self, book: Any, covered: Plan, manager: Any) -> None:
        Plan.objects.update(needs_authorisation=True)
        visit = book()
        assert (visit.status, visit.payments.count()) == ("pending_confirmation", 0)
        assert visit.quote.authorisation_open
        asked = visit.authorisations.get()
        assert (asked.status, asked.history.count()) == (AuthorisationStatus.ASKED, 1)
        assert progress.confirm(visit.pk, actor=manager).status == "confirmed"

    def test_a_doctor_who_confirms_personally_is_asked(self, book: Any, doctor: Any) -> None:
        from scheduling.domain import requests

        doctor.schedule.confirms_personally = True
        doctor.schedule.save()
        visit = book()
        assert visit.status == "pending_confirmation"
        assert list(requests.waiting_for(doctor.pk)) == [visit]
        assert doctor.notifications.count() == 1


def test_an_authorisation_granted_in_advance_is_used_once(book: Any, patient: Any, service: Any) -> None:
    plan = make_plan(cover_percent=D(100), needs_authorisation=True)
    membership = make_membership(patient, plan)
    granted = make_authorisation(membership, service, AuthorisationStatus.GRANTED, amount=D(600))
    first = book(9)
    assert parts(first.quote) == (600, 0, 200)
    assert not first.quote.authorisation_open
    assert first.authorisations.get() == granted
    second = book(10)
    assert second.quote.authorisation_open
    assert second.quote.covered == 800


def test_nothing_is_asked_where_the_plan_pays_nothing(book: Any, patient: Any) -> None:
    make_membership(patient, make_plan(cover_percent=D(0), needs_authorisation=True))
    visit = book()
    assert not visit.quote.authorisation_open
    assert not visit.authorisations.exists()


class TestYearsBenefit:
    @pytest.fixture(autouse=True)
    def limited(self, patient: Any) -> Any:
        with time_machine.travel(clinic_time(0, 8).replace(month=3, day=2), tick=False):
            self.membership = make_membership(patient, make_plan(annual_limit=D(1000)))
            yield

    def left(self) -> Decimal | None:
        return cover.remaining(self.membership, timezone.localdate().year, "NPR")

    def test_it_is_used_up_visit_by_visit(self, book: Any) -> None:
        assert [book(hour).quote.covered for hour in (9, 10, 14)] == [640, 360, 0]
        assert self.left() == 0

    def test_called_off_visits_give_it_back(self, book: Any, patient: Any) -> None:
        visit = book()
        assert self.left() == 360
        progress.cancel(visit.pk, actor=patient)
        assert self.left() == 1000

    def test_the_insurers_answer_counts_instead_of_the_quote(self, book: Any) -> None:
        visit = book()
        claim = Claim.objects.create(
            appointment=visit, membership=self.membership, expected=D(640), currency="NPR"
        )
        assert self.left() == 360
        Claim.objects.update(actual=D(500), status=ClaimStatus.ACCEPTED_IN_PART)
        assert self.left() == 500
        Claim.objects.update(actual=None, status=ClaimStatus.REJECTED)
        assert self.left() == 1000
        assert claim.history.count() == 0

    def test_a_missed_visit_counts_until_it_cannot_be_undone(
        self, patient: Any, doctor: Any, service: Any
    ) -> None:
        visit = make_appointment(
            patient, doctor, service, starts_at=clinic_time(0, 9), status="no_show", price=D(800)
        )
        quoting.freeze(visit, actor=None)
        assert self.left() == 360
        with time_machine.travel(clinic_time(1, 10), tick=False):
            assert self.left() == 1000

    def test_a_membership_entered_anew_brings_no_new_benefit(self, book: Any, patient: Any) -> None:
        book()
        patient.medical_aid_memberships.update(ended_at=timezone.now())
        again = make_membership(patient, self.membership.plan)
        assert cover.remaining(again, timezone.localdate().year, "NPR") == 360
        other = make_membership(patient, make_plan("Silver", annual_limit=D(50)), ended_at=timezone.now())
        assert cover.remaining(other, timezone.localdate().year, "NPR") == 50

    def test_each_year_and_currency_has_its_own(self, book: Any) -> None:
        book()
        year = timezone.localdate().year
        assert cover.remaining(self.membership, year + 1, "NPR") == 1000
        assert cover.remaining(self.membership, year, "USD") == 1000


def test_the_database_refuses_parts_that_do_not_sum(book: Any) -> None:
    book()
    for wrong in ({"covered": 1}, {"covered": -1, "shortfall": 801}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Quote.objects.update(**wrong)


def test_an_estimate_changes_nothing(patient: Any, doctor: Any, service: Any) -> None:
    plan = make_plan(needs_authorisation=True)
    make_membership(patient, plan)
    doctor.doctor_profile.fee = D(800)
    found = quoting.estimate(patient.pk, doctor, service, clinic_time(2, 10))
    assert (found.parts.covered, found.parts.to_pay, found.authorisation_open) == (640, 160, True)
    assert not Quote.objects.exists()
    terms = quoting.terms_of(found.basis)
    assert terms == found.cover.terms


@pytest.mark.parametrize("wrong", ["0.29", "0.31"])
def test_parts_add_up_to_the_cent(patient: Any, doctor: Any, service: Any, wrong: str) -> None:
    whole = {"covered": D("0.10"), "co_payment": D("0.10"), "shortfall": D("0.10"), "currency": "NPR"}
    first, second = (
        make_appointment(patient, doctor, service, starts_at=clinic_time(2, hour)) for hour in (10, 11)
    )
    Quote.objects.create(appointment=first, charge=D("0.30"), **whole)
    with pytest.raises(IntegrityError), transaction.atomic():
        Quote.objects.create(appointment=second, charge=D(wrong), **whole)
