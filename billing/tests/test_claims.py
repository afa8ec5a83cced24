"""A claim's life: made, sent, answered, appealed, settled; and what each answer means for the patient's money."""

from decimal import Decimal
from typing import Any

import pytest

from billing.domain import claim_batches, claim_queries, claims, credit, desk, documents, payments
from billing.enums import ClaimStatus, CreditReason, PaymentKind, PaymentStatus
from billing.models import Claim, CreditEntry, Payment
from billing.tests.aid import make_claim, make_membership, make_plan
from clinic.core.errors import Invalid, InvalidTransition, NotAllowed
from scheduling.domain import booking, progress
from scheduling.tests.factories import clinic_time

pytestmark = pytest.mark.django_db

S, P = ClaimStatus, PaymentStatus


@pytest.fixture
def sent(patient: Any, doctor: Any, service: Any) -> Claim:
    """1,000 in all: 600 expected of the insurer, 400 paid by the patient."""
    return make_claim(patient, doctor, service, status=S.SUBMITTED)


def extra(claim: Claim) -> list[tuple[Decimal, str]]:
    """The shortfalls, the oldest first."""
    rows = Payment.objects.filter(appointment=claim.appointment_id, kind=PaymentKind.SHORTFALL)
    return [(row.amount, str(row.status)) for row in rows.order_by("created_at")]


def pay(claim: Claim, actor: Any) -> None:
    payment = Payment.objects.get(
        appointment=claim.appointment_id, kind=PaymentKind.SHORTFALL, status=PaymentStatus.DUE
    )
    desk.receive(
        payment.pk,
        method="bank_transfer",
        bank_reference=f"FT {payment.reference}",
        amount=payment.outstanding,
        actor=actor,
        client_id=desk.client_id(payment),
    )


def test_a_completed_covered_visit_makes_one(patient: Any, doctor: Any, service: Any) -> None:
    make_membership(patient, make_plan(cover_percent=100))
    visit = booking.book(
        patient=patient,
        booked_by=patient,
        doctor=doctor,
        service=service,
        starts_at=clinic_time(2, 10),
        mode="video",
    )
    assert visit.status == "confirmed"
    assert not Claim.objects.exists()
    progress.start(visit.pk, actor=doctor)
    progress.complete(visit.pk, actor=doctor)
    claim = Claim.objects.get()
    assert (claim.status, claim.expected, claim.actual) == (S.READY, 800, None)
    assert claim.membership == patient.medical_aid_memberships.get()
    assert claims.make_for(visit, actor=doctor) == claim
    assert claim.history.count() == 1


def test_no_claim_without_cover(patient: Any, doctor: Any, service: Any) -> None:
    visit = booking.book(
        patient=patient,
        booked_by=patient,
        doctor=doctor,
        service=service,
        starts_at=clinic_time(2, 10),
        mode="video",
    )
    progress.paid(visit.pk, actor=None)
    progress.start(visit.pk, actor=doctor)
    progress.complete(visit.pk, actor=doctor)
    assert not Claim.objects.exists()


def test_paid_as_expected(sent: Claim, manager: Any, patient: Any) -> None:
    claim = claims.answer(sent.pk, actual=Decimal(600), actor=manager)
    assert (claim.status, claim.actual) == (S.ACCEPTED, 600)
    assert extra(sent) == []
    assert credit.balance(patient.pk) == 0
    claim = claims.settle(sent.pk, reference="NEFT 991", actor=manager)
    assert claims.settle(sent.pk, actor=manager).status == S.SETTLED
    assert [row.to_status for row in claim.history.all()] == ["submitted", "accepted", "settled"]
    assert claim.history.get(to_status=S.SETTLED).reason == "NEFT 991"


def test_less_than_expected_asks_the_patient_once(sent: Claim, manager: Any, patient: Any) -> None:
    claim = claims.answer(sent.pk, actual=Decimal("450.50"), actor=manager)
    assert claims.answer(sent.pk, actual=Decimal("450.50"), actor=manager).status == S.ACCEPTED_IN_PART
    assert extra(claim) == [(Decimal("149.50"), P.DUE)]
    with pytest.raises(claims.AnsweredAlready) as refused:
        claims.answer(sent.pk, actual=Decimal(500), actor=manager)
    assert manager.name in refused.value.detail
    payment = Payment.objects.get(kind=PaymentKind.SHORTFALL)
    assert documents.standing_invoice(payment).total == Decimal("149.50")  # type: ignore[union-attr]
    told = patient.notifications.get()
    assert told.url == f"/payments/{payment.pk}/"
    assert "149" not in told.title
    # Paid like any other.
    payments.submit(payment.pk, bank_reference="FT 4477 12", actor=patient)
    payments.confirm(payment.pk, actor=manager)
    payment.refresh_from_db()
    assert (payment.status, payment.received) == (P.CONFIRMED, Decimal("149.50"))
    assert claims.settle(sent.pk, actor=manager).status == S.SETTLED


