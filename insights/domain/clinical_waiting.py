"""What of the clinical record waits for somebody: results that can't wait, and requests to the clinic."""

from dataclasses import dataclass

from accounts.models import User
from records.domain.labs.queries import alerts_visible_to
from records.domain.request_queries import requests_visible_to
from records.enums import RecordRequestStatus


@dataclass(frozen=True)
class ClinicalWaiting:
    """`critical`: results nobody has acknowledged. `requests`: of a doctor those that were prepared for them, of
    management those nobody has begun."""

    critical: int
    requests: int


def clinical_waiting(user: User) -> ClinicalWaiting:
    """What waits for this doctor or manager, in two queries; nothing for anybody else."""
    requests = requests_visible_to(user).order_by()
    if user.is_doctor:
        requests = requests.filter(doctor=user, status=RecordRequestStatus.PREPARED)
    else:
        requests = requests.filter(status=RecordRequestStatus.REQUESTED)
    return ClinicalWaiting(
        critical=alerts_visible_to(user).filter(acknowledged_at=None).order_by().count(),
        requests=requests.count(),
    )
