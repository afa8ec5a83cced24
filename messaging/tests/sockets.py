"""A socket to the application inside the test process, and frames to try on it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from channels.routing import URLRouter
from channels.testing import WebsocketCommunicator

from messaging.routing import websocket_urlpatterns


class Socket(WebsocketCommunicator):
    async def frame(self, *types: str) -> dict[str, Any]:
        """The next frame, or the next of one of these types."""
        while True:
            frame: dict[str, Any] = await self.receive_json_from(timeout=5)
            if not types or frame["type"] in types:
                return frame

    async def ask(self, frame: Any, *types: str) -> dict[str, Any]:
        await self.send_json_to(frame)
        return await self.frame(*types)


@asynccontextmanager
async def connected(user: Any, path: str = "/ws/") -> AsyncIterator[Socket]:
    """A signed-in socket that has said `ready`."""
    socket = Socket(URLRouter(websocket_urlpatterns), path)
    socket.scope["user"] = user
    accepted, _protocol = await socket.connect()
    assert accepted
    assert (await socket.frame())["type"] == "ready"
    yield socket
    await socket.disconnect()
