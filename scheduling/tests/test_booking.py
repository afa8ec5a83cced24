"""Booking: what is stored, what is refused and why, and what becomes of lapsed holds."""

import io
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image

from accounts.enums import Mode
from accounts.models import User
from accounts.tests.factories import make_patient, make_specialty
from clinic.core.errors import DomainError, Invalid, NotAllowed, UnsupportedType
from scheduling.domain import cells
from scheduling.domain.booking import MAX_HOLDS, book
from scheduling.domain.errors import SlotTaken, TooManyHolds
from scheduling.enums import CELL_MINUTES, AppointmentStatus
from scheduling.models import Appointment, CalendarCell, Service
from scheduling.signals import appointment_booked
from scheduling.tests.factories import clinic_time, make_appointment, make_service

pytestmark = pytest.mark.django_db


def wish(patient: User, doctor: User, service: Service, **changes: Any) -> dict[str, Any]:
    return {
        "patient": patient,
        "doctor": doctor,
        "service": service,
        "starts_at": clinic_time(2, 10),
        "mode": Mode.VIDEO,
        "reason": "Headache",
        "booked_by": patient,
        **changes,
    }


def picture() -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.new("RGB", (20, 20), "red").save(out, "PNG")
    return SimpleUploadedFile("rash.png", out.getvalue(), "image/png")


def test_a_booking_holds_the_slot(patient: User, doctor: User, service: Service) -> None:
    before = timezone.now()
    appointment = book(**wish(patient, doctor, service))
    appointment.refresh_from_db()
    assert appointment.status == AppointmentStatus.PENDING_PAYMENT
    assert appointment.price == Decimal("800.00")
    assert appointment.ends_at - appointment.starts_at == timedelta(minutes=service.minutes)
    assert appointment.hold_expires_at
    held = appointment.hold_expires_at - before
    assert timedelta(0) <= held - timedelta(minutes=settings.HOLD_MINUTES) < timedelta(seconds=30)
    for person in (patient, doctor):
        mine = CalendarCell.objects.filter(calendar=person.pk, appointment=appointment)
        assert mine.count() == service.minutes // CELL_MINUTES
    step = appointment.history.get()
    assert (step.from_status, step.to_status, step.actor) == ("", AppointmentStatus.PENDING_PAYMENT, patient)


def test_a_free_service_waits_for_confirmation_at_once(patient: User, doctor: User) -> None:
    free = make_service("Follow-up", price=Decimal(0), price_from_doctor=False)
    appointment = book(**wish(patient, doctor, free))
    assert appointment.status == AppointmentStatus.PENDING_CONFIRMATION
    assert appointment.hold_expires_at is None


def test_a_hold_never_outlasts_its_own_start(
    patient: User, doctor: User, service: Service, settings: Any
) -> None:
    settings.HOLD_MINUTES = 5 * 24 * 60
    appointment = book(**wish(patient, doctor, service))
    assert appointment.hold_expires_at == appointment.starts_at


def test_management_books_for_a_patient(patient: User, doctor: User, service: Service, manager: User) -> None:
    appointment = book(**wish(patient, doctor, service, booked_by=manager))
    assert appointment.booked_by == manager
    assert appointment.history.get().actor == manager


@pytest.mark.parametrize("who", ["other_patient", "doctor", "other_doctor", "admin"])
def test_nobody_else_books_for_a_patient(
    who: str, patient: User, doctor: User, service: Service, request: pytest.FixtureRequest
) -> None:
    with pytest.raises(NotAllowed):
        book(**wish(patient, doctor, service, booked_by=request.getfixturevalue(who)))
    assert not Appointment.objects.exists()


def refused(field: str, **arguments: Any) -> None:
    with pytest.raises(Invalid) as error:
        book(**arguments)
    assert field in error.value.fields
    assert not Appointment.objects.exists()
    assert not CalendarCell.objects.exists()


