"""A visit's time by both clocks: on pages and in mails, for readers who live elsewhere, and only for them."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from accounts.models import User
from clinic.core.testing.tasks import run_due_tasks
from messaging.models import Notification
from scheduling.domain import progress
from scheduling.models import Appointment, Service
from scheduling.tests.factories import clinic_time, make_appointment

pytestmark = pytest.mark.django_db


def live_in(user: User, zone: str) -> None:
    User.objects.filter(pk=user.pk).update(time_zone=zone)
    user.refresh_from_db()


def content(response: Any) -> str:
    return str(response.content.decode())


@pytest.fixture
def visit(patient: User, doctor: User, service: Service) -> Appointment:
    return make_appointment(
        patient, doctor, service, starts_at=clinic_time(2, 10), status="pending_confirmation"
    )


@pytest.mark.parametrize("name", ["appointments", "appointment", "home"])
def test_who_lives_elsewhere_sees_both(client: Client, patient: User, visit: Appointment, name: str) -> None:
    """Tokyo is 3:15 ahead of Kathmandu all year."""
    client.force_login(patient)
    target = reverse(name, args=[visit.pk] if name == "appointment" else [])
    for zone, beside in (("Asia/Tokyo", "13:15 your time"), ("Asia/Kathmandu", "")):
        live_in(patient, zone)
        page = content(client.get(target))
        assert ("clinic time · " in page) == bool(beside), zone
        assert beside in page
    # Whose zone is not known: the script of the page fills it in.
    live_in(patient, "")
    page = content(client.get(target))
    assert f'data-own-time="{clinic_time(2, 10).isoformat()}" hidden' in page
    assert "js/zones" in page


def test_the_steps_of_booking_say_both(client: Client, patient: User, doctor: User, service: Service) -> None:
    client.force_login(patient)
    live_in(patient, "Asia/Tokyo")
    moment = clinic_time(2, 10).astimezone(UTC)
    query = f"?service={service.pk}&mode=video"
    times = content(client.get(reverse("book", args=[doctor.pk]) + f"{query}&day={moment:%Y-%m-%d}"))
    assert '<span aria-hidden="true">13:15</span>' in times
    assert "your time (Tokyo)" in times
    review = content(
        client.get(reverse("book_review", args=[doctor.pk]) + f"{query}&at={moment:%Y-%m-%dT%H:%MZ}")
    )
    assert "13:15 your time" in review


def test_each_clock_is_right_on_the_day_summer_time_ends(
    client: Client, patient: User, doctor: User, service: Service, time_machine: Any
) -> None:
    """New York goes back an hour on 1 November 2026 at 06:00 UTC."""
    time_machine.move_to(datetime(2026, 10, 28, 4, tzinfo=UTC), tick=False)
    live_in(patient, "America/New_York")
    client.force_login(patient)
    said = {
        datetime(2026, 11, 1, 4, 15, tzinfo=UTC): "00:15 your time",
        datetime(2026, 11, 2, 4, 15, tzinfo=UTC): "Sun 1 Nov, 23:15 your time",
    }
    for moment, words in said.items():
        query = f"?service={service.pk}&mode=video&at={moment:%Y-%m-%dT%H:%MZ}"
        page = content(client.get(reverse("book_review", args=[doctor.pk]) + query))
        assert "10:00" in page
        assert words in page


@pytest.mark.django_db(transaction=True)
def test_mails_say_each_reader_their_own_time(
    patient: User, doctor: User, manager: User, visit: Appointment
) -> None:
    live_in(patient, "Asia/Tokyo")
    progress.confirm(visit.pk, actor=manager)
    run_due_tasks()
    texts = {message.to[0]: f"{message.subject} {message.body}" for message in mail.outbox}
    assert texts[patient.email].count("10:00 clinic time (13:15 your time)") >= 2
    assert "your time" not in texts[doctor.email]
    assert "13:15 your time" in Notification.objects.get(user=patient, key__endswith="confirmed").title
