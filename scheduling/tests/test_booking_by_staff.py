"""What staff may do beyond patients: overbook with a reason, let the payment wait, book at short notice."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accounts.domain import care
from accounts.enums import Mode
from accounts.models import User
from billing.enums import PaymentStatus
from billing.models import Payment
from clinic.core.errors import Invalid, NotAllowed
from messaging.models import Notification
from scheduling.domain import progress
from scheduling.domain.availability import free_slots
from scheduling.domain.booking import MAX_HOLDS, STAFF_HOLD, book
from scheduling.domain.errors import SlotTaken
from scheduling.enums import AppointmentStatus
from scheduling.models import Appointment, AppointmentSeries, CalendarCell, DayOff, Service
from scheduling.tests.factories import clinic_time, make_appointment, make_resources, make_service

pytestmark = pytest.mark.django_db
S = AppointmentStatus
WHY = "Came with high fever"


@pytest.fixture
def wish(patient: User, doctor: User, manager: User, service: Service) -> dict[str, Any]:
    return {
        "patient": patient,
        "doctor": doctor,
        "service": service,
        "starts_at": clinic_time(2, 10),
        "mode": Mode.VIDEO,
        "booked_by": manager,
    }


def near(moment: datetime | None, expected: datetime) -> bool:
    return moment is not None and abs(moment - expected) < timedelta(seconds=30)


def test_what_staff_book_is_held_for_a_day_and_the_patient_hears_of_it(wish: Any, patient: User) -> None:
    visit = book(**wish)
    assert visit.status == S.PENDING_PAYMENT
    assert near(visit.hold_expires_at, timezone.now() + STAFF_HOLD)
    assert Notification.objects.filter(user=patient, url__contains=str(visit.pk)).count() == 1


def test_the_hold_of_a_series_is_told_by_its_maker_and_never_outlasts_the_start(
    wish: Any, patient: User, manager: User
) -> None:
    series = AppointmentSeries.objects.create(created_by=manager, every_days=7)
    until = timezone.now() + timedelta(days=5)
    visit = book(**wish, series=series, hold_until=until)
    assert visit.hold_expires_at == visit.starts_at
    later = book(**{**wish, "starts_at": clinic_time(9, 10)}, series=series, hold_until=until)
    assert later.hold_expires_at == until
    assert not Notification.objects.filter(user=patient).exists(), "whoever books the series tells of it once"


def test_staff_keep_to_no_notice_and_book_up_to_a_year_ahead(wish: Any, patient: User, doctor: User) -> None:
    doctor.schedule.notice_minutes = 5 * 24 * 60
    doctor.schedule.save()
    assert book(**wish)
    far = {**wish, "starts_at": clinic_time(360, 10)}
    with pytest.raises(Invalid):
        book(**{**far, "booked_by": patient})
    assert book(**far)
    with pytest.raises(Invalid):
        book(**{**far, "starts_at": clinic_time(367, 10)})


def test_staff_bookings_do_not_use_up_the_holds_of_the_patient(wish: Any, patient: User) -> None:
    for day in range(MAX_HOLDS + 1):
        book(**{**wish, "starts_at": clinic_time(3 + day, 10)})
    assert book(**{**wish, "booked_by": patient})


def test_a_doctor_books_for_their_patients_only(wish: Any, doctor: User, patient: User) -> None:
    with pytest.raises(NotAllowed):
        book(**{**wish, "booked_by": doctor})
    care.link(patient, doctor)
    assert book(**{**wish, "booked_by": doctor}).booked_by == doctor


@pytest.mark.parametrize("extra", [{"overbooking_reason": WHY}, {"pay_later": True}])
def test_overbooking_and_paying_later_are_managements_to_grant(
    extra: Any, wish: Any, doctor: User, patient: User
) -> None:
    care.link(patient, doctor)
    for actor in (doctor, patient):
        with pytest.raises(NotAllowed):
            book(**{**wish, "booked_by": actor}, **extra)


def test_pay_later_confirms_at_once_and_the_payment_stays_due(wish: Any) -> None:
    visit = book(**wish, pay_later=True)
    visit.refresh_from_db()
    assert (visit.status, visit.hold_expires_at) == (S.CONFIRMED, None)
    assert visit.conversation
    assert visit.call
    assert Payment.objects.get(appointment=visit).status == PaymentStatus.DUE


def test_an_overbooked_visit_claims_the_patient_but_not_the_doctor(
    wish: Any, doctor: User, patient: User, other_patient: User, service: Service
) -> None:
    make_appointment(other_patient, doctor, service, starts_at=clinic_time(2, 10))
    with pytest.raises(SlotTaken):
        book(**wish)
    visit = book(**wish, overbooking_reason=f" {WHY} ")
    assert visit.overbooking_reason == WHY
    assert visit.history.get().reason == "", "the patient reads the history"
    owners = CalendarCell.objects.filter(appointment=visit).values_list("calendar", flat=True)
    assert set(owners) == {patient.pk}


def test_overbooking_where_the_doctor_is_free_is_an_ordinary_booking(wish: Any, doctor: User) -> None:
    visit = book(**wish, overbooking_reason=WHY)
    assert visit.overbooking_reason == ""
    assert CalendarCell.objects.filter(appointment=visit, calendar=doctor.pk).exists()


def test_overbooking_may_leave_the_grid_but_not_the_hours(wish: Any, doctor: User) -> None:
    squeezed = book(**{**wish, "starts_at": clinic_time(2, 10, 10)}, overbooking_reason=WHY)
    assert squeezed.overbooking_reason == WHY
    with pytest.raises(Invalid):
        book(**{**wish, "starts_at": clinic_time(2, 20)}, overbooking_reason=WHY)
    DayOff.objects.create(
        doctor=doctor, first_day=clinic_time(4, 0).date(), last_day=clinic_time(4, 0).date()
    )
    with pytest.raises(Invalid):
        book(**{**wish, "starts_at": clinic_time(4, 10)}, overbooking_reason=WHY)


def test_nobody_else_is_offered_the_time_of_an_overbooked_visit(
    wish: Any, doctor: User, other_patient: User, service: Service
) -> None:
    first = make_appointment(other_patient, doctor, service, starts_at=clinic_time(2, 10))
    book(**wish, overbooking_reason=WHY, pay_later=True)
    progress.cancel(first.pk, actor=doctor)
    day = clinic_time(2, 0).date()
    starts = [slot.starts_at for slot in free_slots(doctor, service, day, day)]
    assert clinic_time(2, 10) not in starts
    assert clinic_time(2, 10, 30) in starts


def test_overbooking_never_double_books_the_patient_or_a_room(
    wish: Any, other_doctor: User, other_patient: User, service: Service
) -> None:
    make_appointment(wish["patient"], other_doctor, service, starts_at=clinic_time(2, 10))
    with pytest.raises(SlotTaken, match="patient"):
        book(**wish, overbooking_reason=WHY)
    make_resources("Scanner", needed_by=service)
    at_three = {**wish, "starts_at": clinic_time(2, 15)}
    book(**{**at_three, "patient": other_patient})
    with pytest.raises(SlotTaken, match="room or equipment"):
        book(**at_three, overbooking_reason=WHY)


def test_overbooking_needs_no_more_room_in_its_reason_than_there_is(wish: Any) -> None:
    with pytest.raises(Invalid) as error:
        book(**wish, overbooking_reason="x" * 201)
    assert "overbooking_reason" in error.value.fields


def test_cancelling_an_overbooked_visit_leaves_the_others_time_alone(
    wish: Any, doctor: User, other_patient: User, service: Service
) -> None:
    first = make_appointment(other_patient, doctor, service, starts_at=clinic_time(2, 10))
    visit = book(**wish, overbooking_reason=WHY)
    progress.cancel(visit.pk, actor=doctor)
    assert set(CalendarCell.objects.values_list("appointment", flat=True)) == {first.pk}


def test_a_scan_that_needs_a_referral_takes_a_paper_too(wish: Any, patient: User) -> None:
    scan = make_service("MRI", kind="imaging", needs_referral=True)
    with pytest.raises(Invalid) as error:
        book(**{**wish, "service": scan, "booked_by": patient})
    assert "files" in error.value.fields
    paper = SimpleUploadedFile("referral.pdf", b"%PDF-1.4\n%%EOF\n", "application/pdf")
    visit = book(**{**wish, "service": scan, "booked_by": patient}, files=[paper])
    assert Appointment.objects.get().files.count() == 1
    assert visit.status == S.PENDING_PAYMENT
