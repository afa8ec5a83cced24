"""A critical finding among the demo clinic's scans: it came as far as management, was told of and is answered.
Nobody is told now."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from accounts.models import CareLink, User
from records.critical_rules import MANAGEMENT_LEVEL
from records.enums import ImagingStatus, TellingWay
from records.models import CriticalAlert, CriticalTelling, ImagingReport

# By a word of the scan's name: findings and impression.
FOUND = {
    "x-ray": ("The left lung has collapsed by a third, no shift of the heart.", "Pneumothorax on the left."),
    "ultrasound": ("Free fluid around the spleen, its lower edge torn.", "Bleeding from the spleen."),
    "mri": ("Fresh bleeding of 2 cm in the right frontal lobe.", "Bleeding into the brain."),
}
TOLD, ANSWERED = timedelta(minutes=50), timedelta(minutes=72)


def chosen(reports: Sequence[ImagingReport], doctor: User, now: datetime) -> ImagingReport | None:
    """The latest of a patient of this doctor's that was done before yesterday and is not written yet; None once there
    is one."""
    if CriticalAlert.objects.exclude(imaging_report=None).exists():
        return None
    patients = set(CareLink.objects.filter(doctor=doctor).values_list("patient", flat=True))
    early = (ImagingStatus.ORDERED, ImagingStatus.SCHEDULED, ImagingStatus.ACQUIRED)
    for report in reports:
        visit = report.appointment
        long_ago = visit is not None and visit.ends_at < now - timedelta(days=1)
        if long_ago and report.patient_id in patients and report.status in early:
            return report
    return None


def write(report: ImagingReport) -> None:
    name = report.service.name.lower()
    report.findings, report.impression = next(
        (said for word, said in FOUND.items() if word in name), FOUND["x-ray"]
    )
    report.recommendation, report.is_critical = "To the hospital at once. (Demo)", True


def answered(report: ImagingReport, *, by: User) -> None:
    """In force, it was told of on the telephone and acknowledged."""
    at, reader = report.authorised_at, report.authorised_by
    assert at is not None
    assert reader is not None
    alert = CriticalAlert.objects.create(
        imaging_report=report,
        level=MANAGEMENT_LEVEL,
        acknowledged_at=at + ANSWERED,
        acknowledged_by=by,
        action="Called the patient; they are on their way to the hospital. (Demo)",
    )
    CriticalAlert.objects.filter(pk=alert.pk).update(created_at=at)
    CriticalTelling.objects.create(
        alert=alert,
        told=by.name,
        told_by=reader,
        told_at=at + TOLD,
        way=TellingWay.PHONE,
        note="Calls the patient now. (Demo)",
    )
