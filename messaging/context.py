"""The badges of every page."""

from functools import cache
from typing import Any

from django.http import HttpRequest

from messaging.domain import queries


def unread(request: HttpRequest) -> dict[str, Any]:
    """`unread_messages` and `unread_notifications`: one query for both, and only on pages that show one of them
    (templates call what can be called)."""
    counts = cache(lambda: _counts(request))
    return {"unread_messages": lambda: counts()[0], "unread_notifications": lambda: counts()[1]}


def _counts(request: HttpRequest) -> tuple[int, int]:
    user = getattr(request, "user", None)
    return queries.unread(user.pk) if user is not None and user.is_authenticated else (0, 0)
