"""Who is there now. Kept in the cache and nowhere else: lost, it comes back with the next beat.

Each open socket beats every BEAT_SECONDS, as online or, while its page is hidden, as away. There is one key for each
of the two, so that of two tabs the one looked at counts, and a beat holds for HELD_SECONDS: who stops beating, for
whatever reason, is gone by itself. A socket that closes only shortens what is held, and the person's other sockets
beat again: so changing from one page to the next is not seen as leaving.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from django.core.cache import cache
from django.utils import timezone

ONLINE, AWAY, OFFLINE = "online", "away", "offline"
STATES = (ONLINE, AWAY)

BEAT_SECONDS = 20
HELD_SECONDS = 60
LEAVING_SECONDS = 8
SEEN_SECONDS = 30 * 24 * 3600


@dataclass(frozen=True)
class Presence:
    state: str
    last_seen: datetime | None

    def payload(self) -> dict[str, str | None]:
        return {"state": self.state, "last_seen": self.last_seen.isoformat() if self.last_seen else None}


def beat(user_id: UUID, state: str) -> bool:
    """One of the user's sockets is open, in one of STATES. Returns whether others now see another state than before."""
    before = of([user_id])[user_id].state
    cache.set(_key(user_id, state), 1, HELD_SECONDS)
    cache.set(_key(user_id, "seen"), timezone.now().timestamp(), SEEN_SECONDS)
    return before == OFFLINE or (before == AWAY and state == ONLINE)


def step_back(user_id: UUID) -> None:
    """One of the user's sockets closed or went away: what is held ends soon, unless another one beats."""
    for state in STATES:
        cache.touch(_key(user_id, state), LEAVING_SECONDS)


def of(user_ids: Iterable[UUID]) -> dict[UUID, Presence]:
    """How each of these people is seen. One look into the cache."""
    wanted = list(user_ids)
    found = cache.get_many([_key(user_id, name) for user_id in wanted for name in (*STATES, "seen")])
    return {user_id: _presence(user_id, found) for user_id in wanted}


def _presence(user_id: UUID, found: dict[str, float]) -> Presence:
    seen = found.get(_key(user_id, "seen"))
    state = next((state for state in STATES if _key(user_id, state) in found), OFFLINE)
    return Presence(state, None if seen is None else datetime.fromtimestamp(seen, UTC))


def _key(user_id: UUID, name: str) -> str:
    return f"presence:{user_id}:{name}"
