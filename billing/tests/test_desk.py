"""Money taken at the desk: parts, surplus, the same form twice, and what is refused."""

from collections.abc import Callable
from decimal import Decimal as D
from typing import Any

import pytest

from accounts.tests.factories import make_user
from billing.domain import credit, desk, payments, queries, shifts
from billing.domain.attempts import DuplicateReference
from billing.domain.desk import BeingChecked, TakenAlready
from billing.domain.reviewing import SecondPersonNeeded
from billing.domain.shifts import NoShift
from billing.enums import CreditReason, PaymentStatus
from billing.models import Attempt, CreditEntry, Payment
from billing.views.review import Row
from clinic.core.errors import Invalid, InvalidTransition, NotAllowed

pytestmark = pytest.mark.django_db

S = PaymentStatus
MakePayment = Callable[..., Payment]


@pytest.fixture
def shift(manager: Any) -> Any:
    return shifts.open_for(manager, opening_float=D(1000))


def take(payment: Payment, amount: str, actor: Any, method: str = "cash", **fields: Any) -> Attempt:
    if method != "cash":
        fields.setdefault("bank_reference", "RRN 123456789012")
    given = {"client_id": desk.client_id(payment), **fields}
    return desk.receive(payment.pk, method=method, amount=D(amount), actor=actor, **given)


def fresh(payment: Payment) -> Payment:
    return Payment.objects.select_related("appointment").get(pk=payment.pk)


def test_a_part_in_cash_and_the_rest_by_card_confirm_the_visit(
    due: Payment, manager: Any, shift: Any
) -> None:
    part = take(due, "500", manager)
    stands = fresh(due)
    assert (stands.status, stands.received, stands.outstanding) == (S.DUE, 500, 300)
    assert stands.appointment.status == "pending_payment"
    rest = take(due, "300", manager, "card")
    stands = fresh(due)
    assert (stands.status, stands.received, stands.appointment.status) == (S.CONFIRMED, 800, "confirmed")
    assert (part.shift, rest.shift) == (shift, shift)
    assert shifts.drawer(shift).expected == 1500


def test_what_is_too_much_becomes_credit(due: Payment, manager: Any, shift: Any) -> None:
    take(due, "1000", manager)
    assert (fresh(due).received, credit.balance(due.appointment.patient_id)) == (800, 200)
    assert shifts.drawer(shift).taken == 1000


def test_the_same_page_sent_again_is_the_same_money(due: Payment, manager: Any, shift: Any) -> None:
    page = desk.client_id(due)
    first = take(due, "500", manager, client_id=page)
    assert take(due, "500", manager, client_id=page) == first
    for other in ({"amount": "300"}, {"amount": "500", "method": "card"}):
        with pytest.raises(TakenAlready):
            take(due, actor=manager, client_id=page, **other)
    assert fresh(due).received == 500
    # The page after it takes the rest.
    take(due, "300", manager)
    assert fresh(due).status == S.CONFIRMED


def test_a_rejected_payment_and_one_to_be_paid_later_are_taken(
    payment_in: MakePayment, manager: Any, shift: Any
) -> None:
    rejected = payment_in(S.REJECTED)
    later = payment_in(S.DUE, "confirmed")
    for number, payment in enumerate((rejected, later)):
        take(payment, "800", manager, "mobile_money", scheme="esewa", bank_reference=f"0005XY{number}")
        assert (fresh(payment).status, fresh(payment).appointment.status) == (S.CONFIRMED, "confirmed")


def test_cash_needs_an_open_shift_and_a_card_does_not(due: Payment, manager: Any) -> None:
    with pytest.raises(NoShift):
        take(due, "800", manager)
    assert take(due, "800", manager, "card").shift is None


def test_a_transfer_that_is_being_checked_comes_first(submitted: Payment, manager: Any, shift: Any) -> None:
    with pytest.raises(BeingChecked):
        take(submitted, "800", manager)
    payments.reject(submitted.pk, reason="No such transfer", actor=manager)
    take(submitted, "800", manager)
    assert fresh(submitted).status == S.CONFIRMED


def test_a_large_transfer_at_the_desk_needs_another_person(
    settings: Any, payment_in: MakePayment, submitted: Payment, manager: Any, shift: Any
) -> None:
    settings.SECOND_APPROVAL_FROM = D(800)
    second = make_user("second@test.clinic", role="management")
    # What one has rejected the same one can't take, whatever it is called then.
    sent = submitted.attempts.get().bank_reference
    payments.reject(submitted.pk, reason="No such transfer", actor=manager)
    for payment, method, fields in (
        (payment_in(), "mobile_money", {"scheme": "esewa", "bank_reference": "0005 XY"}),
        (payment_in(S.DUE, "confirmed"), "bank_transfer", {}),
        (submitted, "card", {"bank_reference": sent}),
    ):
        page = desk.client_id(payment)
        attempt = take(payment, "800", manager, method, **fields, client_id=page)
        assert (attempt.outcome, fresh(payment).status, fresh(payment).received) == (
            "pending",
            S.SUBMITTED,
            0,
        )
        assert take(payment, "800", manager, method, **fields, client_id=page) == attempt
        with pytest.raises(BeingChecked):
            take(payment, "800", manager)
        with pytest.raises(SecondPersonNeeded):
            payments.confirm(payment.pk, actor=manager)
        payments.confirm(payment.pk, actor=second)
        assert (fresh(payment).status, fresh(payment).appointment.status) == (S.CONFIRMED, "confirmed")
    # Cash and a card are seen to come.
    for method in ("cash", "card"):
        assert take(payment_in(), "800", manager, method, bank_reference="RRN 77").outcome == "accepted"


