"""What a person may see of conversations and notifications."""

from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, F, IntegerField, OuterRef, Prefetch, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from accounts.enums import Role
from accounts.models import User
from messaging.models import Attachment, Conversation, Member, Message, Notification


def conversations_visible_to(user: User) -> QuerySet[Conversation]:
    """Those `user` is a member of."""
    return Conversation.objects.filter(members__user_id=user.pk)


def messages_visible_to(user: User) -> QuerySet[Message]:
    """Those of the user's conversations."""
    return Message.objects.filter(conversation__members__user_id=user.pk)


def files_visible_to(user: User) -> QuerySet[Attachment]:
    """Those sent in the user's conversations, and what the user has uploaded and not sent yet."""
    return Attachment.objects.filter(
        Q(message__isnull=False) | Q(uploaded_by_id=user.pk), conversation__members__user_id=user.pk
    )


def whole(messages: QuerySet[Message]) -> QuerySet[Message]:
    """With all that events.message_payload shows: one query more, for the files, however many messages there are."""
    return messages.select_related("sender", "reply_to__sender").prefetch_related("attachments")


def conversation_list(user: User, search: str = "") -> QuerySet[Conversation]:
    """The user's conversations, latest first, in four queries however many there are.

    Each has `unread`, `active_at`, `last_messages` (none or one) and `people` (Members with their user).
    """
    unread = (
        Message.objects.filter(
            conversation=OuterRef("pk"),
            seq__gt=OuterRef("my_read_seq"),
            sender__isnull=False,
            deleted_at=None,
        )
        .exclude(sender_id=user.pk)
        .order_by()
        .values("conversation")
        .annotate(count=Count("pk"))
        .values("count")
    )
    last_message = whole(Message.objects.filter(seq=F("conversation__last_seq")))
    conversations = (
        conversations_visible_to(user)
        .annotate(my_read_seq=F("members__last_read_seq"))
        .annotate(
            unread=Coalesce(Subquery(unread, output_field=IntegerField()), 0),
            active_at=Coalesce("last_message_at", "created_at"),
        )
        .prefetch_related(
            Prefetch("messages", queryset=last_message, to_attr="last_messages"),
            Prefetch("members", queryset=Member.objects.select_related("user"), to_attr="people"),
        )
        .order_by("-active_at", "-id")
    )
    for word in search.split()[:5]:
        named = Member.objects.filter(conversation=OuterRef("pk")).exclude(user_id=user.pk)
        named = named.filter(Q(user__first_name__icontains=word) | Q(user__last_name__icontains=word))
        conversations = conversations.filter(Exists(named))
    return conversations


def messages_after(conversation: Conversation, after: int, limit: int) -> list[Message]:
    """The first `limit` messages with a `seq` above `after`, in order."""
    return list(
        whole(Message.objects.filter(conversation=conversation, seq__gt=after)).order_by("seq")[:limit]
    )


def messages_before(conversation: Conversation, before: int, limit: int) -> list[Message]:
    """The last `limit` messages with a `seq` below `before`, in order."""
    return list(
        whole(Message.objects.filter(conversation=conversation, seq__lt=before)).order_by("-seq")[:limit]
    )[::-1]


def people_to_talk_to(user: User, search: str = "") -> QuerySet[User]:
    """Everybody messaging.rules.can_talk allows `user` to write to, by name."""
    people = User.objects.filter(is_active=True).exclude(pk=user.pk).exclude(role=Role.ADMIN)
    if user.is_staff:
        people = people.none()
    elif user.is_patient:
        people = people.filter(Q(role=Role.MANAGEMENT) | Q(patient_links__patient_id=user.pk))
    elif user.is_doctor:
        people = people.filter(~Q(role=Role.PATIENT) | Q(care_team_links__doctor_id=user.pk))
    for word in search.split()[:5]:
        people = people.filter(Q(first_name__icontains=word) | Q(last_name__icontains=word))
    return people.select_related("doctor_profile__specialty").distinct()


def notifications_visible_to(user: User) -> QuerySet[Notification]:
    return Notification.objects.filter(user_id=user.pk)


def notifications_by_attention(user: User) -> QuerySet[Notification]:
    """The user's notifications: those not read first, then the newest."""
    return (
        notifications_visible_to(user)
        .annotate(is_unread=Q(read_at=None))
        .order_by("-is_unread", "-created_at", "-id")
    )


def _unread_messages(user_id: UUID) -> QuerySet[Message]:
    """Of other people."""
    return Message.objects.filter(
        conversation__members__user_id=user_id,
        seq__gt=F("conversation__members__last_read_seq"),
        sender__isnull=False,
        deleted_at=None,
    ).exclude(sender_id=user_id)


def _unread_notifications(user_id: UUID) -> QuerySet[Notification]:
    return Notification.objects.filter(user_id=user_id, read_at=None)


def unread_notifications(user_id: UUID) -> int:
    return _unread_notifications(user_id).count()


def unread(user_id: UUID) -> tuple[int, int]:
    """How many messages and how many notifications, in one query: every page shows both."""

    def count(rows: QuerySet[Any]) -> Coalesce:
        one = rows.order_by().annotate(one=Value(1)).values("one").annotate(count=Count("pk")).values("count")
        return Coalesce(Subquery(one, output_field=IntegerField()), 0)

    row = User.objects.filter(pk=user_id).values_list(
        count(_unread_messages(user_id)), count(_unread_notifications(user_id))
    )
    return row.first() or (0, 0)
