"""Telling open pages. At most once: whatever must not be lost is in the database already.

An event is a JSON-ready dict with `type`; it carries ids, kind and status, never clinical content.
Only an app's events.py calls `publish`.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.core.cache import cache
from django.db import transaction

logger = logging.getLogger(__name__)

# A channel layer that neither takes an event nor refuses it (Redis behind a dead line) holds up whoever tells it, and
# with them the one thread that does the database work of all sockets.
DELIVER_SECONDS = 2
# A page is older than its socket: by its scripts on a slow line, by the socket's own way. What is told meanwhile
# reaches nobody, so it is remembered that something was.
REMEMBERED_SECONDS = 120

_server_loop: asyncio.AbstractEventLoop | None = None


def user_group(user_id: UUID | str) -> str:
    return f"user.{user_id}"


def role_group(role: str) -> str:
    return f"role.{role}"


def slots_group(doctor_id: UUID | str, day: date | str) -> str:
    return f"slots.{doctor_id}.{day}"


def presence_group(user_id: UUID | str) -> str:
    return f"presence.{user_id}"


def call_group(call_id: UUID | str) -> str:
    return f"call.{call_id}"


def use_server_loop(loop: asyncio.AbstractEventLoop) -> None:
    """Let threads of this process that run outside the server's event loop (the worker thread of `serve`)
    reach the in-memory channel layer, whose queues belong to that loop."""
    global _server_loop  # noqa: PLW0603
    _server_loop = loop


def publish(groups: Iterable[str], event: dict[str, Any]) -> None:
    """Send `event` to every socket in `groups` once the surrounding transaction has committed."""
    targets = tuple(dict.fromkeys(groups))
    transaction.on_commit(lambda: send_now(targets, event))


def send_now(groups: Iterable[str], event: dict[str, Any]) -> None:
    """Send without waiting for a commit. A broken channel layer is logged, never raised: the page that
    asked has its answer from the database, and clients catch up when they reconnect."""
    targets = tuple(groups)
    with contextlib.suppress(Exception):  # without a cache, open pages still hear it
        cache.set_many({_told(group): time.time() for group in targets}, REMEMBERED_SECONDS)
    _deliver(targets, {"type": "live.event", "event": event}, event.get("type"))


def told_since(groups: Iterable[str], moment: float) -> bool:
    """Whether one of these groups was told something since then (a Unix time). True as well when that is too long ago
    to know."""
    told = cache.get_many([_told(group) for group in groups])
    return time.time() - moment > REMEMBERED_SECONDS or any(at >= moment for at in told.values())


def _told(group: str) -> str:
    return f"told:{group}"


def tell_sockets(groups: Iterable[str], message: dict[str, Any]) -> None:
    """Send a message that the consumers themselves act on (`session.revoke`), once the transaction has committed."""
    targets = tuple(dict.fromkeys(groups))
    transaction.on_commit(lambda: _deliver(targets, message, message["type"]))


def _deliver(groups: tuple[str, ...], message: dict[str, Any], name: Any) -> None:
    try:
        if _server_loop is not None and not _in_server_loop_context():
            if not _server_loop.is_running():
                return  # the server is stopping: no socket is open any more
            asyncio.run_coroutine_threadsafe(_send(groups, message), _server_loop).result(
                timeout=DELIVER_SECONDS + 1
            )
        else:
            async_to_sync(_send)(groups, message)
    except Exception:
        logger.exception("live event %s was not delivered", name)


async def _send(groups: tuple[str, ...], message: dict[str, Any]) -> None:
    layer = get_channel_layer()
    assert layer is not None
    async with asyncio.timeout(DELIVER_SECONDS):
        for group in groups:
            await layer.group_send(group, message)


def _in_server_loop_context() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True
