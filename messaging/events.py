"""What open pages are told about messages and notifications, and who is told."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from channels.layers import BaseChannelLayer

from accounts.models import User
from clinic.core import realtime
from messaging.models import Message, Notification


def message_payload(message: Message) -> dict[str, Any]:
    """The `message` of the contract. The portal's own messages have no sender."""
    sender = message.sender
    return {
        "id": str(message.pk),
        "conversation": str(message.conversation_id),
        "seq": message.seq,
        "client_id": message.client_id,
        "sender": {"id": str(sender.pk), "name": sender.name} if sender else None,
        "text": message.text,
        "attachments": [],
        "kind": message.kind,
        "created_at": message.created_at.isoformat(),
    }


def message_new(message: Message, members: Iterable[UUID]) -> None:
    """To every socket of every member, the sender's other ones included."""
    event = {"type": "message.new", "message": message_payload(message)}
    realtime.publish(_groups(members), event)


def message_read(conversation_id: UUID, reader: User, seq: int, members: Iterable[UUID]) -> None:
    event = {
        "type": "message.read",
        "conversation": str(conversation_id),
        "user": str(reader.pk),
        "seq": seq,
    }
    realtime.publish(_groups(members), event)


def notification_new(notification: Notification, unread: int) -> None:
    event = {
        "type": "notification.new",
        "id": str(notification.pk),
        "kind": notification.kind,
        "title": notification.title,
        "url": notification.url,
        "unread": unread,
    }
    realtime.publish([realtime.user_group(notification.user_id)], event)


async def typing(layer: BaseChannelLayer, conversation_id: UUID, user: User, others: Iterable[UUID]) -> None:
    """Nothing is stored, so there is no commit to wait for."""
    event = {"type": "typing", "conversation": str(conversation_id), "user": str(user.pk)}
    for group in _groups(others):
        await layer.group_send(group, {"type": "live.event", "event": event})


def _groups(user_ids: Iterable[UUID]) -> list[str]:
    return [realtime.user_group(user_id) for user_id in user_ids]
