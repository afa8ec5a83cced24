"""Two accounts of one patient become one: their conversations, calls and notifications."""

from django.db.models import CharField, F
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from messaging.models import Attachment, Call, CallPeer, Conversation, Member, Message, Notification

from . import preferences
from .conversations import pair_of
from .messages import post_system


def move(kept: User, merged: User) -> None:
    """Give `kept` all that `merged` has here. To be called in the transaction that merges the two.

    With somebody to whom only the merged account talked, the conversation goes on as it is. Where both talked to the
    same person, the merged one's messages are added at the end of the kept conversation under new numbers (a number is
    never given twice, so nothing can be put in between) with the time they were sent; the emptied conversation stays
    with the merged account and says so.
    """
    theirs = Member.objects.filter(conversation__in=_conversations_of(merged)).exclude(user=merged)
    others = {
        row.conversation_id: row.user for row in theirs.select_related("user") if row.user_id != kept.pk
    }
    pairs = {pair_of(kept, other): other for other in others.values()}
    existing = Conversation.objects.filter(pair__in=pairs).values_list("pk", flat=True)
    # In one order, as everywhere: who holds a conversation's row gives out its numbers.
    locked = {
        row.pk: row
        for row in Conversation.objects.select_for_update(of=("self",))
        .filter(pk__in=[*others, *existing])
        .order_by("pk")
    }
    by_pair = {row.pair: row for row in locked.values()}
    for conversation_id, other in others.items():
        source, target = locked[conversation_id], by_pair.get(pair_of(kept, other))
        if target is None:
            _hand_over(source, kept, merged, pair_of(kept, other))
        else:
            _append(source, target, kept, merged, other)
    Call.objects.filter(host=merged).update(host=kept)
    CallPeer.objects.filter(user=merged).update(user=kept)
    _move_notifications(kept, merged)


def _conversations_of(person: User) -> list[object]:
    return list(Member.objects.filter(user=person).values_list("conversation_id", flat=True))


def _hand_over(conversation: Conversation, kept: User, merged: User, pair: str) -> None:
    conversation.pair = pair
    conversation.save(update_fields=["pair", "updated_at"])
    Member.objects.filter(conversation=conversation, user=merged).update(user=kept)
    Message.objects.filter(conversation=conversation, sender=merged).update(sender=kept)
    Attachment.objects.filter(conversation=conversation, uploaded_by=merged).update(uploaded_by=kept)


def _append(source: Conversation, target: Conversation, kept: User, merged: User, other: User) -> None:
    Call.objects.filter(conversation=source).update(conversation=target)
    if not source.last_seq:
        return
    before = target.last_seq
    offset = post_system(target, _("Messages from the merged account")).seq
    moved = Message.objects.filter(conversation=source)
    moved.filter(sender=merged).update(sender=kept)
    # A client numbers its messages by itself: the same number may stand in both conversations.
    moved.update(conversation=target, seq=F("seq") + offset, client_id="")
    Conversation.objects.filter(pk=target.pk).update(last_seq=offset + source.last_seq)
    files = Attachment.objects.filter(conversation=source)
    # As with the messages' client ids; a file has to have one.
    files.update(conversation=target, client_id=Cast("pk", CharField()))
    Attachment.objects.filter(conversation=target, uploaded_by=merged).update(uploaded_by=kept)
    for reader, reader_there in ((kept, merged), (other, other)):
        there = Member.objects.get(conversation=source, user=reader_there)
        here = Member.objects.filter(conversation=target, user=reader)
        # Who has read the kept conversation to its end finds unread only what they have not read in the other.
        here.filter(last_read_seq__gte=before).update(last_read_seq=offset + there.last_read_seq)
        here.filter(last_delivered_seq__gte=before).update(
            last_delivered_seq=offset + max(there.last_delivered_seq, there.last_read_seq)
        )
    post_system(source, _("This account was merged into another: the conversation goes on there."))


def _move_notifications(kept: User, merged: User) -> None:
    known = list(Notification.objects.filter(user=kept).values_list("key", flat=True))
    theirs = Notification.objects.filter(user=merged)
    doubled = set(known) & set(theirs.values_list("key", flat=True))
    theirs.filter(key__in=doubled).delete()
    theirs.update(user=kept)
    preferences.move(kept, merged)
