"""Who is in a call: joining, a dropped socket coming back, leaving. Who comes in from the door: waiting_room.py.

Everything is in the database, so that it holds across processes; `channel` names the socket that speaks for a
peer. A socket that drops leaves its peer in place for RESUME_SECONDS; `reap` takes those that did not come back,
including peers of a process that died without a word (their heartbeat stopped).
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.domain import trail
from accounts.enums import ActivityVerb
from accounts.models import User
from clinic.core.errors import Conflict, Invalid, NotAllowed
from clinic.core.status import lock
from messaging import call_events, call_rules
from messaging.enums import HEARTBEAT_SECONDS, MAX_PEERS, RESUME_SECONDS, CallStatus, PeerStatus
from messaging.models import Call, CallInvitation, CallPeer

from . import calls, quality

STATE_KEYS = ("mic", "camera", "screen", "hand")


Person = User | CallInvitation


class Locked(Conflict):
    """409: the host takes nobody new at the door just now."""

    code = "locked"


class Full(Conflict):
    """409: the call has as many peers as a mesh can carry."""

    code = "full"


@dataclass(frozen=True)
class Joined:
    """What the socket says in its `welcome`. `replaced` is the channel of an older socket of this peer."""

    peer: CallPeer
    host_id: UUID
    is_locked: bool
    token: str
    participants: list[dict[str, Any]]
    waiting: list[CallPeer]
    resumed: bool
    replaced: str


def join(call_id: UUID, person: Person, channel: str, resume: str = "") -> Joined:
    """Let a browser in, or to the door; with the token of a peer whose socket dropped, as that peer again.

    Raises NotAllowed for anyone but the conversation's members and guests with an invitation (or when there is no
    such call), TooEarly, Over, Locked, Full.
    """
    reap(call_id)  # in a transaction of its own: a refusal below must not undo it
    with transaction.atomic():
        call = locked_call(call_id, person)
        calls.check_window(call)
        peer = _resumable(call, person, resume) if resume else None
        if peer is not None:
            replaced, peer.channel = peer.channel, channel
            peer.gone_since, peer.seen_at = None, timezone.now()
            peer.save(update_fields=["channel", "gone_since", "seen_at", "updated_at"])
            call_events.peer_back(peer)
            token = resume
        else:
            replaced, token = "", secrets.token_urlsafe(32)
            peer = _new_peer(call, person, channel, token)
            _note_joining(call, person)
        others = participants(peer, call.host_id) if peer.status == PeerStatus.ADMITTED else []
        return Joined(
            peer=peer,
            host_id=call.host_id,
            is_locked=call.is_locked,
            token=token,
            participants=others,
            waiting=_waiting_for(peer, call),
            resumed=token == resume,
            replaced=replaced,
        )


def _note_joining(call: Call, person: Person) -> None:
    patient_id = calls.patient_of(call)
    if isinstance(person, User):
        trail.record(ActivityVerb.CALL_JOINED, actor=person, target=call, patient=patient_id)
        return
    reason = f"{person.name} ({person.get_part_display()})"
    trail.record(ActivityVerb.CALL_GUEST, actor=None, target=call, patient=patient_id, reason=reason)


def participants(peer: CallPeer, host_id: UUID) -> list[dict[str, Any]]:
    """The other admitted peers as `peer` sees them. `polite`: this peer gives way to that one."""
    others = CallPeer.objects.filter(call_id=peer.call_id, status=PeerStatus.ADMITTED).exclude(pk=peer.pk)
    return [
        {
            **call_events.describe(other, host_id),
            "polite": call_rules.polite(str(peer.pk), str(other.pk)),
        }
        for other in others.select_related("user", "invitation")
    ]


def participants_for(peer_id: UUID) -> list[dict[str, Any]]:
    """The same by the peer's id."""
    peer = CallPeer.objects.select_related("call").get(pk=peer_id)
    return participants(peer, peer.call.host_id)


