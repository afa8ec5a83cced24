"""The server process told to stop while it works."""

import socket
import threading
import time
from typing import Any

import httpx
import pytest
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from clinic.core.mail import send_mail_task

pytestmark = [pytest.mark.server, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def slow_mail() -> Any:
    """A mail server that takes the call and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(20)
        yield listening


@pytest.fixture
def server_environment(slow_mail: socket.socket) -> dict[str, str]:
    return {"EMAIL_URL": f"smtp://127.0.0.1:{slow_mail.getsockname()[1]}"}


def test_the_task_under_way_comes_to_its_end(server: Any, slow_mail: socket.socket) -> None:
    send_mail_task.enqueue(["a@test.clinic"], "Subject", "Text", "")
    called, _address = slow_mail.accept()
    stopping = threading.Thread(target=server.stop)
    stopping.start()
    wait_until(lambda: not answers(server.url))
    called.close()  # the mail fails now, and is put off
    stopping.join()
    states = sorted(DBTaskResult.objects.values_list("status", flat=True))
    assert states == sorted([TaskResultStatus.READY, TaskResultStatus.SUCCESSFUL])


def answers(url: str) -> bool:
    try:
        httpx.get(url, timeout=20)
    except httpx.HTTPError:
        return False
    return True


def wait_until(true: Any) -> None:
    deadline = time.monotonic() + 10
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.02)
