"""What open pages are told of critical findings."""

from collections.abc import Iterable

from accounts.models import User
from clinic.core.realtime import publish, role_group, user_group
from records.critical_rules import MANAGEMENT_LEVEL
from records.models import CriticalAlert


def critical_alert_changed(alert: CriticalAlert, people: Iterable[User]) -> None:
    """`critical_alert.changed {id, level, acknowledged}` to `people`, and to management once it is told."""
    groups = [user_group(person.pk) for person in people]
    if alert.level >= MANAGEMENT_LEVEL:
        groups.append(role_group("management"))
    event = {
        "type": "critical_alert.changed",
        "id": str(alert.pk),
        "level": alert.level,
        "acknowledged": alert.acknowledged_at is not None,
    }
    publish(groups, event)
