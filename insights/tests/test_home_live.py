"""Home pages follow what happens without a reload. What happens is asked of the server by its API."""

from typing import Any

import httpx
import pytest
from django.utils import timezone
from knox.models import AuthToken

from billing.domain import payments
from scheduling.enums import AppointmentStatus as S
from scheduling.tests.factories import clinic_time, make_appointment

pytestmark = pytest.mark.browser


def ask(server: Any, user: Any, path: str, **data: Any) -> None:
    _, token = AuthToken.objects.create(user)
    answer = httpx.post(f"{server.url}/api/{path}", json=data, headers={"Authorization": f"Token {token}"})
    assert answer.is_success, answer.text


def test_front_desk_and_patient_follow_a_payment(
    server: Any, person: Any, patient: Any, manager: Any, request: Any
) -> None:
    from playwright.sync_api import expect

    doctor, service = request.getfixturevalue("doctor"), request.getfixturevalue("service")
    visit = make_appointment(patient, doctor, service, starts_at=clinic_time(2, 10), status=S.PENDING_PAYMENT)
    payment = payments.raise_for(visit, actor=patient)
    desk, mine = person(manager), person(patient)
    for page in (desk, mine):
        with page.expect_websocket():
            page.goto("/home/")
    expect(desk.get_by_text("Nothing to check")).to_be_visible()
    expect(mine.get_by_role("link", name="Pay now")).to_be_visible()

    ask(server, patient, f"payments/{payment.pk}/submit/", bank_reference="FT 7654321")
    expect(desk.get_by_text("sent now")).to_be_visible()
    expect(mine.get_by_text("The clinic is checking your payment")).to_be_visible()

    ask(server, manager, f"payments/{payment.pk}/confirm/")
    expect(desk.get_by_text("Nothing to check")).to_be_visible()
    expect(mine.get_by_text("Confirmed", exact=True).first).to_be_visible()


def test_a_doctor_sees_a_patient_check_in(
    server: Any, person: Any, patient: Any, doctor: Any, service: Any
) -> None:
    from playwright.sync_api import expect

    starts_at = timezone.localtime().replace(second=0, microsecond=0, minute=0)
    visit = make_appointment(patient, doctor, service, starts_at=starts_at, mode="in_person")
    page = person(doctor)
    with page.expect_websocket():
        page.goto("/home/")
    expect(page.get_by_role("heading", name="Today's visits")).to_be_visible()
    expect(page.get_by_role("heading", name="Now")).to_have_count(0)
    ask(server, doctor, f"appointments/{visit.pk}/check-in/")
    expect(page.get_by_role("heading", name="Now")).to_be_visible()
    expect(page.get_by_text("Waiting at the clinic")).to_be_visible()
