"""`manage.py seed_demo`: the demo clinic, once, however often it runs."""

import tempfile
from datetime import datetime, timedelta
from io import StringIO
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.core.management import CommandError, call_command
from django.db import transaction
from django.db.models import Count, Q
from django.test import TestCase, override_settings
from django.urls import reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from accounts.models import DoctorProfile, User
from billing.enums import AttemptOutcome, PaymentStatus, RefundOutcome
from billing.models import Attempt, Claim, Payment, Refund
from insights.demo import cast, scale
from messaging.call_rules import is_over, is_too_early
from messaging.models import Conversation, Delivery, Message, Notification
from records.domain.imaging import ordering, queries
from records.enums import FeedbackStatus, ImagingStatus
from records.models import CriticalAlert, Feedback, ImagingReport, ImagingReportStatusChange, VisitNote
from scheduling.enums import OCCUPYING, AppointmentStatus, ReferralStatus
from scheduling.models import (
    Appointment,
    AppointmentSeries,
    AppointmentStatusChange,
    CalendarCell,
    Holiday,
    Opening,
    Referral,
    ReferralStatusChange,
    Resource,
    Service,
    WaitingEntry,
    WorkingHours,
)

NOON = datetime(2026, 11, 18, 12, 2, tzinfo=ZoneInfo("Asia/Kathmandu"))


def seed(*arguments: str) -> str:
    out = StringIO()
    with override_settings(DEBUG=True):
        call_command("seed_demo", *arguments, stdout=out)
    return out.getvalue()


def counts() -> dict[str, int]:
    models = (
        User, EmailAddress, Service, Appointment, AppointmentStatusChange, CalendarCell,
        Payment, Attempt, Conversation, Message, Notification, Delivery, VisitNote, Feedback, Resource, Holiday,
        Opening, Referral, ReferralStatusChange, WaitingEntry, AppointmentSeries, WorkingHours,
        ImagingReport, ImagingReportStatusChange,
    )  # fmt: skip
    return {model.__name__: model._default_manager.count() for model in models}


def the_video_visit() -> Appointment:
    return Appointment.objects.get(
        doctor__email="doctor@demo.clinic",
        patient__email="patient@demo.clinic",
        mode="video",
        status=AppointmentStatus.CONFIRMED,
        starts_at__lt=timezone.now() + timedelta(minutes=15),
    )


def someone_waits_and_someone_is_in() -> bool:
    today = Appointment.objects.filter(starts_at__date=timezone.localdate())
    return all(
        today.filter(status=status).exists()
        for status in (AppointmentStatus.CHECKED_IN, AppointmentStatus.IN_PROGRESS)
    )


