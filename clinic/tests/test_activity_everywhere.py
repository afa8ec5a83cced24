"""Each change and each reading that matters leaves its line in the activity trail, once, with its patient."""

from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from allauth.account.signals import email_changed
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.domain import people
from accounts.enums import ActivityVerb as V
from accounts.models import Activity, CareLink, User
from accounts.tests.factories import PASSWORD
from billing.domain import payments
from billing.tests.factories import picture
from messaging.domain import calls, conversations, peers
from records.domain import notes
from scheduling.domain import booking, progress
from scheduling.enums import AppointmentStatus
from scheduling.models import Appointment
from scheduling.tests.factories import clinic_time, make_appointment

pytestmark = pytest.mark.django_db


@pytest.fixture
def lines() -> Any:
    """`lines()` -> (verb, actor, patient) of what was written since the last call, oldest first."""
    seen = 0

    def since() -> list[tuple[str, User | None, User | None]]:
        nonlocal seen
        new = list(Activity.objects.filter(pk__gt=seen).order_by("pk").select_related("actor", "patient"))
        seen = new[-1].pk if new else seen
        return [(row.verb, row.actor, row.patient) for row in new]

    return since


@pytest.fixture
def cast(patient: User, doctor: User, manager: User, other_doctor: User) -> SimpleNamespace:
    return SimpleNamespace(patient=patient, doctor=doctor, manager=manager, other_doctor=other_doctor)


@pytest.fixture
def visit(patient: User, doctor: User, service: Any) -> Appointment:
    CareLink.objects.create(patient=patient, doctor=doctor)
    return make_appointment(patient, doctor, service, status=AppointmentStatus.IN_PROGRESS)


def signed_in(client: Any, user: User) -> Any:
    client.force_login(user)
    return client


def test_logging_in_and_out(client: Any, patient: User, lines: Any) -> None:
    client.post("/accounts/login/", {"login": patient.email, "password": "wrong"}, REMOTE_ADDR="192.0.2.1")
    assert lines() == [(V.LOGIN_FAILED, None, None)]
    failed = Activity.objects.get()
    assert (failed.target_id, failed.address) == (str(patient.pk), "192.0.2.1")
    client.post("/accounts/login/", {"login": patient.email, "password": PASSWORD})
    client.post("/accounts/logout/")
    assert lines() == [(V.LOGGED_IN, patient, None), (V.LOGGED_OUT, patient, None)]


def test_an_unknown_address_is_not_written_down(client: Any, lines: Any) -> None:
    client.post("/accounts/login/", {"login": "my-secret@test.clinic", "password": "my-secret"})
    assert lines() == [(V.LOGIN_FAILED, None, None)]
    assert "secret" not in str(Activity.objects.values().get())


def test_logging_in_and_out_by_token(client: Any, patient: User, lines: Any) -> None:
    def post(path: str, **headers: Any) -> Any:
        body = {"email": patient.email, "password": PASSWORD}
        return client.post(path, body, content_type="application/json", **headers)

    token = post("/api/login/").json()["token"]
    post("/api/logout/", headers={"Authorization": f"Token {token}"})
    assert [verb for verb, _actor, _patient in lines()] == [V.LOGGED_IN, V.LOGGED_OUT]


def test_sign_up_profile_and_password(client: Any, lines: Any) -> None:
    user = people.register_patient(
        email="new@test.clinic", password=PASSWORD, first_name="Nima", last_name="Lama"
    )
    assert lines() == [(V.SIGNED_UP, user, user)]
    signed_in(client, user)
    lines()
    kept = {"first_name": "Nima", "last_name": "Lama", "phone": "", "emergency_contact_name": ""}
    client.post("/profile/", {**kept, "address": "Boudha", "gender": "female"})
    assert lines() == [(V.PROFILE_CHANGED, user, user)]
    assert Activity.objects.latest("pk").changed == ["address", "gender"]
    client.post("/profile/", {**kept, "address": "Boudha", "gender": "female"})
    assert lines() == []
    client.post(
        "/accounts/password/change/",
        {"oldpassword": PASSWORD, "password1": "another-pass-2026", "password2": "another-pass-2026"},
    )
    assert (V.PASSWORD_CHANGED, user, None) in lines()


