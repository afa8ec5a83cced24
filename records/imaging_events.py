"""What open pages are told of scans: ids and status, to those who may look the rest up."""

from accounts.enums import Role
from clinic.core.realtime import publish, role_group, user_group
from records.enums import ImagingStatus
from records.models import ImagingReport
from scheduling.domain.queries import scan_readers


def imaging_changed(report: ImagingReport) -> None:
    """`imaging.changed {id, status}` to those who read such scans, who asked for it and management; to the patient from
    its release on."""
    event = {"type": "imaging.changed", "id": str(report.pk), "status": str(ImagingStatus(report.status))}
    publish(_groups(report), event)


def pictures_changed(report: ImagingReport) -> None:
    """`imaging.pictures {id}` (of the report) to the same: pictures have come, or it was decided whose they are."""
    publish(_groups(report), {"type": "imaging.pictures", "id": str(report.pk)})


def _groups(report: ImagingReport) -> list[str]:
    people = [*scan_readers(report.service).values_list("pk", flat=True)]
    if report.appointment is not None:
        people.append(report.appointment.doctor_id)
    if report.referral is not None:
        people.append(report.referral.referrer_id)
    if report.released_at is not None:
        people.append(report.patient_id)
    return [*map(user_group, people), role_group(Role.MANAGEMENT)]
