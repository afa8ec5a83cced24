"""What `messaging/_chat.html` needs. Any page may show a conversation with it (the call page does)."""

from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.utils import timezone

from accounts.models import User
from clinic.core.files import IMAGE_TYPES
from messaging import rules
from messaging.domain import queries
from messaging.domain.attachments import CHAT_TYPES, MAX_ATTACHMENTS
from messaging.enums import CHANGE_MINUTES, MESSAGE_MAX_LENGTH, MessageKind
from messaging.models import Attachment, Conversation, Member, Message

PAGE_OF_MESSAGES = 50
# So much of what follows is shown with a message that somebody jumps to.
AFTER_A_JUMP = 25


@dataclass(frozen=True)
class Line:
    """A message as one reader sees it: their own or not, the first of its day, right after one of the same person."""

    message: Message
    own: bool
    state: str
    """sent, delivered or read."""
    starts_day: bool
    follows: bool

    @property
    def files(self) -> list[Attachment]:
        """Only a message of this kind has some."""
        return list(self.message.attachments.all()) if self.message.kind == MessageKind.FILE else []  # type: ignore[attr-defined]

    @property
    def changed_at(self) -> datetime:
        return self.message.deleted_at or self.message.edited_at or self.message.created_at


@dataclass(frozen=True)
class Chat:
    conversation: Conversation
    other: User | None
    other_read_seq: int
    other_delivered_seq: int
    read_seq: int
    lines: list[Line]
    earlier: int | None
    """Messages before this `seq` are not shown yet; None when all are."""
    later: bool
    draft: str
    error: str
    client_id: str
    now: datetime
    may_write: bool
    """False once the two may not talk any more: what was said can still be read."""
    max_length: int = MESSAGE_MAX_LENGTH
    max_files: int = MAX_ATTACHMENTS
    change_minutes: int = CHANGE_MINUTES
    accept: str = ",".join(sorted(CHAT_TYPES))
    pictures: str = ",".join(sorted(IMAGE_TYPES))
    max_bytes: int = settings.CHAT_UPLOAD_MAX_BYTES
    max_megabytes: int = settings.CHAT_UPLOAD_MAX_BYTES // (1024 * 1024)
    time_zone: str = settings.TIME_ZONE


def chat_of(
    conversation: Conversation,
    user: User,
    *,
    before: int | None = None,
    at: int | None = None,
    draft: str = "",
    error: str = "",
) -> Chat:
    """The last messages for `user`, who is a member: or the last ones before the `seq` `before`, or those around the
    `seq` `at` when it is not among the last. Four queries."""
    now = timezone.now()  # before anything is read: what changes from here on is asked for later
    members = list(Member.objects.filter(conversation=conversation).select_related("user"))
    others = [member for member in members if member.user_id != user.pk]
    read = max((member.last_read_seq for member in others), default=0)
    delivered = max((member.last_delivered_seq for member in others), default=0)
    if before is None and at is not None and at <= conversation.last_seq - PAGE_OF_MESSAGES:
        before = at + AFTER_A_JUMP
    newest = conversation.last_seq + 1 if before is None else before
    found = queries.messages_before(conversation, newest, PAGE_OF_MESSAGES)
    return Chat(
        conversation=conversation,
        other=others[0].user if others else None,
        other_read_seq=read,
        other_delivered_seq=max(read, delivered),
        read_seq=next((member.last_read_seq for member in members if member.user_id == user.pk), 0),
        lines=_lines(found, user, read, delivered),
        earlier=found[0].seq if found and found[0].seq > 1 else None,
        later=before is not None and newest <= conversation.last_seq,
        draft=draft,
        error=error,
        client_id=str(uuid4()),
        now=now,
        may_write=rules.can_write(user, [member.user for member in others]),
    )


def _lines(found: list[Message], user: User, read: int, delivered: int) -> list[Line]:
    lines = []
    earlier: list[Any] = [None, *found]
    for previous, message in pairwise(earlier):
        same_day = previous is not None and _day(previous) == _day(message)
        lines.append(
            Line(
                message=message,
                own=message.sender_id == user.pk,
                state="read" if message.seq <= read else "delivered" if message.seq <= delivered else "sent",
                starts_day=not same_day,
                follows=same_day and previous.sender_id == message.sender_id,
            )
        )
    return lines


def _day(message: Message) -> Any:
    return timezone.localdate(message.created_at)
