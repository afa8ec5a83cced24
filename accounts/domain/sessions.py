"""Ending what someone has open: sockets, browser sessions, API tokens."""

import time
from importlib import import_module
from typing import Any

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from knox.models import get_token_model

from accounts.domain import trail
from accounts.enums import ActivityVerb
from accounts.models import SocketTicket, User
from accounts.signals import log_in_ended
from clinic.core import realtime
from clinic.core.consumers import session_fingerprint
from clinic.core.errors import NotAllowed
from clinic.core.status import lock

LOGGED_OUT = "logged_out"
DEACTIVATED = "deactivated"
ROLE_CHANGED = "role_changed"
PASSWORD_CHANGED = "password_changed"
SECOND_FACTOR_CHANGED = "second_factor_changed"
IDLE = "idle"

ACTIVE_AT = "active_at"
NOTED_EVERY_SECONDS = 60


class AccountInactive(NotAllowed):
    """403: the right person, but the clinic has closed the account."""

    code = "account_inactive"
    message = _("This account is closed. Please call the clinic.")


def revoke(user: User, reason: str, session_key: str | None = None) -> None:
    """Close the user's sockets once the transaction has committed: all of them, or those of one log-in; and let the
    apps above end what hangs on it.

    `session_key` is the key of a browser session or the digest of an API token.
    """
    session = session_fingerprint(session_key) if session_key else None
    log_in_ended.send(User, user=user, reason=reason, session=session or "")
    realtime.tell_sockets(
        [realtime.user_group(user.pk)], {"type": "session.revoke", "reason": reason, "session": session}
    )


def end_everywhere(user: User, reason: str) -> None:
    """Log the user out of every browser, delete their API tokens and tickets, and close all their sockets."""
    with transaction.atomic():
        User.objects.filter(pk=user.pk).update(session_generation=F("session_generation") + 1)
        user.refresh_from_db(fields=["session_generation"])
        drop_tokens(user)
        _end(UserSession.objects.filter(user=user))
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


def end_one(user: User, session_id: int) -> bool:
    """Log the user out of one of their browsers. False when there is no such log-in (any more), or it is not theirs."""
    with transaction.atomic():
        row = UserSession.objects.filter(user=user, pk=session_id).first()
        if row is None:
            return False
        _end_told(row)
    return True


def end_listed(rows: Any) -> None:
    """Log each of these browsers (UserSession rows) out; their sockets close."""
    with transaction.atomic():
        for row in rows:
            _end_told(row)


def forget(session_key: str) -> None:
    """A browser logged out by itself: it is no longer among those where its user is logged in."""
    UserSession.objects.filter(session_key=session_key).delete()


def _end_told(row: UserSession) -> None:
    _end([row])
    revoke(row.user, LOGGED_OUT, session_key=row.session_key)
    trail.record(ActivityVerb.LOGGED_OUT, actor=row.user, target=row.user)


def _end(rows: Any) -> None:
    """Delete the sessions themselves and what was kept of them."""
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    for row in rows:
        store.delete(row.session_key)
        row.delete()


# --- activity ---


def note_activity(session: SessionBase, limit: int | None = None) -> None:
    """The person at this session has just done something. Written at most once in NOTED_EVERY_SECONDS (oftener only
    under an idle limit of a few minutes)."""
    now = int(time.time())
    every = min(NOTED_EVERY_SECONDS, limit // 4) if limit else NOTED_EVERY_SECONDS
    if now - session.get(ACTIVE_AT, 0) < every:
        return
    session[ACTIVE_AT] = now
    UserSession.objects.filter(session_key=session.session_key).update(last_seen_at=timezone.now())


def seconds_left(session: Any, limit: int) -> int:
    """Until a session that is logged off after `limit` idle seconds; 0 when that time is over."""
    active_at = session.get(ACTIVE_AT)
    if not isinstance(active_at, int):
        return limit  # not seen yet
    return max(0, active_at + limit - int(time.time()))