def test_an_address_changed_by_the_person_and_by_an_admin(
    rf: Any, patient: User, admin: User, lines: Any
) -> None:
    email_changed.send(User, request=rf.get("/"), user=patient)
    patient.email = "moved@test.clinic"
    patient.save()
    people.follow_email(patient, actor=admin)
    assert lines() == [(V.EMAIL_CHANGED, patient, None), (V.EMAIL_CHANGED, admin, None)]
    assert "moved" not in str(list(Activity.objects.values()))


def test_accounts_closed_opened_and_given_another_role(
    admin: User, doctor: User, patient: User, lines: Any
) -> None:
    people.deactivate(doctor, actor=admin)
    people.deactivate(doctor, actor=admin)
    people.activate(doctor, actor=admin)
    people.change_role(doctor, "management", actor=admin)
    verbs = [V.ACCOUNT_DEACTIVATED, V.ACCOUNT_ACTIVATED, V.ROLE_CHANGED]
    assert lines() == [(verb, admin, None) for verb in verbs]
    assert set(Activity.objects.values_list("target_id", flat=True)) == {str(doctor.pk)}


def test_a_visit_from_booking_to_payment_and_refund(
    patient: User, doctor: User, manager: User, service: Any, lines: Any
) -> None:
    with time_machine.travel(clinic_time(0, 8), tick=False):
        visit = booking.book(
            patient=patient,
            doctor=doctor,
            service=service,
            starts_at=clinic_time(3, 10),
            mode="video",
            booked_by=patient,
        )
        assert lines() == [(V.APPOINTMENT_BOOKED, patient, patient)]
        payment = visit.payments.get()  # type: ignore[attr-defined]
        payments.submit(payment.pk, bank_reference="FT 1001", actor=patient)
        assert lines() == [(V.PAYMENT_SUBMITTED, patient, patient), (V.APPOINTMENT_CHANGED, patient, patient)]
        payments.reject(payment.pk, reason="No such transfer", actor=manager)
        assert lines() == [(V.PAYMENT_REJECTED, manager, patient), (V.APPOINTMENT_CHANGED, manager, patient)]
        payments.submit(payment.pk, bank_reference="FT 1002", actor=patient)
        payments.confirm(payment.pk, actor=manager)
        assert (V.PAYMENT_CONFIRMED, manager, patient) in lines()
        assert Activity.objects.latest("pk").reason == AppointmentStatus.CONFIRMED
        booking.reschedule(visit.pk, starts_at=clinic_time(4, 11), actor=patient)
        assert lines() == [(V.APPOINTMENT_MOVED, patient, patient)]
        progress.cancel(visit.pk, actor=manager, reason="The doctor is ill with something private")
        payments.refund(payment.pk, actor=manager)
        assert lines() == [(V.APPOINTMENT_CHANGED, manager, patient), (V.PAYMENT_REFUNDED, manager, patient)]
    # What people wrote stays with the visit.
    assert not Activity.objects.filter(reason__contains="private").exists()
    assert not Activity.objects.filter(reason__contains="transfer").exists()


def test_a_lapsed_hold_is_the_portals_own_doing(
    patient: User, doctor: User, service: Any, lines: Any
) -> None:
    visit = make_appointment(patient, doctor, service, status=AppointmentStatus.PENDING_PAYMENT)
    with time_machine.travel(clinic_time(1, 9)):
        progress.expire(visit.pk)
    assert lines() == [(V.APPOINTMENT_CHANGED, None, patient)]


