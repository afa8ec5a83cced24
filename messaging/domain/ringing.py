"""Calls from chat: ring, answer, decline, miss."""

from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from clinic.core.errors import Conflict, Invalid, InvalidTransition, NotAllowed
from clinic.core.status import lock, record_start
from messaging import call_events, call_rules
from messaging.enums import (
    HEARTBEAT_SECONDS,
    RESUME_SECONDS,
    RING_SECONDS,
    CallMedia,
    CallStatus,
    PeerStatus,
)
from messaging.models import Call, CallPeer, Conversation
from messaging.rules import can_talk

from . import calls, messages, notifications, waiting_room


class AlreadyCalling(Conflict):
    """409: the conversation has a call ringing or under way; `call` names it."""

    code = "call_in_progress"


class Busy(Conflict):
    """409: who is called is in another call. Nothing rings there; they find a missed call afterwards."""

    code = "busy"


def ring(conversation: Conversation, *, caller: User, media: object = CallMedia.VIDEO) -> Call:
    """Ring the other members now. The host is the member who works for the clinic, or else the caller.

    Raises Invalid for an unknown `media`, NotAllowed when the two may not talk (any more), AlreadyCalling and Busy.
    """
    if media not in CallMedia.values:
        raise Invalid(fields={"media": [_("A call is video or audio.")]})
    people = [member.user for member in conversation.members.select_related("user")]
    others = [person for person in people if person.pk != caller.pk]
    if not any(can_talk(caller, other) for other in others):
        raise NotAllowed(_("You can't call this person."))
    with transaction.atomic():
        lock(Conversation, conversation.pk)
        running = Call.objects.filter(
            conversation=conversation, opens_at=None, status__in=(CallStatus.RINGING, CallStatus.ACTIVE)
        ).first()
        if running is not None:
            raise AlreadyCalling(_("There is already a call here."), extra={"call": str(running.pk)})
        host = caller
        if caller.is_patient:
            host = next((person for person in others if person.is_clinic_staff), caller)
        call = Call.objects.create(
            conversation=conversation, host=host, media=str(media), status=CallStatus.RINGING
        )
        record_start(call, actor=caller)
        talking = _who_talks(others)
        if talking is None:
            call_events.ringing(call, caller, [other.pk for other in others])
            _miss_later(call)
        else:
            calls.finish(call, CallStatus.MISSED, actor=None, reason="busy")
            _leave_word(call)
    if talking is not None:
        raise Busy(_("%(name)s is in another call and will see that you called.") % {"name": talking.name})
    return call


def _who_talks(people: list[User]) -> User | None:
    """One of them who is in a call with somebody just now; a browser that died without a word does not count."""
    alive = timezone.now() - timedelta(seconds=RESUME_SECONDS + HEARTBEAT_SECONDS)
    inside = CallPeer.objects.filter(
        user__in=people, status=PeerStatus.ADMITTED, gone_since=None, seen_at__gte=alive
    )
    found = inside.filter(call__status=CallStatus.ACTIVE).values_list("user_id", flat=True).first()
    return next((person for person in people if person.pk == found), None)


def caller_of(call: Call) -> User | None:
    """Who rang; None for a scheduled call."""
    first = call.history.select_related("actor").first()
    return first.actor if first and first.to_status == CallStatus.RINGING else None


def ringing_for(user: User) -> list[Call]:
    """The calls that ring for `user` now, each with `rung_by`."""
    found = []
    for call in calls.calls_visible_to(user).filter(status=CallStatus.RINGING):
        caller = caller_of(call)
        if caller is not None and caller.pk != user.pk:
            call.rung_by = caller  # type: ignore[attr-defined]
            found.append(call)
    return found


def answer(call_id: UUID, *, actor: User) -> Call:
    """Pick up: whoever is already at the door comes in. Answering an answered call again changes nothing.

    Raises NotAllowed for the one who rang, InvalidTransition when it no longer rings.
    """
    with transaction.atomic():
        call = lock(Call, call_id)
        _check_rung_for(call, actor)
        if call.status != CallStatus.ACTIVE:
            calls.activate(call, actor=actor)
            waiting_room.admit_everyone(call)
    return call


def decline(call_id: UUID, *, actor: User) -> Call:
    """Turn it down. Raises NotAllowed for the one who rang, InvalidTransition when it no longer rings."""
    with transaction.atomic():
        call = lock(Call, call_id)
        _check_rung_for(call, actor)
        calls.finish(call, CallStatus.DECLINED, actor=actor, reason="declined")
        _leave_word(call)
    return call


def hang_up(call_id: UUID, *, actor: User) -> Call:
    """End the call for everyone: before it was answered the caller gives up and the other declines.

    Raises NotAllowed when `actor` may only leave it; a call that is over stays as it is.
    """
    with transaction.atomic():
        call = lock(Call, call_id)
        if not call_rules.can_end(actor, call):
            raise NotAllowed(_("Only the host can end this call for everyone."))
        if call.status != CallStatus.RINGING:
            return calls.finish(call, CallStatus.ENDED, actor=actor, reason="ended")
        caller = caller_of(call)
        if caller is None or caller.pk == actor.pk:
            calls.finish(call, CallStatus.ENDED, actor=actor, reason="cancelled")
        else:
            calls.finish(call, CallStatus.DECLINED, actor=actor, reason="declined")
        _leave_word(call)
    return call


def give_up(locked: Call, *, actor: User | None) -> None:
    """Whoever was in the ringing call has left it. The one who is called may look in and leave; it rings on."""
    caller = caller_of(locked)
    if actor is not None and caller is not None and caller.pk == actor.pk:
        calls.finish(locked, CallStatus.ENDED, actor=actor, reason="cancelled")
        _leave_word(locked)


def miss(call_id: UUID | str) -> None:
    """The task RING_SECONDS after ringing; does nothing when someone has answered."""
    with transaction.atomic():
        call = Call.objects.select_for_update(of=("self",)).filter(pk=call_id).first()
        if call is None or call.status != CallStatus.RINGING:
            return
        calls.finish(call, CallStatus.MISSED, actor=None, reason="missed")
        _leave_word(call)


def _check_rung_for(call: Call, actor: User) -> None:
    caller = caller_of(call)
    if caller is None or caller.pk == actor.pk:
        raise NotAllowed(_("Only the person who is being called can do this."))
    if call.status not in (CallStatus.RINGING, CallStatus.ACTIVE):
        raise InvalidTransition(_("This call is over."), extra={"status": str(call.status)})


def _leave_word(call: Call) -> None:
    """A line in the conversation, and a notification for those who did not answer."""
    caller = caller_of(call)
    if caller is None:
        return
    if call.status == CallStatus.DECLINED:
        messages.post_system(call.conversation, lambda: _("Call declined."))
        return
    messages.post_system(call.conversation, lambda: _("Missed call from %(name)s.") % {"name": caller.name})
    for member in call.conversation.members.exclude(user_id=caller.pk).select_related("user"):
        notifications.notify(
            member.user,
            occasion="call.missed",
            variables={"name": caller.name},
            url=reverse("conversation", args=[call.conversation_id]),
            key=f"call:{call.pk}:missed",
        )


def _miss_later(call: Call) -> None:
    from messaging.tasks import miss_call

    call_id, when = str(call.pk), timezone.now() + timedelta(seconds=RING_SECONDS)
    transaction.on_commit(lambda: miss_call.using(run_after=when).enqueue(call_id))
