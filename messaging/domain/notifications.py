"""Telling a person something inside the portal, and by mail when that is asked for."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone, translation

from accounts.models import User
from clinic.core import mail
from clinic.core.links import absolute
from clinic.core.wording import Words, said
from messaging import events
from messaging.models import Notification

from . import queries

TITLE_MAX_LENGTH = 160


def notify(
    user: User,
    *,
    kind: str,
    title: Words,
    url: str,
    key: str,
    email_text: Words = "",
    attachments: Sequence[mail.Attachment] = (),
) -> Notification | None:
    """Tell `user` once: a second call with the same `key` does nothing and returns None.

    `title` (also the mail's subject) and `email_text` hold no clinical content; `url` is a path of the portal.
    Both are said in the reader's language, whoever acts: pass functions (or lazy text) that build them.
    The mail (with its `attachments`) is sent only when `email_text` is given. Accounts that are not active are told
    nothing.
    """
    if not user.is_active:
        return None
    with translation.override(user.language), transaction.atomic():
        one_line = " ".join(said(title).split())[:TITLE_MAX_LENGTH]
        notification, created = Notification.objects.get_or_create(
            user=user, key=key, defaults={"kind": kind, "title": one_line, "url": url}
        )
        if not created:
            return None
        events.notification_new(notification, queries.unread_notifications(user.pk))
        if email_text:
            _send_mail(user, one_line, said(email_text), url, attachments)
    return notification


def mark_read(notification: Notification) -> Notification:
    """Reading it twice keeps the first time."""
    if notification.read_at is None:
        notification.read_at = timezone.now()
        notification.save(update_fields=["read_at", "updated_at"])
    return notification


def mark_all_read(user: User) -> int:
    """Returns how many were unread until now."""
    now = timezone.now()
    return Notification.objects.filter(user=user, read_at=None).update(read_at=now, updated_at=now)


def _send_mail(
    user: User, title: str, email_text: str, url: str, attachments: Sequence[mail.Attachment]
) -> None:
    context: dict[str, Any] = {
        "person": user,
        "title": title,
        "text": email_text,
        "link": absolute(url),
        "CLINIC_NAME": settings.CLINIC_NAME,
    }
    mail.send_later(
        to=[user.email],
        subject=title,
        text=render_to_string("emails/notification.txt", context),
        html=render_to_string("emails/notification.html", context),
        attachments=attachments,
    )