def leave(peer_id: UUID) -> None:
    """The person hung up. A call from chat that leaves one person alone is over."""
    with transaction.atomic():
        call = lock(Call, CallPeer.objects.values_list("call_id", flat=True).get(pk=peer_id))
        peer = present(call).filter(pk=peer_id).first()
        if peer is not None:
            take_out(peer, PeerStatus.LEFT, "left")
            _end_if_alone(call, peer.user)


def gone(peer_id: UUID, channel: str) -> None:
    """The socket dropped; the peer stays for RESUME_SECONDS unless another socket already speaks for it."""
    now = timezone.now()
    CallPeer.objects.filter(pk=peer_id, channel=channel).update(channel="", gone_since=now, updated_at=now)


def beat(peer_id: UUID, channel: str) -> None:
    CallPeer.objects.filter(pk=peer_id, channel=channel).update(seen_at=timezone.now())


def reap(call_id: UUID) -> None:
    """Take out the peers that did not come back in time."""
    if not _lost(CallPeer.objects.filter(call_id=call_id)).exists():
        return
    with transaction.atomic():
        call = lock(Call, call_id)
        lost = list(_lost(CallPeer.objects.filter(call=call)).select_related("user"))
        for peer in lost:
            take_out(peer, PeerStatus.LEFT, "lost")
        if lost:
            _end_if_alone(call, lost[-1].user)


def set_state(peer_id: UUID, changes: dict[str, bool]) -> None:
    """What the others see of a peer: `mic`, `camera`, `screen`, `hand`; those not named stay as they are."""
    with transaction.atomic():
        peer = lock(CallPeer, peer_id)
        peer.state = {**dict.fromkeys(STATE_KEYS, False), **peer.state, **changes}
        peer.save(update_fields=["state", "updated_at"])
        if peer.status == PeerStatus.ADMITTED:
            call_events.peer_state(peer)


def keep_quality(peer_id: UUID, report: quality.Report) -> None:
    """Add what this person's browser measured to the summary of their line."""
    with transaction.atomic():
        peer = lock(CallPeer, peer_id)
        peer.quality = quality.add(peer.quality, report)
        peer.save(update_fields=["quality", "updated_at"])


def route(call_id: UUID, from_peer: UUID, to_peer: UUID) -> str:
    """The channel a signal goes to.

    Raises NotAllowed while the sender waits, Invalid `no_such_peer` when the target is not in the call, and
    PeerGone when its socket is away just now.
    """
    rows = {
        row.pk: row
        for row in CallPeer.objects.filter(
            call_id=call_id, pk__in=(from_peer, to_peer), status=PeerStatus.ADMITTED
        )
    }
    if from_peer not in rows:
        raise NotAllowed(_("You have not been let in yet."))
    if to_peer not in rows or to_peer == from_peer:
        raise NoSuchPeer(_("This person is not in the call."))
    if not rows[to_peer].channel:
        raise PeerGone(_("This person's connection is interrupted."))
    return rows[to_peer].channel


class NoSuchPeer(Invalid):
    code = "no_such_peer"


class PeerGone(Conflict):
    code = "peer_gone"


def locked_call(call_id: UUID, person: Person) -> Call:
    """The call, locked. Raises NotAllowed when it is not this person's, or not there."""
    try:
        call = lock(Call, call_id)
    except Call.DoesNotExist:
        raise NotAllowed from None
    if not _may_come(person, call):
        raise NotAllowed
    return call


def _may_come(person: Person, call: Call) -> bool:
    if isinstance(person, User):
        return call_rules.is_participant(person, call)
    return call_rules.is_guest(person, call)


def present(call: Call) -> QuerySet[CallPeer]:
    """Those inside and those at the door."""
    return CallPeer.objects.filter(call=call, status__in=calls.PRESENT)


def _lost(peers: QuerySet[CallPeer]) -> QuerySet[CallPeer]:
    gone_before = timezone.now() - timedelta(seconds=RESUME_SECONDS)
    silent_before = gone_before - timedelta(seconds=HEARTBEAT_SECONDS)
    return peers.filter(status__in=calls.PRESENT).filter(
        Q(gone_since__lt=gone_before) | Q(gone_since=None, seen_at__lt=silent_before)
    )


