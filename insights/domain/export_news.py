"""What the owner of an export is told when they may be on another page."""

from django.urls import reverse
from django.utils.translation import gettext as _

from insights.models import Export
from messaging.domain.notifications import notify
from messaging.enums import NotificationKind


def ready(export: Export) -> None:
    notify(
        export.owner,
        kind=NotificationKind.APPOINTMENT,
        title=lambda: _("Your list with %(count)s visits is ready to download") % {"count": export.total},
        url=reverse("exports"),
        key=f"export:{export.pk}:{export.run}:ready",
    )


def stopped(export: Export) -> None:
    notify(
        export.owner,
        kind=NotificationKind.APPOINTMENT,
        title=lambda: _("Your list could not be finished. You can start it again."),
        url=reverse("exports"),
        key=f"export:{export.pk}:{export.updated_at.isoformat()}:stopped",
    )
