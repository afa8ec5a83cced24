"""Conversations and messages for tests."""

from typing import Any

from accounts.models import CareLink, User
from messaging.domain import conversations
from messaging.enums import NotificationKind
from messaging.models import Conversation, Message, Notification


def make_conversation(a: User, b: User, *, messages: int = 0) -> Conversation:
    """Between two people, with a care link where one is a doctor and one a patient; they write in turn."""
    for patient, doctor in ((a, b), (b, a)):
        if patient.is_patient and doctor.is_doctor:
            CareLink.objects.get_or_create(patient=patient, doctor=doctor)
    conversation = conversations.between(a, b)
    if messages:
        stored = Message.objects.bulk_create(
            Message(conversation=conversation, seq=seq, sender=(b, a)[seq % 2], text=f"message {seq}")
            for seq in range(1, messages + 1)
        )
        conversation.last_seq = messages
        conversation.last_message_at = stored[-1].created_at
        conversation.save()
    return conversation


def texts(conversation: Any) -> list[str]:
    return list(
        Message.objects.filter(conversation=conversation).order_by("seq").values_list("text", flat=True)
    )


def make_notification(
    user: User,
    key: str,
    *,
    title: str = "Your payment was confirmed",
    kind: str = NotificationKind.PAYMENT,
    url: str = "/payments/",
) -> Notification:
    """A row as it stands inside the portal; nothing leaves."""
    return Notification.objects.create(
        user=user, key=key, title=title, kind=kind, occasion="payment.confirmed", url=url
    )
