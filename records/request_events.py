"""What open pages are told about requests: ids, kind and status."""

from accounts.enums import Role
from clinic.core.realtime import publish, role_group, user_group
from records.models import RecordRequest


def request_changed(request: RecordRequest) -> None:
    """To the doctor who asked, and to management's queue."""
    publish(
        [user_group(request.doctor_id), role_group(Role.MANAGEMENT)],
        {
            "type": "request.changed",
            "id": str(request.pk),
            "kind": str(request.kind),
            "status": str(request.status),
        },
    )
