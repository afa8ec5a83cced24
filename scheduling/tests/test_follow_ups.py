"""The next visit is agreed on before the patient has left."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.domain import care
from accounts.models import User
from clinic.core.errors import InvalidTransition, NotAllowed
from messaging.models import Notification
from scheduling.domain import follow_ups
from scheduling.domain.booking import STAFF_HOLD
from scheduling.models import Appointment, Service
from scheduling.tests.factories import clinic_time, make_appointment
from scheduling.tests.imaging import make_radiologist, make_scan
from scheduling.views.picker import address_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def visit(patient: User, doctor: User, service: Service) -> Appointment:
    """Under way, and the doctor treats the patient."""
    care.link(patient, doctor)
    return make_appointment(patient, doctor, service, starts_at=clinic_time(0, 9), status="in_progress")


def post(client: Client, user: User, visit: Appointment, **fields: str) -> Any:
    client.force_login(user)
    day = str(timezone.localdate() + timedelta(days=14))
    return client.post(
        reverse("follow_up", args=[visit.pk]), {"day": day, "reason": "Blood pressure.", **fields}
    )


@pytest.mark.parametrize("who", ["doctor", "manager"])
def test_it_is_held_a_day_and_the_patient_told(
    who: str, client: Client, visit: Appointment, request: pytest.FixtureRequest
) -> None:
    answer = post(client, request.getfixturevalue(who), visit, starts_at=address_of(clinic_time(14, 10)))
    made = Appointment.objects.get(follow_up_of=visit)
    assert answer["Location"] == reverse("appointment", args=[made.pk])
    assert (made.starts_at, made.status, made.reason) == (
        clinic_time(14, 10),
        "pending_payment",
        "Blood pressure.",
    )
    assert made.hold_expires_at
    assert abs(made.hold_expires_at - timezone.now() - STAFF_HOLD) < timedelta(minutes=1)
    told = Notification.objects.get(user=visit.patient)
    assert told.url == reverse("appointment", args=[made.pk])
    page = client_page(client, visit.patient, "appointment", made.pk)
    assert reverse("appointment", args=[visit.pk]) in page
    assert "Pay now" in page
    assert reverse("appointment", args=[made.pk]) in client_page(
        client, visit.patient, "appointment", visit.pk
    )


def client_page(client: Client, user: User, name: str, *args: Any) -> str:
    client.force_login(user)
    return client.get(reverse(name, args=args)).content.decode()


def test_the_times_lie_around_the_day(client: Client, visit: Appointment, doctor: User) -> None:
    client.force_login(doctor)
    day = timezone.localdate() + timedelta(weeks=4)
    answer = client.get(reverse("follow_up", args=[visit.pk]), {"day": day.isoformat()})
    days = [day for day, _ in answer.context["days"]]
    assert day in days
    assert max(abs((other - day).days) for other in days) <= 1
    assert "in 4 weeks" in answer.content.decode()


def test_the_same_sent_twice_is_one_visit(client: Client, visit: Appointment, doctor: User) -> None:
    wanted = address_of(clinic_time(14, 10))
    first, second = (post(client, doctor, visit, starts_at=wanted) for _ in range(2))
    assert first["Location"] == second["Location"]
    assert Appointment.objects.filter(follow_up_of=visit).count() == 1


def test_a_time_taken_meanwhile(
    client: Client, visit: Appointment, doctor: User, other_patient: User, service: Service
) -> None:
    make_appointment(other_patient, doctor, service, starts_at=clinic_time(14, 10))
    answer = post(client, doctor, visit, starts_at=address_of(clinic_time(14, 10)))
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Blood pressure." in page
    assert address_of(clinic_time(14, 10)) not in page.split("Free times nearby")[1]


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({}, 400),
        ({"starts_at": "nonsense"}, 400),
        ({"starts_at": "2026-11-25T04:45"}, 400),
        ({"day": "2001-01-01"}, 422),
        ({"day": "9999-12-31"}, 422),
        ({"day": "soon"}, 422),
        ({"mode": "telepathy"}, 422),
        ({"service": "nonsense"}, 422),
        ({"reason": "x" * 501}, 422),
    ],
)
def test_what_makes_no_sense(
    fields: dict[str, str], status: int, client: Client, visit: Appointment, doctor: User
) -> None:
    assert post(client, doctor, visit, **fields).status_code == status
    assert Appointment.objects.count() == 1


@pytest.mark.parametrize(
    ("who", "status"), [("patient", 403), ("other_patient", 404), ("other_doctor", 404), ("admin", 404)]
)
def test_others_do_not_plan(
    who: str, status: int, client: Client, visit: Appointment, request: pytest.FixtureRequest
) -> None:
    user = request.getfixturevalue(who)
    assert post(client, user, visit, starts_at=address_of(clinic_time(14, 10))).status_code == status
    with pytest.raises(NotAllowed):
        follow_ups.book(
            visit.pk, actor=user, service=visit.service, starts_at=clinic_time(14, 10), mode=visit.mode
        )
    assert Appointment.objects.count() == 1


def test_a_doctor_who_does_not_treat_the_patient_yet(
    client: Client, patient: User, doctor: User, service: Service
) -> None:
    visit = make_appointment(patient, doctor, service, status="pending_confirmation")
    assert post(client, doctor, visit, starts_at=address_of(clinic_time(14, 10))).status_code == 403
    assert Appointment.objects.count() == 1


def test_nothing_follows_from_a_visit_that_never_was(
    client: Client, patient: User, manager: User, doctor: User, service: Service
) -> None:
    visit = make_appointment(patient, doctor, service, status="cancelled")
    assert post(client, manager, visit, starts_at=address_of(clinic_time(14, 10))).status_code == 409
    with pytest.raises(InvalidTransition):
        follow_ups.book(
            visit.pk, actor=manager, service=service, starts_at=clinic_time(14, 10), mode=visit.mode
        )


def test_a_scan_is_followed_by_what_needs_no_referral(
    client: Client, patient: User, manager: User, service: Service
) -> None:
    radiologist = make_radiologist()
    scan = make_scan(radiologist, needs_referral=True)
    visit = make_appointment(patient, radiologist, scan, status="completed", mode="in_person")
    client.force_login(manager)
    answer = client.get(reverse("follow_up", args=[visit.pk]))
    assert (answer.status_code, answer.context["form"].errors) == (200, {})
    assert answer.context["form"].cleaned_data["service"] == service
