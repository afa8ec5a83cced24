"""How far each member has read."""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from clinic.core.errors import Invalid
from messaging import events
from messaging.models import Conversation, Member


def mark_read(conversation: Conversation, user: User, seq: object) -> int:
    """Note that `user` (a member) has read up to `seq` and tell the members; the mark only moves forward.

    Returns where the mark stands now. A `seq` beyond the last message means the last message.
    Raises Invalid when `seq` is no whole number from 0 up.
    """
    if not isinstance(seq, int) or isinstance(seq, bool) or seq < 0:
        message = _("seq is the number of a message.")
        raise Invalid(message, fields={"seq": [message]})
    seq = min(seq, conversation.last_seq)
    with transaction.atomic():
        moved = Member.objects.filter(conversation=conversation, user=user, last_read_seq__lt=seq).update(
            last_read_seq=seq
        )
        if moved:
            events.message_read(conversation.pk, user, seq, _members(conversation))
            return seq
    return Member.objects.values_list("last_read_seq", flat=True).get(conversation=conversation, user=user)


def _members(conversation: Conversation) -> list[UUID]:
    return list(Member.objects.filter(conversation=conversation).values_list("user_id", flat=True))
