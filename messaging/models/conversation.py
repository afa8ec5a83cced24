"""Conversations and their messages. `seq` counts 1, 2, 3 … in a conversation, with no gap."""

from django.conf import settings
from django.db import models

from clinic.core.models import BaseModel
from messaging.enums import MESSAGE_MAX_LENGTH, MessageKind


class Conversation(BaseModel):
    """Between two people: `pair` (both ids in order) is unique, so that two people have one conversation."""

    pair = models.CharField(max_length=80, unique=True)
    last_seq = models.PositiveIntegerField(default=0)
    last_message_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["-last_message_at", "-id"], name="conversation_recent")]

    def __str__(self) -> str:
        return str(self.pk)


class Member(BaseModel):
    """Who takes part, and up to which `seq` a device of theirs has received, and they have read."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="members")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    last_delivered_seq = models.PositiveIntegerField(default=0)
    last_read_seq = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["conversation", "user"], name="member_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.conversation_id}"


class Message(BaseModel):
    """Stored before anyone is told. The sender's `client_id` makes sending it again harmless."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="messages")
    seq = models.PositiveIntegerField()
    sender = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    client_id = models.CharField(max_length=64, blank=True)
    kind = models.CharField(max_length=8, choices=MessageKind, default=MessageKind.TEXT)
    text = models.TextField(max_length=MESSAGE_MAX_LENGTH, blank=True)
    reply_to = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="replies"
    )
    # The call that a line of the portal tells the end of, so that its record can be opened from there.
    call = models.ForeignKey(
        "messaging.Call", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    # Changed within CHANGE_MINUTES. A deleted message keeps its `seq` and loses its words and files.
    edited_at = models.DateTimeField(null=True, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["conversation", "seq"]
        # Whoever was away asks what has changed since.
        indexes = [models.Index(fields=["conversation", "updated_at"], name="message_changed")]
        constraints = [
            models.UniqueConstraint(fields=["conversation", "seq"], name="message_seq_once"),
            models.UniqueConstraint(
                fields=["conversation", "sender", "client_id"],
                condition=~models.Q(client_id=""),
                name="message_client_id_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.conversation_id}#{self.seq}"


class Attachment(BaseModel):
    """A file in a conversation; `message` is null until it is sent with one. `content_type` is read from the content;
    pictures are encoded anew and have a small `preview`. Width and height in pixels, `size` in bytes."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="attachments")
    message = models.ForeignKey(
        Message, on_delete=models.CASCADE, null=True, blank=True, related_name="attachments"
    )
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    client_id = models.CharField(max_length=64)
    file = models.FileField(upload_to="chat/")
    preview = models.FileField(upload_to="chat/previews/", blank=True)
    content_type = models.CharField(max_length=80)
    name = models.CharField(max_length=140)
    size = models.PositiveIntegerField()
    width = models.PositiveSmallIntegerField(null=True, blank=True)
    height = models.PositiveSmallIntegerField(null=True, blank=True)

    class Meta:
        ordering = ["created_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["conversation", "uploaded_by", "client_id"], name="attachment_client_id_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name
