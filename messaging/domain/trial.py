"""A message to oneself, to see that a channel arrives."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import User
from clinic.core.errors import Conflict, Invalid
from messaging import events, transports
from messaging.enums import Channel, NotificationKind
from messaging.models import Delivery, Notification

from . import addresses, queries, wording
from .occasion import Filled

# An SMS costs money, and nobody needs more to see whether it arrives.
MOST_AN_HOUR = 5
_KEY = "trial:"


@transaction.atomic
def send(user: User, channel: str) -> Delivery:
    """One message by this channel, at once: quiet hours and switches do not count, since it was just asked for.

    Raises Invalid for a channel that is not set up here or does not reach this person, Conflict after MOST_AN_HOUR.
    """
    if channel not in transports.available():
        raise Invalid(_("Choose from the list."))
    if channel == Channel.SMS and not addresses.mobile(user):
        raise Invalid(_("There is no mobile number in your profile yet, so an SMS can't reach you."))
    if channel == Channel.PUSH and not user.push_subscriptions.exists():
        raise Invalid(_("None of your devices takes notifications yet. Turn them on first."))
    User.objects.select_for_update().get(pk=user.pk)  # two at once count as two
    now = timezone.now()
    earlier = Notification.objects.filter(
        user=user, key__startswith=_KEY, created_at__gt=now - timedelta(hours=1)
    )
    if earlier.count() >= MOST_AN_HOUR:
        raise Conflict(_("You have tried this several times already. Please try again in an hour."))
    url = reverse("notification_settings")
    with translation.override(user.language):
        title = _("This is a test message")
        words = _words(user, channel, title, url)
    notification = Notification.objects.create(
        user=user,
        kind=NotificationKind.MESSAGE,
        title=title,
        url=url,
        key=f"{_KEY}{channel}:{now.isoformat()}",
    )
    delivery = Delivery.objects.create(
        notification=notification,
        channel=channel,
        is_urgent=True,
        subject=words.subject,
        text=words.text,
        html=words.html,
        next_attempt_at=now,
    )
    events.notification_new(notification, queries.unread_notifications(user.pk))
    from messaging.tasks import deliver

    deliver.using(run_after=now).enqueue(str(delivery.pk))
    return delivery


def _words(user: User, channel: str, title: str, url: str) -> Filled:
    if channel == Channel.EMAIL:
        text = _("It has arrived: this is how the portal reaches you by e-mail.")
        return wording.mail(user, title, text, url)
    if channel == Channel.PUSH:
        return Filled(title, url)
    return Filled("", f"{settings.CLINIC_NAME}: {title}")
