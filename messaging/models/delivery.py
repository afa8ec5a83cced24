"""How notifications leave the portal: what people want, what management wrote, what became of each."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from clinic.core.models import BaseModel
from messaging.enums import Channel, DeliveryStatus, NotificationKind

from .notification import Notification


class NotificationPreference(BaseModel):
    """One person's choice for one kind and channel; without a row the catalogue's default holds."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notification_preferences"
    )
    kind = models.CharField(max_length=12, choices=NotificationKind)
    channel = models.CharField(max_length=8, choices=Channel)
    is_on = models.BooleanField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "kind", "channel"], name="notification_preference_once"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.channel} {self.is_on}"


class QuietHours(BaseModel):
    """Between these wall-clock times of the person's own zone nothing but the urgent leaves the portal; over midnight
    when `ends` is before `starts`."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="quiet_hours"
    )
    starts = models.TimeField(_("from"))
    ends = models.TimeField(_("to"))

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~models.Q(starts=models.F("ends")), name="quiet_hours_some"),
        ]

    def __str__(self) -> str:
        return f"{self.starts}–{self.ends}"


class NotificationTemplate(BaseModel):
    """Management's own words for one occasion of the catalogue, instead of the built-in ones. Variables are those of
    the occasion, checked when saved."""

    occasion = models.CharField(max_length=60)
    channel = models.CharField(max_length=8, choices=Channel)
    language = models.CharField(max_length=8, choices=settings.LANGUAGES)
    subject = models.CharField(_("subject"), max_length=160, blank=True)
    body = models.TextField(_("text"), max_length=4000)
    edited_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["occasion", "channel", "language"]
        constraints = [
            models.UniqueConstraint(
                fields=["occasion", "channel", "language"], name="notification_template_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.occasion} {self.channel} {self.language}"


class PushSubscription(BaseModel):
    """One browser that takes web push (RFC 8030). It goes when the push service says 404 or 410."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="push_subscriptions"
    )
    endpoint = models.URLField(max_length=500, unique=True)
    p256dh = models.CharField(max_length=120)
    auth = models.CharField(max_length=40)
    device = models.CharField(max_length=80, blank=True)
    # The log-in in which it was turned on (core.consumers.session_fingerprint): it goes when that one is ended.
    session = models.CharField(max_length=16, blank=True)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.device or str(self.pk)


class Delivery(BaseModel):
    """One notification by one channel: once, whatever races. The words are kept until it is settled, then dropped;
    `to` is masked ("m•••@example.com"). `error` is the transport's own, without content."""

    notification = models.ForeignKey(Notification, on_delete=models.CASCADE, related_name="deliveries")
    channel = models.CharField(max_length=8, choices=Channel)
    status = models.CharField(max_length=8, choices=DeliveryStatus, default=DeliveryStatus.QUEUED)
    to = models.CharField(max_length=120, blank=True)
    subject = models.CharField(max_length=160, blank=True)
    text = models.TextField(blank=True)
    html = models.TextField(blank=True)
    # Files of a mail, as [name, content type, base64]: small ones, a calendar entry say.
    files = models.JSONField(default=list, blank=True)
    # Does not wait for the end of quiet hours.
    is_urgent = models.BooleanField(default=False)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True, blank=True)
    # After that it is no news any more, and does not leave.
    expires_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=240, blank=True)

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["notification", "channel"], name="delivery_once_a_channel"),
        ]
        indexes = [
            models.Index(fields=["status", "next_attempt_at"], name="delivery_due"),
            models.Index(fields=["-created_at"], name="delivery_recent"),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.status}"
