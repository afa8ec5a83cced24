"""A third person in a call without an account: an interpreter, a relative, a second doctor.

The link works once: the browser that opens it first keeps a signed cookie, and no other browser gets in by it. It is
named, ends with the call, and leads to the door of this one call and nowhere else.
"""

import hashlib
import secrets
import unicodedata
from datetime import timedelta
from uuid import UUID

from django.core import signing
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.domain import trail
from accounts.enums import ActivityVerb
from accounts.models import User
from clinic.core.errors import Conflict, Invalid, NotAllowed
from clinic.core.status import lock
from messaging import call_rules
from messaging.enums import LONGEST_CALL_HOURS, GuestPart
from messaging.models import Call, CallInvitation

from . import calls, waiting_room

NAME_MAX_LENGTH = 80
# A call holds four; more open links than this are links nobody remembers.
MAX_OPEN = 10
_SALT = "messaging.call.guest"


class TooMany(Conflict):
    """409: the call has as many open invitations as it may have."""

    code = "too_many"


class Used(Conflict):
    """409: another browser has opened this link already."""

    code = "used"


class NoLonger(Conflict):
    """409: the invitation was taken back, or its time is over."""

    code = "no_longer"


def invite(call: Call, *, name: str, part: str, actor: User) -> tuple[CallInvitation, str]:
    """(the invitation, the secret of its link): the only time that the secret is known.

    Raises NotAllowed unless `actor` is the host, Invalid, Over when the call is, TooMany.
    """
    fields = {}
    clean = _clean_name(name)
    if not clean:
        fields["name"] = [
            _("Write the name of the guest, at most %(count)d letters.") % {"count": NAME_MAX_LENGTH}
        ]
    if part not in GuestPart.values:
        fields["part"] = [_("Choose who this guest is.")]
    if fields:
        raise Invalid(fields=fields)
    token = secrets.token_urlsafe(32)
    with transaction.atomic():
        locked = lock(Call, call.pk)
        if not call_rules.can_invite(actor, locked):
            raise NotAllowed(_("Only the host of a call can invite a guest."))
        if call_rules.is_over(locked):
            raise calls.Over(_("This call is over."))
        if _open(locked).count() >= MAX_OPEN:
            raise TooMany(_("This call has enough invitations. Take one back first."))
        invitation = CallInvitation.objects.create(
            call=locked,
            name=clean,
            part=part,
            token_hash=_digest(token),
            invited_by=actor,
            expires_at=locked.closes_at or timezone.now() + timedelta(hours=LONGEST_CALL_HOURS),
        )
        _note(ActivityVerb.CALL_INVITED, invitation, actor)
    return invitation, token


def of_call(call: Call) -> QuerySet[CallInvitation]:
    """All of the call's invitations, the oldest first."""
    return CallInvitation.objects.filter(call=call)


def find(token: str) -> CallInvitation | None:
    """The invitation of a link, whatever has become of it; None when there is none."""
    digest = _digest(token)
    return CallInvitation.objects.select_related("call__host").filter(token_hash=digest).first()


def check(invitation: CallInvitation) -> None:
    """Raises Over, NoLonger or Used unless a new browser may use the link."""
    if call_rules.is_over(invitation.call):
        raise calls.Over(_("This call is over."))
    if invitation.revoked_at is not None:
        raise NoLonger(_("This invitation was taken back. Ask whoever sent it for a new one."))
    if invitation.expires_at <= timezone.now():
        raise NoLonger(_("The time of this invitation is over. Ask whoever sent it for a new one."))
    if invitation.used_at is not None:
        raise Used(
            _(
                "This link works once, and it was opened in another browser. Go on there, or ask whoever sent it "
                "for a new one."
            )
        )


def redeem(invitation_id: UUID) -> str:
    """Bind the link to the browser that asks, and no other ever: returns what that browser keeps as its cookie.

    Raises as `check`.
    """
    with transaction.atomic():
        invitation = lock(CallInvitation, invitation_id)
        check(invitation)
        invitation.used_at = timezone.now()
        invitation.save(update_fields=["used_at", "updated_at"])
    return signing.dumps(str(invitation.pk), salt=_SALT)


def cookie_name(call_id: UUID) -> str:
    """One for each call: an interpreter goes from one to the next."""
    return f"guest-{call_id.hex}"


def guest_of(call_id: UUID, cookie: str) -> CallInvitation | None:
    """Whose browser it is that brings `cookie` to this call; None when the cookie is none, or another call's, or the
    invitation ended or was taken back."""
    try:
        invitation_id = UUID(signing.loads(cookie, salt=_SALT))
    except (signing.BadSignature, ValueError, TypeError, AttributeError):
        return None
    return _open(call_id).filter(pk=invitation_id).exclude(used_at=None).select_related("call__host").first()


def revoke(call: Call, invitation_id: UUID, *, actor: User) -> CallInvitation:
    """Take it back; whoever came by it is shown out. Twice changes nothing.

    Raises NotAllowed unless `actor` is the host, CallInvitation.DoesNotExist.
    """
    with transaction.atomic():
        locked = lock(Call, call.pk)
        if not call_rules.can_invite(actor, locked):
            raise NotAllowed(_("Only the host of a call can take an invitation back."))
        invitation = CallInvitation.objects.select_for_update().get(pk=invitation_id, call=locked)
        if invitation.revoked_at is None:
            invitation.revoked_at = timezone.now()
            invitation.save(update_fields=["revoked_at", "updated_at"])
            waiting_room.show_out(locked, invitation)
            _note(ActivityVerb.CALL_UNINVITED, invitation, actor)
    return invitation


def state(invitation: CallInvitation) -> str:
    """open, used, revoked or expired, as the host's list shows it."""
    if invitation.revoked_at is not None:
        return "revoked"
    if invitation.expires_at <= timezone.now():
        return "expired"
    return "open" if invitation.used_at is None else "used"


def _open(call: Call | UUID) -> QuerySet[CallInvitation]:
    return CallInvitation.objects.filter(call=call, revoked_at=None, expires_at__gt=timezone.now())


def _clean_name(name: str) -> str:
    """One line of visible signs, or "" when it is not. Joiners are kept: Devanagari needs them."""
    clean = " ".join(name.split())
    kinds = {unicodedata.category(sign) for sign in clean}
    refused = kinds & {"Cc", "Cs", "Co", "Cn"} or any(sign in _TURNS for sign in clean)
    named = any(kind.startswith("L") for kind in kinds)
    return clean if named and not refused and len(clean) <= NAME_MAX_LENGTH else ""


# They turn the direction of what follows, also outside the name.
_TURNS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


def _note(verb: ActivityVerb, invitation: CallInvitation, actor: User) -> None:
    trail.record(
        verb,
        actor=actor,
        target=invitation.call,
        patient=calls.patient_of(invitation.call),
        reason=f"{invitation.name} ({invitation.get_part_display()})",
    )
