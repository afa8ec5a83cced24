"""What open pages are told of the laboratory: ids and status, to those who may look the rest up."""

from clinic.core.realtime import publish, role_group, user_group
from records.enums import LabReportStatus
from records.lab_rules import MANAGEMENT_LEVEL
from records.models import CriticalAlert, LabReport


def lab_report_changed(report: LabReport) -> None:
    """`lab_report.changed {id, status}` to its doctor and who entered it; to the patient from its release on."""
    groups = [user_group(report.doctor_id), user_group(report.entered_by_id)]
    if report.released_at is not None:
        groups.append(user_group(report.patient_id))
    publish(
        groups,
        {"type": "lab_report.changed", "id": str(report.pk), "status": str(LabReportStatus(report.status))},
    )


def lab_alert_changed(alert: CriticalAlert) -> None:
    """`lab_alert.changed {id, level, acknowledged}` to the report's doctor, and to management once it is told."""
    groups = [user_group(alert.report.doctor_id)]
    if alert.level >= MANAGEMENT_LEVEL:
        groups.append(role_group("management"))
    event = {
        "type": "lab_alert.changed",
        "id": str(alert.pk),
        "level": alert.level,
        "acknowledged": alert.acknowledged_at is not None,
    }
    publish(groups, event)
