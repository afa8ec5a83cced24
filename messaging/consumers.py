"""`/ws/`: the one socket of a page. Chat comes in here; everything live goes out here."""

import asyncio
import contextlib
import random
import time
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib.sessions.backends.base import SessionBase
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.enums import Role
from accounts.models import User
from clinic.core import limits, realtime
from clinic.core.consumers import Frame
from clinic.core.database import in_database_thread
from messaging import events
from messaging.domain import messages, queries, reading
from messaging.domain.attachments import MAX_ATTACHMENTS
from messaging.frames import (
    NotFound,
    TooFast,
    optional_uuid_field,
    text_field,
    uuid_field,
    uuids_field,
)
from messaging.models import Conversation, Member
from messaging.topic_consumer import TopicConsumer

HEARTBEAT_SECONDS = 25
RECHECK_SECONDS = 60
TYPING_SECONDS = 2


class LiveConsumer(TopicConsumer):
    """Docs with example frames: docs/realtime.md.

    The account is looked at again every minute besides `session.revoke`, because the channel layer may lose
    that message.
    """

    FRAMES = {
        **TopicConsumer.FRAMES,
        "message.send": "on_message_send",
        "message.edit": "on_message_edit",
        "message.delete": "on_message_delete",
        "message.delivered": "on_message_delivered",
        "message.read": "on_message_read",
        "typing": "on_typing",
        "ping": "on_ping",
    }

    async def joined(self) -> None:
        self._typing_told: dict[UUID, float] = {}
        self._others: dict[UUID, list[UUID]] = {}
        if self.user.is_management:
            await self.join(realtime.role_group(Role.MANAGEMENT))
        await self.send_frame(
            {
                "type": "ready",
                "user": str(self.user.pk),
                "server_time": _now(),
                "heartbeat_s": HEARTBEAT_SECONDS,
            }
        )
        self._recheck_task = asyncio.create_task(self._recheck_forever())
        await super().joined()

    async def disconnect(self, code: int) -> None:
        if not hasattr(self, "_recheck_task"):
            return  # it never got in
        # The task itself closes the socket of a deactivated account; it must not cancel itself half-way.
        if self._recheck_task is not asyncio.current_task():
            self._recheck_task.cancel()
        await super().disconnect(code)

    # --- chat ---

    async def on_message_send(self, frame: Frame) -> None:
        conversation_id = uuid_field(frame, "conversation")
        client_id = text_field(frame, "client_id", longest=messages.CLIENT_ID_MAX_LENGTH)
        files = uuids_field(frame, "attachments", most=MAX_ATTACHMENTS)
        answered = optional_uuid_field(frame, "reply_to")
        # What carries a file may do without words.
        text = frame.get("text", "" if files else None)
        message = await self._store(conversation_id, text, client_id, files, answered)
        await self.send_frame({"type": "message.ack", "client_id": client_id, "message": message})

    async def on_message_edit(self, frame: Frame) -> None:
        """The `message.changed` that every member gets is the answer."""
        message_id = uuid_field(frame, "message")
        await self._change(
            message_id, lambda: messages.edit(message_id, sender=self.user, text=frame.get("text"))
        )

    async def on_message_delete(self, frame: Frame) -> None:
        message_id = uuid_field(frame, "message")
        await self._change(message_id, lambda: messages.delete(message_id, sender=self.user))

    async def on_message_delivered(self, frame: Frame) -> None:
        await self._mark_delivered(uuid_field(frame, "conversation"), frame.get("seq"))

    async def on_message_read(self, frame: Frame) -> None:
        await self._mark_read(uuid_field(frame, "conversation"), frame.get("seq"))

    async def on_typing(self, frame: Frame) -> None:
        """Told to the others at most every TYPING_SECONDS a conversation; more often is dropped silently."""
        conversation_id = uuid_field(frame, "conversation")
        now = time.monotonic()
        if now - self._typing_told.get(conversation_id, -TYPING_SECONDS) < TYPING_SECONDS:
            return
        if conversation_id not in self._others:
            self._others[conversation_id] = await self._other_members(conversation_id)
        self._typing_told[conversation_id] = now
        assert self.channel_layer is not None
        await events.typing(self.channel_layer, conversation_id, self.user, self._others[conversation_id])

    @in_database_thread
    def _store(
        self, conversation_id: UUID, text: Any, client_id: str, files: list[UUID], answered: UUID | None
    ) -> Frame:
        self._not_too_fast()
        conversation, members = self._conversation(conversation_id)
        message = messages.post(
            conversation,
            sender=self.user,
            text=text,
            client_id=client_id,
            members=members,
            attachments=files,
            reply_to=answered,
        )
        return events.message_payload(message)

    @in_database_thread
    def _change(self, message_id: UUID, change: Callable[[], Any]) -> None:
        """Raises NotFound for a message of a conversation the user is no member of."""
        self._not_too_fast()
        if not queries.messages_visible_to(self.user).filter(pk=message_id).exists():
            raise NotFound(_("This message was not found."))
        change()

    def _not_too_fast(self) -> None:
        if limits.spend("chat", str(self.user.pk)) is not None:
            raise TooFast

    @in_database_thread
    def _mark_delivered(self, conversation_id: UUID, seq: Any) -> None:
        conversation, members = self._place(conversation_id)
        reading.mark_delivered(conversation, self.user, seq, members=members)

    @in_database_thread
    def _mark_read(self, conversation_id: UUID, seq: Any) -> None:
        conversation, members = self._place(conversation_id)
        reading.mark_read(conversation, self.user, seq, members=members)

    @in_database_thread
    def _other_members(self, conversation_id: UUID) -> list[UUID]:
        _conversation, members = self._place(conversation_id)
        return [member for member in members if member != self.user.pk]

    def _conversation(self, conversation_id: UUID) -> tuple[Conversation, list[Member]]:
        """The conversation and its members, in one query, with what the rules need of them: this is asked for every
        message. Raises NotFound unless the user is one of them."""
        found = Member.objects.filter(conversation_id=conversation_id).select_related("conversation", "user")
        members = list(found.only("user__role", "user__is_active", "conversation__last_seq"))
        if self.user.pk not in [member.user_id for member in members]:
            raise NotFound(_("This conversation was not found."))
        return members[0].conversation, members

    def _place(self, conversation_id: UUID) -> tuple[Conversation, list[UUID]]:
        """As `_conversation`, with no more than a mark needs, for half the work: they come as often as messages."""
        found = Member.objects.filter(conversation_id=conversation_id)
        last_seqs = dict(found.values_list("user_id", "conversation__last_seq"))
        if self.user.pk not in last_seqs:
            raise NotFound(_("This conversation was not found."))
        return Conversation(pk=conversation_id, last_seq=last_seqs[self.user.pk]), list(last_seqs)

    # --- still there, still allowed ---

    async def on_ping(self, frame: Frame) -> None:
        await self.send_frame({"type": "pong", "server_time": _now()})

    async def _recheck_forever(self) -> None:
        # Spread, so that a thousand sockets that came back together don't ask together.
        await asyncio.sleep(RECHECK_SECONDS * random.uniform(0.5, 1))
        while True:
            # A database that is away for a moment proves nothing against the user.
            with contextlib.suppress(Exception):
                if not await self._still_allowed():
                    break
                await self.forget_strangers()
            self._others.clear()
            self._typing_told.clear()
            await asyncio.sleep(RECHECK_SECONDS)
        await self.session_revoke({"type": "session.revoke", "reason": "signed_out"})

    @in_database_thread
    def _still_allowed(self) -> bool:
        """Active, in the same role, and the session (a ticket's socket has none) not ended."""
        known = User.objects.filter(pk=self.user.pk, is_active=True, role=self.user.role).exists()
        session: SessionBase | None = self.scope.get("session")
        key = session.session_key if session is not None else None
        return known and (key is None or session is None or session.exists(key))


def _now() -> str:
    return timezone.now().isoformat()
