"""Ending what someone has open: sockets, browser sessions, API tokens."""

from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from knox.models import get_token_model

from accounts.domain import trail
from accounts.enums import ActivityVerb
from accounts.models import SocketTicket, User
from clinic.core import realtime
from clinic.core.consumers import session_fingerprint
from clinic.core.errors import NotAllowed
from clinic.core.status import lock

LOGGED_OUT = "logged_out"
DEACTIVATED = "deactivated"
ROLE_CHANGED = "role_changed"
PASSWORD_CHANGED = "password_changed"


class AccountInactive(NotAllowed):
    """403: the right person, but the clinic has closed the account."""

    code = "account_inactive"
    message = _("This account is closed. Please call the clinic.")


def revoke(user: User, reason: str, session_key: str | None = None) -> None:
    """Close the user's sockets once the transaction has committed: all of them, or those of one log-in.

    `session_key` is the key of a browser session or the digest of an API token.
    """
    session = session_fingerprint(session_key) if session_key else None
    realtime.tell_sockets(
        [realtime.user_group(user.pk)], {"type": "session.revoke", "reason": reason, "session": session}
    )


def end_everywhere(user: User, reason: str) -> None:
    """Log the user out of every browser, delete their API tokens and tickets, and close all their sockets."""
    with transaction.atomic():
        User.objects.filter(pk=user.pk).update(session_generation=F("session_generation") + 1)
        user.refresh_from_db(fields=["session_generation"])
        drop_tokens(user)
        revoke(user, reason)
        if reason == LOGGED_OUT:
            trail.record(ActivityVerb.LOGGED_OUT_EVERYWHERE, actor=user, target=user)


def drop_tokens(user: User) -> None:
    """Delete every API token and unused socket ticket of the user."""
    get_token_model().objects.filter(user=user).delete()
    SocketTicket.objects.filter(user=user).delete()


def start_token(user: User) -> tuple[Any, str]:
    """A new API token: its row (`expiry`, `digest`) and the key, which is told this once only.

    Raises AccountInactive, also when the account is closed in the same moment.
    """
    with transaction.atomic():
        locked = lock(User, user.pk)
        if not locked.is_active:
            raise AccountInactive
        locked.last_login = timezone.now()
        locked.save(update_fields=["last_login"])
        stored, key = get_token_model().objects.create(user=locked)
        trail.record(ActivityVerb.LOGGED_IN, actor=locked, target=locked)
    return stored, key


def end_token(token: Any) -> None:
    """Delete one API token; the sockets it opened close."""
    with transaction.atomic():
        SocketTicket.objects.filter(user=token.user, login=session_fingerprint(token.digest)).delete()
        revoke(token.user, LOGGED_OUT, session_key=token.digest)
        trail.record(ActivityVerb.LOGGED_OUT, actor=token.user, target=token.user)
        token.delete()
