"""A person's calendar as a file that calendar programs fetch."""

from django.conf import settings
from django.db import models

from clinic.core.models import BaseModel


class CalendarFeed(BaseModel):
    """The secret address of one person's feed. Only a hash of the secret is kept; a new one replaces it."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="calendar_feed"
    )
    token_hash = models.CharField(max_length=64, unique=True)
    last_read_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return str(self.pk)
