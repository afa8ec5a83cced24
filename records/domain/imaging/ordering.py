"""A report comes to be with the order of its scan, or with its booking where nobody ordered it, and follows its visit
until the scan is done. Called by the receivers of scheduling's signals, inside the transaction that has locked the
appointment and the referral; each call once more changes nothing."""

from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from clinic.core.status import change_status, lock, record_start
from records.enums import ImagingStatus, StudyState
from records.imaging_events import imaging_changed
from records.models import ImagingReport, ImagingStudy, ImagingUpload
from scheduling.enums import AppointmentStatus, ReferralPriority, ReferralStatus, ServiceKind
from scheduling.models import Appointment, Referral

from . import telling

_I = ImagingStatus
_A = AppointmentStatus
# Scans that were done longer ago without a report are none that anybody waits for.
LOOK_BACK = timedelta(days=30)


def ordered(referral: Referral) -> ImagingReport:
    """A doctor asks for a scan: what they ask stands in its history."""
    there = ImagingReport.objects.select_for_update(of=("self",)).filter(referral=referral).first()
    if there is not None:
        return there
    report = ImagingReport.objects.create(
        patient_id=referral.patient_id,
        service_id=referral.service_id,
        referral=referral,
        priority=referral.priority,
        history_text=referral.question,
        ordered_at=referral.created_at,
    )
    record_start(report, actor=referral.referrer)
    imaging_changed(report)
    return report


def booked(appointment: Appointment) -> ImagingReport | None:
    """The scan has a time. None for a visit that is no scan."""
    if appointment.service.kind != ServiceKind.IMAGING:
        return None
    asked = Referral.objects.filter(appointment=appointment).values_list("pk", flat=True).first()
    referral = lock(Referral, asked) if asked is not None else None
    there = _of(appointment)
    if there is not None:
        return there
    now = timezone.now()
    if referral is None:
        report = ImagingReport.objects.create(
            patient_id=appointment.patient_id,
            service_id=appointment.service_id,
            appointment=appointment,
            status=_I.SCHEDULED,
            scheduled_at=now,
        )
        record_start(report, actor=appointment.booked_by)
    else:
        report = ordered(referral)
        if not report.can_become(_I.SCHEDULED):
            return report
        change_status(
            report, _I.SCHEDULED, actor=appointment.booked_by, appointment=appointment, scheduled_at=now
        )
    imaging_changed(report)
    return report


def acquired(appointment: Appointment) -> ImagingReport | None:
    """The visit is over: the scan was done and waits to be read."""
    report = booked(appointment)
    if report is None or not report.can_become(_I.ACQUIRED):
        return report
    done_at = appointment.completed_at or timezone.now()
    change_status(report, _I.ACQUIRED, actor=appointment.doctor, acquired_at=done_at)
    if report.priority == ReferralPriority.URGENT:
        telling.urgent(report)
    imaging_changed(report)
    return report


def called_off(appointment: Appointment) -> ImagingReport | None:
    """The visit does not take place, or was missed: what was ordered waits to be booked anew, anything else is over."""
    asked = Referral.objects.filter(appointment=appointment).values_list("pk", flat=True).first()
    if asked is not None:
        lock(Referral, asked)
    report = _of(appointment)
    if report is None or report.status != _I.SCHEDULED:
        return report
    if report.referral_id:
        change_status(report, _I.ORDERED, appointment=None, scheduled_at=None)
        imaging_changed(report)
    else:
        _cancel(report)
    return report


def withdrawn(referral: Referral) -> ImagingReport | None:
    """The scan is not asked for any more."""
    report = ImagingReport.objects.select_for_update(of=("self",)).filter(referral=referral).first()
    if report is not None and report.can_become(_I.CANCELLED):
        _cancel(report)
    return report


def _cancel(report: ImagingReport) -> None:
    change_status(report, _I.CANCELLED, appointment=None, scheduled_at=None)
    imaging_changed(report)
    if ImagingStudy.objects.filter(report=report).exclude(state=StudyState.REFUSED).exists():
        for_pictures_of(report)


def for_pictures_of(cancelled: ImagingReport, *, actor: User | None = None) -> ImagingReport:
    """Pictures came for a scan that is called off, before or afterwards. They are the patient's all the same and nobody
    has read them: they get a report of their own, which waits to be read, and what lies with the cancelled one goes
    along. Once more finds the same, until it is reported. Called with the cancelled one locked."""
    alike = ImagingReport.objects.select_for_update(of=("self",)).filter(
        patient=cancelled.patient_id,
        service=cancelled.service_id,
        referral=None,
        appointment=None,
        status=_I.ACQUIRED,
    )
    report = alike.first()
    if report is None:
        report = ImagingReport.objects.create(
            patient_id=cancelled.patient_id,
            service_id=cancelled.service_id,
            priority=cancelled.priority,
            status=_I.ACQUIRED,
            history_text=cancelled.history_text,
            acquired_at=timezone.now(),
        )
        record_start(report, actor=actor)
        if report.priority == ReferralPriority.URGENT:
            telling.urgent(report)
        imaging_changed(report)
    ImagingUpload.objects.filter(report=cancelled).update(report=report)
    ImagingStudy.objects.filter(report=cancelled).exclude(state=StudyState.REFUSED).update(report=report)
    return report


def make_good() -> int:
    """Reports that are missing: of what was asked and booked before the portal had them. Returns how many came."""
    before = ImagingReport.objects.count()
    waiting = Referral.objects.filter(imaging_report=None, status=ReferralStatus.REQUESTED)
    for pk in waiting.values_list("pk", flat=True):
        with transaction.atomic():
            referral = lock(Referral, pk)
            if referral.status == ReferralStatus.REQUESTED:
                ordered(referral)
    scans = Appointment.objects.filter(imaging_report=None, service__kind=ServiceKind.IMAGING)
    ahead = (_A.PENDING_PAYMENT, _A.PENDING_CONFIRMATION, _A.CONFIRMED, _A.CHECKED_IN, _A.IN_PROGRESS)
    for pk in scans.filter(status__in=ahead).values_list("pk", flat=True):
        _catch_up(pk)
    since = timezone.now() - LOOK_BACK
    done = scans.filter(status=_A.COMPLETED, starts_at__gte=since)
    for pk in done.values_list("pk", flat=True):
        _catch_up(pk)
    return ImagingReport.objects.count() - before


@transaction.atomic
def _catch_up(appointment_id: UUID) -> None:
    appointment = lock(Appointment, appointment_id)
    if appointment.status == _A.COMPLETED:
        acquired(appointment)
    elif appointment.status not in (_A.CANCELLED, _A.DECLINED, _A.EXPIRED, _A.NO_SHOW):
        booked(appointment)


def _of(appointment: Appointment) -> ImagingReport | None:
    return ImagingReport.objects.select_for_update(of=("self",)).filter(appointment=appointment).first()
