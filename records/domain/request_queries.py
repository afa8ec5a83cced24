"""Who finds which requests, and the queue."""

from collections import Counter

from django.db.models import Count, Q, QuerySet

from accounts.domain.queries import patients_open_to
from accounts.enums import ActivityVerb
from accounts.models import User
from records import request_rules
from records.domain import reading
from records.enums import RecordRequestStatus
from records.models import RecordRequest, RecordRequestStatusChange

_S = RecordRequestStatus


def requests_visible_to(user: User) -> QuerySet[RecordRequest]:
    """Management: all (what is asked for only while it is open: request_rules.can_read). A doctor: their own, and those
    about patients whose record is open to them. Nobody else: a patient sees what was released, not what was asked."""
    found = RecordRequest.objects.select_related(
        "patient__patient_profile", "doctor", "handled_by", "appointment", "prescription", "lab_report"
    )
    if not user.is_active:
        return found.none()
    if user.is_management:
        return found
    if user.is_doctor:
        return found.filter(Q(doctor=user) | Q(patient__in=patients_open_to(user)))
    return found.none()


def in_turn(found: QuerySet[RecordRequest], status: str) -> QuerySet[RecordRequest]:
    """Those of one status: what is open urgent first and then the oldest, what is over the latest first."""
    found = found.filter(status=status)
    if status in request_rules.OPEN:
        return found.order_by("-is_urgent", "created_at", "pk")
    return found.order_by("-updated_at", "-pk")


def counts(found: QuerySet[RecordRequest]) -> Counter[str]:
    rows = found.order_by().values("status").annotate(number=Count("pk"))
    return Counter({row["status"]: row["number"] for row in rows})


def history(request: RecordRequest) -> QuerySet[RecordRequestStatusChange]:
    """Every step of it, the first one first, with who took it."""
    return RecordRequestStatusChange.objects.filter(request=request).select_related("actor")


def sent_back(request: RecordRequest) -> str:
    """What the doctor wanted otherwise when they last sent it back; "" if they never did."""
    steps = history(request).filter(from_status=_S.PREPARED, to_status=_S.IN_PROGRESS)
    return steps.order_by("-id").values_list("reason", flat=True).first() or ""


def read(request: RecordRequest, *, reader: User, by_itself: bool = False) -> None:
    """Somebody was shown what is asked for: a line in the activity trail."""
    about = [(request, request.patient_id)]
    reading.note(ActivityVerb.REQUEST_READ, about, reader=reader, by_itself=by_itself)
