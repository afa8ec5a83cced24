"""The panel beside the call, and the visit that starts with it."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import CareLink
from messaging.domain import peers, waiting_room
from messaging.tests.call_sockets import make_call
from scheduling.tests.factories import make_appointment

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def appointment(patient: Any, doctor: Any, service: Any) -> Any:
    CareLink.objects.create(patient=patient, doctor=doctor)
    call = make_call(patient, doctor)
    starts_at = timezone.now().replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    return make_appointment(
        patient,
        doctor,
        service,
        starts_at=starts_at,
        call=call,
        conversation=call.conversation,
        reason="Cough for a week",
    )


def panel(client: Any, user: Any, appointment: Any) -> Any:
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client.get(f"/visits/by-call/{appointment.call_id}/panel/")


def test_the_doctor_sees_the_visit_and_its_note(client: Any, doctor: Any, appointment: Any) -> None:
    content = panel(client, doctor, appointment).content.decode()
    assert f'href="/patients/{appointment.patient_id}/' in content
    assert "Asha Gurung" in content
    assert "Cough for a week" in content
    assert f'data-note="{appointment.pk}"' in content


def test_nobody_else_does(client: Any, patient: Any, appointment: Any, request: Any) -> None:
    answer = panel(client, patient, appointment)
    assert (answer.status_code, answer.content) == (204, b"")
    for who in ("other_patient", "other_doctor", "manager", "admin"):
        assert panel(client, request.getfixturevalue(who), appointment).status_code == 404


def test_letting_the_patient_in_starts_the_visit(
    client: Any, patient: Any, doctor: Any, appointment: Any
) -> None:
    waiting = peers.join(appointment.call_id, patient, "patients-channel").peer
    peers.join(appointment.call_id, doctor, "doctors-channel")
    appointment.refresh_from_db()
    assert appointment.status == "confirmed"
    waiting_room.admit(appointment.call_id, waiting.pk, actor=doctor)
    appointment.refresh_from_db()
    assert appointment.status == "in_progress"
    assert appointment.history.last().actor == doctor
    # And completing it, from the panel, ends the call.
    assert "Complete the visit" in panel(client, doctor, appointment).content.decode()
    client.post(f"/appointments/{appointment.pk}/complete/")
    appointment.refresh_from_db()
    appointment.call.refresh_from_db()
    assert (appointment.status, appointment.call.status) == ("completed", "ended")


def test_a_visit_that_was_started_by_hand_does_not_stop_the_call(
    patient: Any, doctor: Any, appointment: Any
) -> None:
    from scheduling.domain import progress

    progress.start(appointment.pk, actor=doctor)
    waiting = peers.join(appointment.call_id, patient, "patients-channel").peer
    waiting_room.admit(appointment.call_id, waiting.pk, actor=doctor)
    appointment.call.refresh_from_db()
    assert appointment.call.status == "active"
