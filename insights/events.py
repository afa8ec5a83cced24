"""What open pages hear about exports."""

from clinic.core import realtime
from insights.models import Export


def export_changed(export: Export) -> None:
    """To its owner only."""
    event = {
        "type": "export.changed",
        "id": str(export.pk),
        "status": str(export.status),
        "done": export.done,
        "total": export.total,
    }
    realtime.publish([realtime.user_group(export.owner_id)], event)
