"""Scans and their reports for tests."""

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from records.domain.imaging import deciding, ordering, writing
from records.enums import ImagingStatus as S
from records.models import ImagingReport
from scheduling.enums import AppointmentStatus
from scheduling.models import Appointment, Referral, Service
from scheduling.tests.factories import clinic_time, make_appointment
from scheduling.tests.imaging import make_referral, make_scan

SECTIONS = {
    "technique": "Sagittal and coronal sequences.",
    "findings": "Tear of the posterior horn.",
    "impression": "Tear of the medial meniscus.",
}
WAY = (S.ORDERED, S.SCHEDULED, S.ACQUIRED, S.REPORTED, S.AUTHORISED)


@transaction.atomic
def make_imaging_report(
    patient: User,
    radiologist: User,
    *,
    referrer: User | None = None,
    status: str = S.AUTHORISED,
    released: bool = False,
    is_critical: bool = False,
    scan: Service | None = None,
    hour: int = 9,
    **referral: Any,
) -> ImagingReport:
    """Brought to `status` by the domain's own steps; without a referrer it was booked without a referral."""
    scan = scan or scan_of(radiologist)
    asked = make_referral(patient, referrer, scan, **referral) if referrer else None
    steps = WAY[: WAY.index(S(status)) + 1]
    report = ImagingReport.objects.filter(referral=asked).first() if asked else None
    if S.SCHEDULED in steps:
        visit = make_scan_visit(patient, radiologist, scan, referral=asked, hour=hour)
        report = ordering.booked(visit)
        if S.ACQUIRED in steps:
            report = perform(visit)
    assert report is not None
    if S.REPORTED in steps:
        writing.save(
            report.pk,
            author=radiologist,
            version=report.version,
            sections=SECTIONS,
            is_critical=is_critical,
        )
        report = deciding.report(report.pk, author=radiologist)
    if S.AUTHORISED in steps:
        report = deciding.authorise(report.pk, actor=radiologist)
    if released:
        report = deciding.release(report.pk, actor=radiologist)
    return ImagingReport.objects.get(pk=report.pk)


def scan_of(radiologist: User) -> Service:
    found = Service.objects.filter(specialty=radiologist.doctor_profile.specialty, kind="imaging").first()
    return found or make_scan(radiologist)


def make_scan_visit(
    patient: User,
    radiologist: User,
    scan: Service,
    *,
    referral: Referral | None = None,
    hour: int = 9,
    **fields: Any,
) -> Appointment:
    fields = {"starts_at": clinic_time(1, hour), "mode": "in_person", **fields}
    visit = make_appointment(patient, radiologist, scan, **fields)
    if referral is not None:
        Referral.objects.filter(pk=referral.pk).update(appointment=visit, status="booked")
    return visit


def perform(visit: Appointment) -> ImagingReport | None:
    """The scan was done, an hour ago."""
    done_at = timezone.now() - timedelta(hours=1)
    Appointment.objects.filter(pk=visit.pk).update(status=AppointmentStatus.COMPLETED, completed_at=done_at)
    Referral.objects.filter(appointment=visit).update(status="performed")
    visit.refresh_from_db()
    return ordering.acquired(visit)


def referral_of(report: ImagingReport) -> Referral:
    """As it stands now."""
    return Referral.objects.get(imaging_report=report)


def imaging_things(patient: User, reader: User, scan: Service) -> dict[str, ImagingReport]:
    """One of each status from the pictures on, read by who did them."""
    return {
        f"imaging_{name}": make_imaging_report(
            patient, reader, scan=scan, status=status, released=name == "released", hour=hour
        )
        for name, status, hour in (
            ("acquired", S.ACQUIRED, 19),
            ("reported", S.REPORTED, 20),
            ("authorised", S.AUTHORISED, 21),
            ("released", S.AUTHORISED, 22),
        )
    }
