"""The door of a call: letting in, turning away, locking, and the place of those who wait."""

from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from clinic.core.errors import Invalid, NotAllowed
from messaging import call_events, call_rules
from messaging.enums import MAX_PEERS, CallStatus, PeerStatus
from messaging.models import Call, CallInvitation, CallPeer

from . import calls, peers


@dataclass(frozen=True)
class Place:
    """What someone at the door may know: their place among the `count` who wait, and whether the host is there."""

    place: int
    count: int
    host_here: bool


def place_of(call_id: UUID, peer_id: UUID, host_id: UUID) -> Place | None:
    """The place of a peer that waits; None when it does not (any more)."""
    here = CallPeer.objects.filter(call_id=call_id, status__in=calls.PRESENT)
    rows = list(here.values_list("pk", "status", "user_id", "gone_since"))
    waiting = [row[0] for row in rows if row[1] == PeerStatus.WAITING]
    if peer_id not in waiting:
        return None
    host_here = any(row[2] == host_id and row[1] == PeerStatus.ADMITTED and row[3] is None for row in rows)
    return Place(waiting.index(peer_id) + 1, len(waiting), host_here)


def admit(call_id: UUID, peer_id: UUID, *, actor: User) -> None:
    """Let a waiting peer in; the first one with an account starts the call (an interpreter may come before the
    patient). Admitting twice changes nothing.

    Raises NotAllowed unless `actor` is the host, Invalid when nobody waits under this id, Full.
    """
    with transaction.atomic():
        call = _locked_for_host(call_id, actor)
        peer = peers.present(call).filter(pk=peer_id).select_related("user", "invitation").first()
        if peer is None:
            raise Invalid(_("This person is not waiting any more."))
        if peer.status == PeerStatus.ADMITTED:
            return
        if peers.present(call).filter(status=PeerStatus.ADMITTED).count() >= MAX_PEERS:
            raise peers.Full(_("This call is full."))
        peers.let_in(peer, call)
        if peer.user_id and call.status in (CallStatus.SCHEDULED, CallStatus.RINGING):
            calls.activate(call, actor=actor)


def admit_everyone(locked: Call) -> None:
    """The members at the door of a call that was just answered; a guest waits for the host's word."""
    waiting = peers.present(locked).filter(status=PeerStatus.WAITING, user__isnull=False)
    for peer in waiting.select_related("user", "invitation"):
        peers.let_in(peer, locked)


def remove(call_id: UUID, peer_id: UUID, *, actor: User) -> None:
    """Show a peer out, or turn away one that waits.

    Raises NotAllowed unless `actor` is the host, Invalid when the peer is not there or is the host's own.
    """
    with transaction.atomic():
        call = _locked_for_host(call_id, actor)
        peer = peers.present(call).filter(pk=peer_id).select_related("user", "invitation").first()
        if peer is None or peer.user_id == call.host_id:
            raise Invalid(_("This person is not in the call."))
        peers.take_out(peer, PeerStatus.REMOVED, "removed")


def set_lock(call_id: UUID, locked: bool, *, actor: User) -> None:
    """Take nobody new at the door, or take them again. Raises NotAllowed unless `actor` is the host."""
    with transaction.atomic():
        call = _locked_for_host(call_id, actor)
        if call.is_locked == locked:
            return
        call.is_locked = locked
        call.save(update_fields=["is_locked", "updated_at"])
        call_events.locked(call)
        # Whoever stands before the locked door hears on the page's own socket that trying again is worth it.
        call_events.changed(call, calls.member_ids(call))


def show_out(locked: Call, invitation: CallInvitation) -> None:
    """Whoever came by this invitation, which has just been taken back."""
    for peer in peers.present(locked).filter(invitation=invitation):
        peers.take_out(peer, PeerStatus.REMOVED, "removed")


def _locked_for_host(call_id: UUID, actor: User) -> Call:
    call = peers.locked_call(call_id, actor)
    if not call_rules.is_host(actor, call):
        raise NotAllowed(_("Only the host can do this."))
    return call
