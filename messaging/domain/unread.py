"""Messages that nobody has read for a while: who is not at the portal is told outside of it, once a stretch.

Looked at by a task, one at a time for each conversation however many messages arrive, so that writing stays quick.
"""

from datetime import timedelta
from uuid import UUID

from django.core.cache import cache
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from clinic.core.status import lock
from messaging import events
from messaging.models import Member, Message, Notification

from . import deliveries, queries
from .notifications import notify

OCCASION = "message.waiting"
AFTER = timedelta(minutes=2)


def watch(conversation_id: UUID) -> None:
    """Look after the surrounding transaction, and AFTER, whether what was written has been read."""
    transaction.on_commit(lambda: _look_later(conversation_id))


def is_waiting(conversation_id: UUID, user_id: UUID, after: int) -> bool:
    """Whether somebody else's message above the `seq` `after` is there for this person."""
    return _waiting(conversation_id, user_id, after).exists()


def settle(conversation_id: UUID, user: User) -> None:
    """This person has read what waited in the conversation: the bell stops saying so, and what has not left the portal
    yet (quiet hours, a mail server that is down) stays here. To be called in the transaction of the reading."""
    now = timezone.now()
    told = Notification.objects.filter(user=user, occasion=OCCASION, url=_url(conversation_id), read_at=None)
    settled = list(told.values_list("pk", flat=True))
    if settled:
        Notification.objects.filter(pk__in=settled).update(read_at=now, updated_at=now)
        deliveries.withdraw(settled)
        events.notification_read(user.pk, queries.unread_notifications(user.pk))


def tell(conversation_id: UUID) -> None:
    """The task: tells each member whose oldest unread message has waited for AFTER; looks again at younger ones."""
    now = timezone.now()
    cache.delete(_being_watched(conversation_id))
    younger = False
    for pk in Member.objects.filter(conversation=conversation_id).values_list("pk", flat=True):
        # Locked, so that who reads at this moment is either not told, or told and then settled.
        with transaction.atomic():
            member = lock(Member, pk)
            waiting = _waiting(conversation_id, member.user_id, member.last_read_seq)
            oldest = waiting.order_by("seq").values_list("created_at", flat=True).first()
            if oldest is None:
                continue
            if oldest > now - AFTER:
                younger = True
                continue
            notify(
                member.user,
                occasion=OCCASION,
                url=_url(conversation_id),
                key=f"unread:{conversation_id}:{member.last_read_seq}",
            )
    if younger:
        _look_later(conversation_id)


def _waiting(conversation_id: UUID, user_id: UUID, after: int) -> QuerySet[Message]:
    messages = Message.objects.filter(
        conversation=conversation_id, seq__gt=after, sender__isnull=False, deleted_at=None
    )
    return messages.exclude(sender_id=user_id)


def _url(conversation_id: UUID) -> str:
    return reverse("conversation", args=[conversation_id])


def _look_later(conversation_id: UUID) -> None:
    from messaging.tasks import tell_of_unread

    if cache.add(_being_watched(conversation_id), value=True, timeout=2 * AFTER.total_seconds()):
        tell_of_unread.using(run_after=timezone.now() + AFTER).enqueue(str(conversation_id))


def _being_watched(conversation_id: UUID) -> str:
    return f"messaging.unread.{conversation_id}"
