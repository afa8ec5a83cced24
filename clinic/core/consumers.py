"""The base of every WebSocket consumer: bounded frames, one handler per frame type, errors instead of crashes."""

import hashlib
import json
import logging
import time
from inspect import iscoroutinefunction
from typing import Any

from channels.exceptions import StopConsumer
from channels.generic.websocket import AsyncWebsocketConsumer

from . import realtime
from .errors import DomainError

logger = logging.getLogger(__name__)

CLOSE_NOT_JSON = 4400
CLOSE_NOT_SIGNED_IN = 4401
CLOSE_NOT_ALLOWED = 4403
CLOSE_FLOODING = 4429

MAX_FRAME_BYTES = 64 * 1024
MAX_FRAMES_A_SECOND = 50

Frame = dict[str, Any]


def session_fingerprint(session_key: str | None) -> str:
    """Names a session towards the channel layer without giving its key away."""
    return hashlib.sha256((session_key or "").encode()).hexdigest()[:16]


class FrameConsumer(AsyncWebsocketConsumer):
    """Speaks JSON text frames with a `type`.

    A subclass lists its frames in `FRAMES` (type -> method name; the method gets the frame) and joins its groups
    in `joined`. Anything a client gets wrong is answered by an `error` frame; flooding and repeated
    non-JSON close the socket. Events of a type it has no handler for are ignored, so that a newer process can
    send to an older one during a deploy.
    """

    FRAMES: dict[str, str] = {}
    groups: list[str] | None

    async def connect(self) -> None:
        self.user = self.scope.get("user")
        self._window_started = 0.0
        self._frames_in_window = 0
        self._warned_not_json = False
        self._warned_flooding = False
        await self.accept()
        if not await self.recognise():
            await self.close(CLOSE_NOT_SIGNED_IN)
            return
        await self.joined()

    async def recognise(self) -> bool:
        """Whether this is somebody; then their own group is joined. A subclass may know people without an account."""
        if self.user is None or not self.user.is_authenticated or not self.user.is_active:
            return False
        await self.join(realtime.user_group(self.user.pk))
        return True

    async def joined(self) -> None:
        """The socket is open and its user known: join more groups and greet, or close."""

    async def join(self, group: str) -> None:
        await self.channel_layer.group_add(group, self.channel_name)
        self.groups = [*(self.groups or []), group]

    async def leave(self, group: str) -> None:
        await self.channel_layer.group_discard(group, self.channel_name)
        self.groups = [name for name in self.groups or [] if name != group]

    # --- what the client sends ---

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        if not await self._within_rate():
            return
        if len(bytes_data or b"") > MAX_FRAME_BYTES or len((text_data or "").encode()) > MAX_FRAME_BYTES:
            await self.send_error("too_large", "A frame may hold 64 KiB at most.")
            return
        try:
            if text_data is None:
                raise ValueError("binary")
            frame = json.loads(text_data)
        except (ValueError, RecursionError):
            await self._not_json()
            return
        if not isinstance(frame, dict) or not isinstance(frame.get("type"), str):
            await self.send_error("invalid", "A frame is a JSON object with a type.")
            return
        method_name = self.FRAMES.get(frame["type"])
        client_id = frame.get("client_id")
        if not isinstance(client_id, str) or not client_id.isprintable():
            client_id = None  # half a surrogate pair, say, could not be sent back
        if method_name is None:
            await self.send_error("unknown_type", "This type of frame is not known here.", client_id)
            return
        try:
            await getattr(self, method_name)(frame)
        except DomainError as error:
            await self.send_error(error.code, error.detail, client_id)
        except StopConsumer:
            raise
        except Exception:
            logger.exception("frame %s failed", frame["type"])
            await self.send_error("server_error", "That did not work. Please try again.", client_id)

    async def _within_rate(self) -> bool:
        now = time.monotonic()
        if now - self._window_started >= 1:
            if self._frames_in_window <= MAX_FRAMES_A_SECOND:
                self._warned_flooding = False
            self._window_started, self._frames_in_window = now, 0
        self._frames_in_window += 1
        if self._frames_in_window <= MAX_FRAMES_A_SECOND:
            return True
        if not self._warned_flooding:
            self._warned_flooding = True
            await self.send_error("flooding", "Too many frames a second; the socket closes if this goes on.")
        elif (
            self._frames_in_window > 2 * MAX_FRAMES_A_SECOND
            or self._frames_in_window == MAX_FRAMES_A_SECOND + 1
        ):
            await self.close(CLOSE_FLOODING)
        return False

    async def _not_json(self) -> None:
        if self._warned_not_json:
            await self.close(CLOSE_NOT_JSON)
            return
        self._warned_not_json = True
        await self.send_error("not_json", "Frames are JSON text; the next one that is not closes the socket.")

    # --- what the server sends ---

    async def send_frame(self, frame: Frame) -> None:
        await self.send(text_data=json.dumps(frame, ensure_ascii=False, separators=(",", ":")))

    async def send_error(self, code: str, detail: str, client_id: str | None = None) -> None:
        frame: Frame = {"type": "error", "code": code, "detail": detail}
        if client_id is not None:
            frame["client_id"] = client_id
        await self.send_frame(frame)

    async def live_event(self, message: Frame) -> None:
        """A domain event published by an events.py."""
        await self.send_frame(message["event"])

    async def session_revoke(self, message: Frame) -> None:
        """The user was deactivated, changed role or logged out (then only that session's sockets end)."""
        only_session = message.get("session")
        if only_session and self._login() != only_session:
            return
        await self.send_frame({"type": "session.revoked", "reason": message["reason"]})
        await self.close(CLOSE_NOT_SIGNED_IN)

    def _login(self) -> str:
        """The fingerprint of the log-in this socket stands on: an API token's (by ticket) or the session's."""
        session = self.scope.get("session")
        return self.scope.get("login") or session_fingerprint(session.session_key if session else None)

    async def dispatch(self, message: Frame) -> None:
        name = str(message.get("type", "")).replace(".", "_")
        if name.startswith("_") or not iscoroutinefunction(getattr(type(self), name, None)):
            logger.warning("ignored channel event %s", message.get("type"))
            return
        await super().dispatch(message)
