"""What a person may see of critical findings."""

from django.db.models import F, Q, QuerySet

from accounts.domain.queries import patients_open_to
from accounts.models import User
from records.critical_rules import MANAGEMENT_LEVEL
from records.models import CriticalAlert


def visible_to(user: User) -> QuerySet[CriticalAlert]:
    """Doctors: those of the patients whose record is open to them, of scans they sent for, and of scans they read.
    Management: those that have come to it. Nobody else: none. With the people; see in_order."""
    alerts = CriticalAlert.objects.select_related(
        "report__patient",
        "report__doctor",
        "imaging_report__patient",
        "imaging_report__service",
        "imaging_report__reported_by",
        "imaging_report__authorised_by",
        "imaging_report__referral__referrer",
        "acknowledged_by",
    )
    if not user.is_active:
        return alerts.none()
    if user.is_doctor:
        theirs = patients_open_to(user)
        return alerts.filter(
            Q(report__patient__in=theirs)
            | Q(imaging_report__patient__in=theirs)
            | Q(imaging_report__referral__referrer=user)
            | Q(imaging_report__reported_by=user)
            | Q(imaging_report__authorised_by=user)
        )
    if user.is_management:
        return alerts.filter(level__gte=MANAGEMENT_LEVEL)
    return alerts.none()


def in_order(alerts: QuerySet[CriticalAlert]) -> QuerySet[CriticalAlert]:
    """The ones nobody has acknowledged first, the longest waiting first; then the others, the latest first."""
    return alerts.order_by(F("acknowledged_at").desc(nulls_first=True), "created_at", "pk")
