"""Many at once, through a real server: the promises hold whatever races."""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import httpx
import pytest
from django.db import close_old_connections, connection
from django.utils import timezone
from knox.models import get_token_model

from accounts.tests.factories import make_patient
from billing.enums import PaymentStatus
from billing.models import Attempt, Payment
from clinic.core.testing.racing import race
from scheduling.domain import progress
from scheduling.models import Appointment

pytestmark = [pytest.mark.server, pytest.mark.django_db(transaction=True)]

S = PaymentStatus
MakePayment = Callable[..., Payment]


class Caller:
    """A person with a token and an open connection to the server."""

    def __init__(self, server: Any, person: Any) -> None:
        _instance, token = get_token_model().objects.create(user=person)
        self.client = httpx.Client(
            base_url=server.url, headers={"Authorization": f"Token {token}"}, timeout=60, trust_env=False
        )

    def post(self, payment: Payment, action: str, body: dict[str, str] | None = None) -> httpx.Response:
        return self.client.post(f"/api/payments/{payment.pk}/{action}/", json=body or {})


def test_twenty_confirms_at_once_confirm_once(server: Any, submitted: Payment, manager: Any) -> None:
    callers = [Caller(server, manager) for _number in range(20)]
    answers = race(*[partial(caller.post, submitted, "confirm") for caller in callers])
    assert Counter(answer.status_code for answer in answers) == {200: 1, 409: 19}
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {"already_confirmed"}
    assert submitted.history.filter(to_status=S.CONFIRMED).count() == 1
    appointment = Appointment.objects.get(pk=submitted.appointment_id)
    assert appointment.history.filter(to_status="confirmed").count() == 1
    assert submitted.attempts.get().outcome == "accepted"
    assert submitted.appointment.patient.notifications.filter(kind="payment").count() == 1


def test_confirm_and_reject_at_once(server: Any, payment_in: MakePayment, manager: Any) -> None:
    one, other = Caller(server, manager), Caller(server, manager)
    for _round in range(5):
        payment = payment_in(S.SUBMITTED)
        answers = race(
            partial(one.post, payment, "confirm"),
            partial(other.post, payment, "reject", {"reason": "No such transfer"}),
        )
        assert sorted(answer.status_code for answer in answers) == [200, 409]
        payment = Payment.objects.select_related("appointment").get(pk=payment.pk)
        assert (payment.status, payment.appointment.status) in {
            (S.CONFIRMED, "confirmed"),
            (S.REJECTED, "pending_payment"),
        }


def test_one_bank_reference_for_two_payments_at_once(
    server: Any, payment_in: MakePayment, patient: Any, other_patient: Any
) -> None:
    people = [Caller(server, patient), Caller(server, other_patient)]
    for number in range(6):
        pair = [payment_in(), payment_in(patient=other_patient)]
        body = {"bank_reference": f"RACE {number} 12345"}
        answers = race(
            *[
                partial(caller.post, payment, "submit", body)
                for caller, payment in zip(people, pair, strict=True)
            ]
        )
        assert sorted(answer.status_code for answer in answers) == [200, 409]
        refusal = next(answer for answer in answers if answer.status_code == 409)
        assert refusal.json()["code"] == "duplicate_reference"
        assert Attempt.objects.filter(reference_key=f"RACE{number}12345").count() == 1


def test_a_double_click_at_once(server: Any, due: Payment, patient: Any) -> None:
    callers = [Caller(server, patient) for _number in range(6)]
    answers = race(
        *[partial(caller.post, due, "submit", {"bank_reference": "FT2412345678"}) for caller in callers]
    )
    assert {answer.status_code for answer in answers} == {200}
    assert due.attempts.count() == 1
    assert due.history.filter(to_status=S.SUBMITTED).count() == 1


def test_paying_in_the_last_moment(server: Any, payment_in: MakePayment, manager: Any) -> None:
    """Attempts and the sweep meet at the end of the holds: each slot is either paid for or free, never both."""
    rounds = []
    for number in range(12):
        someone = make_patient(f"last{number}@test.clinic")
        payment, caller = payment_in(patient=someone), Caller(server, someone)
        # The first request of a client opens its connection.
        caller.client.get(f"/api/payments/{payment.pk}/")
        rounds.append((payment, caller))
    ends = timezone.now() + timedelta(seconds=4)
    Appointment.objects.update(hold_expires_at=ends)
    chance = random.Random(7)
    # The first has time enough and the last has not, however busy the machine is.
    waits = [-3.0, *(chance.uniform(-0.6, 0.1) for _number in range(10)), 0.3]
    sweeping = threading.Event()

    def sweep() -> None:
        while not sweeping.is_set():
            progress.expire_lapsed()
            time.sleep(0.005)
        close_old_connections()
        connection.close()

    def pay(payment: Payment, caller: Caller, number: int, wait: float) -> int:
        time.sleep(max(0.0, (ends - timezone.now()).total_seconds() + wait))
        return caller.post(payment, "submit", {"bank_reference": f"LAST{number}1234"}).status_code

    sweeper = threading.Thread(target=sweep)
    sweeper.start()
    answers = race(
        *[
            partial(pay, payment, caller, number, waits[number])
            for number, (payment, caller) in enumerate(rounds)
        ]
    )
    time.sleep(0.2)
    sweeping.set()
    sweeper.join()
    boss = Caller(server, manager)
    for (raced, _caller), answer in zip(rounds, answers, strict=True):
        payment = Payment.objects.select_related("appointment").get(pk=raced.pk)
        stands = (answer, payment.status, payment.appointment.status, payment.appointment.cells.exists())
        assert stands in {
            (200, S.SUBMITTED, "pending_confirmation", True),
            (409, S.EXPIRED, "expired", False),
        }
        assert boss.post(payment, "confirm").status_code == (200 if answer == 200 else 409)
    # The test would show nothing if one side always won.
    assert set(answers) == {200, 409}
