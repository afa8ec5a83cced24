"""What open pages are told of the laboratory: ids and status, to those who may look the rest up."""

from clinic.core.realtime import publish, user_group
from records.enums import LabReportStatus
from records.models import LabReport


def lab_report_changed(report: LabReport) -> None:
    """`lab_report.changed {id, status}` to its doctor and who entered it; to the patient from its release on."""
    groups = [user_group(report.doctor_id), user_group(report.entered_by_id)]
    if report.released_at is not None:
        groups.append(user_group(report.patient_id))
    publish(
        groups,
        {"type": "lab_report.changed", "id": str(report.pk), "status": str(LabReportStatus(report.status))},
    )
