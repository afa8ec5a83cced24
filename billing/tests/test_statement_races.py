"""Lines that many people confirm at once: each brings its money once, whatever races. On both databases."""

from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from accounts.tests.factories import make_user
from billing.domain import payments
from billing.domain.statements import confirming, importing, preview
from billing.domain.statements.confirming import Result
from billing.enums import AttemptOutcome, PaymentStatus
from billing.models import Attempt, Payment, StatementLine
from billing.tests.statement_files import csv_of, read, upload
from billing.tests.test_statements import choices, key_of
from clinic.core.errors import DomainError
from clinic.core.testing.racing import race
from scheduling.domain import progress

pytestmark = [pytest.mark.server, pytest.mark.django_db(transaction=True)]

S = PaymentStatus
MakePayment = Callable[..., Payment]


def check(payment: Payment) -> None:
    """Paid once, by one line."""
    payment.refresh_from_db()
    assert (payment.status, payment.received, payment.appointment.status) == (S.CONFIRMED, 800, "confirmed")
    assert Attempt.objects.filter(payment=payment, outcome=AttemptOutcome.ACCEPTED).count() == 1
    assert payment.documents.filter(kind="receipt").count() == 1  # type: ignore[attr-defined]
    assert not payment.appointment.patient.credit_entries.exists()


def test_four_people_confirm_all_at_once(payment_in: MakePayment, manager: Any) -> None:
    people = [manager, *(make_user(f"m{at}@test.clinic", "management") for at in range(3))]
    made = [payment_in(S.SUBMITTED if at % 2 else S.DUE) for at in range(6)]
    read(
        csv_of(
            *(
                (800, key_of(p) if p.status == S.SUBMITTED else f"B{p.reference[:3]}12345", p.reference)
                for p in made
            )
        ),
        manager,
    )
    chosen = choices()
    assert len(chosen) == 6
    outcomes = race(
        *[
            # In another order each, so that they meet.
            partial(confirming.confirm_chosen, chosen[turn:] + chosen[:turn], actor=person)
            for turn, person in enumerate(people)
        ]
    )
    results = Counter(result for one in outcomes for result, lines in one.done.items() for _line in lines)
    assert results == {Result.CONFIRMED: 6, Result.BEFORE: 18}
    for payment in made:
        check(payment)


def test_the_queue_and_the_statement_at_once(payment_in: MakePayment, manager: Any) -> None:
    second = make_user("second@test.clinic", "management")
    for _round in range(4):
        payment = payment_in(S.SUBMITTED)
        read(csv_of((800, key_of(payment))), manager)
        (choice,) = choices()
        by_line, _by_queue = race(
            partial(confirming.confirm, choice, actor=manager),
            partial(payments.confirm, payment.pk, actor=second),
        )
        # Whoever was first: the money is in once and the line is its proof.
        assert by_line in (Result.CONFIRMED, Result.PROVED)
        assert StatementLine.objects.get(pk=choice.line).attempt.payment == payment  # type: ignore[union-attr]
        check(payment)


def test_two_lines_for_one_payment_at_once(payment_in: MakePayment, manager: Any) -> None:
    payment = payment_in(S.SUBMITTED)
    read(csv_of((800, key_of(payment)), (800, "OTHER123", payment.reference)), manager)
    (choice,) = choices()
    other = choice._replace(line=StatementLine.objects.exclude(pk=choice.line).get().pk)
    found = race(*[partial(confirming.confirm, one, actor=manager) for one in (choice, other)])
    assert found.count(Result.CONFIRMED) == 1
    assert sum(isinstance(one, DomainError) for one in found) == 1
    check(payment)


def test_one_line_for_two_payments_at_once(payment_in: MakePayment, manager: Any) -> None:
    pair = [payment_in(S.DUE), payment_in(S.DUE)]
    read(csv_of((800, "ONCE1234", pair[0].reference)), manager)
    (choice,) = choices()
    both = [choice, choice._replace(payment=pair[1].pk)]
    found = race(*[partial(confirming.confirm, one, actor=manager) for one in both])
    assert found.count(Result.CONFIRMED) == 1
    assert sum(payment.received for payment in Payment.objects.all()) == 800


def test_the_hold_lapses_in_the_same_moment(payment_in: MakePayment, manager: Any) -> None:
    """The money is in, whether the visit is or not."""
    from django.utils import timezone

    for _round in range(4):
        payment = payment_in(S.DUE, appointment={"hold_expires_at": timezone.now()})
        read(csv_of((800, f"LAPSE{payment.reference[:4]}", payment.reference)), manager)
        (choice,) = choices()
        result, _swept = race(
            partial(confirming.confirm, choice, actor=manager),
            progress.expire_lapsed,
        )
        assert result == Result.CONFIRMED
        payment.refresh_from_db()
        assert payment.received == 800
        assert (payment.status, payment.appointment.status) in {
            (S.CONFIRMED, "confirmed"),
            (S.REFUND_DUE, "expired"),
        }


def test_overlapping_files_at_once(manager: Any) -> None:
    lines = [(at + 1, f"FT{at}") for at in range(200)]
    statements = [
        importing.upload(upload(csv_of(*part)), actor=manager)[0]
        for part in (lines[:150], lines[50:], list(reversed(lines)))
    ]
    mapping = preview.suggest(statements[0])[1]
    race(*[partial(importing.begin, one.pk, mapping, actor=manager) for one in statements])
    assert StatementLine.objects.count() == 200
    for statement in statements:
        statement.refresh_from_db()
    assert sum(one.credits - one.known for one in statements) == 200


def test_one_file_uploaded_four_times_at_once(manager: Any) -> None:
    found = race(*[partial(importing.upload, upload(csv_of((5, "X"))), actor=manager) for _at in range(4)])
    assert len({statement.pk for statement, _new in found}) == 1
    assert sum(is_new for _statement, is_new in found) == 1
