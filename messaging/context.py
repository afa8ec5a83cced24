"""The badges of every page."""

from collections.abc import Callable
from functools import cache
from typing import Any
from uuid import UUID

from django.http import HttpRequest

from messaging.domain import queries


def unread(request: HttpRequest) -> dict[str, Any]:
    """`unread_messages` and `unread_notifications`: one query each, and only on pages that show them
    (templates call what can be called)."""
    return {
        "unread_messages": cache(lambda: _count(request, queries.unread_messages)),
        "unread_notifications": cache(lambda: _count(request, queries.unread_notifications)),
    }


def _count(request: HttpRequest, count: Callable[[UUID], int]) -> int:
    user = getattr(request, "user", None)
    return count(user.pk) if user is not None and user.is_authenticated else 0
