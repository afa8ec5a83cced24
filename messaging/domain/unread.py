"""Messages that nobody has read for a while: who is not at the portal is told outside of it, once a stretch.

Looked at by a task, one at a time for each conversation however many messages arrive, so that writing stays quick.
"""

from datetime import timedelta
from uuid import UUID

from django.core.cache import cache
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from messaging.models import Member, Message

from .notifications import notify

AFTER = timedelta(minutes=2)


def watch(conversation_id: UUID) -> None:
    """Look after the surrounding transaction, and AFTER, whether what was written has been read."""
    transaction.on_commit(lambda: _look_later(conversation_id))


def tell(conversation_id: UUID) -> None:
    """The task: tells each member whose oldest unread message has waited for AFTER; looks again at younger ones."""
    now = timezone.now()
    cache.delete(_being_watched(conversation_id))
    younger = False
    for member in Member.objects.filter(conversation=conversation_id).select_related("user"):
        waiting = Message.objects.filter(
            conversation=conversation_id, seq__gt=member.last_read_seq, sender__isnull=False, deleted_at=None
        ).exclude(sender=member.user)
        oldest = waiting.order_by("seq").values_list("created_at", flat=True).first()
        if oldest is None:
            continue
        if oldest > now - AFTER:
            younger = True
            continue
        notify(
            member.user,
            occasion="message.waiting",
            url=reverse("conversation", args=[conversation_id]),
            key=f"unread:{conversation_id}:{member.last_read_seq}",
        )
    if younger:
        _look_later(conversation_id)


def _look_later(conversation_id: UUID) -> None:
    from messaging.tasks import tell_of_unread

    if cache.add(_being_watched(conversation_id), value=True, timeout=2 * AFTER.total_seconds()):
        tell_of_unread.using(run_after=timezone.now() + AFTER).enqueue(str(conversation_id))


def _being_watched(conversation_id: UUID) -> str:
    return f"messaging.unread.{conversation_id}"
