"""Liveness and readiness."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from clinic.core import views
from clinic.core.mail import send_mail_task


@pytest.mark.services
def test_healthz_answers(client: Client) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}


@pytest.mark.django_db
def test_readyz_names_each_check(client: Client) -> None:
    response = client.get("/readyz")
    assert response.status_code == 200
    assert response.json()["checks"] == {
        "database": True,
        "channel_layer": True,
        "task_queue": True,
        "disk": True,
    }


@pytest.mark.django_db
def test_readyz_says_what_is_missing(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> bool:
        raise OSError("no database")

    monkeypatch.setitem(views.CHECKS, "database", broken)
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["checks"]["database"] is False


@pytest.mark.django_db(transaction=True)
def test_readyz_notices_a_worker_that_is_gone() -> None:
    now = timezone.now()
    with time_machine.travel(now, tick=False):
        send_mail_task.enqueue(["a@test.clinic"], "Subject", "Text", "")
        later = send_mail_task.using(run_after=now + timedelta(minutes=30))
        later.enqueue(["a@test.clinic"], "Subject", "Text", "")
        assert views.CHECKS["task_queue"]()
    with time_machine.travel(now + timedelta(minutes=11), tick=False):
        assert not views.CHECKS["task_queue"]()
        DBTaskResult.objects.filter(run_after__gt=now + timedelta(days=1)).delete()
        assert views.CHECKS["task_queue"]()
    with time_machine.travel(now + timedelta(minutes=31), tick=False):
        assert views.CHECKS["task_queue"]()
    with time_machine.travel(now + timedelta(minutes=41), tick=False):
        assert not views.CHECKS["task_queue"]()


@pytest.mark.server
def test_a_real_server_is_ready(server: object) -> None:
    import json
    import urllib.request

    with urllib.request.urlopen(f"{server.url}/readyz") as answer:  # type: ignore[attr-defined]
        assert json.load(answer)["status"] == "ok"
