"""Lists that are made in the background for one person."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.enums import Role
from clinic.core.models import BaseModel
from insights.enums import UNDER_WAY, ExportFormat, ExportKind, ExportStatus


class Export(BaseModel):
    """A file for `owner` alone, in the `role` they had when asking: another role sees other things.

    One worker at a time makes it: whoever puts its own `run` into a waiting row. Every later write asks for that
    `run`, so a worker that was taken for dead changes nothing any more. `beat_at` is its last sign of life.
    """

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="exports")
    role = models.CharField(max_length=12, choices=Role)
    kind = models.CharField(max_length=20, choices=ExportKind)
    format = models.CharField(_("format"), max_length=4, choices=ExportFormat)
    # The list's own filters, as in its address.
    filters = models.CharField(max_length=2000, blank=True)
    status = models.CharField(_("status"), max_length=9, choices=ExportStatus, default=ExportStatus.WAITING)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    file = models.FileField(upload_to="exports/", blank=True)
    size = models.PositiveIntegerField(default=0)
    run = models.UUIDField(null=True, blank=True, editable=False)
    beat_at = models.DateTimeField(null=True, blank=True, editable=False)
    finished_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]
        indexes = [
            models.Index(fields=["owner", "-created_at"], name="export_owner"),
            models.Index(fields=["status", "expires_at"], name="export_status_end"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "kind", "format", "filters"],
                condition=models.Q(status__in=sorted(UNDER_WAY)),
                name="export_once_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def is_under_way(self) -> bool:
        return self.status in UNDER_WAY

    @property
    def is_there(self) -> bool:
        """The file can be downloaded now."""
        return (
            self.status == ExportStatus.READY
            and self.expires_at is not None
            and self.expires_at > timezone.now()
        )

    @property
    def percent(self) -> int:
        return self.done * 100 // self.total if self.total else 0
