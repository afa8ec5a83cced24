"""How far a device of each member has received, and how far each member has read."""

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Greatest
from django.utils.translation import gettext as _

from accounts.models import User
from clinic.core.errors import Invalid
from messaging import events
from messaging.models import Conversation, Member

from . import unread


def mark_read(
    conversation: Conversation, user: User, seq: object, *, members: Sequence[UUID] | None = None
) -> int:
    """Note that `user` (a member) has read up to `seq` and tell the members; the mark only moves forward. Once nothing
    waits here, the bell no longer says that something does.

    What is read has been delivered. Returns where the mark stands now. A `seq` beyond the last message means the
    last message. A caller that has just read the ids of the `members` saves a query by naming them. Raises Invalid
    when `seq` is no whole number from 0 up.
    """
    reached = _reached(conversation, seq)
    mine = Member.objects.filter(conversation=conversation, user=user)
    with transaction.atomic():
        moved = mine.filter(last_read_seq__lt=reached).update(
            last_read_seq=reached, last_delivered_seq=Greatest(F("last_delivered_seq"), reached)
        )
        if moved:
            events.message_read(conversation.pk, user, reached, members or _members(conversation))
            if reached == conversation.last_seq or not unread.is_waiting(conversation.pk, user.pk, reached):
                unread.settle(conversation.pk, user)
            return reached
    return mine.values_list("last_read_seq", flat=True).get()


def mark_delivered(
    conversation: Conversation, user: User, seq: object, *, members: Sequence[UUID] | None = None
) -> int:
    """As `mark_read`, for what a device of `user` (a member) has received and stored or shown."""
    reached = _reached(conversation, seq)
    mine = Member.objects.filter(conversation=conversation, user=user)
    with transaction.atomic():
        if mine.filter(last_delivered_seq__lt=reached).update(last_delivered_seq=reached):
            events.message_delivered(conversation.pk, user, reached, members or _members(conversation))
            return reached
    return mine.values_list("last_delivered_seq", flat=True).get()


def _reached(conversation: Conversation, seq: object) -> int:
    if not isinstance(seq, int) or isinstance(seq, bool) or seq < 0:
        message = _("seq is the number of a message.")
        raise Invalid(message, fields={"seq": [message]})
    return min(seq, conversation.last_seq)


def _members(conversation: Conversation) -> list[UUID]:
    return list(Member.objects.filter(conversation=conversation).values_list("user_id", flat=True))
