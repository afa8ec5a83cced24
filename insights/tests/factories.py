"""Exports as they stand, without a worker."""

from datetime import timedelta
from typing import Any

from django.core.files.base import ContentFile
from django.utils import timezone

from accounts.models import User
from insights.enums import ExportStatus
from insights.models import Export


def make_export(owner: User, *, content: bytes = b"", **fields: Any) -> Export:
    """A stored export; with `content` it has a file and is kept for a day."""
    export = Export(
        **{
            "owner": owner,
            "role": owner.role,
            "kind": "appointments",
            "format": "xlsx",
            "total": 600,
            **fields,
        }
    )
    if content:
        export.file.save("export.xlsx", ContentFile(content), save=False)
        export.size, export.expires_at = len(content), timezone.now() + timedelta(hours=24)
    if export.status == ExportStatus.RUNNING and export.beat_at is None:
        export.beat_at = timezone.now()
    export.save(force_insert=True)
    return export
