"""Liveness and readiness."""

import pytest
from django.test import Client

from clinic.core import views


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


@pytest.mark.server
def test_a_real_server_is_ready(server: object) -> None:
    import json
    import urllib.request

    with urllib.request.urlopen(f"{server.url}/readyz") as answer:  # type: ignore[attr-defined]
        assert json.load(answer)["status"] == "ok"
