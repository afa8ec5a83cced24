"""`/ws/`: what was told between the page's request and its socket."""

import time
from typing import Any
from unittest.mock import ANY

import pytest
from channels.db import database_sync_to_async

from clinic.core import realtime

from .sockets import connected

pytestmark = pytest.mark.django_db(transaction=True)


async def test_a_page_learns_of_what_was_told_before_its_socket_was_there(
    patient: Any, doctor: Any, other_patient: Any
) -> None:
    def told(*groups: str) -> Any:
        return database_sync_to_async(realtime.send_now)(groups, {"type": "appointment.changed"})

    began = time.time()
    day = realtime.slots_group(doctor.pk, "2026-11-24")
    await told(realtime.user_group(patient.pk), day)
    async with connected(patient) as late, connected(other_patient) as stranger:
        assert await late.ask({"type": "since", "began": began}) == {"type": "missed"}
        # Nothing of this one's own, but of a day on its page.
        await stranger.send_json_to({"type": "since", "began": began})
        watch = {"type": "watch", "topic": f"slots:{doctor.pk}:2026-11-24"}
        assert (await stranger.ask(watch))["type"] == "watching"
        assert await stranger.frame() == {"type": "missed"}
    async with connected(patient) as newer:
        await newer.send_json_to({"type": "since", "began": time.time()})
        assert await newer.ask({"type": "ping"}) == {"type": "pong", "server_time": ANY}
        assert await newer.ask({"type": "since", "began": began - 3600}) == {"type": "missed"}
        for wrong in (None, "now", True, [1], 10**400, -1, float("nan"), float("inf")):
            assert (await newer.ask({"type": "since", "began": wrong}))["code"] == "invalid"
