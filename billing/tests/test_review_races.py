"""Deciding at the same moment, with threads on the real database: exactly one outcome, and no money lost."""

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from accounts.tests.factories import make_patient, make_user
from billing.domain import credit, deciding, payments, reviewing, settling
from billing.enums import AskAgain, PaymentMethod, PaymentStatus
from billing.models import Attempt, Payment
from clinic.core.errors import DomainError
from clinic.core.testing.racing import race
from scheduling.domain import progress
from scheduling.models import Appointment

pytestmark = pytest.mark.django_db(transaction=True)

S = PaymentStatus
MakePayment = Callable[..., Payment]


@pytest.fixture
def second() -> Any:
    return make_user("second@test.clinic", role="management", first_name="Gita", last_name="Malla")


def at_once(calls: Sequence[Callable[[], Any]]) -> list[str]:
    """For each call "ok", or the code of its refusal."""
    return [answer.code if isinstance(answer, DomainError) else "ok" for answer in race(*calls)]


def test_two_claim_one(payment_in: MakePayment, manager: Any, second: Any) -> None:
    people = [manager, second, *(make_user(f"m{at}@test.clinic", role="management") for at in range(4))]
    for _round in range(5):
        payment = payment_in(S.SUBMITTED)
        answers = at_once([lambda who=who: reviewing.claim(payment.pk, actor=who) for who in people])  # type: ignore[misc]  # noqa: B023
        assert Counter(answers) == {"ok": 1, "under_review": len(people) - 1}
        winner = people[answers.index("ok")]
        assert Attempt.objects.get(payment=payment).reviewer == winner


def test_confirm_reject_and_ask_again_meet(payment_in: MakePayment, manager: Any) -> None:
    for _round in range(6):
        payment = payment_in(S.SUBMITTED)
        answers = at_once(
            [
                lambda: payments.confirm(payment.pk, actor=manager),  # noqa: B023
                lambda: payments.reject(payment.pk, reason="No such transfer", actor=manager),  # noqa: B023
                lambda: deciding.ask_again(payment.pk, kind=AskAgain.UNREADABLE, actor=manager),  # noqa: B023
            ]
        )
        assert answers.count("ok") == 1, answers
        assert set(answers) <= {"ok", "already_confirmed", "invalid_transition"}
        payment = Payment.objects.select_related("appointment").get(pk=payment.pk)
        attempt = Attempt.objects.get(payment=payment)
        stands = (payment.status, payment.appointment.status, attempt.outcome, payment.received)
        expected = [
            (S.CONFIRMED, "confirmed", "accepted", 800),
            (S.REJECTED, "pending_payment", "rejected", 0),
            (S.REJECTED, "pending_payment", "asked_again", 0),
        ]
        assert stands == expected[answers.index("ok")]
        assert payment.history.exclude(to_status=S.SUBMITTED).count() == 1


def test_the_same_person_in_two_tabs_is_not_two_people(
    settings: Any, payment_in: MakePayment, manager: Any, second: Any
) -> None:
    settings.SECOND_APPROVAL_FROM = Decimal(800)
    for _round in range(5):
        payment = payment_in(S.SUBMITTED)
        tabs = at_once([lambda: payments.confirm(payment.pk, actor=manager)] * 4)  # noqa: B023
        assert Counter(tabs) == {"ok": 1, "second_person_needed": 3}
        assert Payment.objects.get(pk=payment.pk).received == 0
        # Two others at once: one agrees, the other finds it done.
        third = make_user(f"third{_round}@test.clinic", role="management")
        answers = at_once(
            [lambda who=who: payments.confirm(payment.pk, actor=who) for who in (second, third)]  # type: ignore[misc]  # noqa: B023
        )
        assert sorted(answers) == ["already_confirmed", "ok"]
        assert Payment.objects.get(pk=payment.pk).received == 800


def test_money_that_comes_while_the_hold_lapses_is_never_lost(payment_in: MakePayment, manager: Any) -> None:
    """The sweep ends the hold, the patient hands in, and the money of a statement or the desk arrives, all at the end
    of the hold. Whatever comes first, it is for a visit that takes place, or owed back."""
    seen = set()
    for round_number in range(12):
        someone = make_patient(f"lapse{round_number}@test.clinic")
        payment = payment_in(S.DUE, patient=someone)
        Appointment.objects.filter(pk=payment.appointment_id).update(
            # Handing in is possible in the first half of the rounds, and over in the others.
            hold_expires_at=timezone.now() + timedelta(milliseconds=40 if round_number % 2 else -1)
        )

        swept = threading.Event()
        if round_number % 3:
            # In the others the money comes when the sweep has been there, so that both outcomes are seen.
            swept.set()

        def sweep(swept: threading.Event = swept) -> None:
            progress.expire_lapsed()
            swept.set()
            _sweep(5)

        def arrive(payment: Payment = payment, swept: threading.Event = swept) -> None:
            swept.wait(timeout=60)
            with transaction.atomic():
                locked = payments.locked_with_appointment(payment.pk)
                attempt = Attempt(payment=locked, method=PaymentMethod.CASH, submitted_by=manager)
                settling.accept(locked, attempt, Decimal(800), actor=manager)

        def hand_in_and_confirm(payment: Payment = payment, number: int = round_number) -> None:
            payments.submit(payment.pk, bank_reference=f"LAPSE{number}12", actor=payment.appointment.patient)
            payments.confirm(payment.pk, actor=manager)

        answers = at_once([arrive, sweep, hand_in_and_confirm])
        assert answers[:2] == ["ok", "ok"], answers
        _sweep(1)
        payment = Payment.objects.select_related("appointment").get(pk=payment.pk)
        brought = sum(
            attempt.amount or 0 for attempt in Attempt.objects.filter(payment=payment, outcome="accepted")
        )
        kept = credit.balance(someone.pk)
        assert brought == payment.received + kept
        assert payment.received == 800
        stands = (payment.status, payment.appointment.status, payment.refund_owed)
        assert stands in {
            (S.CONFIRMED, "confirmed", 0),
            (S.REFUND_DUE, "expired", 800),
        }, stands
        seen.add(stands)
    assert {status for status, _visit, _owed in seen} == {S.CONFIRMED, S.REFUND_DUE}


def _sweep(times: int) -> None:
    for _time in range(times):
        progress.expire_lapsed()
