"""Storing messages: numbered without a gap, and once however often the sender tries."""

from collections.abc import Sequence
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.domain import languages
from accounts.models import User
from clinic.core.errors import Invalid
from clinic.core.status import lock
from clinic.core.wording import Words, said
from messaging import events
from messaging.enums import MESSAGE_MAX_LENGTH, MessageKind
from messaging.models import Conversation, Member, Message

CLIENT_ID_MAX_LENGTH = 64


def clean_text(text: object) -> str:
    """The text as it is stored. Raises Invalid when it is empty, too long or no text."""
    if not isinstance(text, str):
        raise Invalid(fields={"text": [_("A message is text.")]})
    if "\x00" in text or _has_lone_surrogate(text):
        message = _("This message contains characters that can't be stored.")
        raise Invalid(message, fields={"text": [message]})
    text = text.strip()
    if not text:
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
    members: Sequence[UUID] | None = None,
) -> Message:
    """Store a message of `sender` (a member; the caller has asked) and tell every member's sockets.

    The same `client_id` again returns the message stored the first time, whatever the text now is, and tells
    nobody. A caller that has just read who the `members` are saves a query by naming them.
    Raises Invalid for an unusable text or client_id.
    """
    text = clean_text(text)
    client_id = clean_client_id(client_id)
    try:
        return _append(
            conversation.pk,
            sender=sender,
            text=text,
            kind=MessageKind.TEXT,
            client_id=client_id,
            members=members,
        )
    except IntegrityError:
        # Unique (conversation, sender, client_id): it has been stored before, perhaps a moment ago by another try.
        stored = _stored(conversation.pk, sender, client_id) if client_id else None
        if stored is None:
            raise
        return stored


def post_system(conversation: Conversation, text: Words) -> Message:
    """Store a line of the portal itself and tell every member's sockets. Raises Invalid as `post` does.

    Both sides read the same line: it is in the language they share, or else in the portal's own.
    """
    members = Member.objects.filter(conversation=conversation)
    with translation.override(languages.shared(set(members.values_list("user__language", flat=True)))):
        line = clean_text(said(text))
    return _append(conversation.pk, sender=None, text=line, kind=MessageKind.SYSTEM)


def _append(
    conversation_id: UUID,
    *,
    sender: User | None,
    text: str,
    kind: str,
    client_id: str = "",
    members: Sequence[UUID] | None = None,
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
        )
        message.save(force_insert=True)
        Conversation.objects.filter(pk=conversation_id).update(
            last_seq=message.seq, last_message_at=message.created_at, updated_at=message.created_at
        )
        if members is None:
            members = list(Member.objects.filter(conversation=conversation).values_list("user_id", flat=True))
        events.message_new(message, members)
    return message


def _stored(conversation_id: UUID, sender: User, client_id: str) -> Message | None:
    return (
        Message.objects.filter(conversation_id=conversation_id, sender=sender, client_id=client_id)
        .select_related("sender")
        .first()
    )


def _has_lone_surrogate(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False
