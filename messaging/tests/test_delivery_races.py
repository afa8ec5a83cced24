"""Many workers, one delivery: it goes once, and by hand once more."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from time import sleep
from typing import Any

import pytest
from django.db import connection
from django.db.models import F

from clinic.core.errors import InvalidTransition
from messaging.domain import deliveries
from messaging.domain.notifications import notify
from messaging.enums import DeliveryStatus
from messaging.models import Delivery, Notification
from messaging.transports import Refused, email

pytestmark = pytest.mark.django_db(transaction=True)


def together(action: Callable[[], Any], times: int) -> list[Any]:
    ready = Barrier(times)

    def in_thread(_number: int) -> Any:
        try:
            ready.wait(timeout=20)
            return action()
        finally:
            connection.close()

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(in_thread, range(times)))


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Who was sent a mail; sending takes its time, so that others come in between."""
    sent: list[str] = []

    def slow(to: str, *_words: Any, **_named: Any) -> None:
        sleep(0.05)
        sent.append(to)

    monkeypatch.setattr(email, "send", slow)
    return sent


def tell(user: Any, key: str = "k") -> Notification | None:
    return notify(user, occasion="payment.confirmed", url="/", key=key)


def test_ten_workers_send_one_mail(patient: Any, sent: list[str]) -> None:
    tell(patient)
    one = Delivery.objects.get()
    together(lambda: deliveries.send(one.pk), 10)
    assert sent == [patient.email]
    one.refresh_from_db()
    assert (one.status, one.attempts) == (DeliveryStatus.SENT, 1)


def test_ten_who_tell_tell_once(patient: Any, sent: list[str]) -> None:
    told = together(lambda: tell(patient), 10)
    assert sum(one is not None for one in told) == 1
    assert Delivery.objects.count() == 1


def test_ten_who_resend_send_once(patient: Any, manager: Any, sent: list[str]) -> None:
    tell(patient)
    one = Delivery.objects.get()
    Delivery.objects.update(status=DeliveryStatus.GIVEN_UP, attempts=F("attempts") + 6)

    def again() -> bool:
        try:
            deliveries.resend(one.pk, actor=manager)
        except InvalidTransition:
            return False
        deliveries.send(one.pk)
        return True

    assert sum(together(again, 10)) == 1
    assert sent == [patient.email]


def test_ten_workers_note_one_failure(patient: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_words: Any, **_named: Any) -> None:
        sleep(0.02)
        raise Refused("SMTP 550")

    monkeypatch.setattr(email, "send", refuse)
    tell(patient)
    one = Delivery.objects.get()
    together(lambda: deliveries.send(one.pk), 10)
    one.refresh_from_db()
    assert (one.status, one.attempts, one.error) == (DeliveryStatus.GIVEN_UP, 1, "SMTP 550")
