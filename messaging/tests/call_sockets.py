"""Calls and their sockets for tests."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

from channels.routing import URLRouter
from django.utils import timezone

from messaging.domain import calls
from messaging.models import Call
from messaging.routing import websocket_urlpatterns

from .factories import make_conversation
from .sockets import Socket

OFFER = {"type": "offer", "sdp": "v=0"}
CANDIDATE = {"candidate": "candidate:1 1 udp 1 127.0.0.1 9 typ host", "sdpMid": "0", "sdpMLineIndex": 0}


def make_call(patient: Any, doctor: Any, *, opens_in: int = -5, minutes: int = 60) -> Call:
    """A consultation that can be joined from `opens_in` minutes from now, for `minutes`."""
    opens_at = timezone.now() + timedelta(minutes=opens_in)
    return calls.schedule(
        make_conversation(patient, doctor),
        host=doctor,
        opens_at=opens_at,
        closes_at=opens_at + timedelta(minutes=minutes),
    )


class CallSocket(Socket):
    welcome: dict[str, Any]

    async def frame(self, *types: str) -> dict[str, Any]:
        """As of any socket, but a peer's place at the door is told again and again: only who asks for it gets it."""
        while True:
            frame = await super().frame(*types)
            if types or frame["type"] != "waiting":
                return frame

    @property
    def peer(self) -> str:
        return str(self.welcome["peer"])


async def knock(
    user: Any, call: Any, *, resume: str = "", cookies: Mapping[str, str] | None = None
) -> CallSocket:
    """A connected socket that has not read anything yet."""
    path = f"/ws/calls/{call.pk}/" + (f"?resume={resume}" if resume else "")
    socket = CallSocket(URLRouter(websocket_urlpatterns), path)
    socket.scope |= {"user": user, "cookies": cookies or {}}
    accepted, _protocol = await socket.connect()
    assert accepted
    return socket


async def enter(
    user: Any, call: Any, *, resume: str = "", cookies: Mapping[str, str] | None = None
) -> CallSocket:
    """A socket that has been welcomed."""
    socket = await knock(user, call, resume=resume, cookies=cookies)
    socket.welcome = await socket.frame("welcome")
    return socket


async def refused(user: Any, call: Any, *, cookies: Mapping[str, str] | None = None) -> tuple[str, int]:
    """(error code, close code) of a socket that is not let in."""
    socket = await knock(user, call, cookies=cookies)
    error = await socket.frame("error")
    return error["code"], (await socket.receive_output())["code"]


@asynccontextmanager
async def meeting(doctor: Any, patient: Any, call: Any) -> AsyncIterator[tuple[CallSocket, CallSocket]]:
    """The doctor's and the patient's sockets, both admitted, with nothing left to read."""
    host = await enter(doctor, call)
    guest = await enter(patient, call)
    await host.frame("peer.waiting")
    await host.send_json_to({"type": "admit", "peer": guest.peer})
    await host.frame("peer.joined")
    await guest.frame("admitted")
    yield host, guest
    await host.disconnect()
    await guest.disconnect()


async def closed_with(socket: Socket) -> int:
    output = await socket.receive_output(timeout=5)
    assert output["type"] == "websocket.close", output
    return int(output["code"])