def test_what_can_not_be_chosen(patient: User, doctor: User, service: Service, manager: User) -> None:
    ask = wish(patient, doctor, service)
    elsewhere = make_service("Heart echo", specialty=make_specialty("Cardiology"))
    refused("service", **{**ask, "service": elsewhere})
    refused("service", **{**ask, "service": make_service("Gone", is_active=False)})
    refused("mode", **{**ask, "service": make_service("Dressing", modes=[Mode.IN_PERSON])})
    refused("mode", **{**ask, "mode": "telepathy"})
    refused("doctor", **{**ask, "doctor": manager})
    refused("reason", **{**ask, "reason": "x" * 501})
    refused("reason", **{**ask, "reason": "a\x00b"})
    refused("reason", **{**ask, "reason": "\ud800"})
    refused("files", **{**ask, "files": [picture() for _ in range(6)]})
    refused("patient", **{**ask, "patient": doctor, "booked_by": manager})


def test_accounts_that_are_closed(patient: User, doctor: User, service: Service, manager: User) -> None:
    ask = wish(patient, doctor, service, booked_by=manager)
    User.objects.filter(pk=doctor.pk).update(is_active=False)
    # The object in hand does not know yet; the locked row does.
    with pytest.raises(Invalid):
        book(**ask)
    doctor.refresh_from_db()
    refused("doctor", **ask)


@pytest.mark.parametrize(
    "when",
    [(2, 10, 10), (2, 8, 0), (2, 17, 0), (2, 12, 0), (2, 11, 45), (-1, 10, 0), (61, 10, 0), (4000, 10, 0)],
)
def test_times_that_are_no_slots(
    when: tuple[int, int, int], patient: User, doctor: User, service: Service
) -> None:
    refused("starts_at", **wish(patient, doctor, service, starts_at=clinic_time(*when)))


def test_a_taken_slot_names_the_nearest(
    patient: User, other_patient: User, doctor: User, service: Service
) -> None:
    book(**wish(patient, doctor, service))
    with pytest.raises(SlotTaken) as error:
        book(**wish(other_patient, doctor, service))
    starts = [slot["starts_at"] for slot in error.value.extra["nearest"]]
    expected = [clinic_time(2, 9), clinic_time(2, 9, 30), clinic_time(2, 10, 30)]
    assert starts == [moment.isoformat() for moment in expected]
    assert "appointment" not in error.value.extra


def test_the_same_wish_again_leads_to_what_stands(patient: User, doctor: User, service: Service) -> None:
    first = book(**wish(patient, doctor, service))
    with pytest.raises(SlotTaken) as error:
        book(**wish(patient, doctor, service))
    assert error.value.extra["appointment"] == str(first.pk)
    assert Appointment.objects.count() == 1


def test_a_patient_is_at_one_place_at_a_time(
    patient: User, doctor: User, other_doctor: User, service: Service
) -> None:
    book(**wish(patient, doctor, service))
    with pytest.raises(SlotTaken) as error:
        book(**wish(patient, other_doctor, service))
    starts = [slot["starts_at"] for slot in error.value.extra["nearest"]]
    assert clinic_time(2, 9, 30).isoformat() in starts
    assert clinic_time(2, 10).isoformat() not in starts


def test_a_patient_can_not_block_the_calendar(patient: User, doctor: User, service: Service) -> None:
    for number in range(MAX_HOLDS):
        book(**wish(patient, doctor, service, starts_at=clinic_time(2 + number, 10)))
    with pytest.raises(TooManyHolds):
        book(**wish(patient, doctor, service, starts_at=clinic_time(9, 10)))
    lapsed = timezone.now() - timedelta(seconds=1)
    Appointment.objects.filter(starts_at=clinic_time(2, 10)).update(hold_expires_at=lapsed)
    book(**wish(patient, doctor, service, starts_at=clinic_time(9, 10)))


