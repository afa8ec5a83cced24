"""When the portal next looks whether a patient is to be reminded of a dose."""

from django.conf import settings
from django.db import models

from clinic.core.models import BaseModel


class DoseReminder(BaseModel):
    """One row for each patient who has doses ahead (domain/reminders.py). Doses planned until `told_until` are done
    with; `next_at` is the first one after that by the clock of `zone`, null when none is ahead."""

    patient = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="dose_reminder"
    )
    zone = models.CharField(max_length=64)
    told_until = models.DateTimeField()
    next_at = models.DateTimeField(null=True, blank=True, db_index=True)

    def __str__(self) -> str:
        return str(self.next_at)
