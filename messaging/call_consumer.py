"""`/ws/calls/<call id>/`: one call's signalling. What it speaks: docs/realtime.md.

The state is in the database (domain/peers.py); this socket only remembers which peer it is, whether that peer has
been let in, and whether its person is the host.
"""

import asyncio
import logging
import time
from dataclasses import asdict
from urllib.parse import parse_qs
from uuid import UUID

from channels.exceptions import ChannelFull
from django.utils.translation import gettext as _

from accounts.models import User
from clinic.core import realtime
from clinic.core.consumers import CLOSE_NOT_ALLOWED, Frame, FrameConsumer
from clinic.core.database import in_database_thread
from clinic.core.errors import DomainError, Invalid, NotAllowed
from messaging import call_events, call_frames, call_rules
from messaging.domain import calls, ice, invitations, peers, quality, ringing, waiting_room
from messaging.enums import HEARTBEAT_SECONDS, RESUME_SECONDS, PeerStatus
from messaging.models import CallInvitation

logger = logging.getLogger(__name__)

CLOSE_OVER = 1000
CLOSE_JOIN_AGAIN = 1012
# This peer now speaks through another socket (a duplicated tab, or a network change noticed late).
CLOSE_REPLACED = 4409

# After these the line at the door may be another.
PLACE_CHANGES = frozenset({"peer.waiting", "peer.joined", "peer.back", "peer.left"})
_timers: set[asyncio.Task[None]] = set()


