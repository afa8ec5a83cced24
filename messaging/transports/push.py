"""Web push (RFC 8030), encrypted for one browser (RFC 8291) and signed by the clinic (VAPID, RFC 8292)."""

import json
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

import requests
from django.conf import settings
from django.utils import timezone
from py_vapid import Vapid, VapidException

from . import Gone, Refused, TryAgain

TIMEOUT_SECONDS = 20
# A notice that no browser fetched for a day is old news.
KEPT_SECONDS = 24 * 3600
# The push services of the browsers. Addresses come from people's browsers and the server calls them: to no other host.
_SERVICES = (
    "fcm.googleapis.com",
    "android.googleapis.com",
    "push.services.mozilla.com",
    "push.apple.com",
    "notify.windows.com",
)


@dataclass(frozen=True)
class Browser:
    """Where and for whom to encrypt, as `PushSubscription.toJSON()` says it."""

    endpoint: str
    p256dh: str
    auth: str


def is_push_service(endpoint: str) -> bool:
    """Whether this is an https address of a browser's push service."""
    try:
        parts = urlsplit(endpoint)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return False
    plain = endpoint.isascii() and endpoint.isprintable()
    known = plain and any(host == name or host.endswith(f".{name}") for name in _SERVICES)
    return parts.scheme == "https" and known and port in (None, 443) and "@" not in parts.netloc


def send(
    browser: Browser, title: str, url: str, *, urgent: bool = False, until: datetime | None = None
) -> None:
    """The payload is the title and where to go, nothing else. One that comes twice replaces the first, by the tag that
    the service worker gives it. A browser that is away gets it within KEPT_SECONDS, and not after `until`.

    Raises Gone when the browser has unsubscribed, Refused when the service will never take it or the clinic's own key
    is none, else TryAgain."""
    if not is_push_service(browser.endpoint):
        raise Gone("not a push service")
    left = int((until - timezone.now()).total_seconds()) if until else KEPT_SECONDS
    try:
        vapid = Vapid.from_string(settings.VAPID_PRIVATE_KEY)
    except (ValueError, VapidException) as error:  # the clinic's mistake: no browser is forgotten for it
        raise Refused("VAPID_PRIVATE_KEY") from error
    # It brings an HTTP client of its own along, which a start should not have to wait for.
    from pywebpush import WebPushException, webpush

    try:
        webpush(
            {"endpoint": browser.endpoint, "keys": {"p256dh": browser.p256dh, "auth": browser.auth}},
            data=json.dumps({"title": title, "url": url}, ensure_ascii=False),
            vapid_private_key=vapid,
            vapid_claims={"sub": settings.VAPID_SUBJECT},
            ttl=max(0, min(left, KEPT_SECONDS)),
            timeout=TIMEOUT_SECONDS,
            headers={"Urgency": "high" if urgent else "normal"},
        )
    except WebPushException as error:
        raise _meaning(error.response) from error
    except requests.RequestException as error:
        raise TryAgain(type(error).__name__) from error
    except ValueError as error:  # keys that are none
        raise Gone("keys") from error


def _meaning(response: requests.Response | None) -> TryAgain | Refused:
    if response is None:
        return TryAgain("no answer")
    code = f"push {response.status_code}"
    if response.status_code in (404, 410):
        return Gone(code)
    if response.status_code == 429 or response.status_code >= 500:
        return TryAgain(code)
    return Refused(code)
