"""From which network address the present request or socket came, for whoever writes that down.

A context variable, so that domain functions need no request. Behind proxies (settings.TRUSTED_PROXIES of them) the
entry that the outermost one added to X-Forwarded-For counts; otherwise that header is anyone's invention.
"""

import ipaddress
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

_present: ContextVar[str | None] = ContextVar("address", default=None)


def current() -> str | None:
    """The address, or None outside of a request (tasks, commands)."""
    return _present.get()


def of(peer: str | None, forwarded: str = "") -> str | None:
    """The client's address from the connection's own and the X-Forwarded-For header; None when it is no address."""
    proxies = settings.TRUSTED_PROXIES
    if proxies:
        hops = [hop.strip() for hop in forwarded.split(",") if hop.strip()]
        if hops:
            peer = hops[-proxies] if len(hops) >= proxies else hops[0]
    try:
        return str(ipaddress.ip_address((peer or "").partition("%")[0]))
    except ValueError:
        return None


def of_request(request: HttpRequest) -> str | None:
    return of(request.META.get("REMOTE_ADDR"), request.META.get("HTTP_X_FORWARDED_FOR", ""))


def remember_address(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Django middleware."""

    def middleware(request: HttpRequest) -> HttpResponse:
        token = _present.set(of_request(request))
        try:
            return get_response(request)
        finally:
            _present.reset(token)

    return middleware


class RememberSocketAddress:
    """Channels middleware: a socket keeps its address as long as it is open."""

    def __init__(self, inner: Callable[..., Awaitable[Any]]) -> None:
        self.inner = inner

    async def __call__(self, scope: Any, receive: Any, send: Any) -> Any:
        client = scope.get("client") or (None,)
        headers = dict(scope.get("headers", ()))
        _present.set(of(client[0], headers.get(b"x-forwarded-for", b"").decode("latin-1")))
        return await self.inner(scope, receive, send)
