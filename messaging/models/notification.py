"""What the portal tells a person inside the portal."""

from django.conf import settings
from django.db import models

from clinic.core.models import BaseModel
from messaging.enums import NotificationKind


class Notification(BaseModel):
    """`title` holds no clinical content. `key` names the occasion, so that telling twice tells once."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notifications")
    kind = models.CharField(max_length=12, choices=NotificationKind)
    # What it is about, as the catalogue names it: "appointment.confirmed".
    occasion = models.CharField(max_length=60, blank=True)
    title = models.CharField(max_length=160)
    url = models.CharField(max_length=200, blank=True)
    key = models.CharField(max_length=120)
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="notification_once")]
        indexes = [
            models.Index(fields=["user", "-created_at"], name="notification_recent"),
            models.Index(fields=["user"], condition=models.Q(read_at=None), name="notification_unread"),
        ]

    def __str__(self) -> str:
        return self.title
