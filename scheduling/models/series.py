"""Visits that repeat."""

from django.conf import settings
from django.db import models

from clinic.core.models import BaseModel


class AppointmentSeries(BaseModel):
    """Visits that were booked together, one every `every_days` days. Each visit lives, is paid and is moved alone."""

    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    every_days = models.PositiveSmallIntegerField()

    def __str__(self) -> str:
        return str(self.pk)
