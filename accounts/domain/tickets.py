"""Tickets that open a socket for a client that has a token but no session cookie."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

from accounts.models import SocketTicket, User

LIFETIME = timedelta(seconds=60)


@dataclass(frozen=True)
class Redeemed:
    """Who a ticket let in, and the fingerprint of the log-in (token or session) that asked for it."""

    user: User
    login: str


def issue(user: User, *, login: str = "") -> str:
    """A new ticket, good once and for LIFETIME. Only its SHA-256 is kept."""
    now = timezone.now()
    SocketTicket.objects.filter(expires_at__lte=now).delete()
    ticket = secrets.token_urlsafe(32)
    SocketTicket.objects.create(user=user, login=login, digest=_digest(ticket), expires_at=now + LIFETIME)
    return ticket


def redeem(ticket: str) -> User | None:
    """Whose ticket it is; None when it is unknown, used, too old, or its user is no longer active."""
    redeemed = redeem_login(ticket)
    return redeemed.user if redeemed else None


def redeem_login(ticket: str) -> Redeemed | None:
    """As `redeem`, together with the log-in behind it.

    Of several that try at once only the one whose DELETE removed the row gets in.
    """
    stored = (
        SocketTicket.objects.select_related("user")
        .filter(digest=_digest(ticket), expires_at__gt=timezone.now())
        .first()
    )
    if stored is None:
        return None
    deleted, _by_model = SocketTicket.objects.filter(pk=stored.pk).delete()
    if not deleted or not stored.user.is_active:
        return None
    return Redeemed(stored.user, stored.login)


def _digest(ticket: str) -> str:
    return hashlib.sha256(ticket.encode(errors="surrogatepass")).hexdigest()
