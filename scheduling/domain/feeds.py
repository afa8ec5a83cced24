"""The secret address under which a calendar program fetches a person's visits, without a log-in.

The secret is 256 random bits; only its hash is stored, so neither the database nor a backup of it opens a feed. It is
shown once. Whoever holds the address reads what ics.py puts into it until it is renewed or revoked, or until the
account is deactivated.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Max, QuerySet
from django.utils import timezone

from accounts.domain import trail
from accounts.enums import ActivityVerb
from accounts.models import User
from scheduling.enums import AppointmentStatus
from scheduling.models import Appointment, CalendarFeed

from .queries import appointments_visible_to

# Raise it when ics.py writes events differently: programs then fetch all of them anew.
EDITION = 1
DAYS_BACK, DAYS_AHEAD = 90, 365
# Management sees the visits of all doctors; as far as the desk plans.
CLINIC_DAYS_BACK, CLINIC_DAYS_AHEAD = 7, 60
# Programs ask every few minutes; "last read" need not be more exact than this.
READ_STEP = timedelta(minutes=5)


def may_have_feed(user: User) -> bool:
    """Whoever has visits to look at."""
    return user.is_active and (user.is_patient or user.is_doctor or user.is_management)


@transaction.atomic
def renew(user: User) -> str:
    """A new secret for the user's feed; an earlier one opens nothing any more."""
    secret = secrets.token_urlsafe(32)
    CalendarFeed.objects.update_or_create(
        user=user, defaults={"token_hash": _hash(secret), "last_read_at": None}
    )
    trail.record(ActivityVerb.FEED_RENEWED, actor=user, target=user)
    return secret


@transaction.atomic
def revoke(user: User) -> bool:
    """The address opens nothing any more; returns whether there was one."""
    removed, _rows = CalendarFeed.objects.filter(user=user).delete()
    if removed:
        trail.record(ActivityVerb.FEED_REVOKED, actor=user, target=user)
    return bool(removed)


def of(user: User) -> CalendarFeed | None:
    return CalendarFeed.objects.filter(user=user).first()


def opened_by(secret: str) -> CalendarFeed | None:
    """The feed of an active person whom this secret belongs to. Found by its hash, so that how long it takes tells
    nothing about the secret."""
    wanted = _hash(secret)
    feed = CalendarFeed.objects.select_related("user").filter(token_hash=wanted).first()
    if feed is None or not hmac.compare_digest(feed.token_hash, wanted) or not may_have_feed(feed.user):
        return None
    return feed


def note_read(feed: CalendarFeed) -> None:
    """Remember when a program last asked."""
    now = timezone.now()
    if feed.last_read_at is None or now - feed.last_read_at >= READ_STEP:
        CalendarFeed.objects.filter(pk=feed.pk).update(last_read_at=now)


@dataclass(frozen=True)
class State:
    """What a program compares to know whether the feed has changed: strong ETag (without quotes) and time."""

    etag: str
    changed_at: datetime


def state(user: User) -> State:
    """One query, however many visits. The day is part of it, since the window moves with it."""
    found = visits(user).aggregate(
        count=Count("pk"), visit=Max("updated_at"), doctor=Max("doctor__updated_at")
    )
    today = timezone.make_aware(datetime.combine(timezone.localdate(), time()))
    seen = [moment for moment in (found["visit"], found["doctor"]) if moment]
    about = [EDITION, user.pk, user.role, user.language, settings.CLINIC_NAME, today, found["count"], *seen]
    digest = hashlib.sha256("|".join(str(part) for part in about).encode()).hexdigest()[:32]
    return State(digest, max([today, user.updated_at, *seen]))


def visits(user: User) -> QuerySet[Appointment]:
    """The visits in the user's feed, by time. A hold that ran out was never a visit; a cancelled visit stays, so
    that programs which keep what is gone show it as cancelled."""
    back, ahead = window(user)
    now = timezone.now()
    return (
        appointments_visible_to(user)
        .prefetch_related(None)
        .select_related(None)
        .select_related("doctor")
        .filter(starts_at__gte=now - timedelta(days=back), starts_at__lt=now + timedelta(days=ahead))
        .exclude(status=AppointmentStatus.EXPIRED)
        .order_by("starts_at", "pk")
    )


def window(user: User) -> tuple[int, int]:
    """How many days back and ahead the user's feed reaches."""
    return (CLINIC_DAYS_BACK, CLINIC_DAYS_AHEAD) if user.is_management else (DAYS_BACK, DAYS_AHEAD)


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
