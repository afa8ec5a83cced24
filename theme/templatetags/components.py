"""Small helpers of the template components."""

from datetime import datetime

from django import template
from django.utils import timezone
from django.utils.translation import ngettext

register = template.Library()

# From so many days on nobody counts seconds.
COUNTED_IN_DAYS = 2

# Status of an appointment, payment or call -> how loud its badge is.
TONES = {
    "pending_payment": "warning",
    "pending_confirmation": "info",
    "confirmed": "success",
    "checked_in": "info",
    "in_progress": "info",
    "declined": "danger",
    "no_show": "danger",
    "due": "warning",
    "submitted": "info",
    "rejected": "danger",
    "refund_due": "warning",
    "ringing": "info",
    "active": "success",
    "missed": "warning",
    "requested": "warning",
    "booked": "info",
    "offered": "success",
    "waiting": "info",
    "performed": "success",
    "reported": "success",
    "queued": "info",
    "sending": "info",
    "sent": "success",
    "failed": "warning",
    "given_up": "danger",
    "asked": "warning",
    "granted": "success",
    "refused": "danger",
    "ready": "warning",
    "accepted": "success",
    "accepted_in_part": "warning",
    "settled": "success",
    "prepared": "warning",
}


@register.filter
def tone(status: str) -> str:
    """The badge tone of a status; `neutral` for what is over or unknown."""
    return TONES.get(str(status), "neutral")


@register.filter
def toast_level(tags: str) -> str:
    """Django's message tags -> the toast class."""
    for level in ("success", "warning", "error"):
        if level in (tags or "").split():
            return level
    return "info"


@register.filter
def days_left(until: datetime) -> str:
    """`5 days` from two whole days on; "" for less, which is counted down."""
    days = (until - timezone.now()).days
    return (
        ngettext("%(count)s day", "%(count)s days", days) % {"count": days} if days >= COUNTED_IN_DAYS else ""
    )
