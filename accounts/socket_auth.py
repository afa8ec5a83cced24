"""Who is at the other end of a socket: the session's user, or the one a ticket names."""

from typing import Any


class TicketMiddleware:
    def __init__(self, application: Any) -> None:
        self.application = application

    async def __call__(self, scope: Any, receive: Any, send: Any) -> Any:
        return await self.application(scope, receive, send)