def test_a_lapsed_hold_gives_way_even_when_no_worker_ran(
    patient: User, other_patient: User, doctor: User, service: Service
) -> None:
    hold = make_appointment(
        patient,
        doctor,
        service,
        starts_at=clinic_time(2, 10),
        status=AppointmentStatus.PENDING_PAYMENT,
        hold_expires_at=timezone.now() - timedelta(seconds=1),
    )
    appointment = book(**wish(other_patient, doctor, service))
    hold.refresh_from_db()
    assert hold.status == AppointmentStatus.EXPIRED
    assert hold.history.latest("pk").actor is None
    owners = set(CalendarCell.objects.values_list("appointment", flat=True))
    assert owners == {appointment.pk}


def test_the_cells_refuse_what_the_calculation_missed(
    patient: User, other_patient: User, doctor: User, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    book(**wish(patient, doctor, service))
    monkeypatch.setattr("scheduling.domain.taking.check", lambda *args: False)
    with pytest.raises(SlotTaken) as error:
        book(**wish(other_patient, doctor, service))
    assert len(error.value.extra["nearest"]) == 3
    assert Appointment.objects.count() == 1


def test_claiming_cells_leaves_the_transaction_usable(
    patient: User, other_patient: User, doctor: User, service: Service
) -> None:
    make_appointment(patient, doctor, service)
    second = make_appointment(other_patient, doctor, service, starts_at=clinic_time(3, 10))
    cells.release(second)
    second.starts_at, second.ends_at = clinic_time(2, 10, 15), clinic_time(2, 10, 45)
    with pytest.raises(SlotTaken):
        cells.claim(second)
    assert not CalendarCell.objects.filter(appointment=second).exists()


def test_files_are_kept_re_encoded(patient: User, doctor: User, service: Service) -> None:
    appointment = book(**wish(patient, doctor, service, files=[picture()]))
    stored = appointment.files.get()
    assert (stored.content_type, stored.name, stored.uploaded_by) == ("image/jpeg", "rash.jpg", patient)


def test_a_file_that_is_none_books_nothing(patient: User, doctor: User, service: Service) -> None:
    script = SimpleUploadedFile("report.pdf", b"<script>alert(1)</script>", "application/pdf")
    with pytest.raises(UnsupportedType):
        book(**wish(patient, doctor, service, files=[script]))
    assert not Appointment.objects.exists()


def test_a_receiver_that_refuses_undoes_the_booking(patient: User, doctor: User, service: Service) -> None:
    class Refusal(DomainError):
        pass

    def refuse(**kwargs: Any) -> None:
        raise Refusal

    appointment_booked.connect(refuse)
    try:
        with pytest.raises(Refusal):
            book(**wish(patient, doctor, service))
    finally:
        appointment_booked.disconnect(refuse)
    assert not Appointment.objects.exists()
    assert not CalendarCell.objects.exists()


def test_open_pages_hear_of_it(
    patient: User, doctor: User, service: Service, heard: Callable[[], Any]
) -> None:
    with heard() as events:
        appointment = book(**wish(patient, doctor, service))
    starts_at = timezone.localtime(appointment.starts_at).isoformat()
    assert (
        (f"user.{patient.pk}", f"user.{doctor.pk}", "role.management"),
        {
            "type": "appointment.changed",
            "id": str(appointment.pk),
            "status": "pending_payment",
            "starts_at": starts_at,
        },
    ) in events
    day = f"{clinic_time(2, 10).date()}"
    assert (
        (f"slots.{doctor.pk}.{day}",),
        {"type": "slots.changed", "doctor": str(doctor.pk), "date": day},
    ) in events


def test_a_refused_booking_says_nothing(
    patient: User, doctor: User, service: Service, heard: Callable[[], Any]
) -> None:
    make_appointment(make_patient(), doctor, service, starts_at=clinic_time(2, 10))
    with heard() as events, pytest.raises(SlotTaken):
        book(**wish(patient, doctor, service))
    assert events == []
