"""Through a real server: a slot vanishes for the others when it is taken and comes back when the hold ends."""

import asyncio
import json
from datetime import timedelta
from typing import Any

import httpx
import pytest
import websockets
from asgiref.sync import sync_to_async
from django.conf import settings
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from knox.models import AuthToken

from accounts.models import User
from clinic.core.testing.browser import session_cookie
from scheduling.models import Appointment, Service
from scheduling.tests.factories import clinic_time

pytestmark = [pytest.mark.server, pytest.mark.django_db(transaction=True)]


async def event(socket: Any, kind: str, seconds: float = 15) -> dict[str, Any]:
    """The next frame of this type; others are passed over."""
    async with asyncio.timeout(seconds):
        while True:
            frame = json.loads(await socket.recv())
            if frame["type"] == kind:
                return frame


def end_hold_now() -> None:
    """As if HOLD_MINUTES had passed: the worker's task comes due and finds the hold lapsed."""
    past = timezone.now() - timedelta(seconds=1)
    Appointment.objects.update(hold_expires_at=past)
    DBTaskResult.objects.filter(run_after__gt=timezone.now()).update(run_after=past)


async def test_a_taken_slot_goes_and_comes_back_live(
    server: Any, patient: User, other_patient: User, doctor: User, service: Service
) -> None:
    token = (await sync_to_async(AuthToken.objects.create)(patient))[1]
    cookie = f"{settings.SESSION_COOKIE_NAME}={await sync_to_async(session_cookie)(other_patient)}"
    day = clinic_time(3, 10).date().isoformat()
    slots_url = f"/api/doctors/{doctor.pk}/slots/?service={service.pk}&from={day}&to={day}"
    headers = {"Authorization": f"Token {token}"}
    wish = {
        "doctor": str(doctor.pk),
        "service": str(service.pk),
        "starts_at": clinic_time(3, 10).isoformat(),
        "mode": "video",
    }
    async with (
        httpx.AsyncClient(base_url=server.url, headers=headers, timeout=30) as client,
        websockets.connect(
            f"{server.ws_url}/ws/", additional_headers={"Cookie": cookie, "Origin": server.url}
        ) as watcher,
    ):

        async def offered() -> bool:
            found = (await client.get(slots_url)).json()["slots"]
            return wish["starts_at"] in [slot["starts_at"] for slot in found]

        await watcher.send(json.dumps({"type": "watch", "topic": f"slots:{doctor.pk}:{day}"}))
        await event(watcher, "watching")
        assert await offered()
        booked = await client.post("/api/appointments/book/", json=wish)
        assert booked.status_code == 201
        assert await event(watcher, "slots.changed") == {
            "type": "slots.changed",
            "doctor": str(doctor.pk),
            "date": day,
        }
        assert not await offered()

        await sync_to_async(end_hold_now)()
        await event(watcher, "slots.changed")
        assert await offered()
        appointment = (await client.get(f"/api/appointments/{booked.json()['id']}/")).json()
        assert appointment["status"] == "expired"
        assert appointment["hold_expires_at"] is None
