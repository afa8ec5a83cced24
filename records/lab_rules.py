"""Who may do what with lab reports. A doctor to whom the record is open enters, releases and corrects them; management
prepares one only for a request that it is working on (E7), and never releases."""

from accounts.models import User
from accounts.rules import may_open_record
from records.enums import LabReportStatus, RecordRequestKind, RecordRequestStatus
from records.models import LabReport, RecordRequest

_L = LabReportStatus


def can_enter(user: User, patient: User) -> bool:
    return user.is_active and user.is_doctor and may_open_record(user, patient)


def prepares(user: User, request: RecordRequest | None) -> bool:
    """Management, while it works on this request for a lab report."""
    return (
        request is not None
        and user.is_active
        and user.is_management
        and request.kind == RecordRequestKind.LAB_REPORT
        and request.status == RecordRequestStatus.IN_PROGRESS
        and request.handled_by_id == user.pk
    )


def can_edit(user: User, report: LabReport) -> bool:
    """Change, finish or throw away a draft."""
    if report.status != _L.PRELIMINARY:
        return False
    return can_enter(user, report.patient) or prepares(user, request_of(report))


def can_release(user: User, report: LabReport) -> bool:
    """Let the patient see it: a doctor's word."""
    return report.status == _L.FINAL and can_enter(user, report.patient)


def can_amend(user: User, report: LabReport) -> bool:
    """Begin a correction: a doctor of the patient; management of what its doctor sent back to it."""
    if report.status in (_L.FINAL, _L.RELEASED) and can_enter(user, report.patient):
        return True
    return report.status == _L.FINAL and prepares(user, request_of(report))


def can_change_catalogue(user: User) -> bool:
    """Panels, parameters and ranges."""
    return user.is_active and user.is_management


def request_of(report: LabReport) -> RecordRequest | None:
    """The request that this report answers."""
    return getattr(report, "request", None)