def test_a_rejection_asks_for_all_of_it_and_needs_a_reason(sent: Claim, manager: Any) -> None:
    with pytest.raises(Invalid) as refused:
        claims.answer(sent.pk, actual=Decimal(0), actor=manager)
    assert "reason" in refused.value.fields
    claim = claims.answer(sent.pk, actual=Decimal(0), reason="Not in the contract", actor=manager)
    assert (claim.status, claim.actual) == (S.REJECTED, 0)
    assert extra(claim) == [(Decimal(600), P.DUE)]


def test_more_than_expected_becomes_credit(sent: Claim, manager: Any, patient: Any) -> None:
    claims.answer(sent.pk, actual=Decimal(700), actor=manager)
    claims.answer(sent.pk, actual=Decimal(700), actor=manager)
    entry = CreditEntry.objects.get()
    assert (entry.amount, entry.reason) == (100, CreditReason.COVERED_MORE)
    assert credit.balance(patient.pk) == 100
    assert extra(sent) == []


def test_a_credit_waits_until_the_patient_has_paid(
    patient: Any, doctor: Any, service: Any, manager: Any
) -> None:
    claim = make_claim(patient, doctor, service, status=S.SUBMITTED, paid=False)
    claims.answer(claim.pk, actual=Decimal(1000), actor=manager)
    assert credit.balance(patient.pk) == 0
    payment = Payment.objects.get()
    for amount in (150, 250):
        payment.refresh_from_db()
        desk.receive(
            payment.pk,
            method="card",
            bank_reference=f"CARD {amount}",
            amount=Decimal(amount),
            actor=manager,
            client_id=desk.client_id(payment),
        )
    assert [row.amount for row in CreditEntry.objects.order_by("number")] == [150, 250]
    assert Payment.objects.get().status == P.CONFIRMED


def test_an_appeal_takes_back_what_nobody_has_paid(sent: Claim, manager: Any, patient: Any) -> None:
    claims.answer(sent.pk, actual=Decimal(0), reason="Not covered", actor=manager)
    claim = claims.appeal(sent.pk, reason="It is in annex 2", actor=manager)
    assert claims.appeal(sent.pk, reason="Twice", actor=manager).round == 2
    assert (claim.status, claim.actual) == (S.SUBMITTED, None)
    assert extra(claim) == [(Decimal(600), P.EXPIRED)]
    dropped = Payment.objects.get(kind=PaymentKind.SHORTFALL)
    assert documents.standing_invoice(dropped) is None
    assert patient.notifications.order_by("-created_at").first().title.startswith("You don't have to pay")
    claims.answer(sent.pk, actual=Decimal(450), actor=manager)
    assert extra(claim) == [(Decimal(600), P.EXPIRED), (Decimal(150), P.DUE)]


def test_an_appeal_after_the_patient_has_paid_gives_credit(sent: Claim, manager: Any, patient: Any) -> None:
    claims.answer(sent.pk, actual=Decimal(0), reason="Not covered", actor=manager)
    pay(sent, manager)
    claims.appeal(sent.pk, reason="It is in annex 2", actor=manager)
    assert extra(sent) == [(Decimal(600), P.CONFIRMED)]
    claims.answer(sent.pk, actual=Decimal(500), actor=manager)
    assert credit.balance(patient.pk) == 500
    # And once more the other way round: what was given back is asked for again.
    claims.appeal(sent.pk, reason="Entered wrongly", actor=manager)
    claims.answer(sent.pk, actual=Decimal(0), reason="Not covered", actor=manager)
    assert extra(sent) == [(Decimal(600), P.CONFIRMED), (Decimal(500), P.DUE)]


def test_money_that_comes_for_a_shortfall_taken_back_is_owed_back(
    sent: Claim, manager: Any, patient: Any
) -> None:
    """The patient had sent it already; the appeal leaves what is being checked alone."""
    claims.answer(sent.pk, actual=Decimal(0), reason="Not covered", actor=manager)
    payment = Payment.objects.get(kind=PaymentKind.SHORTFALL)
    payments.submit(payment.pk, bank_reference="FT 4477 13", actor=patient)
    claims.appeal(sent.pk, reason="It is in annex 2", actor=manager)
    assert extra(sent) == [(Decimal(600), P.SUBMITTED)]
    claims.answer(sent.pk, actual=Decimal(600), actor=manager)
    assert credit.balance(patient.pk) == 0, "nothing of it has arrived so far"
    payments.confirm(payment.pk, actor=manager)
    assert credit.balance(patient.pk) == 600


def test_withdrawn_asks_nothing_of_the_patient(sent: Claim, manager: Any) -> None:
    claim = claims.withdraw(sent.pk, reason="A favour", actor=manager)
    assert claim.status == S.WITHDRAWN
    assert extra(sent) == []
    with pytest.raises(InvalidTransition):
        claims.answer(sent.pk, actual=Decimal(10), actor=manager)


