"""The list of visits, one visit and its files: who sees what, filters, flat query counts."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.domain import care
from accounts.models import User
from accounts.tests.factories import make_patient
from messaging.domain import conversations, peers, waiting_room
from scheduling.domain import progress
from scheduling.enums import AppointmentStatus
from scheduling.models import Appointment, AppointmentFile, Service
from scheduling.tests.factories import clinic_time, make_appointment

pytestmark = pytest.mark.django_db


@pytest.fixture
def visit(patient: User, doctor: User, service: Service) -> Appointment:
    return make_appointment(patient, doctor, service, reason="Itching arm")


def page(client: Client, user: User, url: str, **query: str) -> str:
    client.force_login(user)
    response = client.get(url, query)
    assert response.status_code == 200
    return str(response.content.decode())


# --- The list ---


def test_the_list_needs_a_log_in(client: Client) -> None:
    assert client.get(reverse("appointments"))["Location"].startswith(reverse("account_login"))


def test_a_patient_sees_their_own_visits_in_two_tabs(
    client: Client, patient: User, other_patient: User, doctor: User, service: Service
) -> None:
    ahead = make_appointment(patient, doctor, service)
    over = make_appointment(
        patient, doctor, service, starts_at=clinic_time(-3, 10), status=AppointmentStatus.COMPLETED
    )
    foreign = make_appointment(other_patient, doctor, service, starts_at=clinic_time(4, 10))
    upcoming = page(client, patient, reverse("appointments"))
    past = page(client, patient, reverse("appointments"), tab="past")
    assert reverse("appointment", args=[ahead.pk]) in upcoming
    assert reverse("appointment", args=[over.pk]) not in upcoming
    assert reverse("appointment", args=[over.pk]) in past
    assert reverse("appointment", args=[ahead.pk]) not in past
    assert reverse("appointment", args=[foreign.pk]) not in upcoming + past


def test_empty_lists_say_what_to_do(client: Client, patient: User, doctor: User, manager: User) -> None:
    assert "Nothing planned" in page(client, patient, reverse("appointments"))
    assert "No past appointments" in page(client, patient, reverse("appointments"), tab="past")
    assert "No appointments yet" in page(client, doctor, reverse("appointments"))
    assert "No appointment matches" in page(client, manager, reverse("appointments"), q="zzz")


def test_staff_filter_by_status_days_doctor_and_name(
    client: Client, *, patient: User, doctor: User, other_doctor: User, manager: User, service: Service
) -> None:
    other = make_patient("z@test.clinic", first_name="Zenith", last_name="Thapa")
    mine = make_appointment(patient, doctor, service, starts_at=clinic_time(1, 10))
    later = make_appointment(
        other,
        other_doctor,
        service,
        starts_at=clinic_time(9, 10),
        status=AppointmentStatus.PENDING_CONFIRMATION,
    )
    past = make_appointment(
        patient, doctor, service, starts_at=clinic_time(-9, 10), status=AppointmentStatus.COMPLETED
    )

    def found(**query: str) -> set[Appointment]:
        text = page(client, manager, reverse("appointments"), **query)
        return {visit for visit in (mine, later, past) if reverse("appointment", args=[visit.pk]) in text}

    assert found() == {mine, later}
    assert found(when="all") == {mine, later, past}
    assert found(when="past") == {past}
    assert found(status="pending_confirmation") == {later}
    assert found(doctor=str(other_doctor.pk)) == {later}
    assert found(q="zen") == {later}
    day = timezone.localdate() + timedelta(days=1)
    assert found(**{"from": str(day), "to": str(day)}) == {mine}
    # What makes no sense narrows nothing and is said beside its field.
    assert found(status="lost", doctor="x", **{"from": "yesterday", "to": "2026-02-31"}) == {mine, later}
    assert found(**{"from": "0001-01-01", "to": "9999-12-31"}) == {mine, later}


def test_pages_and_export_keep_the_filters(
    client: Client, *, patient: User, doctor: User, other_doctor: User, manager: User, service: Service
) -> None:
    for number in range(21):
        make_appointment(patient, doctor, service, starts_at=clinic_time(1 + number, 10))
    query = {"doctor": [str(doctor.pk), str(other_doctor.pk)], "mode": "video", "q": "asha"}
    text = page(client, manager, reverse("appointments"), page="2", **query)  # type: ignore[arg-type]
    links = [part.split('"')[0] for part in text.split('href="')]
    kept = (f"doctor={doctor.pk}", f"doctor={other_doctor.pk}", "mode=video", "q=asha")
    export = next(link for link in links if link.startswith(reverse("export_new")))
    before = next(link for link in links if "page=1" in link)
    for link in (export, before):
        assert all(part in link for part in kept), link
    assert "kind=appointments" in export
    assert "page=" not in export


def test_a_doctor_sees_and_filters_only_their_own(
    client: Client, patient: User, doctor: User, other_doctor: User, service: Service
) -> None:
    foreign = make_appointment(patient, other_doctor, service)
    text = page(client, doctor, reverse("appointments"), doctor=str(other_doctor.pk))
    assert reverse("appointment", args=[foreign.pk]) not in text


@pytest.mark.parametrize("role", ["patient", "doctor", "manager"])
def test_query_count_is_flat(
    request: pytest.FixtureRequest, client: Client, doctor: User, service: Service, role: str
) -> None:
    user = request.getfixturevalue(role)
    patient = request.getfixturevalue("patient")

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            page(client, user, reverse("appointments"))
        return len(captured)

    make_appointment(patient, doctor, service, starts_at=clinic_time(1, 10))
    queries()
    one = queries()
    for day in range(2, 31):
        make_appointment(patient, doctor, service, starts_at=clinic_time(day, 10))
    assert queries() == one


# --- One visit ---


@pytest.mark.parametrize("role", ["patient", "doctor", "manager"])
def test_those_it_concerns_see_the_visit(
    request: pytest.FixtureRequest, client: Client, visit: Appointment, role: str
) -> None:
    text = page(client, request.getfixturevalue(role), reverse("appointment", args=[visit.pk]))
    assert "Itching arm" in text
    assert "in 2 days" in text


@pytest.mark.parametrize("role", ["other_patient", "other_doctor", "admin"])
def test_for_everyone_else_there_is_no_visit(
    request: pytest.FixtureRequest, client: Client, visit: Appointment, role: str
) -> None:
    stored = make_file(visit)
    client.force_login(request.getfixturevalue(role))
    for url in (
        reverse("appointment", args=[visit.pk]),
        reverse("appointment_reschedule", args=[visit.pk]),
        reverse("appointment_action", args=[visit.pk, "cancel"]),
        reverse("appointment_file", args=[visit.pk, stored.pk]),
    ):
        assert client.get(url).status_code == 404, url


def test_a_visitor_logs_in_first(client: Client, visit: Appointment) -> None:
    stored = make_file(visit)
    for url in (
        reverse("appointment", args=[visit.pk]),
        reverse("appointment_file", args=[visit.pk, stored.pk]),
    ):
        assert client.get(url)["Location"].startswith(reverse("account_login"))


def make_file(visit: Appointment) -> AppointmentFile:
    return AppointmentFile.objects.create(
        appointment=visit,
        file=ContentFile(b"%PDF-1.4 x", name="x.pdf"),
        content_type="application/pdf",
        name="Blutbild Überweisung.pdf",
        uploaded_by=visit.patient,
    )


@pytest.mark.parametrize("role", ["patient", "doctor", "manager"])
def test_files_are_served_privately(
    request: pytest.FixtureRequest, client: Client, visit: Appointment, role: str
) -> None:
    stored = make_file(visit)
    client.force_login(request.getfixturevalue(role))
    response = client.get(reverse("appointment_file", args=[visit.pk, stored.pk]))
    assert b"".join(response.streaming_content) == b"%PDF-1.4 x"  # type: ignore[attr-defined]
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "private" in response["Cache-Control"]


def test_a_file_of_another_visit_is_not_found_here(
    client: Client, patient: User, doctor: User, service: Service, visit: Appointment
) -> None:
    other = make_appointment(patient, doctor, service, starts_at=clinic_time(5, 10))
    stored = make_file(other)
    client.force_login(patient)
    assert client.get(reverse("appointment_file", args=[visit.pk, stored.pk])).status_code == 404


def test_an_unpaid_hold_counts_down_to_the_payment(
    client: Client, patient: User, doctor: User, service: Service
) -> None:
    held = make_appointment(patient, doctor, service, status=AppointmentStatus.PENDING_PAYMENT)
    text = page(client, patient, reverse("appointment", args=[held.pk]))
    assert "data-countdown" in text
    Appointment.objects.filter(pk=held.pk).update(hold_expires_at=timezone.now() - timedelta(seconds=1))
    text = page(client, patient, reverse("appointment", args=[held.pk]))
    assert "The time to pay is over" in text
    assert "data-countdown" not in text


def test_the_call_opens_shortly_before(
    client: Client, *, patient: User, doctor: User, manager: User, service: Service, time_machine: Any
) -> None:
    visit = make_appointment(patient, doctor, service, status=AppointmentStatus.PENDING_CONFIRMATION)
    progress.confirm(visit.pk, actor=manager)
    visit.refresh_from_db()
    url, call = reverse("appointment", args=[visit.pk]), reverse("call", args=[visit.call_id])
    early = page(client, patient, url)
    assert call not in early
    assert "The video call opens" in early
    assert "09:50" in early
    time_machine.move_to(visit.starts_at - timedelta(minutes=9), tick=False)
    assert call in page(client, patient, url)
    time_machine.move_to(visit.ends_at + timedelta(minutes=61), tick=False)
    assert call not in page(client, patient, url)


def test_the_call_s_record_is_linked_once_somebody_was_in_it(
    client: Client, *, patient: User, doctor: User, manager: User, service: Service, time_machine: Any
) -> None:
    visit = make_appointment(patient, doctor, service, status=AppointmentStatus.PENDING_CONFIRMATION)
    progress.confirm(visit.pk, actor=manager)
    visit.refresh_from_db()
    assert visit.call_id
    time_machine.move_to(visit.starts_at, tick=False)
    url, record = reverse("appointment", args=[visit.pk]), reverse("call_record", args=[visit.call_id])
    assert record not in page(client, patient, url)
    peers.join(visit.call_id, doctor, "d")
    waiting_room.admit(visit.call_id, peers.join(visit.call_id, patient, "p").peer.pk, actor=doctor)
    for person in (patient, doctor, manager):
        assert record in page(client, person, url)


def test_only_its_members_are_led_to_a_conversation(
    client: Client, visit: Appointment, patient: User, doctor: User, manager: User
) -> None:
    care.link(patient, doctor)
    visit.conversation = conversations.between(patient, doctor)
    visit.save()
    address = reverse("appointment", args=[visit.pk])
    talk, anew = (
        reverse("conversation", args=[visit.conversation.pk]),
        reverse("conversation_with", args=[patient.pk]),
    )
    assert talk in page(client, patient, address)
    seen = page(client, manager, address)
    assert talk not in seen
    assert anew in seen
