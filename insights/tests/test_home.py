"""The first page after log-in: what each role finds there, and nobody else's."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from accounts.domain import care
from accounts.tests.factories import make_doctor, make_patient
from billing.domain import payments
from clinic.core.mail import send_mail_task
from messaging.domain import conversations, messages
from messaging.domain.calls import schedule
from messaging.tests.factories import make_conversation
from records.models import CriticalAlert, ImagingReport, VisitNote
from records.tests.factories_labs import POTASSIUM, make_lab_report
from scheduling.enums import AppointmentStatus as S
from scheduling.models import Appointment, Referral
from scheduling.tests.factories import clinic_time, make_appointment
from scheduling.tests.imaging import make_radiologist, make_scan

pytestmark = pytest.mark.django_db
# With everything on it that a home page can have.
MOST_QUERIES = 12


@pytest.fixture(autouse=True)
def _before_noon() -> Iterator[None]:
    """What begins soon begins today, at whatever hour the tests run."""
    with time_machine.travel(clinic_time(0, 11)):
        yield


@pytest.fixture
def home(client: Client) -> Callable[[Any], str]:
    def page_of(user: Any) -> str:
        client.force_login(user)
        response = client.get(reverse("home"))
        assert response.status_code == 200
        return response.content.decode()

    return page_of


def soon(minutes: int) -> Any:
    """That far from now, on a five-minute step."""
    now = timezone.now().replace(second=0, microsecond=0)
    return now + timedelta(minutes=minutes - now.minute % 5)


def with_call(visit: Appointment) -> Appointment:
    conversation = conversations.between(visit.doctor, visit.patient)
    visit.call = schedule(
        conversation,
        host=visit.doctor,
        opens_at=visit.starts_at - timedelta(minutes=10),
        closes_at=visit.ends_at + timedelta(hours=1),
    )
    visit.conversation = conversation
    visit.save(update_fields=["call", "conversation"])
    return visit


def test_home_asks_for_a_log_in(client: Client) -> None:
    response = client.get(reverse("home"))
    assert response.status_code == 302
    assert response["Location"].startswith(reverse("account_login"))


# --- Patients ---


def test_a_new_patient_is_told_how_it_works(home: Any, patient: Any) -> None:
    page = home(patient)
    assert "Your first visit in three steps" in page
    assert reverse("doctors") in page


def test_a_hold_shows_the_way_to_pay_and_the_time_left(
    home: Any, patient: Any, doctor: Any, service: Any
) -> None:
    visit = make_appointment(patient, doctor, service, status=S.PENDING_PAYMENT)
    payment = payments.raise_for(visit, actor=patient)
    page = home(patient)
    assert reverse("payment", args=[payment.pk]) in page
    assert "data-countdown" in page


def test_a_lapsed_hold_is_not_shown(home: Any, patient: Any, doctor: Any, service: Any) -> None:
    make_appointment(
        patient,
        doctor,
        service,
        status=S.PENDING_PAYMENT,
        hold_expires_at=timezone.now() - timedelta(minutes=1),
    )
    assert "data-countdown" not in home(patient)


def test_a_call_that_is_open_comes_first(home: Any, patient: Any, doctor: Any, service: Any) -> None:
    held = make_appointment(patient, doctor, service, status=S.PENDING_PAYMENT)
    payment = payments.raise_for(held, actor=patient)
    visit = with_call(make_appointment(patient, doctor, service, starts_at=soon(5)))
    page = home(patient)
    join, pay = reverse("call", args=[visit.call_id]), reverse("payment", args=[payment.pk])
    assert page.index(join) < page.index(pay)


def test_a_call_that_is_not_open_is_not_linked(home: Any, patient: Any, doctor: Any, service: Any) -> None:
    visit = with_call(make_appointment(patient, doctor, service, starts_at=soon(60)))
    page = home(patient)
    assert reverse("call", args=[visit.call_id]) not in page
    assert "The video call opens in 5" in page or "The video call opens in 4" in page


def test_the_last_doctor_can_be_booked_again(home: Any, patient: Any, doctor: Any, service: Any) -> None:
    make_appointment(patient, doctor, service, starts_at=clinic_time(-3, 10), status=S.COMPLETED)
    page = home(patient)
    assert reverse("book", args=[doctor.pk]) in page
    assert "No visit planned" in page


def test_messages_of_the_doctor_are_shown(home: Any, patient: Any, doctor: Any) -> None:
    messages.post(make_conversation(patient, doctor), sender=doctor, text="Your results are fine.")
    page = home(patient)
    assert "Your results are fine." in page
    assert "1 unread" in page


def test_a_patient_sees_nothing_of_another(
    home: Any, patient: Any, other_patient: Any, doctor: Any, service: Any
) -> None:
    visit = make_appointment(other_patient, doctor, service)
    messages.post(make_conversation(other_patient, doctor), sender=doctor, text="Only for Bikash.")
    page = home(patient)
    assert str(visit.pk) not in page
    assert "Only for Bikash." not in page


# --- Doctors ---


def test_a_doctor_sees_who_waits_and_the_day(
    home: Any, patient: Any, other_patient: Any, doctor: Any, service: Any
) -> None:
    make_appointment(patient, doctor, service, starts_at=clinic_time(0, 10), status=S.CHECKED_IN)
    make_appointment(other_patient, doctor, service, starts_at=clinic_time(0, 11), status=S.CANCELLED)
    page = home(doctor)
    assert "Waiting" in page
    assert "Asha Gurung" in page
    assert "Bikash Rai" not in page


def test_a_doctor_without_visits_is_told_the_next(home: Any, patient: Any, doctor: Any, service: Any) -> None:
    make_appointment(patient, doctor, service, starts_at=clinic_time(3, 10))
    page = home(doctor)
    assert "No visits today" in page
    assert "10:00 with Asha Gurung" in page


def test_a_doctor_sees_nothing_of_another(
    home: Any, patient: Any, doctor: Any, other_doctor: Any, service: Any
) -> None:
    make_appointment(patient, doctor, service, starts_at=clinic_time(0, 10), status=S.CHECKED_IN)
    assert "Asha Gurung" not in home(other_doctor)


# --- Management ---


def test_management_sees_money_waiting_room_and_holds(
    home: Any, manager: Any, patient: Any, other_patient: Any, request: Any
) -> None:
    doctor, service = request.getfixturevalue("doctor"), request.getfixturevalue("service")
    paid = make_appointment(patient, doctor, service, status=S.PENDING_PAYMENT)
    payment = payments.raise_for(paid, actor=patient)
    payments.submit(payment.pk, bank_reference="FT 1234567", actor=patient)
    held = make_appointment(
        other_patient,
        doctor,
        service,
        starts_at=clinic_time(3, 10),
        status=S.PENDING_PAYMENT,
        hold_expires_at=timezone.now() + timedelta(minutes=4),
    )
    make_appointment(other_patient, doctor, service, starts_at=clinic_time(0, 10), status=S.CHECKED_IN)
    page = home(manager)
    assert reverse("payment", args=[payment.pk]) in page
    assert reverse("appointment", args=[held.pk]) in page
    assert "data-countdown" in page
    assert "Nobody is in the waiting room" not in page


def test_an_empty_clinic_says_so(home: Any, manager: Any) -> None:
    page = home(manager)
    for words in ("Nothing to check", "Nobody is in the waiting room", "No visits today"):
        assert words in page


# --- Admin ---


def test_admin_sees_people_queue_and_readiness(home: Any, admin: Any, patient: Any, doctor: Any) -> None:
    task = send_mail_task.enqueue([], "subject", "text", "")
    DBTaskResult.objects.filter(pk=task.id).update(
        status="FAILED", exception_class_path="OSError", finished_at=timezone.now()
    )
    page = home(admin)
    assert "clinic.core.mail.send_mail_task" in page
    assert reverse("admin:index") in page
    assert "Everything this server needs is there." in page


def test_admin_sees_no_clinical_work(home: Any, admin: Any, patient: Any, doctor: Any, service: Any) -> None:
    make_appointment(patient, doctor, service, starts_at=clinic_time(0, 10), status=S.CHECKED_IN)
    assert "Asha Gurung" not in home(admin)


# --- Cost ---


@pytest.mark.parametrize("role", ["patient", "doctor", "manager", "admin"])
def test_queries_do_not_grow(
    request: Any, role: str, client: Client, service: Any, django_assert_max_num_queries: Any
) -> None:
    user = request.getfixturevalue(role)
    client.force_login(user)
    client.get(reverse("home"))  # Whatever the process keeps is kept now.

    def fill(number: int) -> None:
        patient = user if user.is_patient else make_patient(f"p{number}@test.clinic")
        doctor = user if user.is_doctor else make_doctor(f"d{number}@test.clinic")
        day, slot = divmod(number, 10)
        starts_at = clinic_time(0 if not user.is_patient else day + 1, 8) + timedelta(
            minutes=30 * slot + 330 * day
        )
        status = (S.CHECKED_IN, S.PENDING_PAYMENT, S.CONFIRMED)[number % 3]
        visit = make_appointment(patient, doctor, service, starts_at=starts_at, status=status)
        if status == S.PENDING_PAYMENT:
            payments.raise_for(visit, actor=patient)
        else:
            with_call(visit)
        messages.post(make_conversation(patient, doctor), sender=visit.doctor, text="Hello")
        fill_record(patient, doctor, number)

    radiologist = make_radiologist()
    scan = make_scan(radiologist)

    def fill_record(patient: Any, doctor: Any, number: int) -> None:
        """What waits of the record; for doctors also as if they read scans."""
        care.link(patient, doctor)
        past = make_appointment(
            patient,
            doctor,
            service,
            starts_at=clinic_time(-2, 8) - timedelta(hours=number),
            status=S.COMPLETED,
            mode="in_person",
        )
        Appointment.objects.filter(pk=past.pk).update(completed_at=past.ends_at)
        VisitNote.objects.create(appointment=past, author=doctor, text="Cough")
        status = "final" if number % 2 else "released"
        make_lab_report(patient, doctor, {POTASSIUM: "7.1"}, status=status)
        CriticalAlert.objects.update(level=2)
        Referral.objects.create(patient=patient, referrer=doctor, service=scan, question="?")
        for state in ("acquired", "reported"):
            ImagingReport.objects.create(patient=patient, service=scan, status=state)

    if user.is_doctor:
        user.doctor_profile.specialty = radiologist.doctor_profile.specialty
        user.doctor_profile.save()
    fill(0)
    with django_assert_max_num_queries(MOST_QUERIES) as at_one:
        client.get(reverse("home"))
    for number in range(1, 30):
        fill(number)
    with django_assert_max_num_queries(MOST_QUERIES) as at_thirty:
        assert client.get(reverse("home")).status_code == 200
    assert len(at_thirty) <= len(at_one) + 2  # Prefetches that had nothing to fetch before.


def test_a_video_visit_that_begins_can_be_joined(home: Any, patient: Any, doctor: Any, service: Any) -> None:
    begins = with_call(make_appointment(patient, doctor, service, starts_at=soon(5)))
    page = home(doctor)
    assert page.count(reverse("call", args=[begins.call_id])) == 1
    assert "Join video call" in page
