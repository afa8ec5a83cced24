"""The report of a scan follows its referral and its visit."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from records.domain.imaging import ordering
from records.enums import ImagingStatus as S
from records.models import ImagingReport
from records.tests.factories_imaging import make_scan_visit
from scheduling.domain import booking, progress, referrals
from scheduling.models import Appointment, Referral, Service
from scheduling.tests.factories import clinic_time
from scheduling.tests.imaging import QUESTION, make_radiologist, make_referral, make_scan

pytestmark = pytest.mark.django_db


@pytest.fixture
def radiologist(db: None) -> User:
    return make_radiologist()


@pytest.fixture
def scan(radiologist: User) -> Service:
    return make_scan(radiologist, price=0)


@pytest.fixture
def referral(patient: User, doctor: User, scan: Service) -> Referral:
    return make_referral(patient, doctor, scan, priority="urgent")


def book(patient: User, radiologist: User, scan: Service, **fields: Any) -> Appointment:
    return booking.book(
        patient=patient,
        doctor=radiologist,
        service=scan,
        starts_at=clinic_time(2, 10),
        mode="in_person",
        booked_by=patient,
        **fields,
    )


def steps(report: ImagingReport) -> list[str]:
    return list(report.history.values_list("to_status", flat=True))


def test_from_the_order_to_the_scan(
    *, patient: User, doctor: User, radiologist: User, scan: Service, referral: Referral, manager: User
) -> None:
    report = ImagingReport.objects.get()
    assert (report.referral, report.patient, report.service) == (referral, patient, scan)
    assert (report.status, report.priority, report.history_text) == (S.ORDERED, "urgent", QUESTION)
    visit = book(patient, radiologist, scan, referral=referral)
    report.refresh_from_db()
    assert (report.status, report.appointment) == (S.SCHEDULED, visit)
    progress.confirm(visit.pk, actor=manager)
    progress.check_in(visit.pk, actor=manager)
    progress.start(visit.pk, actor=radiologist)
    progress.complete(visit.pk, actor=radiologist)
    report.refresh_from_db()
    visit.refresh_from_db()
    assert (report.status, report.acquired_at) == (S.ACQUIRED, visit.completed_at)
    assert steps(report) == ["ordered", "scheduled", "acquired"]
    assert ImagingReport.objects.count() == 1
    assert {row.occasion for row in radiologist.notifications.all()} >= {"imaging.urgent"}


def test_called_off_it_waits_to_be_booked_again(
    patient: User, radiologist: User, scan: Service, referral: Referral, manager: User
) -> None:
    visit = book(patient, radiologist, scan, referral=referral)
    progress.cancel(visit.pk, actor=manager, reason="The scanner is broken")
    report = ImagingReport.objects.get()
    assert (report.status, report.appointment, report.scheduled_at) == (S.ORDERED, None, None)
    referral.refresh_from_db()
    again = book(patient, radiologist, scan, referral=referral)
    report.refresh_from_db()
    assert (report.status, report.appointment) == (S.SCHEDULED, again)


def test_missed_and_there_after_all(
    patient: User, radiologist: User, scan: Service, referral: Referral, manager: User
) -> None:
    asked = book(patient, radiologist, scan, referral=referral)
    for visit in (asked, make_scan_visit(patient, radiologist, scan, hour=14)):
        if visit is asked:
            progress.confirm(visit.pk, actor=manager)
        else:
            ordering.booked(visit)
        Appointment.objects.filter(pk=visit.pk).update(
            starts_at=timezone.now() - timedelta(hours=1), ends_at=timezone.now() - timedelta(minutes=30)
        )
        progress.no_show(visit.pk, actor=manager)
        assert not ImagingReport.objects.filter(appointment=visit).exists()
        progress.undo_no_show(visit.pk, actor=manager)
        assert ImagingReport.objects.get(appointment=visit).status == S.SCHEDULED
    assert sorted(ImagingReport.objects.values_list("status", flat=True)) == [
        "cancelled", "scheduled", "scheduled",
    ]  # fmt: skip


def test_withdrawn_it_is_over_with_its_visit(
    patient: User, doctor: User, radiologist: User, scan: Service, referral: Referral
) -> None:
    book(patient, radiologist, scan, referral=referral)
    referrals.withdraw(referral.pk, actor=doctor)
    report = ImagingReport.objects.get()
    assert (report.status, report.appointment) == (S.CANCELLED, None)
    assert steps(report) == ["ordered", "scheduled", "cancelled"]


def test_a_scan_nobody_ordered_has_a_report_from_its_booking_on(
    *, patient: User, radiologist: User, scan: Service, service: Any, doctor: User, manager: User
) -> None:
    visit = book(patient, radiologist, scan)
    report = ImagingReport.objects.get()
    assert (report.status, report.appointment, report.referral) == (S.SCHEDULED, visit, None)
    progress.cancel(visit.pk, actor=manager)
    report.refresh_from_db()
    assert (report.status, report.appointment) == (S.CANCELLED, None)
    # A consultation has none.
    assert ordering.booked(make_scan_visit(patient, doctor, service)) is None
    assert ImagingReport.objects.count() == 1


def test_each_call_once_more_changes_nothing(
    patient: User, radiologist: User, scan: Service, referral: Referral
) -> None:
    visit = make_scan_visit(patient, radiologist, scan, referral=referral)
    for _time in range(2):
        ordering.ordered(referral)
        ordering.booked(visit)
    for _time in range(2):
        ordering.acquired(visit)
    ordering.booked(visit)
    # Too late for these.
    ordering.called_off(visit)
    ordering.withdrawn(referral)
    report = ImagingReport.objects.get()
    assert steps(report) == ["ordered", "scheduled", "acquired"]
    assert report.appointment == visit


def test_the_sweep_makes_good_what_is_missing(
    *, patient: User, other_patient: User, doctor: User, radiologist: User, scan: Service, referral: Referral
) -> None:
    other = make_referral(other_patient, doctor, scan)
    done = make_scan_visit(other_patient, radiologist, scan, referral=other, status="completed")
    ahead = make_scan_visit(patient, radiologist, scan, hour=11)
    off = make_scan_visit(patient, radiologist, scan, hour=12, status="cancelled")
    old = make_scan_visit(
        patient, radiologist, scan, starts_at=timezone.now() - timedelta(days=60), status="completed"
    )
    ImagingReport.objects.all().delete()
    assert ordering.make_good() == 3
    found = {(row.referral, row.appointment, row.status) for row in ImagingReport.objects.all()}
    assert found == {(referral, None, S.ORDERED), (other, done, S.ACQUIRED), (None, ahead, S.SCHEDULED)}
    assert not ImagingReport.objects.filter(appointment__in=(off, old)).exists()
    assert ordering.make_good() == 0
