"""Moving a visit from the calendar: asked first, refused with a way on, and never over somebody else's change."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from scheduling.domain import booking
from scheduling.enums import AppointmentStatus
from scheduling.models import Appointment, Service
from scheduling.tests.factories import clinic_time, make_appointment, make_service

pytestmark = pytest.mark.django_db


@pytest.fixture
def visit(patient: User, doctor: User, service: Service) -> Appointment:
    return make_appointment(patient, doctor, service, starts_at=clinic_time(2, 10))


def wall(moment: datetime) -> str:
    return f"{timezone.localtime(moment):%Y-%m-%dT%H:%M}"


def asked(client: Client, user: User, visit: Appointment, moment: datetime, **more: Any) -> str:
    client.force_login(user)
    query = {"to": wall(moment), "doctor": str(visit.doctor_id), "seen": visit.sequence, **more}
    response = client.get(reverse("calendar_move", args=[visit.pk]), query, headers={"HX-Request": "true"})
    assert response.status_code == 200
    return str(response.content.decode())


def moved(client: Client, user: User, visit: Appointment, moment: datetime, **more: Any) -> Any:
    client.force_login(user)
    data = {"to": wall(moment), "doctor": str(visit.doctor_id), "seen": visit.sequence, **more}
    return client.post(reverse("calendar_move", args=[visit.pk]), data, headers={"HX-Request": "true"})


def answer(text: str) -> str:
    return text.split('data-answer="')[1].split('"', maxsplit=1)[0]


@pytest.mark.parametrize(
    ("role", "status"), [("patient", 403), ("other_patient", 404), ("other_doctor", 404), ("admin", 404)]
)
def test_only_its_doctor_and_management_move_it_here(
    request: pytest.FixtureRequest, client: Client, visit: Appointment, role: str, status: int
) -> None:
    client.force_login(request.getfixturevalue(role))
    assert client.get(reverse("calendar_visit", args=[visit.pk])).status_code == status
    url = reverse("calendar_move", args=[visit.pk])
    assert client.get(url).status_code == status
    assert client.post(url, {"to": wall(clinic_time(2, 11))}).status_code == status
    assert Appointment.objects.get().starts_at == clinic_time(2, 10)


def test_the_card_leads_on_without_dragging(client: Client, doctor: User, visit: Appointment) -> None:
    client.force_login(doctor)
    address = f"http://testserver{reverse('calendar')}?view=day&q=asha"
    text = client.get(
        reverse("calendar_visit", args=[visit.pk]), headers={"HX-Request": "true", "HX-Current-URL": address}
    ).content.decode()
    for url in (
        reverse("appointment", args=[visit.pk]),
        reverse("appointment_reschedule", args=[visit.pk]),
        reverse("calendar_move", args=[visit.pk]),
        reverse("appointment_action", args=[visit.pk, "check-in"]),
    ):
        assert f'"{url}"' in text
    # A step taken here comes back to this very calendar.
    assert f'name="next" value="{reverse("calendar")}?view=day&amp;q=asha"' in text


def test_the_proposal_says_from_where_to_where_and_moves_nothing(
    client: Client, manager: User, other_doctor: User, visit: Appointment
) -> None:
    text = asked(client, manager, visit, clinic_time(2, 15), doctor=str(other_doctor.pk))
    assert answer(text) == "free"
    for words in ("10:00", "15:00", visit.doctor.name, other_doctor.name, "another doctor"):
        assert words in text
    assert Appointment.objects.get().starts_at == clinic_time(2, 10)


def test_a_yes_moves_it_and_tells_the_page(
    client: Client, manager: User, other_doctor: User, visit: Appointment
) -> None:
    response = moved(client, manager, visit, clinic_time(2, 15), doctor=str(other_doctor.pk))
    assert response.status_code == 204
    assert "visit:moved" in response["HX-Trigger"]
    visit.refresh_from_db()
    assert (visit.starts_at, visit.doctor) == (clinic_time(2, 15), other_doctor)


def test_a_doctor_moves_their_visits_but_not_to_others(
    client: Client, doctor: User, other_doctor: User, visit: Appointment
) -> None:
    refused = moved(client, doctor, visit, clinic_time(2, 15), doctor=str(other_doctor.pk))
    assert refused.status_code == 422
    assert moved(client, doctor, visit, clinic_time(2, 15)).status_code == 204
    visit.refresh_from_db()
    assert visit.doctor == doctor


def test_a_taken_time_is_refused_with_the_nearest_and_a_way_on(
    client: Client, *, manager: User, doctor: User, other_patient: User, service: Service, visit: Appointment
) -> None:
    make_appointment(other_patient, doctor, service, starts_at=clinic_time(2, 11))
    text = asked(client, manager, visit, clinic_time(2, 11))
    assert answer(text) == "taken"
    assert f"to={wall(clinic_time(2, 11, 30)).replace(':', '%3A')}" in text
    assert reverse("appointment_reschedule", args=[visit.pk]) in text
    assert 'name="overbooking_reason"' in text
    assert 'name="overbooking_reason"' not in asked(client, doctor, visit, clinic_time(2, 11))

    refused = moved(client, manager, visit, clinic_time(2, 11))
    assert refused.status_code == 422
    assert answer(refused.content.decode()) == "refused"
    assert Appointment.objects.get(pk=visit.pk).starts_at == clinic_time(2, 10)
    assert moved(client, manager, visit, clinic_time(2, 11), overbooking_reason="Fever").status_code == 204
    assert Appointment.objects.get(pk=visit.pk).overbooking_reason == "Fever"


def test_where_it_cannot_go_is_said_in_words(
    client: Client, *, manager: User, doctor: User, other_doctor: User, patient: User, service: Service,
    visit: Appointment,
) -> None:  # fmt: skip
    make_appointment(patient, other_doctor, service, starts_at=clinic_time(2, 14))
    only = make_service("Heart scan", specialty=doctor.doctor_profile.specialty, modes=["in_person"])
    scan = make_appointment(patient, doctor, only, starts_at=clinic_time(3, 10), mode="in_person")
    assert answer(asked(client, manager, visit, clinic_time(2, 10))) == "same"
    assert answer(asked(client, manager, visit, clinic_time(-2, 10))) == "past"
    assert answer(asked(client, manager, visit, clinic_time(2, 14))) == "patient_busy"
    assert answer(asked(client, manager, visit, clinic_time(2, 21))) == "not_offered"
    other_doctor.doctor_profile.modes = ["video"]
    other_doctor.doctor_profile.save()
    text = asked(client, manager, scan, clinic_time(3, 11), doctor=str(other_doctor.pk))
    assert answer(text) == "not_given"
    Appointment.objects.filter(pk=visit.pk).update(status=AppointmentStatus.COMPLETED)
    text = asked(client, manager, visit, clinic_time(2, 15))
    assert answer(text) == "closed"
    assert "Completed" in text
    assert moved(client, manager, visit, clinic_time(2, 15)).status_code == 422


def test_the_second_of_two_sees_what_the_first_did_and_can_go_on(
    client: Client, doctor: User, manager: User, visit: Appointment
) -> None:
    stale = visit.sequence
    booking.reschedule(visit.pk, starts_at=clinic_time(2, 16), actor=doctor)
    for text in (
        asked(client, manager, visit, clinic_time(2, 11), seen=stale),
        moved(client, manager, visit, clinic_time(2, 11), seen=stale).content.decode(),
    ):
        assert answer(text) == "changed"
        assert f"{doctor.name} changed this visit" in text
        assert "16:00" in text
        assert Appointment.objects.get().starts_at == clinic_time(2, 16)
        again = text.split("Move it to my time after all")[0].rsplit('href="', 1)[1].split('"')[0]
    fresh = client.get(again.replace("&amp;", "&"), headers={"HX-Request": "true"}).content.decode()
    assert answer(fresh) == "free"
    visit.refresh_from_db()
    assert moved(client, manager, visit, clinic_time(2, 11)).status_code == 204


@pytest.mark.parametrize(
    "to", ["", "tomorrow", "2026-02-31T10:00", "9999-12-31T10:00", "0001-01-01T00:00", "x" * 3000]
)
def test_a_time_that_is_none_is_said_beside_the_field(
    client: Client, doctor: User, visit: Appointment, to: str
) -> None:
    client.force_login(doctor)
    url = reverse("calendar_move", args=[visit.pk])
    for response in (
        client.get(url, {"to": to}),
        client.post(url, {"to": to}),
        client.get(url, {"to": to, "seen": "x"}),
    ):
        assert response.status_code == 422
        assert 'class="error"' in response.content.decode()


def test_it_works_as_a_page_too(client: Client, doctor: User, visit: Appointment) -> None:
    client.force_login(doctor)
    url = reverse("calendar_move", args=[visit.pk])
    page = client.get(url, {"to": wall(clinic_time(2, 15))})
    assert "<html" in page.content.decode()
    done = client.post(url, {"to": wall(clinic_time(2, 15))})
    assert done["Location"] == reverse("appointment", args=[visit.pk])


def test_an_empty_time_leads_to_the_desk(client: Client, manager: User, doctor: User, patient: User) -> None:
    query = {"at": wall(clinic_time(2, 15)), "doctor": str(doctor.pk)}
    for user in (doctor, patient):
        client.force_login(user)
        assert client.get(reverse("calendar_book"), query).status_code == 403
    client.force_login(manager)
    location = client.get(reverse("calendar_book"), query)["Location"]
    assert location.startswith(f"{reverse('desk_book')}?doctor={doctor.pk}&starts_at=")
    assert location.endswith(f"{clinic_time(2, 15).astimezone(UTC):%Y-%m-%dT%H%%3A%MZ}")
    for wrong in ({"at": "x"}, {"at": "9999-12-31T10:00", "doctor": "y"}):
        assert client.get(reverse("calendar_book"), wrong)["Location"].startswith(reverse("desk_book"))
