"""Who is at the other end of a socket: the session's user, or the one a ticket names."""

from typing import Any
from urllib.parse import parse_qs

from django.contrib.auth.models import AnonymousUser

from accounts import rules
from accounts.domain import second_factor, sessions, tickets
from clinic.core.database import in_database_thread


class TicketMiddleware:
    """Lets nobody in whom the pages would not: idle sessions, staff who still have to set up a second factor.

    Sets `scope["user"]` from `?ticket=` when the session has no user, and `scope["login"]` to the
    fingerprint of the token the ticket was issued for, so that its log-out closes the socket."""

    def __init__(self, application: Any) -> None:
        self.application = application

    async def __call__(self, scope: Any, receive: Any, send: Any) -> Any:
        user = scope.get("user")
        if user is not None and is_idle(user, scope.get("session")):
            user, scope = None, {**scope, "user": AnonymousUser()}
        if user is None or not user.is_authenticated:
            query = parse_qs(scope.get("query_string", b"").decode("latin-1"))
            ticket = query.get("ticket", [""])[0]
            redeemed = await in_database_thread(tickets.redeem_login)(ticket) if ticket else None
            if redeemed is not None:
                scope = {**scope, "user": redeemed.user, "login": redeemed.login}
        if await in_database_thread(second_factor.is_missing)(scope.get("user")):
            scope = {**scope, "user": AnonymousUser()}
        return await self.application(scope, receive, send)


def is_idle(user: Any, session: Any) -> bool:
    """The pages would log this browser off (accounts/middleware.py); `session` is None for a ticket."""
    limit = rules.idle_limit(user)
    return limit is not None and session is not None and not sessions.seconds_left(session, limit)
