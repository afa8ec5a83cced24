"""A call from its appointed time, or its answer, to its end. Ringing: ringing.py. Who is in it: peers.py."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.enums import Role
from accounts.models import User
from clinic.core.errors import Conflict
from clinic.core.status import change_status, lock, record_start
from messaging import call_events, call_rules, signals
from messaging.enums import LONGEST_CALL_HOURS, CallMedia, CallStatus, PeerStatus
from messaging.models import Call, CallInvitation, CallPeer, Conversation, Member

from . import messages

PRESENT = (PeerStatus.WAITING, PeerStatus.ADMITTED)


class TooEarly(Conflict):
    """409: the call can't be joined yet; `opens_at` says when."""

    code = "too_early"


class Over(Conflict):
    """409: the call can't be joined any more."""

    code = "over"


def calls_visible_to(user: User) -> QuerySet[Call]:
    """The calls of the user's conversations."""
    return Call.objects.filter(conversation__members__user_id=user.pk).select_related("host")


def schedule(
    conversation: Conversation,
    *,
    host: User,
    opens_at: datetime,
    closes_at: datetime,
    media: str = CallMedia.VIDEO,
) -> Call:
    """A call of the conversation's members that can be joined from `opens_at` until `closes_at`."""
    with transaction.atomic():
        call = Call.objects.create(
            conversation=conversation, host=host, media=media, opens_at=opens_at, closes_at=closes_at
        )
        record_start(call, actor=host)
        close_later(call)
    return call


def reschedule(call_id: UUID, *, opens_at: datetime, closes_at: datetime) -> Call:
    """Move a call that has not begun. Raises Conflict when it has, or is over."""
    with transaction.atomic():
        call = lock(Call, call_id)
        if call.status != CallStatus.SCHEDULED:
            raise Conflict(_("This call has already begun."))
        call.opens_at, call.closes_at = opens_at, closes_at
        call.save(update_fields=["opens_at", "closes_at", "updated_at"])
        CallInvitation.objects.filter(call=call).update(expires_at=closes_at, updated_at=timezone.now())
        close_later(call)
        call_events.changed(call, member_ids(call))
    return call


def check_window(call: Call) -> None:
    """Raises TooEarly (extra `opens_at`) or Over (extra `closes_at`) when the call can't be joined now."""
    if call_rules.is_over(call):
        closed = call.ended_at or call.closes_at
        raise Over(_("This call is over."), extra={"closes_at": closed.isoformat() if closed else None})
    if call_rules.is_too_early(call) and call.opens_at:
        when = date_format(timezone.localtime(call.opens_at), "DATETIME_FORMAT")
        raise TooEarly(
            _("You can join from %(when)s.") % {"when": when}, extra={"opens_at": call.opens_at.isoformat()}
        )


def activate(locked: Call, *, actor: User) -> None:
    """The first peer was admitted, or the ringing answered. Announces `call_started` once committed."""
    fields: dict[str, Any] = {"started_at": timezone.now()}
    if locked.closes_at is None:
        fields["closes_at"] = timezone.now() + timedelta(hours=LONGEST_CALL_HOURS)
    change_status(locked, CallStatus.ACTIVE, actor=actor, **fields)
    if "closes_at" in fields:
        close_later(locked)
    call_events.changed(locked, member_ids(locked))
    transaction.on_commit(
        lambda: signals.call_started.send_robust(Call, call=locked, actor=actor), robust=True
    )


def end(call_id: UUID, *, actor: User | None, reason: str) -> Call:
    """End the call for everyone; the caller has asked the rules. A call that is over stays as it is."""
    with transaction.atomic():
        call = lock(Call, call_id)
        return finish(call, CallStatus.ENDED, actor=actor, reason=reason)


def close(call_id: UUID | str) -> None:
    """The task at `closes_at`; does nothing when the call has been moved or is over."""
    with transaction.atomic():
        call = Call.objects.select_for_update(of=("self",)).filter(pk=call_id).first()
        if call and call.closes_at and call.closes_at <= timezone.now():
            finish(call, CallStatus.ENDED, actor=None, reason="over")


def finish(locked: Call, to: str, *, actor: User | None, reason: str) -> Call:
    """The one way a call gets over: everybody in it is told and has left. Returns it unchanged if it is over."""
    if locked.status in call_rules.OVER:
        return locked
    now = timezone.now()
    talked = now - locked.started_at if locked.started_at else None
    change_status(locked, to, actor=actor, reason=reason, ended_at=now)
    CallPeer.objects.filter(call=locked, status__in=PRESENT).update(
        status=PeerStatus.LEFT, left_at=now, channel="", updated_at=now
    )
    call_events.ended(locked, actor, reason)
    call_events.changed(locked, member_ids(locked))
    if talked is not None:
        messages.post_system(locked.conversation, lambda: _talked_text(locked, talked), about=locked)
    return locked


def is_member(call_id: UUID, user_id: UUID) -> bool:
    return Call.objects.filter(pk=call_id, conversation__members__user_id=user_id).exists()


def member_ids(call: Call) -> list[UUID]:
    members = Member.objects.filter(conversation_id=call.conversation_id)
    return list(members.values_list("user_id", flat=True))


def patient_of(call: Call) -> UUID | None:
    """The patient among the members, for the activity trail."""
    patients = Member.objects.filter(conversation=call.conversation_id, user__role=Role.PATIENT)
    return patients.values_list("user_id", flat=True).first()


def length_text(length: timedelta) -> str:
    """In minutes, or in seconds under one and a half."""
    seconds = round(length.total_seconds())
    if seconds < 90:
        return ngettext("%(count)d second", "%(count)d seconds", seconds) % {"count": seconds}
    minutes = round(seconds / 60)
    return ngettext("%(count)d minute", "%(count)d minutes", minutes) % {"count": minutes}


def close_later(call: Call) -> None:
    from messaging.tasks import close_call

    call_id, closes_at = str(call.pk), call.closes_at
    transaction.on_commit(lambda: close_call.using(run_after=closes_at).enqueue(call_id))


def _talked_text(call: Call, talked: timedelta) -> str:
    length = length_text(max(talked, timedelta(seconds=1)))
    if call.media == CallMedia.AUDIO:
        return _("Audio call ended after %(length)s.") % {"length": length}
    return _("Video call ended after %(length)s.") % {"length": length}
