"""What a person may see of imaging reports."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from accounts.domain.queries import patients_open_to
from accounts.models import User
from records.enums import ImagingStatus
from records.models import ImagingReport
from scheduling.enums import ReferralPriority

_I = ImagingStatus
# From one moment of a report to another, by the name of the stretch.
STRETCHES: dict[str, tuple[str, str]] = {
    "ordered_to_scheduled": ("ordered_at", "scheduled_at"),
    "scheduled_to_acquired": ("scheduled_at", "acquired_at"),
    "acquired_to_reported": ("acquired_at", "reported_at"),
    "reported_to_authorised": ("reported_at", "authorised_at"),
    "acquired_to_authorised": ("acquired_at", "authorised_at"),
    "authorised_to_released": ("authorised_at", "released_at"),
}
_STATE = (
    "pk", "status", "priority", "service__name", "patient", "patient__first_name", "patient__last_name",
    "ordered_at", "scheduled_at", "acquired_at", "reported_at", "authorised_at", "released_at",
)  # fmt: skip


def visible_to(user: User) -> QuerySet[ImagingReport]:
    """Imaging reports that `user` finds, the latest first, with the people, the scan and its referral. Patients: their
    own, once released. Doctors: the scans of their specialty, those they did, what they referred, and what is
    authorised of the patients whose record is open to them; whether they may read the text, imaging_rules.can_read_text
    says. Nobody else: none."""
    reports = ImagingReport.objects.select_related(
        "patient__patient_profile",
        "service",
        "referral__referrer",
        "appointment__doctor",
        "reader",
        "reported_by",
        "authorised_by",
    ).order_by("-created_at", "-id")
    if not user.is_active:
        return reports.none()
    if user.is_patient:
        return reports.filter(patient=user.pk, released_at__isnull=False)
    if user.is_doctor:
        return reports.filter(
            read_by(user)
            | Q(referral__referrer=user.pk)
            | Q(status=_I.AUTHORISED, patient__in=patients_open_to(user))
        )
    return reports.none()


def of_patient(user: User, patient: User) -> QuerySet[ImagingReport]:
    """Those of this patient that `user` finds, the latest first."""
    return visible_to(user).filter(patient=patient)


def worklist(user: User) -> QuerySet[ImagingReport]:
    """What waits for one who reads scans: to be written or authorised; urgent first, then the longest waiting."""
    if not user.is_active or not user.is_doctor:
        return ImagingReport.objects.none()
    urgency = Case(
        When(priority=ReferralPriority.URGENT, then=Value(0)), default=Value(1), output_field=IntegerField()
    )
    waiting = visible_to(user).filter(read_by(user), status__in=(_I.ACQUIRED, _I.REPORTED))
    return waiting.order_by(urgency, "acquired_at", "pk")


def states_visible_to(user: User) -> "QuerySet[ImagingReport, dict[str, Any]]":
    """How far each scan is, as plain values without a word of what was found: all for management, the latest first."""
    reports = ImagingReport.objects.order_by("-created_at", "-id")
    if not (user.is_active and user.is_management):
        reports = reports.none()
    return reports.values(*_STATE)


def turnaround(report: ImagingReport) -> dict[str, timedelta]:
    """How long each stretch of its way took, of those that are over."""
    found = {}
    for name, (start, end) in STRETCHES.items():
        began, ended = getattr(report, start), getattr(report, end)
        if began is not None and ended is not None:
            found[name] = ended - began
    return found


def turnarounds(reports: Sequence[ImagingReport]) -> dict[str, timedelta]:
    """The median of each stretch over these reports; what none of them has is left out."""
    taken: dict[str, list[timedelta]] = {}
    for report in reports:
        for name, time in turnaround(report).items():
            taken.setdefault(name, []).append(time)
    return {name: sorted(taken[name])[len(taken[name]) // 2] for name in STRETCHES if name in taken}


def read_by(user: User) -> Q:
    """The reports of scans such as `user` reads, of their specialty or done by them (imaging_rules.reads)."""
    profile = getattr(user, "doctor_profile", None)
    did = Q(appointment__doctor=user.pk)
    return did | Q(service__specialty=profile.specialty_id) if profile else did
