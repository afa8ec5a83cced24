"""Notifications on their way out of the portal: each goes once by each channel, whatever races or dies.

A delivery is a row, written together with its notification; a task sends it. Whoever moves the row from waiting to on
its way (one UPDATE that names the old status) is the one that sends. A process that dies in between leaves it on its
way: whether it arrived is not known then, so it is given up for management to look at, and never sent twice by itself.
"""

import logging
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.core.cache import cache
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from accounts.models import User
from clinic.core.errors import InvalidTransition, NotAllowed
from clinic.core.mail import Attachment
from messaging import transports
from messaging.enums import Channel, DeliveryStatus
from messaging.models import Delivery, Notification

from . import addresses, preferences
from .occasion import Filled

logger = logging.getLogger(__name__)

_D = DeliveryStatus

# After 1, 4, 9, 16 and 25 minutes; then it is given up.
MAX_ATTEMPTS = 6
# Longer than any transport waits: who has been on the way so long, is not any more.
STALE = timedelta(minutes=10)
# A task that is late by so much was lost with its worker, or the worker is behind.
LATE = timedelta(minutes=2)
# What was given up can be sent by hand for so long; then its words go.
KEPT = timedelta(days=30)
_SWEEP_AT_ONCE = 500
_WORDS = {"subject": "", "text": "", "html": "", "files": []}


def queue(
    notification: Notification,
    words: Mapping[Channel, Filled],
    *,
    urgent: bool = False,
    until: datetime | None = None,
    attachments: Sequence[Attachment] = (),
) -> list[Delivery]:
    """A row for each channel of `words` by which its person wants this kind and can be reached, and a task to send it:
    now, or when their quiet hours end. To be called in the transaction that makes the notification."""
    user, now = notification.user, timezone.now()
    packed = [[name, kind, b64encode(content).decode("ascii")] for name, kind, content in attachments]
    at, made = None, []
    for channel in preferences.wanted(user, notification.kind, words):
        if channel == Channel.PUSH and not user.push_subscriptions.exists():
            continue  # nobody has asked for it: nothing to log
        if at is None:
            at = now if urgent else preferences.may_leave_at(user, now)
        said = words[channel]
        reachable = channel != Channel.SMS or bool(addresses.mobile(user))
        delivery = Delivery.objects.create(
            notification=notification,
            channel=channel,
            is_urgent=urgent,
            expires_at=until,
            **(
                {
                    "subject": said.subject,
                    "text": said.text,
                    "html": said.html,
                    "files": packed if channel == Channel.EMAIL else [],
                    "next_attempt_at": at,
                }
                if reachable
                else {"status": _D.SKIPPED, "error": "no_mobile"}
            ),
        )
        made.append(delivery)
        if reachable:
            _send_at(delivery.pk, at)
    if made:
        transaction.on_commit(lambda: _watch(now))
    return made


def send(delivery_id: UUID | str) -> None:
    """The task: claim it, send it, note what became of it. Does nothing when it is not due, or someone else has it.

    A worker that was behind sends nothing in the person's quiet hours, and nothing that is no news any more."""
    now = timezone.now()
    due = Delivery.objects.filter(
        pk=delivery_id, status__in=(_D.QUEUED, _D.FAILED), next_attempt_at__lte=now
    ).select_related("notification__user")
    delivery = due.first()
    if delivery is None or _keep_back(delivery, due, now):
        return
    if not due.update(status=_D.SENDING, attempts=F("attempts") + 1, updated_at=now):
        return
    _watch(now)
    delivery.refresh_from_db(fields=["attempts"])
    try:
        to = _go(delivery)
    except transports.TryAgain as error:
        _later(delivery, error.code)
    except transports.Uncertain as error:
        _settle(delivery, _D.GIVEN_UP, error=f"uncertain: {error.code}")
    except transports.TransportError as error:
        _settle(delivery, _D.GIVEN_UP, error=error.code)
    except Exception as error:
        # Whatever it was, it may have come after the words left: to be looked at, not to be repeated.
        logger.exception("delivery %s broke", delivery.pk)
        _settle(delivery, _D.GIVEN_UP, error=f"broke: {type(error).__name__}")
    else:
        _settle(delivery, _D.SENT, to=to, sent_at=timezone.now(), error="", next_attempt_at=None, **_WORDS)


def _keep_back(delivery: Delivery, due: QuerySet[Delivery], now: datetime) -> bool:
    """Whether it must not leave just now; then it has been noted why or until when."""
    if delivery.expires_at and delivery.expires_at <= now:
        due.update(status=_D.SKIPPED, error="too_late", next_attempt_at=None, updated_at=now, **_WORDS)
        return True
    at = now if delivery.is_urgent else preferences.may_leave_at(delivery.notification.user, now)
    if at > now and due.update(next_attempt_at=at, updated_at=now):
        _send_at(delivery.pk, at)
    return at > now


