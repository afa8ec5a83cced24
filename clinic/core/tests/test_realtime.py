"""Live events: on commit only, to whom they name, and never in anyone's way."""

import asyncio
from typing import Any

import pytest
from channels.layers import BaseChannelLayer
from django.db import transaction

from clinic.core import realtime


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict[str, Any]]]:
    """What reaches the channel layer: (group, message)."""
    log: list[tuple[str, dict[str, Any]]] = []

    class Layer:
        async def group_send(self, group: str, message: dict[str, Any]) -> None:
            log.append((group, message))

    monkeypatch.setattr(realtime, "get_channel_layer", Layer)
    return log


@pytest.mark.django_db(transaction=True)
def test_event_leaves_on_commit(sent: list[Any]) -> None:
    with transaction.atomic():
        realtime.publish(["user.1", "role.management", "user.1"], {"type": "x", "id": "1"})
        assert sent == []
    message = {"type": "live.event", "event": {"type": "x", "id": "1"}}
    assert sent == [("user.1", message), ("role.management", message)]


@pytest.mark.django_db(transaction=True)
def test_event_of_an_undone_change_never_leaves(sent: list[Any]) -> None:
    with transaction.atomic():
        realtime.publish(["user.1"], {"type": "outer"})
        with transaction.atomic():
            realtime.publish(["user.1"], {"type": "inner"})
            transaction.set_rollback(True)
    assert [message["event"]["type"] for _group, message in sent] == ["outer"]


@pytest.mark.django_db(transaction=True)
def test_groups_may_come_from_a_generator(sent: list[Any]) -> None:
    with transaction.atomic():
        realtime.publish((realtime.user_group(number) for number in "12"), {"type": "x"})
    assert [group for group, _message in sent] == ["user.1", "user.2"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("refuses", [True, False])
def test_broken_layer_does_not_break_the_request(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, *, refuses: bool
) -> None:
    class Layer:
        async def group_send(self, group: str, message: Any) -> None:
            if refuses:
                raise ConnectionError("redis is away")
            await asyncio.Event().wait()  # redis says nothing

    monkeypatch.setattr(realtime, "DELIVER_SECONDS", 0.05)
    monkeypatch.setattr(realtime, "get_channel_layer", Layer)
    with transaction.atomic():
        realtime.publish(["user.1"], {"type": "appointment.changed", "id": "secret"})
    assert "appointment.changed was not delivered" in caplog.text


def test_group_names_are_valid_for_channels() -> None:
    from datetime import date
    from uuid import uuid4

    names = [
        realtime.user_group(uuid4()),
        realtime.role_group("management"),
        realtime.slots_group(uuid4(), date(2026, 1, 2)),
        realtime.call_group(uuid4()),
    ]
    for name in names:
        BaseChannelLayer().require_valid_group_name(name)
        assert len(name) < 100
    assert len(set(names)) == 4
