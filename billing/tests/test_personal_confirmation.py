"""A doctor who confirms each request personally: the money is checked first, then the doctor says yes or no."""

from decimal import Decimal

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Mode
from accounts.models import User
from billing.domain import payments
from billing.models import Payment
from billing.tests.factories import make_payment
from clinic.core.testing.tasks import run_due_tasks
from messaging.models import Notification
from scheduling.domain import progress, requests, sweeps
from scheduling.domain.booking import book
from scheduling.enums import AppointmentStatus
from scheduling.models import Appointment, Schedule, Service
from scheduling.tests.factories import clinic_time, make_appointment

pytestmark = pytest.mark.django_db
S = AppointmentStatus


@pytest.fixture
def choosy(doctor: User) -> User:
    Schedule.objects.update_or_create(doctor=doctor, defaults={"confirms_personally": True})
    return doctor


def paid_request(patient: User, doctor: User, service: Service, manager: User) -> Payment:
    """Management has found the money."""
    visit = make_appointment(patient, doctor, service, status=S.PENDING_CONFIRMATION)
    return payments.confirm(make_payment(visit, "submitted").pk, actor=manager)


def status_of(payment: Payment) -> tuple[str, str]:
    found = Payment.objects.select_related("appointment").get(pk=payment.pk)
    return str(found.status), str(found.appointment.status)


def test_the_money_alone_confirms_nothing(
    patient: User, choosy: User, manager: User, service: Service
) -> None:
    payment = paid_request(patient, choosy, service, manager)
    assert status_of(payment) == ("confirmed", S.PENDING_CONFIRMATION)
    assert Notification.objects.filter(
        user=choosy, key=f"appointment:{payment.appointment_id}:asked"
    ).exists()
    progress.confirm(payment.appointment_id, actor=choosy)
    assert status_of(payment) == ("confirmed", S.CONFIRMED)


def test_without_the_option_it_does(patient: User, doctor: User, manager: User, service: Service) -> None:
    payment = paid_request(patient, doctor, service, manager)
    assert status_of(payment) == ("confirmed", S.CONFIRMED)
    assert not Notification.objects.filter(key__endswith=":asked").exists()


def test_declining_makes_a_refund_due(patient: User, choosy: User, manager: User, service: Service) -> None:
    payment = paid_request(patient, choosy, service, manager)
    progress.decline(payment.appointment_id, actor=choosy, reason="I am at a congress.")
    assert status_of(payment) == ("refund_due", S.DECLINED)


@pytest.mark.django_db(transaction=True)
def test_no_answer_is_a_no_with_a_refund(
    patient: User, choosy: User, manager: User, service: Service
) -> None:
    payment = paid_request(patient, choosy, service, manager)
    run_due_tasks()
    told = [letter.to for letter in mail.outbox]
    assert [patient.email] in told
    assert [choosy.email] in told
    sweeps.sweep(clinic_time(4, 0))
    assert status_of(payment) == ("refund_due", S.DECLINED)


def test_what_the_clinic_gives_up_is_refunded(
    patient: User, doctor: User, manager: User, service: Service
) -> None:
    payment = paid_request(patient, doctor, service, manager)
    Appointment.objects.filter(pk=payment.appointment_id).update(displaced_at=timezone.now())
    sweeps.sweep(clinic_time(4, 0))
    assert status_of(payment) == ("refund_due", S.CANCELLED)


def test_only_paid_and_coming_requests_wait_for_the_doctor(
    patient: User, other_patient: User, choosy: User, manager: User, service: Service
) -> None:
    payment = paid_request(patient, choosy, service, manager)
    unpaid = make_appointment(
        other_patient, choosy, service, starts_at=clinic_time(3, 10), status=S.PENDING_CONFIRMATION
    )
    make_payment(unpaid, "submitted")
    free = make_appointment(
        other_patient, choosy, service, starts_at=clinic_time(3, 12), status=S.PENDING_CONFIRMATION, price=0
    )
    make_appointment(
        patient, choosy, service, starts_at=clinic_time(-3, 12), status=S.PENDING_CONFIRMATION, price=0
    )
    assert [one.pk for one in requests.waiting_for(choosy.pk)] == [payment.appointment_id, free.pk]


@pytest.mark.parametrize("where", ["home", "calendar"])
def test_the_doctor_answers_on_home_and_calendar(
    where: str, client: Client, choosy: User, request: pytest.FixtureRequest
) -> None:
    patient, manager, service = (request.getfixturevalue(name) for name in ("patient", "manager", "service"))
    payment = paid_request(patient, choosy, service, manager)
    client.force_login(choosy)
    shown = client.get(reverse(where)).content.decode()
    confirm = reverse("appointment_action", args=[payment.appointment_id, "confirm"])
    assert confirm in shown
    assert reverse("appointment_action", args=[payment.appointment_id, "decline"]) in shown
    back = client.post(confirm, {"next": reverse(where)})
    assert back["Location"] == reverse(where)
    assert confirm not in client.get(reverse(where)).content.decode()


def test_other_doctors_see_nothing_of_it(
    client: Client, patient: User, choosy: User, other_doctor: User, service: Service
) -> None:
    make_appointment(patient, choosy, service, status=S.PENDING_CONFIRMATION, price=0)
    client.force_login(choosy)
    assert "Requests that wait" in client.get(reverse("home")).content.decode()
    client.force_login(other_doctor)
    assert "Requests that wait" not in client.get(reverse("home")).content.decode()


def test_a_visit_free_of_charge_is_asked_at_once(patient: User, choosy: User, service: Service) -> None:
    service.price_from_doctor = False
    service.price = Decimal(0)
    service.save()
    visit = book(
        patient=patient,
        doctor=choosy,
        service=service,
        starts_at=clinic_time(3, 10),
        mode=Mode.VIDEO,
        booked_by=patient,
    )
    assert visit.status == S.PENDING_CONFIRMATION
    assert Notification.objects.filter(user=choosy, key=f"appointment:{visit.pk}:asked").count() == 1
