"""What open pages are told about messages and notifications, and who is told."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from channels.layers import BaseChannelLayer
from django.urls import reverse

from accounts.models import User
from clinic.core import realtime
from messaging.enums import MessageKind
from messaging.models import Attachment, Message, Notification

QUOTE_LENGTH = 160


def message_payload(message: Message) -> dict[str, Any]:
    """The `message` of the contract. The portal's own messages have no sender; a deleted one has no text and no files.

    Asks the database nothing for a message of queries.whole(…).
    """
    # Only a message of this kind has files: no query for the others.
    files = message.attachments.all() if message.kind == MessageKind.FILE else []  # type: ignore[attr-defined]
    return {
        "id": str(message.pk),
        "conversation": str(message.conversation_id),
        "seq": message.seq,
        "client_id": message.client_id,
        "sender": _sender(message),
        "text": message.text,
        "attachments": [attachment_payload(file) for file in files],
        "kind": message.kind,
        "created_at": message.created_at.isoformat(),
        "reply_to": _quote(message.reply_to) if message.reply_to else None,
        "edited_at": message.edited_at.isoformat() if message.edited_at else None,
        "deleted_at": message.deleted_at.isoformat() if message.deleted_at else None,
        "call": str(message.call_id) if message.call_id else None,
    }


def attachment_payload(file: Attachment) -> dict[str, Any]:
    """`size` in bytes; `width` and `height` in pixels, and a `preview_url`, for pictures only."""
    url = reverse("chat_file", args=[file.pk])
    return {
        "id": str(file.pk),
        "name": file.name,
        "content_type": file.content_type,
        "size": file.size,
        "url": url,
        "preview_url": f"{url}?preview" if file.preview else None,
        "width": file.width,
        "height": file.height,
    }


def _sender(message: Message) -> dict[str, str] | None:
    sender = message.sender
    return {"id": str(sender.pk), "name": sender.name} if sender else None


def _quote(message: Message) -> dict[str, Any]:
    """The message that another one answers, as far as one reads it above the answer."""
    return {
        "id": str(message.pk),
        "seq": message.seq,
        "sender": _sender(message),
        "text": message.text[:QUOTE_LENGTH],
        "kind": message.kind,
        "deleted": message.deleted_at is not None,
    }


def message_new(message: Message, members: Iterable[UUID]) -> None:
    """To every socket of every member, the sender's other ones included."""
    event = {"type": "message.new", "message": message_payload(message)}
    realtime.publish(_groups(members), event)


def message_changed(message: Message, members: Iterable[UUID]) -> None:
    """Edited or deleted: the message as it now stands."""
    event = {"type": "message.changed", "message": message_payload(message)}
    realtime.publish(_groups(members), event)


def message_delivered(conversation_id: UUID, receiver: User, seq: int, members: Iterable[UUID]) -> None:
    event = {
        "type": "message.delivered",
        "conversation": str(conversation_id),
        "user": str(receiver.pk),
        "seq": seq,
    }
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


def notification_read(user_id: UUID, unread: int) -> None:
    """To the other pages and devices of the same person, so that their bells count right."""
    realtime.publish([realtime.user_group(user_id)], {"type": "notification.read", "unread": unread})


async def typing(layer: BaseChannelLayer, conversation_id: UUID, user: User, others: Iterable[UUID]) -> None:
    """Nothing is stored, so there is no commit to wait for."""
    event = {"type": "typing", "conversation": str(conversation_id), "user": str(user.pk)}
    for group in _groups(others):
        await layer.group_send(group, {"type": "live.event", "event": event})


def _groups(user_ids: Iterable[UUID]) -> list[str]:
    return [realtime.user_group(user_id) for user_id in user_ids]