def test_what_another_person_refused_can_be_taken_anew(settings: Any, due: Payment, manager: Any) -> None:
    settings.SECOND_APPROVAL_FROM = D(800)
    second = make_user("second@test.clinic", role="management")
    take(due, "800", manager, "bank_transfer")
    payments.reject(due.pk, reason="No such transfer", actor=second)
    again = take(due, "500", manager, "bank_transfer", bank_reference="RRN 99")
    # The second one finds the first one's amount.
    stands = queries.visible_to(second).get(pk=due.pk)
    assert (again.outcome, Row(stands, second).arrived) == ("pending", 500)


@pytest.mark.parametrize("status", [S.EXPIRED, S.REFUND_DUE, S.REFUNDED])
def test_nothing_is_taken_for_what_was_called_off(
    status: str, payment_in: MakePayment, manager: Any, shift: Any
) -> None:
    payment = payment_in(status)
    with pytest.raises(InvalidTransition):
        take(payment, "800", manager)
    assert shifts.drawer(shift).taken == 0


@pytest.mark.parametrize("amount", ["0", "-5", "10000000", "0.001", "NaN", "Infinity", "1e400"])
def test_no_amount(amount: str, due: Payment, manager: Any, shift: Any) -> None:
    with pytest.raises(Invalid) as refusal:
        take(due, amount, manager)
    assert "amount" in refusal.value.fields


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"method": "qr"}, "method"),
        ({"method": "credit"}, "method"),
        ({"method": "card", "bank_reference": ""}, "bank_reference"),
        ({"client_id": ""}, "client_id"),
        ({"client_id": "x" * 65}, "client_id"),
    ],
)
def test_bad_words(fields: dict[str, str], field: str, due: Payment, manager: Any, shift: Any) -> None:
    with pytest.raises(Invalid) as refusal:
        take(due, "100", manager, **fields)
    assert list(refusal.value.fields) == [field]


def test_a_slip_pays_once_however_it_is_written(payment_in: MakePayment, manager: Any) -> None:
    take(payment_in(), "800", manager, "card", bank_reference="rrn-12 34 56")
    with pytest.raises(DuplicateReference):
        take(payment_in(), "800", manager, "card", bank_reference="RRN123456")


@pytest.mark.parametrize("who", ["patient", "doctor", "admin", "gone"])
def test_only_management_takes_money(who: str, due: Payment, request: pytest.FixtureRequest) -> None:
    gone = who == "gone"
    actor = (
        make_user("gone@test.clinic", role="management", is_active=False)
        if gone
        else request.getfixturevalue(who)
    )
    with pytest.raises(NotAllowed):
        take(due, "800", actor, "card")


# --- Credit ---


def give_credit(patient: Any, amount: str, currency: str = "NPR") -> CreditEntry:
    return credit.add(patient.pk, D(amount), currency=currency, reason=CreditReason.OVERPAID, actor=None)


def test_credit_pays_a_part_and_then_nothing_is_left(due: Payment, patient: Any) -> None:
    give_credit(patient, "300")
    attempt = desk.use_credit(due.pk, actor=patient)
    assert (attempt.amount, attempt.method, fresh(due).outstanding) == (300, "credit", 500)
    assert credit.balance(patient.pk) == 0
    with pytest.raises(Exception, match="no credit left"):
        desk.use_credit(due.pk, actor=patient)


def test_no_more_credit_is_used_than_is_due(due: Payment, patient: Any, manager: Any) -> None:
    give_credit(patient, "1000")
    desk.use_credit(due.pk, actor=manager)
    assert (fresh(due).status, credit.balance(patient.pk)) == (S.CONFIRMED, 200)
    with pytest.raises(payments.AlreadyConfirmed):
        desk.use_credit(due.pk, actor=patient)
    assert credit.balance(patient.pk) == 200


def test_credit_in_another_currency_pays_nothing(due: Payment, patient: Any) -> None:
    give_credit(patient, "1000", "USD")
    with pytest.raises(Exception, match="no credit left"):
        desk.use_credit(due.pk, actor=patient)


@pytest.mark.parametrize("who", ["other_patient", "doctor", "other_doctor", "admin"])
def test_nobody_else_uses_the_credit(
    who: str, due: Payment, patient: Any, request: pytest.FixtureRequest
) -> None:
    give_credit(patient, "1000")
    with pytest.raises(NotAllowed):
        desk.use_credit(due.pk, actor=request.getfixturevalue(who))
    assert credit.balance(patient.pk) == 1000
