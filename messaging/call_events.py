"""What open pages and the sockets of a call are told about it.

The call's own group hears `peer.*` and `call.ended`; call_consumer.py decides which socket passes on what
(a waiting peer hears of nobody, `polite` differs for each receiver).
"""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from accounts.models import User
from clinic.core import realtime
from messaging.models import Call, CallPeer


def ringing(call: Call, caller: User, callees: Iterable[UUID]) -> None:
    event = {
        "type": "call.ringing",
        "call": str(call.pk),
        "conversation": str(call.conversation_id),
        "from": str(caller.pk),
        "from_name": caller.name,
        "media": call.media,
    }
    realtime.publish([realtime.user_group(callee) for callee in callees], event)


def changed(call: Call, members: Iterable[UUID]) -> None:
    event = {"type": "call.changed", "call": str(call.pk), "status": str(call.status)}
    realtime.publish([realtime.user_group(member) for member in members], event)


def ended(call: Call, actor: User | None, reason: str) -> None:
    """To everyone in the call; each socket closes after it."""
    by = str(actor.pk) if actor else None
    _publish(call.pk, {"type": "call.ended", "by": by, "reason": reason})


def peer_waiting(peer: CallPeer) -> None:
    _publish(peer.call_id, {"type": "peer.waiting", **at_the_door(peer)})


def at_the_door(peer: CallPeer) -> dict[str, Any]:
    """What the host is told of someone who waits."""
    return {"peer": str(peer.pk), "name": peer.name, "since": peer.created_at.isoformat(), **_guest(peer)}


def locked(call: Call) -> None:
    """To everyone inside."""
    _publish(call.pk, {"type": "call.locked", "locked": call.is_locked})


def peer_joined(peer: CallPeer, host_id: UUID) -> None:
    """The peer itself turns this into its `admitted`."""
    _publish(peer.call_id, {"type": "peer.joined", **describe(peer, host_id)})


def peer_back(peer: CallPeer) -> None:
    """Its socket was gone and has come back; offers made meanwhile did not reach it."""
    _publish(peer.call_id, {"type": "peer.back", "peer": str(peer.pk)})


def peer_left(peer: CallPeer, reason: str, *, was_admitted: bool) -> None:
    _publish(
        peer.call_id,
        {"type": "peer.left", "peer": str(peer.pk), "reason": reason, "was_admitted": was_admitted},
    )


def peer_state(peer: CallPeer) -> None:
    _publish(peer.call_id, {"type": "peer.state", "peer": str(peer.pk), **peer.state})


def describe(peer: CallPeer, host_id: UUID) -> dict[str, Any]:
    """A participant of the contract, without `polite`."""
    return {
        "peer": str(peer.pk),
        "user": str(peer.user_id) if peer.user_id else None,
        "name": peer.name,
        "role": peer.role,
        "host": peer.user_id == host_id,
        "state": peer.state,
        **_guest(peer),
    }


def _guest(peer: CallPeer) -> dict[str, Any]:
    """A guest has no account; `part` says why they are here (messaging.enums.GuestPart)."""
    return {"guest": peer.invitation is not None, "part": peer.invitation.part if peer.invitation else None}


def _publish(call_id: UUID, event: dict[str, Any]) -> None:
    realtime.publish([realtime.call_group(call_id)], event)
