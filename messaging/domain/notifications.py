"""Telling a person something: inside the portal always, and outside it by the channels they want."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone, translation

from accounts.models import User
from clinic.core import mail
from clinic.core.wording import Words
from messaging import events
from messaging.models import Notification

from . import deliveries, queries, wording
from .catalogue import OCCASIONS


def notify(
    user: User,
    *,
    occasion: str,
    url: str,
    key: str,
    variables: Mapping[str, Words] | None = None,
    until: datetime | None = None,
    attachments: Sequence[mail.Attachment] = (),
) -> Notification | None:
    """Tell `user` once: a second call with the same `key` does nothing and returns None.

    `occasion` names an entry of the catalogue, which knows kind, words and channels; `variables` are what it asks for.

    Nothing here holds clinical content; `url` is a path of the portal. All is said in the reader's language, whoever
    acts: give functions (or lazy text). What has not left the portal at `until` does not leave any more: nobody wants
    to be called in an hour late. `attachments` go with the mail. Accounts that are not active are told nothing.

    Raises KeyError for an occasion that is none, ValueError for other variables than the occasion's.
    """
    if not user.is_active:
        return None
    entry = OCCASIONS[occasion]
    with translation.override(user.language), transaction.atomic():
        title, words = wording.compose(occasion, user, variables or {}, url)
        notification, created = Notification.objects.get_or_create(
            user=user,
            key=key,
            defaults={"kind": entry.kind, "occasion": occasion, "title": title, "url": url},
        )
        if not created:
            return None
        events.notification_new(notification, queries.unread_notifications(user.pk))
        deliveries.queue(notification, words, urgent=entry.urgent, until=until, attachments=attachments)
    return notification


def mark_read(notification: Notification) -> Notification:
    """Reading it twice keeps the first time."""
    if notification.read_at is None:
        notification.read_at = timezone.now()
        notification.save(update_fields=["read_at", "updated_at"])
        events.notification_read(notification.user_id, queries.unread_notifications(notification.user_id))
    return notification


def settle(user: User, *, occasion: str, keys: Sequence[str] | None = None) -> int:
    """What was told at this occasion (under these keys; None: ever) is done with: the bell stops saying so, and what
    has not left the portal yet stays here. Returns how many were unread. Call it in the transaction that does it."""
    told = Notification.objects.filter(user=user, occasion=occasion, read_at=None)
    if keys is not None:
        told = told.filter(key__in=keys)
    settled = list(told.values_list("pk", flat=True))
    if settled:
        now = timezone.now()
        Notification.objects.filter(pk__in=settled).update(read_at=now, updated_at=now)
        deliveries.withdraw(settled)
        events.notification_read(user.pk, queries.unread_notifications(user.pk))
    return len(settled)


def mark_all_read(user: User) -> int:
    """Returns how many were unread until now."""
    now = timezone.now()
    read = Notification.objects.filter(user=user, read_at=None).update(read_at=now, updated_at=now)
    if read:
        events.notification_read(user.pk, queries.unread_notifications(user.pk))
    return read
