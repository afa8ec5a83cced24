"""Two people and one claim: one answer stands, and the patient is asked once. On SQLite and on PostgreSQL alike."""

from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from django.db import IntegrityError

from accounts.tests.factories import make_doctor
from billing.domain import authorisations, claims, credit, payments, raising
from billing.enums import ClaimStatus, PaymentKind
from billing.models import Authorisation, Claim, CreditEntry, Payment
from billing.tests.aid import make_authorisation, make_claim, make_membership, make_plan
from clinic.core.errors import Conflict, DomainError
from clinic.core.testing.racing import race
from scheduling.domain import progress
from scheduling.tests.factories import clinic_time, make_appointment

pytestmark = pytest.mark.django_db(transaction=True)

S = ClaimStatus
ROUNDS = 4


def shortfalls(claim: Claim) -> list[Decimal]:
    rows = Payment.objects.filter(appointment=claim.appointment_id, kind=PaymentKind.SHORTFALL)
    return list(rows.values_list("amount", flat=True))


def many(patient: Any, service: Any, **fields: Any) -> list[Claim]:
    make_membership(patient)
    return [
        make_claim(
            patient,
            make_doctor(f"doctor{number}@test.clinic"),
            service,
            status=S.SUBMITTED,
            starts_at=clinic_time(-2 - number, 9),
            **fields,
        )
        for number in range(ROUNDS)
    ]


def test_two_managers_answer_one_claim_at_once(patient: Any, service: Any, manager: Any) -> None:
    for claim in many(patient, service):
        results = race(
            partial(claims.answer, claim.pk, actual=Decimal(450), actor=manager),
            partial(claims.answer, claim.pk, actual=Decimal(0), reason="Not covered", actor=manager),
            partial(claims.answer, claim.pk, actual=Decimal(450), actor=manager),
        )
        claim.refresh_from_db()
        assert claim.actual is not None
        refused = [result for result in results if isinstance(result, DomainError)]
        assert all(isinstance(one, claims.AnsweredAlready) for one in refused)
        assert len(refused) == (1 if claim.actual == 450 else 2)
        assert shortfalls(claim) == [claim.expected - claim.actual]
        assert claim.history.filter(to_status__in=(S.REJECTED, S.ACCEPTED_IN_PART)).count() == 1


def test_more_than_expected_is_given_once(patient: Any, service: Any, manager: Any) -> None:
    for claim in many(patient, service):
        race(*[partial(claims.answer, claim.pk, actual=Decimal(700), actor=manager)] * 4)
    assert [row.amount for row in CreditEntry.objects.all()] == [100] * ROUNDS
    assert credit.balance(patient.pk) == 100 * ROUNDS


def test_the_patient_pays_while_the_claim_is_appealed(patient: Any, service: Any, manager: Any) -> None:
    """Either the payment comes first and stands, or the appeal, and there is nothing to pay any more."""
    for number, claim in enumerate(many(patient, service)):
        claims.answer(claim.pk, actual=Decimal(0), reason="Not covered", actor=manager)
        payment = Payment.objects.get(appointment=claim.appointment_id, kind=PaymentKind.SHORTFALL)
        paid, appealed = race(
            partial(payments.submit, payment.pk, bank_reference=f"RACE {number} 77", actor=patient),
            partial(claims.appeal, claim.pk, reason="Annex 2", actor=manager),
        )
        payment.refresh_from_db()
        assert not isinstance(appealed, DomainError)
        assert payment.status == ("expired" if isinstance(paid, Conflict) else "submitted")
        claims.answer(claim.pk, actual=Decimal(600), actor=manager)
        if payment.status == "submitted":
            payments.confirm(payment.pk, actor=manager)
    standing = Payment.objects.filter(kind=PaymentKind.SHORTFALL, status="confirmed")
    assert credit.balance(patient.pk) == sum(row.received for row in standing)


def test_the_last_part_of_a_payment_and_the_answer_at_once(patient: Any, service: Any, manager: Any) -> None:
    """The insurer pays 100 more than expected in the moment in which the patient's part is confirmed: the credit is
    given once, whichever comes first."""
    for number, claim in enumerate(many(patient, service, paid=False)):
        payment = Payment.objects.get(appointment=claim.appointment_id)
        payments.submit(payment.pk, bank_reference=f"RACE {number} 88", actor=patient)
        race(
            partial(payments.confirm, payment.pk, actor=manager),
            partial(claims.answer, claim.pk, actual=Decimal(700), actor=manager),
        )
        entries = CreditEntry.objects.filter(payment=payment)
        assert [row.amount for row in entries] == [100]


def test_the_database_holds_one_shortfall_a_round(patient: Any, service: Any, manager: Any) -> None:
    claim = many(patient, service)[0]
    claims.answer(claim.pk, actual=Decimal(450), actor=manager)
    with pytest.raises(IntegrityError):
        raising.store(claim.appointment, Decimal(150), kind=PaymentKind.SHORTFALL, claim_round=1)


def test_grant_and_cancellation_at_once(patient: Any, doctor: Any, service: Any, manager: Any) -> None:
    """Granted first: it is free for another visit. Cancelled first: there is nothing to grant any more."""
    membership = make_membership(patient, make_plan(cover_percent=100, needs_authorisation=True))
    for number in range(ROUNDS):
        visit = make_appointment(patient, doctor, service, starts_at=clinic_time(2 + number, 9))
        asked = make_authorisation(membership, service, appointment=visit)
        granted, cancelled = race(
            partial(authorisations.grant, asked.pk, number="AU 7", actor=manager),
            partial(progress.cancel, visit.pk, actor=manager),
        )
        assert not isinstance(cancelled, DomainError)
        asked.refresh_from_db()
        if isinstance(granted, DomainError):
            assert asked.status == "expired"
        else:
            assert (asked.status, asked.appointment_id) == ("granted", None)


def test_asking_in_advance_at_once(patient: Any, service: Any, manager: Any) -> None:
    membership = make_membership(patient)
    race(*[partial(authorisations.ask, membership.pk, service, actor=manager)] * 5)
    assert Authorisation.objects.count() == 1
