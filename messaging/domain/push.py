"""The browsers that take web push."""

import re
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from clinic.core.errors import Invalid
from messaging.models import PushSubscription
from messaging.transports.push import is_push_service

# Who has more browsers than that loses the one that subscribed first.
MOST = 10
_BASE64URL = re.compile(r"[A-Za-z0-9_-]+={0,2}")


@transaction.atomic
def subscribe(
    user: User, subscription: Mapping[str, Any], *, device: str = "", session: str = ""
) -> PushSubscription:
    """Store what the browser's `PushSubscription.toJSON()` says: `{endpoint, keys: {p256dh, auth}}`. Doing it again
    changes nothing; a browser in which someone else was signed in before is theirs no longer. `session` is the
    fingerprint of the log-in, with which it ends.

    Raises Invalid for anything else, and for an address that is not a browser's push service.
    """
    endpoint, p256dh, auth = _parts(subscription)
    device = "".join(sign for sign in device if sign.isprintable()).strip()[:80]
    known = PushSubscription.objects.filter(endpoint=endpoint).first()
    if known and known.user_id != user.pk and (known.p256dh, known.auth) != (p256dh, auth):
        raise Invalid(_("This browser could not be set up for notifications. Please try again."))
    stored, _new = PushSubscription.objects.update_or_create(
        endpoint=endpoint,
        defaults={
            "user": user,
            "p256dh": p256dh,
            "auth": auth,
            "device": device,
            "session": session,
        },
    )
    too_many = PushSubscription.objects.filter(user=user).values_list("pk", flat=True)[MOST:]
    PushSubscription.objects.filter(pk__in=list(too_many)).delete()
    return stored


def unsubscribe(user: User, endpoint: str) -> bool:
    """Whether there was one of theirs to forget."""
    if not is_push_service(endpoint):
        return False
    deleted, _by_model = PushSubscription.objects.filter(user=user, endpoint=endpoint).delete()
    return bool(deleted)


def log_in_ended(user: User, session: str) -> int:
    """Nothing is sent any more to the browser of this log-in, to none of the person's when `session` is "". Returns
    how many there were."""
    found = PushSubscription.objects.filter(user=user)
    return (found.filter(session=session) if session else found).delete()[0]


def _parts(subscription: Mapping[str, Any]) -> tuple[str, str, str]:
    keys = subscription.get("keys") if isinstance(subscription, Mapping) else None
    if isinstance(keys, Mapping):
        found = (subscription.get("endpoint"), keys.get("p256dh"), keys.get("auth"))
        endpoint, p256dh, auth = (part if isinstance(part, str) else "" for part in found)
        plausible = _BASE64URL.fullmatch(p256dh) and _BASE64URL.fullmatch(auth)
        if plausible and len(endpoint) <= 500 and len(p256dh) <= 120 and len(auth) <= 40:  # noqa: SIM102
            if is_push_service(endpoint):
                return endpoint, p256dh, auth
    raise Invalid(_("This browser could not be set up for notifications. Please try again."))