@pytest.mark.parametrize("path", ["/appointments/{pk}/", "/api/appointments/{pk}/"])
def test_staff_looking_at_a_visit(client: Any, visit: Appointment, cast: Any, path: str, lines: Any) -> None:
    path = path.format(pk=visit.pk)
    for reader in (cast.patient, cast.other_doctor, cast.doctor, cast.manager):
        signed_in(client, reader).get(path)
    assert [line for line in lines() if line[0] != V.LOGGED_IN] == [
        (V.APPOINTMENT_READ, cast.doctor, cast.patient),
        (V.APPOINTMENT_READ, cast.manager, cast.patient),
    ]


def test_a_visit_note_begun_signed_and_read(
    client: Any, api: Any, visit: Appointment, cast: Any, lines: Any
) -> None:
    notes.save(visit.pk, author=cast.doctor, text="Cough.", version=0)
    notes.save(visit.pk, author=cast.doctor, text="Cough, dry.", version=1)
    notes.sign(visit.pk, author=cast.doctor)
    assert lines() == [
        (V.NOTE_STARTED, cast.doctor, cast.patient),
        (V.NOTE_SIGNED, cast.doctor, cast.patient),
    ]
    page = f"/visits/{visit.pk}/note/"
    assert signed_in(client, cast.other_doctor).get(page).status_code == 404
    for reader in (cast.doctor, cast.patient):
        signed_in(client, reader).get(page)
    assert [line for line in lines() if line[0] != V.LOGGED_IN] == [
        (V.NOTE_READ, cast.doctor, cast.patient),
        (V.NOTE_READ, cast.patient, cast.patient),
    ]
    listed = api(cast.doctor).get("/api/visitnotes/").json()["results"]
    api(cast.doctor).get(f"/api/visitnotes/{listed[0]['id']}/")
    api(cast.other_doctor).get("/api/visitnotes/")
    assert lines() == [(V.NOTE_READ, cast.doctor, cast.patient)] * 2


def test_files_and_proofs_opened(client: Any, cast: Any, service: Any, lines: Any) -> None:
    with time_machine.travel(clinic_time(0, 8)):
        visit = booking.book(
            patient=cast.patient,
            doctor=cast.doctor,
            service=service,
            starts_at=clinic_time(3, 10),
            mode="video",
            booked_by=cast.patient,
            files=[SimpleUploadedFile("lab.pdf", b"%PDF-1.7\n%%EOF\n")],
        )
        payment = visit.payments.get()  # type: ignore[attr-defined]
        payments.submit(payment.pk, bank_reference="FT 7007", proof=picture(), actor=cast.patient)
        lines()
        file_page = f"/appointments/{visit.pk}/files/{visit.files.get().pk}/"  # type: ignore[attr-defined]
        proof_page = f"/payments/{payment.pk}/proof/{payment.attempts.get().pk}/"
        assert signed_in(client, cast.other_doctor).get(file_page).status_code == 404
        assert signed_in(client, cast.doctor).get(file_page).status_code == 200
        assert signed_in(client, cast.doctor).get(proof_page).status_code == 404
        assert signed_in(client, cast.manager).get(proof_page).status_code == 200
        assert [line for line in lines() if line[0] != V.LOGGED_IN] == [
            (V.FILE_OPENED, cast.doctor, cast.patient),
            (V.PROOF_OPENED, cast.manager, cast.patient),
        ]


def test_joining_a_call_once_though_the_socket_drops(patient: User, doctor: User, lines: Any) -> None:
    now = clinic_time(0, 10)
    with time_machine.travel(now):
        call = calls.schedule(
            conversations.between(doctor, patient), host=doctor, opens_at=now, closes_at=clinic_time(0, 11)
        )
        joined = peers.join(call.pk, doctor, "channel-1")
        peers.join(call.pk, doctor, "channel-2", resume=joined.token)
        peers.join(call.pk, patient, "channel-3")
    assert lines() == [(V.CALL_JOINED, doctor, patient), (V.CALL_JOINED, patient, patient)]
