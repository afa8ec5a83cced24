"""What the owner of an export is told when they may be on another page."""

from django.urls import reverse

from insights.models import Export
from messaging.domain.notifications import notify


def ready(export: Export) -> None:
    notify(
        export.owner,
        occasion="export.ready",
        variables={"count": str(export.total)},
        url=reverse("exports"),
        key=f"export:{export.pk}:{export.run}:ready",
    )


def stopped(export: Export) -> None:
    notify(
        export.owner,
        occasion="export.stopped",
        url=reverse("exports"),
        key=f"export:{export.pk}:{export.updated_at.isoformat()}:stopped",
    )
