"""What `messaging/_chat.html` needs. Any page may show a conversation with it (the call page does)."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.utils import timezone

from accounts.models import User
from messaging.domain import queries
from messaging.enums import MESSAGE_MAX_LENGTH
from messaging.models import Conversation, Member, Message

PAGE_OF_MESSAGES = 50


@dataclass(frozen=True)
class Line:
    """A message as one reader sees it: their own or not, the first of its day, right after one of the same person."""

    message: Message
    own: bool
    read: bool
    starts_day: bool
    follows: bool


@dataclass(frozen=True)
class Chat:
    conversation: Conversation
    other: User | None
    other_read_seq: int
    read_seq: int
    lines: list[Line]
    earlier: int | None
    """Messages before this `seq` are not shown yet; None when all are."""
    later: bool
    draft: str
    error: str
    client_id: str
    max_length: int = MESSAGE_MAX_LENGTH
    time_zone: str = settings.TIME_ZONE


def chat_of(
    conversation: Conversation, user: User, *, before: int | None = None, draft: str = "", error: str = ""
) -> Chat:
    """The last messages (or the last ones before the `seq` `before`) for `user`, who is a member. Two queries."""
    members = list(Member.objects.filter(conversation=conversation).select_related("user"))
    others = [member for member in members if member.user_id != user.pk]
    other_read_seq = max((member.last_read_seq for member in others), default=0)
    newest = conversation.last_seq + 1 if before is None else before
    found = queries.messages_before(conversation, newest, PAGE_OF_MESSAGES)
    return Chat(
        conversation=conversation,
        other=others[0].user if others else None,
        other_read_seq=other_read_seq,
        read_seq=next((member.last_read_seq for member in members if member.user_id == user.pk), 0),
        lines=_lines(found, user, other_read_seq),
        earlier=found[0].seq if found and found[0].seq > 1 else None,
        later=before is not None and newest <= conversation.last_seq,
        draft=draft,
        error=error,
        client_id=str(uuid4()),
    )


def _lines(found: list[Message], user: User, other_read_seq: int) -> list[Line]:
    lines = []
    earlier: list[Any] = [None, *found]
    for previous, message in pairwise(earlier):
        same_day = previous is not None and _day(previous) == _day(message)
        lines.append(
            Line(
                message=message,
                own=message.sender_id == user.pk,
                read=message.seq <= other_read_seq,
                starts_day=not same_day,
                follows=same_day and previous.sender_id == message.sender_id,
            )
        )
    return lines


def _day(message: Message) -> Any:
    return timezone.localdate(message.created_at)
