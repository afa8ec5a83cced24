"""The reports of the demo clinic's scans, each as far as its referral or its visit is: some on the way, one waiting to
be written, one to be authorised, the others read and released. Nobody is told: none of it happens now."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from accounts.models import User
from insights.demo import critical as demo_critical
from insights.demo.bills import insert
from records.enums import ImagingStatus as S
from records.models import ImagingReport, ImagingReportStatusChange
from scheduling.enums import AppointmentStatus as A
from scheduling.enums import ReferralPriority, ReferralStatus, ServiceKind
from scheduling.models import Appointment, Referral

WAY = (S.ORDERED, S.SCHEDULED, S.ACQUIRED, S.REPORTED, S.AUTHORISED)
MOMENTS = {
    S.ORDERED: "ordered_at",
    S.SCHEDULED: "scheduled_at",
    S.ACQUIRED: "acquired_at",
    S.REPORTED: "reported_at",
    S.AUTHORISED: "authorised_at",
}
READING, CHECKING, RELEASING = timedelta(hours=3), timedelta(hours=4), timedelta(hours=20)
_NO_VISIT = (A.CANCELLED, A.DECLINED, A.EXPIRED, A.NO_SHOW)
# By a word of the scan's name.
TEXTS = {
    "x-ray": {
        "history_text": "Cough for three weeks. (Demo)",
        "technique": "Chest, one view, standing.",
        "findings": "Heart of normal size. Lungs clear, no effusion.\nNo fracture of the ribs.",
        "impression": "Nothing abnormal in the chest.",
        "recommendation": "None.",
    },
    "ultrasound": {
        "history_text": "Pain in the upper abdomen after meals. (Demo)",
        "technique": "Abdomen, fasting.",
        "findings": "Liver and both kidneys normal. Gall bladder with one stone of 9 mm, its wall not thickened.",
        "impression": "One gall stone, no sign of inflammation.",
        "recommendation": "Talk about it with your doctor; come at once with fever or strong pain.",
    },
    "mri": {
        "history_text": "Headache for two months. (Demo)",
        "technique": "Head, T1 and T2, without contrast medium.",
        "findings": "No mass and no bleeding. Ventricles of normal width.",
        "impression": "Normal MRI of the head.",
        "recommendation": "",
    },
}


def seed(people: Mapping[str, User], now: datetime) -> None:
    """Add the reports that are missing, and bring those on whose visit is over."""
    radiologist = people["radiologist"]
    scans = Appointment.objects.filter(service__kind=ServiceKind.IMAGING, doctor=radiologist)
    visits = scans.exclude(status__in=_NO_VISIT).select_related("service", "referral", "imaging_report")
    done = []
    for visit in visits.order_by("starts_at"):
        report = getattr(visit, "imaging_report", None) or _of(visit)
        if visit.status != A.COMPLETED:
            _bring(report, S.SCHEDULED, now)
        elif getattr(visit, "referral", None) and visit.referral.status == ReferralStatus.PERFORMED:
            _bring(report, S.ACQUIRED, now)
        else:
            done.append(report)
    done.reverse()
    critical = demo_critical.chosen(done[1:], people["doctor"], now)
    for number, report in enumerate(done):
        to = S.REPORTED if number == 0 else S.AUTHORISED
        _bring(report, to, now, is_critical=report is critical)
    if critical is not None:
        demo_critical.answered(critical, by=people["doctor"])
    for referral in Referral.objects.filter(
        appointment=None, imaging_report=None, referrer__in=people.values()
    ):
        report = _ordered(referral)
        if referral.status == ReferralStatus.CANCELLED:
            _step(report, S.CANCELLED, referral.created_at + timedelta(hours=20), referral.referrer)


def _of(visit: Appointment) -> ImagingReport:
    referral = getattr(visit, "referral", None)
    report = (
        _ordered(referral) if referral else ImagingReport(patient_id=visit.patient_id, service=visit.service)
    )
    report.appointment = visit
    if referral is None:
        report.status = S.SCHEDULED
        report.scheduled_at = visit.created_at
        _add(report, visit.created_at, visit.booked_by)
    return report


def _ordered(referral: Referral) -> ImagingReport:
    there = ImagingReport.objects.filter(referral=referral).first()
    if there is not None:
        return there
    report = ImagingReport(
        patient_id=referral.patient_id,
        service=referral.service,
        referral=referral,
        priority=referral.priority or ReferralPriority.ROUTINE,
        history_text=referral.question,
        ordered_at=referral.created_at,
    )
    _add(report, referral.created_at, referral.referrer)
    return report


def _add(report: ImagingReport, at: datetime, by: User) -> None:
    report.save(force_insert=True)
    ImagingReport.objects.filter(pk=report.pk).update(created_at=at)
    report.created_at = at
    insert([ImagingReportStatusChange(report=report, to_status=report.status, actor=by)], [at])


def _bring(report: ImagingReport, to: S, now: datetime, *, is_critical: bool = False) -> None:
    """Step by step up to `to`, each at the time it would have been; the last one is released, too."""
    visit = report.appointment
    if visit is None or report.status not in WAY:
        return
    over = min(visit.completed_at or visit.ends_at, now)
    times = {
        S.SCHEDULED: visit.created_at,
        S.ACQUIRED: over,
        S.REPORTED: min(over + READING, now),
        S.AUTHORISED: min(over + CHECKING, now),
    }
    for status in WAY[WAY.index(S(report.status)) + 1 : WAY.index(to) + 1]:
        if status == S.REPORTED:
            _write(report, visit.doctor)
            if is_critical:
                demo_critical.write(report)
        if status == S.AUTHORISED:
            report.authorised_by = visit.doctor
            report.released_at = min(over + RELEASING, now)
        _step(report, status, times[status], visit.booked_by if status == S.SCHEDULED else visit.doctor)


def _write(report: ImagingReport, by: User) -> None:
    name = report.service.name.lower()
    texts = next((texts for word, texts in TEXTS.items() if word in name), TEXTS["x-ray"])
    for section, text in texts.items():
        if section != "history_text" or not report.history_text:
            setattr(report, section, text)
    report.version, report.reported_by = 1, by


def _step(report: ImagingReport, status: S, at: datetime, by: User) -> None:
    before, report.status = report.status, status
    if status in MOMENTS:
        setattr(report, MOMENTS[status], at)
    report.save()
    step = ImagingReportStatusChange(report=report, from_status=before, to_status=status, actor=by)
    insert([step], [at])
