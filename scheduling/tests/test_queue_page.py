"""The queue's pages: the desk's and the doctor's, the patient's waiting room, the screen for everybody."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Mode
from accounts.models import User
from accounts.tests.factories import make_doctor, make_patient
from scheduling.domain import queue, screen
from scheduling.enums import AppointmentStatus, ResourceKind
from scheduling.models import Appointment, Resource, ResourceGroup, Service
from scheduling.tests.factories import clinic_time, make_appointment

pytestmark = pytest.mark.django_db
S = AppointmentStatus


@pytest.fixture(autouse=True)
def noon() -> Any:
    with time_machine.travel(clinic_time(0, 12), tick=False) as clock:
        yield clock


def visit(
    patient: User,
    doctor: User,
    service: Service,
    status: str = S.CHECKED_IN,
    *,
    starts_at: datetime | None = None,
) -> Appointment:
    return make_appointment(
        patient,
        doctor,
        service,
        starts_at=starts_at or clinic_time(0, 12),
        status=status,
        mode=Mode.IN_PERSON,
    )


def status_of(one: Appointment) -> str:
    return str(Appointment.objects.get(pk=one.pk).status)


# --- Desk and doctor ---


def test_doctors_see_their_own_queue_and_management_all(
    client: Client, patient: User, doctor: User, service: Service, request: pytest.FixtureRequest
) -> None:
    other_patient, other_doctor, manager = (
        request.getfixturevalue(name) for name in ("other_patient", "other_doctor", "manager")
    )
    visit(patient, doctor, service)
    visit(other_patient, other_doctor, service)
    seen = {}
    for person in (doctor, other_doctor, manager):
        client.force_login(person)
        page = client.get(reverse("queue")).content.decode()
        seen[person] = {name for name in (patient.name, other_patient.name) if name in page}
    assert seen == {
        doctor: {patient.name},
        other_doctor: {other_patient.name},
        manager: {patient.name, other_patient.name},
    }
    page = client.get(reverse("queue"), {"doctor": str(doctor.pk)}).content.decode()
    assert patient.name in page
    assert other_patient.name not in page
    assert client.get(reverse("queue"), {"doctor": "nonsense"}).status_code == 200


@pytest.mark.parametrize("role", ["doctor", "manager"])
def test_a_patient_goes_through_the_queue(
    role: str, client: Client, patient: User, doctor: User, request: pytest.FixtureRequest
) -> None:
    one = visit(patient, doctor, request.getfixturevalue("service"), S.CONFIRMED)
    client.force_login(request.getfixturevalue(role))

    def do(action: str) -> str:
        answer = client.post(reverse("queue_action", args=[one.pk, action]))
        assert answer["Location"] == reverse("queue")
        return status_of(one)

    assert do("check-in") == S.CHECKED_IN
    assert do("undo-check-in") == S.CONFIRMED
    assert do("check-in") == S.CHECKED_IN
    client.post(reverse("queue_next", args=[doctor.pk]))
    assert "Call again" in client.get(reverse("queue")).content.decode()
    assert do("start") == S.IN_PROGRESS
    assert do("complete") == S.COMPLETED


def test_by_htmx_the_queue_comes_back_with_the_words_beside_it(
    client: Client, patient: User, other_patient: User, doctor: User, service: Service
) -> None:
    visit(patient, doctor, service)
    visit(other_patient, doctor, service, starts_at=clinic_time(0, 13))
    client.force_login(doctor)
    for word in ("is called in", "Someone has been called already"):
        answer = client.post(reverse("queue_next", args=[doctor.pk]), HTTP_HX_REQUEST="true")
        assert answer.status_code == 200
        assert word in answer["HX-Trigger"]
        assert 'id="queue"' in answer.content.decode()


@pytest.mark.parametrize(
    ("role", "expected"), [("patient", 403), ("other_patient", 404), ("other_doctor", 404), ("admin", 404)]
)
def test_outsiders_do_nothing_in_a_queue(
    role: str, expected: int, client: Client, doctor: User, request: pytest.FixtureRequest
) -> None:
    one = visit(request.getfixturevalue("patient"), doctor, request.getfixturevalue("service"))
    client.force_login(request.getfixturevalue(role))
    for action in ("call", "start", "undo-check-in"):
        assert client.post(reverse("queue_action", args=[one.pk, action])).status_code == expected
    assert client.post(reverse("queue_next", args=[doctor.pk])).status_code in {403, 404}
    assert client.post(reverse("queue_late", args=[doctor.pk]), {"minutes": "20"}).status_code in {403, 404}
    one.refresh_from_db()
    assert (one.status, one.called_at) == (S.CHECKED_IN, None)


@pytest.mark.parametrize("typed", ["", "soon", "-5", "241", "1e3", "99999999999999999999"])
def test_a_delay_that_is_none_is_asked_again(typed: str, client: Client, doctor: User) -> None:
    client.force_login(doctor)
    answer = client.post(reverse("queue_late", args=[doctor.pk]), {"minutes": typed})
    assert answer.status_code == 422
    assert queue.latest_notice(doctor.pk) is None


def test_a_delay_is_proposed_and_told(
    client: Client, patient: User, doctor: User, service: Service, noon: Any
) -> None:
    one = visit(patient, doctor, service)
    noon.shift(timedelta(minutes=20))
    client.force_login(doctor)
    late = reverse("queue_late", args=[doctor.pk])
    assert f"{late}?minutes=20" in client.get(reverse("queue")).content.decode()
    assert 'value="20"' in client.get(late, {"minutes": "20"}).content.decode()
    client.post(late, {"minutes": "20"})
    assert "told: 20 minutes late" in client.get(reverse("queue")).content.decode()
    client.force_login(patient)
    shown = client.get(reverse("waiting_room", args=[one.pk])).content.decode()
    assert "runs about 20 minutes late" in shown


def test_no_show_from_the_queue_comes_back_to_it(
    client: Client, patient: User, doctor: User, service: Service
) -> None:
    one = visit(patient, doctor, service, S.CONFIRMED, starts_at=clinic_time(0, 11))
    client.force_login(doctor)
    asked = client.get(reverse("appointment_action", args=[one.pk, "no-show"]), {"next": reverse("queue")})
    assert f'name="next" value="{reverse("queue")}"' in asked.content.decode()
    answer = client.post(reverse("appointment_action", args=[one.pk, "no-show"]), {"next": reverse("queue")})
    assert answer["Location"] == reverse("queue")
    assert "They came after all" in client.get(reverse("queue")).content.decode()


def fill(service: Service, doctors: int, each: int) -> None:
    for number in range(doctors):
        doctor = make_doctor(f"d{number}@test.clinic", first_name=f"D{number}")
        for index in range(each):
            patient = make_patient(f"d{number}.{index}@test.clinic")
            status = (S.CHECKED_IN, S.CONFIRMED, S.COMPLETED)[index % 3]
            visit(
                patient, doctor, service, status, starts_at=clinic_time(0, 8) + timedelta(minutes=30 * index)
            )


@pytest.mark.parametrize("which", ["queue", "screen"])
def test_as_many_queries_for_thirty_visits_as_for_one(
    which: str, client: Client, manager: User, service: Service
) -> None:
    client.force_login(manager)
    url = reverse("queue") if which == "queue" else reverse("queue_screen", args=[screen.key()])
    counted = []
    for doctors, each in ((1, 1), (3, 10)):
        Appointment.objects.all().delete()
        User.objects.filter(email__startswith="d").delete()
        fill(service, doctors, each)
        cache.clear()
        client.get(url)  # what is looked up once
        cache.clear()
        with CaptureQueriesContext(connection) as queries:
            assert client.get(url).status_code == 200
        counted.append(len(queries))
    assert counted[1] <= counted[0] + 1, "calls at the door are asked for only where there are any"


# --- The patient ---


def test_a_patient_says_i_am_here_and_sees_their_place(
    client: Client, patient: User, other_patient: User, doctor: User, service: Service
) -> None:
    visit(other_patient, doctor, service)
    one = visit(patient, doctor, service, S.CONFIRMED, starts_at=clinic_time(0, 12, 30))
    client.force_login(patient)
    room = reverse("waiting_room", args=[one.pk])
    assert "I am here" in client.get(reverse("appointment", args=[one.pk])).content.decode()
    before = client.get(room).content.decode()
    assert "I am here" in before
    assert "if you were here now" in before
    answer = client.post(reverse("appointment_action", args=[one.pk, "check-in"]), {"next": room})
    assert answer["Location"] == room
    assert status_of(one) == S.CHECKED_IN
    shown = client.get(room).content.decode()
    assert "patient before you" in shown
    assert "about 30 minutes" in shown
    assert "too few have been measured" in shown
    assert other_patient.name not in shown
    queue.call(one.pk, actor=doctor)
    assert "data-called" in client.get(room).content.decode()


def test_the_waiting_room_is_the_patients_alone(
    client: Client, patient: User, other_patient: User, doctor: User, service: Service
) -> None:
    one = visit(patient, doctor, service)
    for person, expected in ((other_patient, 404), (doctor, 403), (patient, 200)):
        client.force_login(person)
        assert client.get(reverse("waiting_room", args=[one.pk])).status_code == expected


@pytest.mark.parametrize(
    "fields",
    [
        {"starts_at": (1, 9)},
        {"status": S.COMPLETED},
        {"status": S.CANCELLED},
        {"displaced_at": timezone.now()},
    ],
)
def test_without_a_place_in_todays_line_the_visit_is_shown(
    fields: dict[str, Any], client: Client, patient: User, doctor: User, service: Service
) -> None:
    fields = {**fields, "starts_at": clinic_time(*fields.get("starts_at", (0, 13)))}
    one = make_appointment(patient, doctor, service, mode=Mode.IN_PERSON, **fields)
    client.force_login(patient)
    answer = client.get(reverse("waiting_room", args=[one.pk]))
    assert answer["Location"] == reverse("appointment", args=[one.pk])


def test_the_api_leaves_checking_in_to_the_staff(
    api: Any, patient: User, doctor: User, service: Service
) -> None:
    one = visit(patient, doctor, service, S.CONFIRMED)
    url = reverse("api-appointment-check-in", args=[one.pk])
    assert api(patient).post(url).status_code == 403
    assert api(doctor).post(url).json()["status"] == "checked_in"


# --- The screen ---


def test_the_screen_shows_initials_and_the_room_to_anybody_with_todays_key(
    client: Client, patient: User, other_patient: User, doctor: User, request: pytest.FixtureRequest
) -> None:
    manager, service = request.getfixturevalue("manager"), request.getfixturevalue("service")
    called = visit(patient, doctor, service)
    group = ResourceGroup.objects.create(name="Rooms", kind=ResourceKind.ROOM)
    called.resources.add(Resource.objects.create(group=group, name="Room 2"))
    visit(other_patient, doctor, service, starts_at=clinic_time(0, 13))
    queue.call(called.pk, actor=doctor)
    client.force_login(manager)
    address = client.get(reverse("queue_screen_open"))["Location"]
    for who in (client, Client()):
        shown = who.get(address).content.decode()
        assert "A. G." in shown
        assert "B. R." in shown
        assert "Room 2" in shown
        for person in (patient, other_patient, manager):
            assert person.last_name not in shown
            assert str(person.pk) not in shown


def test_yesterdays_key_opens_nothing(client: Client) -> None:
    key = screen.key()
    with time_machine.travel(clinic_time(1, 1), tick=False):
        assert client.get(reverse("queue_screen", args=[key])).status_code == 404
    assert client.get(reverse("queue_screen", args=[key])).status_code == 200
    assert client.get(reverse("queue_screen", args=[key[:-1] + "x"])).status_code == 404
