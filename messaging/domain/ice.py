"""How two browsers find a way to each other: STUN and TURN with credentials that soon end.

The credential is coturn's `use-auth-secret` scheme (draft-uberti-behave-turn-rest-00): the relay knows the
same secret and nobody's account.
"""

import base64
import hashlib
import hmac
import time
from typing import Any
from uuid import UUID

from django.conf import settings

TTL_SECONDS = 2 * 3600


def credential(secret: str, user: str, expires: int) -> tuple[str, str]:
    """(username, password) that the relay accepts until Unix time `expires`."""
    username = f"{expires}:{user}"
    digest = hmac.new(secret.encode(), username.encode(), hashlib.sha1).digest()
    return username, base64.b64encode(digest).decode()


def servers_for(user_id: UUID | str, *, now: float | None = None) -> list[dict[str, Any]]:
    """What goes into `RTCPeerConnection({iceServers})`; empty when the clinic runs no STUN or TURN."""
    servers: list[dict[str, Any]] = []
    if settings.STUN_URLS:
        servers.append({"urls": list(settings.STUN_URLS)})
    if settings.TURN_URLS and settings.TURN_SECRET:
        expires = int(time.time() if now is None else now) + TTL_SECONDS
        username, password = credential(settings.TURN_SECRET, str(user_id), expires)
        servers.append({"urls": list(settings.TURN_URLS), "username": username, "credential": password})
    return servers
