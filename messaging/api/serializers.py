"""What the API shows of conversations, messages and notifications, and what it takes."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.models import User
from messaging.domain.attachments import MAX_ATTACHMENTS
from messaging.enums import MESSAGE_MAX_LENGTH
from messaging.events import attachment_payload, message_payload
from messaging.models import Attachment, Conversation, Member, Message, Notification


class PersonSerializer(serializers.ModelSerializer[User]):
    name = serializers.CharField(read_only=True)

    class Meta:
        model = User
        fields = ["id", "name", "role"]
        read_only_fields = fields


class SenderSerializer(serializers.ModelSerializer[User]):
    name = serializers.CharField(read_only=True)

    class Meta:
        model = User
        fields = ["id", "name"]
        read_only_fields = fields


class AttachmentSerializer(serializers.ModelSerializer[Attachment]):
    url = serializers.CharField(read_only=True)
    preview_url = serializers.CharField(allow_null=True, read_only=True)

    class Meta:
        model = Attachment
        fields = ["id", "name", "content_type", "size", "url", "preview_url", "width", "height"]
        read_only_fields = fields

    def to_representation(self, instance: Attachment) -> dict[str, Any]:
        return attachment_payload(instance)


class QuotedMessageSerializer(serializers.ModelSerializer[Message]):
    """The answered message, cut short."""

    sender = SenderSerializer(allow_null=True, read_only=True)
    deleted = serializers.BooleanField(read_only=True)

    class Meta:
        model = Message
        fields = ["id", "seq", "sender", "text", "kind", "deleted"]
        read_only_fields = fields


class MessageSerializer(serializers.ModelSerializer[Message]):
    """The same `message` as on the socket."""

    sender = SenderSerializer(allow_null=True, read_only=True)
    attachments = AttachmentSerializer(many=True, read_only=True)
    reply_to = QuotedMessageSerializer(allow_null=True, read_only=True)

    class Meta:
        model = Message
        fields = [
            "id",
            "conversation",
            "seq",
            "client_id",
            "sender",
            "text",
            "attachments",
            "kind",
            "created_at",
            "reply_to",
            "edited_at",
            "deleted_at",
            "call",
        ]
        read_only_fields = fields

    def to_representation(self, instance: Message) -> dict[str, Any]:
        return message_payload(instance)


class MessageInSerializer(serializers.Serializer[Any]):
    client_id = serializers.CharField(max_length=64, required=False, allow_blank=True, default="")
    text = serializers.CharField(
        max_length=MESSAGE_MAX_LENGTH, required=False, allow_blank=True, default="", trim_whitespace=False
    )
    attachments = serializers.ListField(
        child=serializers.UUIDField(), required=False, max_length=MAX_ATTACHMENTS
    )
    reply_to = serializers.UUIDField(required=False, allow_null=True)


class MessageEditSerializer(serializers.Serializer[Any]):
    text = serializers.CharField(max_length=MESSAGE_MAX_LENGTH, allow_blank=True, trim_whitespace=False)


class AttachmentInSerializer(serializers.Serializer[Any]):
    file = serializers.FileField(allow_empty_file=True)
    client_id = serializers.CharField(max_length=64)


class MessagesSerializer(serializers.Serializer[Any]):
    """A stretch of a conversation, in order of `seq`. `read` says how far each member has read, `delivered` how far
    a device of theirs has received; `server_time` is what to ask for changes since, the next time."""

    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    results = MessageSerializer(many=True)
    last_seq = serializers.IntegerField()
    read = serializers.DictField(child=serializers.IntegerField())
    delivered = serializers.DictField(child=serializers.IntegerField())
    server_time = serializers.DateTimeField()


class FoundMessageSerializer(MessageSerializer):
    """A message, and `with`: the other person of its conversation."""

    def get_fields(self) -> dict[str, serializers.Field]:
        return {**super().get_fields(), "with": PersonSerializer(allow_null=True, read_only=True)}

    def to_representation(self, instance: Any) -> dict[str, Any]:
        me = self.context["request"].user.pk
        others = (row.user for row in instance.conversation.people if row.user_id != me)
        other = next(others, None)
        found = super().to_representation(instance)
        return {**found, "with": None if other is None else dict(PersonSerializer(other).data)}


class ReadSerializer(serializers.Serializer[Any]):
    seq = serializers.IntegerField(min_value=0, max_value=2**31 - 1)


class MemberSerializer(serializers.ModelSerializer[Member]):
    id = serializers.UUIDField(source="user.pk", read_only=True)
    name = serializers.CharField(source="user.name", read_only=True)
    role = serializers.CharField(source="user.role", read_only=True)

    class Meta:
        model = Member
        fields = ["id", "name", "role", "last_read_seq", "last_delivered_seq"]
        read_only_fields = fields


class ConversationSerializer(serializers.ModelSerializer[Conversation]):
    """Needs a conversation of queries.conversation_list. `with` is the other person."""

    members = MemberSerializer(source="people", many=True, read_only=True)
    unread = serializers.IntegerField(read_only=True)
    last_message = serializers.SerializerMethodField()

    class Meta:
        model = Conversation
        fields = ["id", "members", "unread", "last_seq", "last_message", "last_message_at", "created_at"]
        read_only_fields = fields

    def get_fields(self) -> dict[str, serializers.Field]:
        fields = super().get_fields()
        fields["with"] = serializers.SerializerMethodField("get_with_person")
        return fields

    @extend_schema_field(PersonSerializer(allow_null=True))
    def get_with_person(self, conversation: Any) -> dict[str, Any] | None:
        me = self.context["request"].user.pk
        other = next((member.user for member in conversation.people if member.user_id != me), None)
        return None if other is None else dict(PersonSerializer(other).data)

    @extend_schema_field(MessageSerializer(allow_null=True))
    def get_last_message(self, conversation: Any) -> dict[str, Any] | None:
        last = next(iter(conversation.last_messages), None)
        return None if last is None else message_payload(last)


class ConversationInSerializer(serializers.Serializer[Any]):
    def get_fields(self) -> dict[str, serializers.Field]:
        return {"with": serializers.UUIDField()}


class NotificationSerializer(serializers.ModelSerializer[Notification]):
    class Meta:
        model = Notification
        fields = ["id", "kind", "title", "url", "read_at", "created_at"]
        read_only_fields = fields


class ReadAllSerializer(serializers.Serializer[Any]):
    read = serializers.IntegerField()
    unread = serializers.IntegerField()
