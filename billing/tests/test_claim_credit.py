"""Credit of a claim while money for its shortfall is on its way, or never was."""

from decimal import Decimal as D
from typing import Any

import pytest

from billing.domain import claim_money, claims, credit, deciding, documents, payments, shifts
from billing.domain.differences import Difference
from billing.enums import ClaimStatus, PaymentKind, PaymentStatus
from billing.models import BillingDocument, Claim, Payment
from billing.tests.aid import make_claim
from billing.tests.test_desk import take

pytestmark = pytest.mark.django_db


@pytest.fixture
def rejected(patient: Any, doctor: Any, service: Any, manager: Any) -> Claim:
    """400 paid by the patient, 600 refused by the insurer and asked of the patient."""
    claim = make_claim(patient, doctor, service, status=ClaimStatus.SUBMITTED)
    return claims.answer(claim.pk, actual=D(0), reason="Not covered", actor=manager)


def shortfall() -> Payment:
    return Payment.objects.get(kind=PaymentKind.SHORTFALL)


@pytest.mark.parametrize("refuse", ["reject", "ask_again"])
def test_a_transfer_that_never_came_brings_no_credit(
    rejected: Claim, manager: Any, patient: Any, refuse: str
) -> None:
    payments.submit(shortfall().pk, bank_reference="FT 4477 14", actor=patient)
    claims.appeal(rejected.pk, reason="It is in annex 2", actor=manager)
    claims.answer(rejected.pk, actual=D(600), actor=manager)
    assert credit.balance(patient.pk) == 0
    if refuse == "reject":
        payments.reject(shortfall().pk, reason="Not there", actor=manager)
    else:
        deciding.ask_again(shortfall().pk, kind="unreadable", actor=manager)
    # Nothing of it is owed any more.
    assert shortfall().status == PaymentStatus.EXPIRED
    assert credit.balance(patient.pk) == 0


def test_a_transfer_that_never_came_is_asked_for_again_while_it_is_owed(
    rejected: Claim, manager: Any, patient: Any
) -> None:
    payments.submit(shortfall().pk, bank_reference="FT 4477 14", actor=patient)
    payments.reject(shortfall().pk, reason="Not there", actor=manager)
    assert shortfall().status == PaymentStatus.REJECTED


def test_only_what_was_paid_of_a_shortfall_comes_back(rejected: Claim, manager: Any, patient: Any) -> None:
    shifts.open_for(manager, opening_float=D(0))
    take(shortfall(), "100", manager)
    claims.appeal(rejected.pk, reason="It is in annex 2", actor=manager)
    claims.answer(rejected.pk, actual=D(600), actor=manager)
    assert credit.balance(patient.pk) == 100


@pytest.mark.parametrize(
    "case",
    [
        # All of it is borne, or more than what is left: what was paid stays, or comes back, and nothing is asked.
        (600, ("confirmed", 100, 0), 100),
        (550, ("confirmed", 100, 0), 50),
        (500, ("confirmed", 100, 0), 0),
        # A part of the rest is still owed.
        (300, ("due", 300, 200), 0),
        (0, ("due", 600, 500), 0),
    ],
)
def test_what_an_appeal_brings_is_not_asked_for_any_more(
    rejected: Claim, manager: Any, patient: Any, case: Any
) -> None:
    actual, expected, back = case
    shifts.open_for(manager, opening_float=D(0))
    take(shortfall(), "100", manager)
    claims.appeal(rejected.pk, reason="It is in annex 2", actor=manager)
    claim = claims.answer(rejected.pk, actual=D(actual), reason="So be it", actor=manager)
    payment = shortfall()
    assert (payment.status, payment.amount, payment.outstanding) == expected
    assert credit.balance(patient.pk) == back
    # What was invoiced, less its credit notes, is what the patient bears.
    invoice = documents.standing_invoice(payment)
    left = documents.not_credited(invoice) if invoice else 0
    assert left == 600 - actual
    if payment.status == "due":
        take(payment, str(payment.outstanding), manager)
        assert credit.balance(patient.pk) == 0
    assert claim_money.settle(claim, D(actual), actor=manager) == Difference()


def test_the_rest_of_a_shortfall_is_not_asked_for_when_its_transfer_never_came(
    rejected: Claim, manager: Any, patient: Any
) -> None:
    shifts.open_for(manager, opening_float=D(0))
    take(shortfall(), "100", manager)
    payments.submit(shortfall().pk, bank_reference="FT 4477 14", actor=patient)
    claims.appeal(rejected.pk, reason="It is in annex 2", actor=manager)
    claims.answer(rejected.pk, actual=D(500), actor=manager)
    assert shortfall().status == PaymentStatus.SUBMITTED
    payments.reject(shortfall().pk, reason="Not there", actor=manager)
    assert (shortfall().status, credit.balance(patient.pk)) == (PaymentStatus.CONFIRMED, 0)


def test_a_bill_taken_back_as_a_whole_is_not_issued_anew(
    patient: Any, doctor: Any, service: Any, manager: Any
) -> None:
    claim = make_claim(patient, doctor, service, status=ClaimStatus.SUBMITTED)
    charge = Payment.objects.get(appointment=claim.appointment_id)
    documents.invoice_for(charge, actor=manager)
    claims.answer(claim.pk, actual=D(1000), actor=manager)
    shifts.open_for(manager, opening_float=D(0))
    attempt = take(charge, "50", manager)
    assert BillingDocument.objects.filter(kind="invoice").count() == 1
    assert (attempt.receipt.content["kept_as_credit"], attempt.receipt.content["goes_back"]) == (
        "50.00",
        False,
    )
    assert credit.balance(patient.pk) == 450