class CallConsumer(FrameConsumer):
    FRAMES = {
        "signal": "on_signal",
        "state": "on_state",
        "admit": "on_admit",
        "remove": "on_remove",
        "lock": "on_lock",
        "quality": "on_quality",
        "leave": "on_leave",
        "end": "on_end",
        "ping": "on_ping",
    }

    peer: str = ""
    admitted = False
    is_host = False
    # Whoever has no account comes by an invitation, and is nobody's `user`.
    guest: CallInvitation | None = None

    async def recognise(self) -> bool:
        """A member's own account goes before the cookie of an invitation that they opened in the same browser."""
        if await super().recognise():
            if await in_database_thread(calls.is_member)(self._call_id(), self.user.pk):
                return True
            self.guest = await self._guest()
            return True
        self.guest = await self._guest()
        return self.guest is not None

    def _call_id(self) -> UUID:
        call_id: UUID = self.scope["url_route"]["kwargs"]["call_id"]
        return call_id

    async def _guest(self) -> CallInvitation | None:
        call_id = self._call_id()
        cookie = self.scope.get("cookies", {}).get(invitations.cookie_name(call_id), "")
        return await in_database_thread(invitations.guest_of)(call_id, cookie) if cookie else None

    async def joined(self) -> None:
        # Whom this socket has been told of: an event may overtake the list that was read from the database.
        self.waiting: set[str] = set()
        self.inside: set[str] = set()
        self.call_id = self._call_id()
        self._place: waiting_room.Place | None = None
        self._report: quality.Report | None = None
        self._reported_at = 0.0
        query = parse_qs(self.scope.get("query_string", b"").decode(errors="replace"))
        # First the group, then the row: nobody can join unseen between the two.
        await self.join(realtime.call_group(self.call_id))
        try:
            joined = await in_database_thread(peers.join)(
                self.call_id, self.guest or self.user, self.channel_name, query.get("resume", [""])[0]
            )
        except DomainError as error:
            await self.send_frame(
                {"type": "error", "code": error.code, "detail": error.detail, **error.extra}
            )
            await self.close(CLOSE_NOT_ALLOWED)
            return
        self.peer = str(joined.peer.pk)
        self.waiting = {str(peer.pk) for peer in joined.waiting}
        self.inside = {participant["peer"] for participant in joined.participants}
        self.admitted = joined.peer.status == PeerStatus.ADMITTED
        self.host_id = joined.host_id
        self.is_host = joined.peer.user_id == joined.host_id
        if joined.replaced:
            await self.channel_layer.send(joined.replaced, {"type": "call.replaced"})
        await self.send_frame(
            {
                "type": "welcome",
                "peer": self.peer,
                "name": joined.peer.name,
                "status": str(joined.peer.status),
                "resume": joined.token,
                "resumed": joined.resumed,
                "host": self.is_host,
                "guest": self.guest is not None,
                "locked": joined.is_locked,
                "ice_servers": ice.servers_for(self._identity()),
                "ice_ttl": ice.TTL_SECONDS,
                "quality_s": quality.REPORT_SECONDS,
                "participants": joined.participants,
            }
        )
        for waiting in joined.waiting:
            await self.send_frame({"type": "peer.waiting", **call_events.at_the_door(waiting)})
        if not self.admitted:
            await self._tell_place()
        self._heart = asyncio.create_task(self._beat())

    async def disconnect(self, code: int) -> None:
        if not self.peer:
            return
        if hasattr(self, "_heart"):
            self._heart.cancel()
        await self._keep_report()
        await in_database_thread(peers.gone)(UUID(self.peer), self.channel_name)
        timer = asyncio.create_task(_reap_later(self.call_id))
        _timers.add(timer)
        timer.add_done_callback(_timers.discard)

    # --- what the client sends ---

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        if self.peer:  # a socket that was refused has nothing to say
            await super().receive(text_data, bytes_data)

    async def on_signal(self, frame: Frame) -> None:
        payload = call_frames.signal_payload(frame)
        target = call_frames.peer_id(frame.get("to"))
        channel = await in_database_thread(peers.route)(self.call_id, UUID(self.peer), target)
        signal = {"type": "signal", "from": self.peer, **payload}
        try:
            await self.channel_layer.send(channel, {"type": "call.signal", "frame": signal})
        except ChannelFull:
            raise peers.PeerGone(_("This person's connection is interrupted.")) from None

    async def on_state(self, frame: Frame) -> None:
        changes = {key: frame[key] for key in peers.STATE_KEYS if key in frame}
        if not changes or not all(isinstance(value, bool) for value in changes.values()):
            raise Invalid(_("state holds mic, camera, screen or hand, each true or false."))
        await in_database_thread(peers.set_state)(UUID(self.peer), changes)

    async def on_admit(self, frame: Frame) -> None:
        host, peer = self._account(), call_frames.peer_id(frame.get("peer"))
        await in_database_thread(waiting_room.admit)(self.call_id, peer, actor=host)

    async def on_remove(self, frame: Frame) -> None:
        host, peer = self._account(), call_frames.peer_id(frame.get("peer"))
        await in_database_thread(waiting_room.remove)(self.call_id, peer, actor=host)

    async def on_lock(self, frame: Frame) -> None:
        host, locked = self._account(), call_frames.flag(frame, "locked")
        await in_database_thread(waiting_room.set_lock)(self.call_id, locked, actor=host)

    async def on_quality(self, frame: Frame) -> None:
        """Stored at most every REPORT_SECONDS; what comes more often is kept until then, or until the socket goes."""
        report = quality.read(frame)
        self._report = quality.merge(self._report, report) if self._report else report
        if time.monotonic() - self._reported_at >= quality.REPORT_SECONDS - 1:
            await self._keep_report()

    async def on_leave(self, frame: Frame) -> None:
        await self._keep_report()
        await in_database_thread(peers.leave)(UUID(self.peer))

    async def on_end(self, frame: Frame) -> None:
        await in_database_thread(ringing.hang_up)(self.call_id, actor=self._account())

    async def on_ping(self, frame: Frame) -> None:
        await self.send_frame({"type": "pong"})

    def _identity(self) -> UUID:
        return self.guest.pk if self.guest else self.user.pk

    def _account(self) -> User:
        """Raises NotAllowed for a guest, who takes part and decides nothing."""
        if self.guest is not None:
            raise NotAllowed
        account: User = self.user
        return account

    async def _keep_report(self) -> None:
        report, self._report, self._reported_at = self._report, None, time.monotonic()
        if report is not None:
            await in_database_thread(peers.keep_quality)(UUID(self.peer), report)

    async def _tell_place(self) -> None:
        """To someone at the door, when it has changed: how many are before them, and whether the host is there."""
        place = await in_database_thread(waiting_room.place_of)(self.call_id, UUID(self.peer), self.host_id)
        if place is not None and place != self._place:
            self._place = place
            await self.send_frame({"type": "waiting", **asdict(place)})

    # --- what other sockets and the domain send ---

    async def call_signal(self, message: Frame) -> None:
        if self.admitted:
            await self.send_frame(message["frame"])

    async def call_replaced(self, message: Frame) -> None:
        await self.close(CLOSE_REPLACED)

    async def live_event(self, message: Frame) -> None:
        """Of what this person's sockets hear, only this call's events, and of those what this peer may know."""
        event = dict(message["event"])
        handler = {
            "peer.waiting": self._peer_waiting,
            "peer.joined": self._peer_joined,
            "peer.back": self._to_the_admitted,
            "peer.state": self._to_the_admitted,
            "peer.left": self._peer_left,
            "call.locked": self._call_locked,
            "call.ended": self._call_ended,
        }.get(event["type"])
        if handler is not None and self.peer:
            await handler(event)
            if not self.admitted and event["type"] in PLACE_CHANGES and event.get("peer") != self.peer:
                await self._tell_place()

    async def _peer_waiting(self, event: Frame) -> None:
        if self.is_host and event["peer"] not in self.waiting | self.inside:
            self.waiting.add(event["peer"])
            await self.send_frame(event)

    async def _peer_joined(self, event: Frame) -> None:
        peer = event["peer"]
        if peer != self.peer:
            if self.admitted and peer not in self.inside:
                self.inside.add(peer)
                self.waiting.discard(peer)
                await self.send_frame({**event, "polite": call_rules.polite(self.peer, peer)})
        elif not self.admitted:
            self.admitted = True
            others = await in_database_thread(peers.participants_for)(UUID(self.peer))
            self.inside = {participant["peer"] for participant in others}
            await self.send_frame({"type": "admitted", "participants": others})

    async def _to_the_admitted(self, event: Frame) -> None:
        if self.admitted and event["peer"] != self.peer:
            await self.send_frame(event)

    async def _peer_left(self, event: Frame) -> None:
        was_admitted = event.pop("was_admitted")
        self.waiting.discard(event["peer"])
        self.inside.discard(event["peer"])
        if event["peer"] == self.peer:
            await self.send_frame(event)
            self.admitted = False
            codes = {"removed": CLOSE_NOT_ALLOWED, "left": CLOSE_OVER, "replaced": CLOSE_REPLACED}
            await self.close(codes.get(event["reason"], CLOSE_JOIN_AGAIN))
        elif self.is_host or (self.admitted and was_admitted):
            await self.send_frame(event)

    async def _call_locked(self, event: Frame) -> None:
        if self.admitted:
            await self.send_frame(event)

    async def _call_ended(self, event: Frame) -> None:
        self.admitted = False
        await self.send_frame(event)
        await self.close(CLOSE_OVER)

    async def _beat(self) -> None:
        """Show that this process lives, and take out the peers of one that does not."""
        while True:
            await asyncio.sleep(HEARTBEAT_SECONDS)
            try:
                await in_database_thread(peers.beat)(UUID(self.peer), self.channel_name)
                await in_database_thread(peers.reap)(self.call_id)
            except Exception:
                logger.exception("heartbeat of a call failed")


async def _reap_later(call_id: UUID) -> None:
    await asyncio.sleep(RESUME_SECONDS + 0.1)
    await in_database_thread(peers.reap)(call_id)