def _own(person: Person) -> dict[str, UUID]:
    return {"user": person.pk} if isinstance(person, User) else {"invitation": person.pk}


def _resumable(call: Call, person: Person, token: str) -> CallPeer | None:
    digest = hashlib.sha256(token.encode(errors="replace")).hexdigest()
    own = present(call).filter(**_own(person), resume_digest=digest)
    return own.select_related("user", "invitation").first()


def _new_peer(call: Call, person: Person, channel: str, token: str) -> CallPeer:
    history = CallPeer.objects.filter(call=call, **_own(person))
    was_removed = history.filter(status=PeerStatus.REMOVED).exists()
    enters = isinstance(person, User) and call_rules.enters_at_once(person, call) and not was_removed
    # Whoever was inside and lost the way back may knock at a locked door.
    was_inside = not was_removed and history.exclude(admitted_at=None).exists()
    if call.is_locked and not enters and not was_inside:
        raise Locked(_("The waiting room is locked. Please try again in a few minutes."))
    if not isinstance(person, User):
        # An invitation is for one person: the guest's newest tab takes the place of the older one.
        for older in present(call).filter(invitation=person.pk):
            take_out(older, PeerStatus.LEFT, "replaced")
    _make_room(call, person)
    peer = CallPeer.objects.create(
        call=call,
        user=person if isinstance(person, User) else None,
        invitation=None if isinstance(person, User) else person,
        channel=channel,
        resume_digest=hashlib.sha256(token.encode()).hexdigest(),
        status=PeerStatus.ADMITTED if enters else PeerStatus.WAITING,
        admitted_at=timezone.now() if enters else None,
    )
    if enters:
        call_events.peer_joined(peer, call.host_id)
    else:
        call_events.peer_waiting(peer)
    return peer


def _make_room(call: Call, person: Person) -> None:
    """One place is kept for the host, so that waiting browsers never lock the host out. Raises Full."""
    here = present(call)
    is_host = isinstance(person, User) and call_rules.is_host(person, call)
    places = MAX_PEERS if is_host or here.filter(user=call.host_id).exists() else MAX_PEERS - 1
    if here.count() < places:
        return
    # A browser whose socket is gone gives way to one that is here.
    for away in here.exclude(gone_since=None).order_by("gone_since"):
        take_out(away, PeerStatus.LEFT, "lost")
        if here.count() < places:
            return
    raise Full(_("This call is full: at most %(count)d devices can take part.") % {"count": MAX_PEERS})


def _waiting_for(peer: CallPeer, call: Call) -> list[CallPeer]:
    if peer.user_id != call.host_id:
        return []
    return list(present(call).filter(status=PeerStatus.WAITING).select_related("user", "invitation"))


def let_in(peer: CallPeer, call: Call) -> None:
    """From the door into the call; the caller has asked the rules and holds the call's lock."""
    peer.status, peer.admitted_at = PeerStatus.ADMITTED, timezone.now()
    peer.save(update_fields=["status", "admitted_at", "updated_at"])
    call_events.peer_joined(peer, call.host_id)


def take_out(peer: CallPeer, to: str, reason: str) -> None:
    """The one way out of a call that goes on; the caller holds the call's lock."""
    was_admitted = peer.status == PeerStatus.ADMITTED
    # Who was lost was gone before it was noticed.
    left_at = peer.gone_since or peer.seen_at if reason == "lost" else timezone.now()
    peer.status, peer.left_at, peer.channel = to, left_at, ""
    peer.save(update_fields=["status", "left_at", "channel", "updated_at"])
    call_events.peer_left(peer, reason, was_admitted=was_admitted)


def _end_if_alone(call: Call, leaver: User | None) -> None:
    if not call_rules.is_rung(call):
        return
    if call.status == CallStatus.ACTIVE:
        if present(call).filter(status=PeerStatus.ADMITTED).count() < 2:
            calls.finish(call, CallStatus.ENDED, actor=leaver, reason="left")
    elif call.status == CallStatus.RINGING and not present(call).exists():
        from . import ringing  # it admits peers, and so imports this module

        ringing.give_up(call, actor=leaver)
