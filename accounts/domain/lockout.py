"""How long an address stays locked out after repeated failures: allauth counts them, and tells no time."""

import math
import time

from allauth.core.internal import ratelimit
from django.core.cache import cache
from django.http import HttpRequest

APP, ACTION = "allauth.account", "login_failed"


def seconds_left(request: HttpRequest, key: str) -> int:
    """Until the next try may be made, at least 1."""
    now = time.time()
    waits = [1.0]
    for rate in ratelimit.get_rates(app=APP, action=ACTION):
        tries = cache.get(ratelimit.get_cache_key(request, app=APP, action=ACTION, rate=rate, key=key), [])
        recent = [at for at in tries if at > now - rate.duration]
        if len(recent) >= rate.amount:
            waits.append(min(recent) + rate.duration - now)
    return math.ceil(max(waits))


def of_second_factor(request: HttpRequest, user_id: object) -> int:
    """The same for codes of the second factor; the key is allauth's (mfa/base/internal/flows.py)."""
    return seconds_left(request, f"mfa-auth-user-{user_id}")
