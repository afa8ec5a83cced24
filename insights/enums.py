"""Choices of exports."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ExportKind(models.TextChoices):
    APPOINTMENTS = "appointments", _("Appointments")
    PAYMENTS = "payments", _("Payments")
    CLAIMS = "claims", _("Claims")
    PEOPLE = "people", _("People")
    WAITING = "waiting", _("Waiting list")
    REFERRALS = "referrals", _("Referrals")
    FIGURES = "figures", _("Figures")


class ExportFormat(models.TextChoices):
    XLSX = "xlsx", _("Excel")
    CSV = "csv", _("CSV")
    PDF = "pdf", _("PDF")


class ExportStatus(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    RUNNING = "running", _("Being made")
    READY = "ready", _("Ready")
    FAILED = "failed", _("Stopped")
    CANCELLED = "cancelled", _("Cancelled")
    REMOVED = "removed", _("Removed")


UNDER_WAY = frozenset({ExportStatus.WAITING, ExportStatus.RUNNING})
