"""What a person may see of lab reports."""

from collections.abc import Sequence

from django.db.models import Count, Prefetch, Q, QuerySet

from accounts.domain.queries import patients_open_to
from accounts.enums import ActivityVerb
from accounts.models import User
from records.domain import reading
from records.enums import CRITICAL_FLAGS, LabReportStatus, RecordRequestStatus
from records.models import LabParameter, LabReport, LabResult

_L = LabReportStatus
_BEING_PREPARED = (RecordRequestStatus.IN_PROGRESS, RecordRequestStatus.PREPARED)


def visible_to(user: User) -> QuerySet[LabReport]:
    """Lab reports that `user` may read, the latest sample first. Patients: their own, once released (also when a
    corrected one has taken its place). Doctors: all but thrown-away drafts of the patients whose record is open to
    them. Management: those they are preparing for a request. Nobody else: none. With the people and the panel."""
    reports = LabReport.objects.select_related(
        "patient__patient_profile", "doctor", "entered_by", "panel", "request"
    ).order_by("-collected_at", "-id")
    if not user.is_active:
        return reports.none()
    if user.is_patient:
        return reports.filter(patient=user.pk, released_at__isnull=False)
    if user.is_doctor:
        return reports.filter(patient__in=patients_open_to(user)).exclude(status=_L.DISCARDED)
    if user.is_management:
        return reports.filter(request__handled_by=user.pk, request__status__in=_BEING_PREPARED).exclude(
            status=_L.DISCARDED
        )
    return reports.none()


def listed(user: User, patient: User) -> QuerySet[LabReport]:
    """Of one patient, with how many results are not normal (`off`) or critical (`critical`)."""
    off = Q(results__flag__gt="") & ~Q(results__flag="normal")
    return (
        visible_to(user)
        .filter(patient=patient)
        .annotate(
            count=Count("results", distinct=True),
            off=Count("results", filter=off, distinct=True),
            critical=Count("results", filter=Q(results__flag__in=CRITICAL_FLAGS), distinct=True),
        )
    )


def with_results(reports: QuerySet[LabReport]) -> QuerySet[LabReport]:
    """The same with their results in two queries more."""
    return reports.prefetch_related(
        Prefetch("results", LabResult.objects.select_related("parameter").order_by("position"))
    )


def current_results(user: User, patient: User) -> QuerySet[LabResult]:
    """What counts now: results of reports the reader may see, without those that a corrected one has replaced, and
    without drafts. The latest first; of one moment, what was entered last."""
    reports = (
        visible_to(user)
        .filter(patient=patient, status__in=(_L.FINAL, _L.RELEASED))
        .exclude(replaced_by__status__in=(_L.FINAL, _L.RELEASED), replaced_by__isnull=False)
    )
    if user.is_patient:
        # A correction that is not released yet must not take away what the patient reads.
        reports = visible_to(user).filter(patient=patient, status=_L.RELEASED)
    return (
        LabResult.objects.filter(report__in=reports.order_by().values("pk"))
        .select_related("parameter", "report")
        .order_by("-report__collected_at", "-report__created_at", "position")
    )


def measured(user: User, patient: User) -> QuerySet[LabParameter]:
    """Whatever was ever measured of this patient, by name, with how often (`times`)."""
    results = current_results(user, patient).order_by().values("pk")
    return (
        LabParameter.objects.filter(results__in=results)
        .annotate(times=Count("results", filter=Q(results__in=results), distinct=True))
        .order_by("name")
    )


def read(shown: Sequence[LabReport], *, reader: User, by_itself: bool = False) -> None:
    """Someone was shown these reports: a line each in the activity trail. `by_itself`: see records.domain.reading."""
    about = [(report, report.patient_id) for report in shown]
    reading.note(ActivityVerb.LAB_REPORT_READ, about, reader=reader, by_itself=by_itself)


def read_all(patient: User, *, reader: User, by_itself: bool = False) -> None:
    """Someone was shown the list or the course of a patient's results."""
    about = [(patient, patient.pk)]
    reading.note(ActivityVerb.LAB_REPORT_READ, about, reader=reader, by_itself=by_itself)
