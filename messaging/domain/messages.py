"""Storing messages: numbered without a gap, and once however often the sender tries; and changing one's own."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.domain import languages
from accounts.models import User
from clinic.core.errors import Conflict, Invalid, NotAllowed
from clinic.core.status import lock
from clinic.core.wording import Words, said
from messaging import events, rules
from messaging.enums import CHANGE_MINUTES, MESSAGE_MAX_LENGTH, MessageKind
from messaging.models import Call, Conversation, Member, Message

from . import attachments as files
from . import queries, unread

CLIENT_ID_MAX_LENGTH = 64


class TooLate(Conflict):
    """409: a message can be changed for CHANGE_MINUTES only."""

    code = "too_late"


class MessageDeleted(Conflict):
    """409: there is nothing left to change."""

    code = "message_deleted"
    message = gettext_lazy("This message was deleted.")


def clean_text(text: object, *, may_be_empty: bool = False) -> str:
    """The text as it is stored. Raises Invalid when it is too long or no text, or empty where it may not be."""
    if not isinstance(text, str):
        raise Invalid(fields={"text": [_("A message is text.")]})
    if "\x00" in text or _has_lone_surrogate(text):
        message = _("This message contains characters that can't be stored.")
        raise Invalid(message, fields={"text": [message]})
    text = text.strip()
    if not text and not may_be_empty:
        message = _("Write something first.")
        raise Invalid(message, fields={"text": [message]})
    if len(text) > MESSAGE_MAX_LENGTH:
        message = _("A message has at most %(limit)s characters; this one has %(count)s.") % {
            "limit": MESSAGE_MAX_LENGTH,
            "count": len(text),
        }
        raise Invalid(message, fields={"text": [message]})
    return text


def clean_client_id(client_id: object) -> str:
    """Raises Invalid when it is no text, too long or unprintable."""
    if not isinstance(client_id, str) or len(client_id) > CLIENT_ID_MAX_LENGTH or not client_id.isprintable():
        message = _("client_id is text of at most %(limit)s characters.") % {"limit": CLIENT_ID_MAX_LENGTH}
        raise Invalid(message, fields={"client_id": [message]})
    return client_id


def post(
    conversation: Conversation,
    *,
    sender: User,
    text: str,
    client_id: str = "",
    members: Sequence[Member] | None = None,
    attachments: Sequence[UUID] = (),
    reply_to: UUID | None = None,
) -> Message:
    """Store a message of `sender` (a member; the caller has asked) and tell every member's sockets.

    `attachments` are ids of files the sender has uploaded here and not sent yet; with some, `text` may be empty.
    `reply_to` is the id of an earlier message here. The same `client_id` again returns the message stored the first
    time, whatever the rest now is, and tells nobody. A caller that has just read the `members` with their users saves
    a query by naming them. Raises Invalid for an unusable text, client_id, attachment or reply_to, and NotAllowed
    when these people may not talk (any more).
    """
    client_id = clean_client_id(client_id)
    if members is None:
        members = list(Member.objects.filter(conversation=conversation).select_related("user"))
    if not rules.can_write(sender, [member.user for member in members]):
        stored = _stored(conversation.pk, sender, client_id) if client_id else None
        if stored is None:
            raise NotAllowed(files.WRITING_IS_OVER)
        return stored
    text = clean_text(text, may_be_empty=bool(attachments))
    try:
        return _append(
            conversation.pk,
            sender=sender,
            text=text,
            kind=MessageKind.FILE if attachments else MessageKind.TEXT,
            client_id=client_id,
            members=[member.user_id for member in members],
            attachments=attachments,
            reply_to=reply_to,
        )
    except IntegrityError:
        # Unique (conversation, sender, client_id): it has been stored before, perhaps a moment ago by another try.
        stored = _stored(conversation.pk, sender, client_id) if client_id else None
        if stored is None:
            raise
        return stored


def edit(message_id: UUID, *, sender: User, text: object) -> Message:
    """Give the sender's own message another text and tell every member's sockets; the same text changes nothing.

    Of two edits the later one stands. Raises Message.DoesNotExist, NotAllowed for a message of somebody else, TooLate
    after CHANGE_MINUTES, MessageDeleted, and Invalid for an unusable text.
    """
    with transaction.atomic():
        message = _own(message_id, sender)
        if message.deleted_at:
            raise MessageDeleted
        text = clean_text(text, may_be_empty=message.kind == MessageKind.FILE)
        if text != message.text:
            _still_changeable(message)
            message.text, message.edited_at = text, timezone.now()
            message.save(update_fields=["text", "edited_at", "updated_at"])
            events.message_changed(message, _members(message.conversation_id))
    return message


def delete(message_id: UUID, *, sender: User) -> Message:
    """Take the words and files out of the sender's own message and tell every member's sockets. Its number stays, so
    that nobody misses it. Deleting it again changes nothing.

    Raises Message.DoesNotExist, NotAllowed for a message of somebody else, and TooLate after CHANGE_MINUTES.
    """
    with transaction.atomic():
        message = _own(message_id, sender)
        if not message.deleted_at:
            _still_changeable(message)
            files.remove(message.attachments.all())  # type: ignore[attr-defined]
            message.text, message.deleted_at = "", timezone.now()
            message.save(update_fields=["text", "deleted_at", "updated_at"])
            message = queries.whole(Message.objects.filter(pk=message.pk)).get()
            events.message_changed(message, _members(message.conversation_id))
    return message


def _own(message_id: UUID, sender: User) -> Message:
    """The message, locked, with all that is shown of it."""
    locked = lock(Message, message_id)
    if locked.sender_id != sender.pk:
        raise NotAllowed(_("You can change your own messages only."))
    return queries.whole(Message.objects.filter(pk=locked.pk)).get()


def _still_changeable(message: Message) -> None:
    if timezone.now() >= message.created_at + timedelta(minutes=CHANGE_MINUTES):
        raise TooLate(
            _("A message can be changed for %(minutes)s minutes only. Write a new one instead.")
            % {"minutes": CHANGE_MINUTES}
        )


def post_system(conversation: Conversation, text: Words, *, about: Call | None = None) -> Message:
    """Store a line of the portal itself and tell every member's sockets; one `about` a call leads to its record.
    Raises Invalid as `post` does.

    Both sides read the same line: it is in the language they share, or else in the portal's own.
    """
    members = Member.objects.filter(conversation=conversation)
    with translation.override(languages.shared(set(members.values_list("user__language", flat=True)))):
        line = clean_text(said(text))
    kind = MessageKind.CALL if about else MessageKind.SYSTEM
    return _append(conversation.pk, sender=None, text=line, kind=kind, call=about)


def _append(
    conversation_id: UUID,
    *,
    sender: User | None,
    text: str,
    kind: str,
    client_id: str = "",
    members: Sequence[UUID] | None = None,
    attachments: Sequence[UUID] = (),
    reply_to: UUID | None = None,
    call: Call | None = None,
) -> Message:
    """The conversation's row is the queue: whoever holds its lock gives out the next `seq`."""
    with transaction.atomic():
        conversation = lock(Conversation, conversation_id)
        message = Message(
            conversation=conversation,
            seq=conversation.last_seq + 1,
            sender=sender,
            client_id=client_id,
            kind=kind,
            text=text,
            reply_to=_answered(conversation_id, reply_to),
            call=call,
        )
        message.save(force_insert=True)
        if attachments:
            files.bind(message, attachments)
        Conversation.objects.filter(pk=conversation_id).update(
            last_seq=message.seq, last_message_at=message.created_at, updated_at=message.created_at
        )
        if members is None:
            members = _members(conversation_id)
        events.message_new(message, members)
        if sender is not None:
            unread.watch(conversation_id)
    return message


def _answered(conversation_id: UUID, reply_to: UUID | None) -> Message | None:
    """Also one that was deleted while the answer was under way: the answer is not lost for that."""
    if reply_to is None:
        return None
    found = (
        Message.objects.filter(conversation_id=conversation_id, pk=reply_to).select_related("sender").first()
    )
    if found is None:
        message = _("The message you answer is not in this conversation.")
        raise Invalid(message, fields={"reply_to": [message]})
    return found


def _members(conversation_id: UUID) -> list[UUID]:
    return list(Member.objects.filter(conversation_id=conversation_id).values_list("user_id", flat=True))


def _stored(conversation_id: UUID, sender: User, client_id: str) -> Message | None:
    stored = Message.objects.filter(conversation_id=conversation_id, sender=sender, client_id=client_id)
    return queries.whole(stored).first()


def _has_lone_surrogate(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False