def test_withdrawn_while_the_patient_pays(sent: Claim, manager: Any, patient: Any) -> None:
    claims.answer(sent.pk, actual=Decimal(0), reason="Not covered", actor=manager)
    payment = Payment.objects.get(kind=PaymentKind.SHORTFALL)
    payments.submit(payment.pk, bank_reference="FT 4477 14", actor=patient)
    claims.appeal(sent.pk, reason="It is in annex 2", actor=manager)
    claims.withdraw(sent.pk, reason="A favour", actor=manager)
    payments.confirm(payment.pk, actor=manager)
    assert credit.balance(patient.pk) == 600


WRONG = ["-1", "1000.01", "0.001", "NaN", "Infinity", "1e30"]


@pytest.mark.parametrize("amount", WRONG)
def test_amounts_no_insurer_pays(sent: Claim, manager: Any, amount: str) -> None:
    with pytest.raises(Invalid) as refused:
        claims.answer(sent.pk, actual=Decimal(amount), actor=manager)
    assert "actual" in refused.value.fields
    sent.refresh_from_db()
    assert sent.status == S.SUBMITTED


def test_steps_out_of_order(patient: Any, doctor: Any, service: Any, manager: Any) -> None:
    claim = make_claim(patient, doctor, service)
    for step in (
        lambda: claims.answer(claim.pk, actual=Decimal(600), actor=manager),
        lambda: claims.settle(claim.pk, actor=manager),
        lambda: claims.appeal(claim.pk, reason="Why not", actor=manager),
    ):
        with pytest.raises(InvalidTransition):
            step()
    with pytest.raises(Invalid):
        claims.submit(claim.pk, number="7" * 41, actor=manager)
    assert claims.submit(claim.pk, number=" CL  77 ", actor=manager).number == "CL 77"
    assert claims.submit(claim.pk, number="CL 78", actor=manager).number == "CL 78"
    assert claims.submit(claim.pk, actor=manager).number == "CL 78"
    assert claim.history.count() == 2


def test_only_management(sent: Claim, patient: Any, doctor: Any, other_patient: Any, admin: Any) -> None:
    for person in (patient, doctor, other_patient, admin):
        for step in (
            lambda who=person: claims.submit(sent.pk, actor=who),
            lambda who=person: claims.answer(sent.pk, actual=Decimal(600), actor=who),
            lambda who=person: claims.appeal(sent.pk, reason="Why not", actor=who),
            lambda who=person: claims.settle(sent.pk, actor=who),
            lambda who=person: claims.withdraw(sent.pk, reason="Why not", actor=who),
            lambda who=person: claim_batches.settle_chosen([sent.pk], actor=who),
        ):
            with pytest.raises(NotAllowed):
                step()
    assert list(claim_queries.visible_to(patient)) == [sent]
    for person in (doctor, other_patient, admin):
        assert not claim_queries.visible_to(person).exists()


def test_many_at_once(patient: Any, other_patient: Any, doctor: Any, service: Any, manager: Any) -> None:
    ready = [make_claim(someone, doctor, service) for someone in (patient,)]
    answered = make_claim(
        other_patient, doctor, service, status=S.ACCEPTED, actual=Decimal(600), starts_at=clinic_time(-4, 9)
    )
    outcome = claim_batches.submit_chosen([ready[0].pk, answered.pk, ready[0].pk], actor=manager)
    assert (outcome.done, [claim for claim, _why in outcome.refused]) == (ready, [answered])
    outcome = claim_batches.settle_chosen([answered.pk, ready[0].pk], reference="RTGS 5", actor=manager)
    assert (outcome.done, [claim for claim, _why in outcome.refused]) == ([answered], ready)
    assert answered.history.get(to_status=S.SETTLED).reason == "RTGS 5"


def test_totals_by_plan(patient: Any, other_patient: Any, doctor: Any, service: Any, manager: Any) -> None:
    gold, silver = make_plan("Gold"), make_plan("Silver", insurer="Sagar")
    member, other = make_membership(patient, gold), make_membership(other_patient, silver)
    for number, (status, actual) in enumerate(
        [(S.READY, None), (S.SUBMITTED, None), (S.ACCEPTED_IN_PART, 450), (S.REJECTED, 0), (S.SETTLED, 600)]
    ):
        make_claim(
            patient,
            doctor,
            service,
            membership=member,
            status=status,
            actual=actual,
            starts_at=clinic_time(-2 - number, 9),
        )
    make_claim(
        other_patient, doctor, service, membership=other, status=S.WITHDRAWN, starts_at=clinic_time(-20, 9)
    )
    (total,) = claim_queries.totals()
    assert (total.plan, total.claims, total.expected, total.open) == ("Gold", 5, 3000, 1200)
    assert (total.answered, total.actual, total.difference) == (1800, 1050, -750)
    assert (total.settled, total.owed) == (600, 450)
    assert claim_queries.totals(first_day=clinic_time(0, 9).date()) == []
    assert claim_queries.totals(last_day=clinic_time(-6, 9).date())[0].claims == 1