def withdraw(notifications: Sequence[UUID]) -> int:
    """Their person has read inside the portal what these would say: what has not left yet does not leave. Returns how
    many stayed."""
    waiting = Delivery.objects.filter(notification__in=notifications, status__in=(_D.QUEUED, _D.FAILED))
    return waiting.update(
        status=_D.SKIPPED, error="read_here", next_attempt_at=None, updated_at=timezone.now(), **_WORDS
    )


def resend(delivery_id: UUID | str, *, actor: User) -> Delivery:
    """Send once more what was given up, or now what would be tried again later; from now on neither quiet hours nor a
    time after which it is no news count for it. When the attempts are used up it is one more, then given up again.

    Raises Delivery.DoesNotExist, NotAllowed for anyone but management, InvalidTransition for one that has been sent, is
    on its way, waits to be, or was given up longer ago than KEPT.
    """
    if not actor.is_management:
        raise NotAllowed
    now = timezone.now()
    one = Delivery.objects.filter(pk=delivery_id)
    at_once = {"next_attempt_at": now, "is_urgent": True, "expires_at": None, "updated_at": now}
    given_up = one.filter(status=_D.GIVEN_UP, updated_at__gt=now - KEPT)
    tried_later = one.filter(status=_D.FAILED, next_attempt_at__gt=now)
    moved = given_up.update(status=_D.QUEUED, **at_once) or tried_later.update(**at_once)
    delivery = one.select_related("notification__user").get()
    if not moved:
        raise InvalidTransition(extra={"status": delivery.status})
    _send_at(delivery.pk, now)
    _watch(now)
    return delivery


def sweep() -> dict[str, int]:
    """Give up what died on its way, queue again what its task forgot. Returns how many of each. What was given up long
    ago loses its words."""
    now = timezone.now()
    given_up = Delivery.objects.filter(status=_D.GIVEN_UP, updated_at__lte=now - KEPT)
    given_up.exclude(text="").update(**_WORDS)
    died = Delivery.objects.filter(status=_D.SENDING, updated_at__lt=now - STALE).update(
        status=_D.GIVEN_UP, error="uncertain: stopped", next_attempt_at=None, updated_at=now
    )
    waiting = Delivery.objects.filter(status__in=(_D.QUEUED, _D.FAILED))
    late = waiting.filter(next_attempt_at__lt=now - LATE).order_by("next_attempt_at")
    forgotten = list(late.values_list("pk", flat=True)[:_SWEEP_AT_ONCE])
    for pk in forgotten:
        _send_at(pk, now)
    if Delivery.objects.filter(status__in=(_D.QUEUED, _D.SENDING, _D.FAILED)).exists():
        _watch(now)
    return {"died": died, "forgotten": len(forgotten)}


def _go(delivery: Delivery) -> str:
    """Sends it; returns the masked address. Raises TransportError."""
    user = delivery.notification.user
    if not user.is_active:
        raise transports.Refused("account_closed")
    if delivery.channel not in transports.available():
        raise transports.Refused("channel_off")
    if delivery.channel == Channel.EMAIL:
        from messaging.transports import email

        files = [(name, kind, b64decode(packed)) for name, kind, packed in delivery.files]
        email.send(user.email, delivery.subject, delivery.text, delivery.html, files, name=str(delivery.pk))
        return addresses.masked_email(user.email)
    if delivery.channel == Channel.SMS:
        from messaging.transports import sms

        number = addresses.mobile(user)
        if not number:
            raise transports.Refused("no_mobile")
        sms.send(number, delivery.text)
        return addresses.masked_number(number)
    return addresses.push_to_all(
        user, delivery.subject, delivery.text, urgent=delivery.is_urgent, until=delivery.expires_at
    )


def _later(delivery: Delivery, code: str) -> None:
    if delivery.attempts >= MAX_ATTEMPTS:
        _settle(delivery, _D.GIVEN_UP, error=code, next_attempt_at=None)
        return
    at = timezone.now() + timedelta(minutes=delivery.attempts**2)
    if not delivery.is_urgent:
        at = preferences.may_leave_at(delivery.notification.user, at)
    if _settle(delivery, _D.FAILED, error=code, next_attempt_at=at):
        _send_at(delivery.pk, at)


def _settle(delivery: Delivery, status: DeliveryStatus, **fields: Any) -> bool:
    """Only who claimed it may say what became of it, and not after a sweep gave it up."""
    own = Delivery.objects.filter(pk=delivery.pk, status=_D.SENDING, attempts=delivery.attempts)
    return bool(own.update(status=status, updated_at=timezone.now(), **fields))


def _send_at(delivery_id: UUID, at: datetime) -> None:
    from messaging.tasks import deliver

    deliver.using(run_after=at).enqueue(str(delivery_id))


def _watch(now: datetime) -> None:
    """A sweep after anything that is now on its way must have arrived: one for all, and another as long as it finds
    something. Where the cache is not shared there are a few more, which do no harm."""
    from messaging.tasks import sweep_deliveries

    if cache.add("messaging.deliveries.watched", value=True, timeout=STALE.total_seconds()):
        sweep_deliveries.using(run_after=now + STALE + timedelta(minutes=1)).enqueue()
