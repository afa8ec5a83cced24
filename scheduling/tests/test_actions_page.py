"""What people do to a visit on its page: steps, questions, refusals that stay on the page, moving."""

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from scheduling.enums import AppointmentStatus
from scheduling.models import Appointment, Service
from scheduling.tests.factories import clinic_time, make_appointment
from scheduling.views.picker import address_of

pytestmark = pytest.mark.django_db
_S = AppointmentStatus


@pytest.fixture
def visit(patient: User, doctor: User, service: Service) -> Appointment:
    return make_appointment(patient, doctor, service)


def url(visit: Appointment, action: str) -> str:
    return reverse("appointment_action", args=[visit.pk, action])


def status_of(visit: Appointment) -> str:
    return str(Appointment.objects.get(pk=visit.pk).status)


def test_a_patient_cancels_with_a_reason(client: Client, patient: User, visit: Appointment) -> None:
    client.force_login(patient)
    question = client.get(url(visit, "cancel"))
    assert "Cancel this visit?" in question.content.decode()
    assert status_of(visit) == _S.CONFIRMED
    response = client.post(url(visit, "cancel"), {"reason": "I feel better"})
    assert response["Location"] == reverse("appointment", args=[visit.pk])
    assert status_of(visit) == _S.CANCELLED
    assert "I feel better" in client.get(response["Location"]).content.decode()


def test_too_late_is_said_kindly_on_the_visits_page(
    client: Client, patient: User, doctor: User, service: Service
) -> None:
    soon = make_appointment(
        patient,
        doctor,
        service,
        starts_at=timezone.now().replace(second=0, microsecond=0) + timedelta(hours=3),
    )
    client.force_login(patient)
    for response in (
        client.post(url(soon, "cancel"), {"reason": ""}),
        client.get(url(soon, "cancel")),
        client.get(reverse("appointment_reschedule", args=[soon.pk])),
        client.post(
            reverse("appointment_reschedule", args=[soon.pk]), {"starts_at": address_of(clinic_time(3, 10))}
        ),
    ):
        assert response.status_code == 409
        assert "data-refusal" in response.content.decode()
    assert status_of(soon) == _S.CONFIRMED


@pytest.mark.parametrize("action", ["confirm", "decline", "check-in", "start", "complete", "no-show"])
def test_a_patient_takes_no_step_of_the_staff(
    client: Client, patient: User, visit: Appointment, action: str
) -> None:
    client.force_login(patient)
    assert client.post(url(visit, action), {"reason": "x"}).status_code == 403
    assert client.get(url(visit, action)).status_code == 403
    assert status_of(visit) == _S.CONFIRMED


@pytest.mark.parametrize("role", ["other_patient", "other_doctor", "admin"])
def test_outsiders_find_nothing(
    request: pytest.FixtureRequest, client: Client, visit: Appointment, role: str
) -> None:
    client.force_login(request.getfixturevalue(role))
    for action in ("cancel", "confirm", "start"):
        assert client.post(url(visit, action), {"reason": "x"}).status_code == 404
    move = client.post(
        reverse("appointment_reschedule", args=[visit.pk]), {"starts_at": address_of(clinic_time(3, 10))}
    )
    assert move.status_code == 404
    assert status_of(visit) == _S.CONFIRMED


@pytest.mark.parametrize("role", ["doctor", "manager"])
def test_staff_take_the_visit_through_its_steps(
    request: pytest.FixtureRequest, client: Client, visit: Appointment, role: str
) -> None:
    client.force_login(request.getfixturevalue(role))
    for action, expected in (
        ("check-in", _S.CHECKED_IN),
        ("start", _S.IN_PROGRESS),
        ("complete", _S.COMPLETED),
    ):
        assert client.post(url(visit, action)).status_code == 302
        assert status_of(visit) == expected


def test_staff_give_a_reason_when_they_decline_or_cancel(
    client: Client, doctor: User, visit: Appointment
) -> None:
    client.force_login(doctor)
    for action in ("decline", "cancel"):
        response = client.post(url(visit, action), {"reason": "  "})
        assert response.status_code == 422
        assert "required" in response.content.decode()
    long = client.post(url(visit, "decline"), {"reason": "x" * 501})
    assert long.status_code == 422
    assert "x" * 501 in long.content.decode()
    assert status_of(visit) == _S.CONFIRMED
    client.post(url(visit, "decline"), {"reason": "I am ill"})
    assert status_of(visit) == _S.DECLINED