class DemoClinicTest(TestCase):
    """Seeded once, at noon; each test looks at it or goes on from there."""

    printed: str

    @classmethod
    def setUpTestData(cls) -> None:
        media = tempfile.TemporaryDirectory()
        cls.addClassCleanup(media.cleanup)
        with (
            time_machine.travel(NOON, tick=False),
            override_settings(MEDIA_ROOT=media.name),
            cls.captureOnCommitCallbacks(execute=True),
        ):
            cls.printed = seed()

    def setUp(self) -> None:
        travel = time_machine.travel(NOON, tick=False)
        self.clock = travel.start()
        self.addCleanup(travel.stop)

    def test_the_log_ins_of_the_contract_work(self) -> None:
        for email, _ in cast.LOGINS:
            assert email in self.printed
            assert EmailAddress.objects.get(email=email).verified
            assert self.client.login(email=email, password="demo-pass-2026"), email
            assert self.client.get(reverse("home")).status_code == 200, email

    def test_a_second_run_doubles_nothing_and_changes_nobody(self) -> None:
        user = User.objects.get(email="patient@demo.clinic")
        user.set_password("another-pass-2026")
        user.save()
        before = counts()
        seed()
        assert counts() == before
        user.refresh_from_db()
        assert user.check_password("another-pass-2026")

    def test_every_status_of_visits_and_payments_occurs(self) -> None:
        assert set(Appointment.objects.values_list("status", flat=True)) == set(AppointmentStatus.values)
        assert set(Payment.objects.values_list("status", flat=True)) == set(PaymentStatus.values)
        # The figures count refunds, not what stands in payments.
        sent = Refund.objects.filter(outcome=RefundOutcome.SENT)
        owed = Payment.objects.filter(status=PaymentStatus.REFUNDED)
        assert dict(sent.values_list("payment", "amount")) == dict(owed.values_list("pk", "refunded"))

    def test_claims_have_come_differently_far(self) -> None:
        statuses = set(Claim.objects.values_list("status", flat=True))
        assert statuses >= {"ready", "submitted", "accepted_in_part", "settled"}
        assert Payment.objects.filter(kind="shortfall", status="due").count() == 1

    def test_scans_have_what_they_need(self) -> None:
        scans = Service.objects.filter(kind="imaging")
        assert scans.filter(needs_referral=True).exists()
        for scan in scans:
            assert scan.preparation
            assert scan.needs.exists()
        visits = Appointment.objects.filter(service__kind="imaging", status__in=OCCUPYING)
        assert visits.exists()
        assert visits.filter(resources=None).count() == 0

    def test_everything_that_can_be_asked_for_is_asked_for(self) -> None:
        assert set(Referral.objects.values_list("status", flat=True)) == set(ReferralStatus.values)
        assert WaitingEntry.objects.filter(status="waiting").count() == 4
        assert Appointment.objects.filter(follow_up_of__isnull=False).exists()
        assert Appointment.objects.filter(series__isnull=False).count() >= 3
        assert Holiday.objects.filter(name__contains="(demo)").exists()
        assert Opening.objects.exists()
        assert WorkingHours.objects.filter(services__isnull=False).exists()

    def test_every_scan_has_its_report_as_far_as_it_is(self) -> None:
        stands = set(ImagingReport.objects.values_list("status", flat=True))
        assert stands == set(ImagingStatus.values)
        assert not Referral.objects.filter(imaging_report=None).exists()
        assert ordering.make_good() == 0
        alert = CriticalAlert.objects.get(imaging_report__is_critical=True)
        assert alert.next_at is None, "nobody is called about the demo"
        assert (alert.acknowledged_by_id is not None, alert.tellings.count()) == (True, 1)  # type: ignore[attr-defined]
        for report in ImagingReport.objects.filter(status=ImagingStatus.AUTHORISED):
            assert all(at.total_seconds() >= 0 for at in queries.turnaround(report).values())

    def test_a_queue_stands_today(self) -> None:
        here = Appointment.objects.filter(doctor__email="doctor@demo.clinic", status="checked_in")
        assert here.count() >= 3
        assert here.filter(called_at__isnull=False).count() == 1
        assert not here.filter(checked_in_at=None).exists()
        assert not Appointment.objects.filter(status="completed", completed_at=None).exists()

    def test_patients_have_said_how_it_was(self) -> None:
        assert set(Feedback.objects.values_list("status", flat=True)) == set(FeedbackStatus.values)
        assert DoctorProfile.objects.filter(rating_count__gt=0).count() >= 3
        assert "What patients say" in self.client.get("/").content.decode()
        # The log-ins have visits of their own to speak of.
        mine = Appointment.objects.filter(patient__email="patient@demo.clinic", status="completed")
        assert mine.filter(feedback=None).exists()

    def test_there_are_enough_doctors_of_enough_specialties(self) -> None:
        profiles = DoctorProfile.objects.exclude(biography="")
        assert profiles.count() >= 8
        assert profiles.values("specialty").distinct().count() >= 6
        for profile in profiles.select_related("user"):
            assert profile.user.photo
            assert profile.languages
            assert profile.user.working_hours.exists()

    def test_cells_are_held_exactly_while_a_visit_occupies_time(self) -> None:
        for visit in Appointment.objects.prefetch_related("cells", "resources"):
            minutes = (visit.ends_at - visit.starts_at).total_seconds() // 60
            owners = {visit.doctor_id, visit.patient_id, *(one.pk for one in visit.resources.all())}
            assert {cell.calendar for cell in visit.cells.all()} == (
                owners if visit.status in OCCUPYING else set()
            )
            held = len(visit.cells.all())
            assert held == (len(owners) * minutes / 5 if visit.status in OCCUPYING else 0), visit.status

    def test_history_ends_where_each_row_stands(self) -> None:
        for model in (Appointment, Payment, ImagingReport):
            for row in model._default_manager.prefetch_related("history"):
                steps = list(row.history.all())
                assert steps[0].from_status == ""
                assert steps[-1].to_status == row.status
                assert all(step.to_status in row.TRANSITIONS[step.from_status] for step in steps[1:])
                assert all(step.at <= timezone.now() for step in steps)

    def test_submitted_payments_have_an_attempt_to_decide_on(self) -> None:
        waiting = Payment.objects.filter(status=PaymentStatus.SUBMITTED)
        pending = Q(attempts__outcome=AttemptOutcome.PENDING)
        assert waiting.annotate(pending=Count("attempts", filter=pending)).exclude(pending=1).count() == 0
        assert waiting.exclude(attempts__proof="").exists()

    def test_one_video_visit_can_be_joined_now(self) -> None:
        call = the_video_visit().call
        assert call
        assert not is_too_early(call)
        assert not is_over(call)

    def test_a_day_later_the_clinic_is_alive_again(self) -> None:
        assert someone_waits_and_someone_is_in()
        before = the_video_visit()
        self.clock.move_to(NOON + timedelta(days=1))
        seed()
        before.refresh_from_db()
        assert before.status == AppointmentStatus.COMPLETED
        assert the_video_visit().pk != before.pk
        assert someone_waits_and_someone_is_in()
        under_way = (AppointmentStatus.CONFIRMED, AppointmentStatus.CHECKED_IN, AppointmentStatus.IN_PROGRESS)
        assert not Appointment.objects.filter(
            ends_at__lt=timezone.now() - timedelta(hours=2), status__in=under_way
        ).exists()
        again = counts()
        seed()
        assert counts() == again

    def test_it_can_be_seeded_shortly_before_midnight(self) -> None:
        self.clock.move_to(NOON.replace(hour=23, minute=58))
        seed()
        assert the_video_visit().call
        before = counts()
        seed()
        assert counts() == before

    def test_no_mail_goes_to_invented_people(self) -> None:
        assert DBTaskResult.objects.exists()
        for task in ("mail", "deliver"):
            assert not DBTaskResult.objects.filter(task_path__contains=task).exists()
        assert not Delivery.objects.filter(next_attempt_at__isnull=False).exists()
        assert Delivery.objects.filter(status="given_up").exclude(text="").count() == 1

    def test_bulk_data_is_whole(self) -> None:
        assert make_bulk() == {"patients": 20, "appointments": 200, "messages": 200}
        bulk = Appointment.objects.filter(patient__email__startswith="scale7-").annotate(held=Count("cells"))
        for visit in bulk.prefetch_related("payments__history"):
            assert visit.held == (12 if visit.status in OCCUPYING else 0)
            (payment,) = visit.payments.all()
            assert list(payment.history.all())[-1].to_status == payment.status

    def test_bulk_data_is_the_same_for_one_seed(self) -> None:
        made = []
        for _run in range(2):
            with transaction.atomic():
                make_bulk()
                made.append(bulk_visits())
                transaction.set_rollback(True)
        assert made[0] == made[1] != []

    def test_bulk_data_is_added_once(self) -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(scale, "THOUSAND", 5)
            assert "5 patients, 50 appointments, 50 messages" in seed("--scale", "1")
            assert "0 patients, 0 appointments, 0 messages" in seed("--scale", "1")
            assert "5 patients, 50 appointments, 50 messages" in seed("--scale", "2")


def make_bulk(count: int = 20) -> dict[str, int]:
    return scale.Maker(7, skipped=0).make([f"scale7-{index:06d}@{cast.DOMAIN}" for index in range(count)])


def bulk_visits() -> list[Any]:
    visits = Appointment.objects.filter(patient__email__startswith="scale7-")
    return sorted(visits.values_list("pk", "status", "starts_at"))


@pytest.mark.django_db
def test_it_refuses_a_real_clinic(settings: Any) -> None:
    settings.DEBUG = False
    with pytest.raises(CommandError, match="DEBUG is off"):
        call_command("seed_demo")
    assert not User.objects.exists()


@pytest.mark.django_db
def test_force_overrides_the_refusal(settings: Any) -> None:
    settings.DEBUG = False
    call_command("seed_demo", "--force", stdout=StringIO())
    assert User.objects.filter(email="admin@demo.clinic").exists()
