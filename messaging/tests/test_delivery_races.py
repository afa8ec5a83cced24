"""Many workers, one delivery: it goes once, and by hand once more."""

import os
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from time import sleep
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.db.models import F

from clinic.core.errors import InvalidTransition
from clinic.core.testing import server as servers
from messaging.domain import deliveries
from messaging.domain.notifications import notify
from messaging.enums import DeliveryStatus
from messaging.models import Delivery, Notification
from messaging.tasks import deliver
from messaging.transports import Refused, email

from .smtp import smtp_server

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


def test_two_worker_processes_send_each_mail_once(patient: Any) -> None:
    """Every task is there three times, as after sweeps that ran beside a slow worker."""
    for number in range(12):
        tell(patient, str(number))
    for pk in Delivery.objects.values_list("pk", flat=True):
        for _again in range(2):
            deliver.enqueue(str(pk))
    with smtp_server() as server:
        server.meeting = Barrier(2)
        environment = {
            **os.environ,
            "DEBUG": "true",
            "DATABASE_URL": servers.test_database_url(),
            "EMAIL_URL": f"smtp://127.0.0.1:{server.port}",
        }
        command = [sys.executable, "manage.py", "db_worker", "--queue-name=*", "--batch", "--no-reload"]
        workers = [
            subprocess.Popen([*command, "--no-startup-delay"], cwd=settings.BASE_DIR, env=environment)
            for _number in range(2)
        ]
        try:
            assert [worker.wait(90) for worker in workers] == [0, 0]
        finally:
            for worker in workers:
                worker.kill()
        names = [line for letter in server.mails for line in letter.splitlines() if "Message-ID" in line]
    assert server.meeting is None, "both were at it at the same time"
    assert len(names) == len(set(names)) == 12
    assert set(Delivery.objects.values_list("status", "attempts")) == {(DeliveryStatus.SENT, 1)}