def test_a_step_that_is_not_possible_stays_on_the_page(
    client: Client, doctor: User, visit: Appointment
) -> None:
    client.force_login(doctor)
    response = client.post(url(visit, "complete"))
    assert response.status_code == 409
    assert "data-refusal" in response.content.decode()
    back = client.post(url(visit, "complete"), {"next": reverse("calendar")})
    assert back["Location"] == reverse("calendar")


def test_next_leads_nowhere_else(client: Client, doctor: User, visit: Appointment) -> None:
    client.force_login(doctor)
    response = client.post(url(visit, "check-in"), {"next": "https://evil.example/"})
    assert response["Location"] == reverse("appointment", args=[visit.pk])


def test_unknown_actions_are_not_found(client: Client, doctor: User, visit: Appointment) -> None:
    client.force_login(doctor)
    assert client.post(url(visit, "explode")).status_code == 404


def test_acting_needs_a_log_in(client: Client, visit: Appointment) -> None:
    assert client.post(url(visit, "cancel"))["Location"].startswith(reverse("account_login"))


# --- Moving ---


@pytest.mark.parametrize("role", ["patient", "doctor", "manager"])
def test_a_visit_moves_to_a_free_time(
    request: pytest.FixtureRequest, client: Client, visit: Appointment, role: str
) -> None:
    client.force_login(request.getfixturevalue(role))
    move, wanted = reverse("appointment_reschedule", args=[visit.pk]), clinic_time(3, 11)
    grid = client.get(move, {"day": str(timezone.localdate(wanted))}).content.decode()
    assert f'data-time="{address_of(wanted)}"' in grid
    asked = client.get(move, {"at": address_of(wanted)}).content.decode()
    assert f'value="{address_of(wanted)}"' in asked
    assert client.post(move, {"starts_at": address_of(wanted)}).status_code == 302
    visit.refresh_from_db()
    assert visit.starts_at == wanted


@pytest.mark.parametrize("wanted", [clinic_time(-1, 10), clinic_time(3, 10, 7), clinic_time(3, 12)])
def test_a_time_that_is_none_is_refused_with_others_offered(
    client: Client, patient: User, visit: Appointment, wanted: datetime
) -> None:
    client.force_login(patient)
    response = client.post(
        reverse("appointment_reschedule", args=[visit.pk]), {"starts_at": address_of(wanted)}
    )
    assert response.status_code == 400
    assert "The nearest free times" in response.content.decode()
    visit.refresh_from_db()
    assert visit.starts_at == clinic_time(2, 10)


def test_a_taken_time_is_refused_with_others_offered(
    client: Client, patient: User, other_patient: User, doctor: User, service: Service
) -> None:
    visit = make_appointment(patient, doctor, service)
    make_appointment(other_patient, doctor, service, starts_at=clinic_time(3, 10))
    client.force_login(patient)
    move = reverse("appointment_reschedule", args=[visit.pk])
    response = client.post(move, {"starts_at": address_of(clinic_time(3, 10))})
    assert response.status_code == 409
    assert address_of(clinic_time(3, 10, 30)).replace(":", "%3A") in response.content.decode()


@pytest.mark.parametrize("wanted", ["", "soon", "2026-13-01T10:00Z", "9999-12-31T23:59Z"])
def test_no_time_leads_back_to_the_grid(
    client: Client, patient: User, visit: Appointment, wanted: str
) -> None:
    client.force_login(patient)
    move = reverse("appointment_reschedule", args=[visit.pk])
    assert client.post(move, {"starts_at": wanted})["Location"] == move


def test_staff_move_a_visit_to_a_time_that_is_too_soon_for_patients(
    client: Client, patient: User, doctor: User, manager: User, visit: Appointment
) -> None:
    doctor.schedule.notice_minutes = 20 * 24 * 60  # type: ignore[attr-defined]
    doctor.schedule.save()  # type: ignore[attr-defined]
    move, wanted = reverse("appointment_reschedule", args=[visit.pk]), clinic_time(3, 11)
    for user, is_offered in ((patient, False), (doctor, True), (manager, True)):
        client.force_login(user)
        listed = client.get(move, {"day": f"{wanted:%Y-%m-%d}"}).content.decode()
        assert (address_of(wanted) in listed) is is_offered
        asked = client.get(move, {"at": address_of(wanted)})
        assert asked.context["free"] is is_offered
