"""Who may be in a call, and when. Pure questions about a loaded call."""

from datetime import datetime
from math import ceil

from django.utils import timezone

from accounts.models import User
from messaging.enums import CallStatus
from messaging.models import Call, CallInvitation, Member

OVER = frozenset({CallStatus.ENDED, CallStatus.DECLINED, CallStatus.MISSED})


def is_participant(user: User, call: Call) -> bool:
    """The conversation's members take part in its calls, nobody else."""
    return user.is_active and Member.objects.filter(conversation=call.conversation_id, user=user.pk).exists()


def is_guest(invitation: CallInvitation, call: Call) -> bool:
    """Someone without an account, by an invitation that was opened and still holds; asked of the database, since it
    may have been taken back a moment ago."""
    still = CallInvitation.objects.filter(
        pk=invitation.pk, call=call, used_at__isnull=False, revoked_at=None, expires_at__gt=timezone.now()
    )
    return still.exists()


def can_invite(user: User, call: Call) -> bool:
    """Whoever admits is the one who asks others to come."""
    return is_participant(user, call) and is_host(user, call)


def is_host(user: User, call: Call) -> bool:
    """The host admits, removes and ends."""
    return call.host_id == user.pk


def is_over(call: Call, now: datetime | None = None) -> bool:
    now = now or timezone.now()
    return call.status in OVER or (call.closes_at is not None and now >= call.closes_at)


def is_too_early(call: Call, now: datetime | None = None) -> bool:
    """Before a scheduled call opens nobody joins, the host included: the link shows when it will."""
    now = now or timezone.now()
    return call.opens_at is not None and now < call.opens_at


def opens_in(call: Call, now: datetime | None = None) -> int:
    """Seconds until it can be joined: pages wait by these, since their own clocks may be wrong."""
    return max(0, ceil((call.opens_at - (now or timezone.now())).total_seconds())) if call.opens_at else 0


def runs_for(call: Call, now: datetime | None = None) -> int | None:
    """Seconds since it began; None before that."""
    return int(((now or timezone.now()) - call.started_at).total_seconds()) if call.started_at else None


def is_rung(call: Call) -> bool:
    """A call from chat, which rings now, as opposed to a scheduled one."""
    return call.opens_at is None


def enters_at_once(user: User, call: Call) -> bool:
    """Without waiting to be let in: the host; and in an answered call from chat everyone, who agreed to it by
    ringing or answering."""
    return is_host(user, call) or (is_rung(call) and call.status == CallStatus.ACTIVE)


def can_end(user: User, call: Call) -> bool:
    """A consultation is ended by its host; a call from chat by either side."""
    return is_host(user, call) or is_rung(call)


def polite(peer: str, other: str) -> bool:
    """Is `peer` the one that gives way to `other` when both make an offer at once? True for exactly one of
    each pair, and the same however often either comes back."""
    return str(peer) > str(other)
