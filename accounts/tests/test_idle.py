"""Staff who do nothing are logged off; patients, live updates and calls are another matter."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from asgiref.sync import sync_to_async
from django.test import Client
from django.utils import timezone

from accounts.models import Activity, User
from accounts.tests.second_steps import is_in, page_log_in
from accounts.tests.test_sessions import closed_because, socket
from clinic.core.testing.browser import session_cookie

pytestmark = pytest.mark.django_db

LIVE = {"HTTP_HX_REQUEST": "true", "HTTP_X_BACKGROUND": "1"}
SCRIPT = {"HTTP_SEC_FETCH_MODE": "cors"}
PICTURE = {"HTTP_SEC_FETCH_MODE": "no-cors"}


@pytest.fixture
def clock() -> Iterator[Any]:
    with time_machine.travel(timezone.now(), tick=False) as travelling:
        yield travelling


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


@pytest.mark.parametrize("role", ["doctor", "manager", "admin"])
def test_staff_are_logged_off(request: Any, role: str, clock: Any) -> None:
    client = page_log_in(request.getfixturevalue(role))
    clock.shift(minutes(29))
    assert is_in(client)
    clock.shift(minutes(29))
    assert is_in(client), "the last click counts"
    clock.shift(minutes(30))
    answer = client.get("/profile/")
    assert answer.url == "/accounts/login/?next=/profile/"  # type: ignore[attr-defined]
    assert "nothing happened for a while" in client.get("/accounts/login/").content.decode()
    assert Activity.objects.filter(verb="session.end").exists()


def test_patients_stay(patient: User, clock: Any) -> None:
    client = page_log_in(patient)
    clock.shift(timedelta(days=3))
    assert is_in(client)
    assert "idle-warning" not in client.get("/profile/").content.decode()


@pytest.mark.parametrize("limit", [0, 10])
def test_the_clinic_sets_the_limit(doctor: User, settings: Any, clock: Any, limit: int) -> None:
    settings.STAFF_IDLE_MINUTES = limit
    client = page_log_in(doctor)
    page = client.get("/profile/").content.decode()
    assert ('data-idle="600"' in page) == bool(limit)
    clock.shift(minutes(11))
    assert is_in(client) == (not limit)


@pytest.mark.parametrize("headers", [LIVE, SCRIPT, PICTURE, {**SCRIPT, "HTTP_X_BACKGROUND": "1"}])
def test_what_nobody_did_keeps_nobody_in(doctor: User, clock: Any, headers: dict[str, str]) -> None:
    client = page_log_in(doctor)
    for _each in range(4):
        clock.shift(minutes(9))
        client.get("/home/", **headers)  # type: ignore[arg-type]
    assert not is_in(client)


@pytest.mark.parametrize(
    ("method", "headers"),
    [
        ("get", {"HTTP_SEC_FETCH_MODE": "navigate"}),
        ("get", {"HTTP_HX_REQUEST": "true", **SCRIPT}),
        ("post", SCRIPT),
    ],
)
def test_clicks_and_what_is_sent_count(
    doctor: User, clock: Any, method: str, headers: dict[str, str]
) -> None:
    client = page_log_in(doctor)
    for _each in range(4):
        clock.shift(minutes(9))
        getattr(client, method)("/session/", **headers)
    assert is_in(client)


def test_the_session_is_written_at_most_once_a_minute(
    doctor: User, clock: Any, django_assert_num_queries: Any
) -> None:
    client = page_log_in(doctor)
    clock.shift(timedelta(seconds=59))
    with django_assert_num_queries(2):  # session and user
        client.get("/session/")
    clock.shift(timedelta(seconds=2))
    client.get("/session/")
    with django_assert_num_queries(2):
        client.get("/session/")


def test_the_page_asks_how_long_yet(doctor: User, patient: User, clock: Any) -> None:
    def left(client: Client, **headers: str) -> Any:
        answer = client.get("/session/", **headers)  # type: ignore[arg-type]
        assert "no-store" in answer["Cache-Control"]
        return answer.json()["seconds_left"]

    client = page_log_in(doctor)
    assert left(client, **SCRIPT) == 1800
    clock.shift(minutes(29))
    assert left(client, **SCRIPT) == 60, "asking is no activity"
    assert client.post("/session/").json()["seconds_left"] == 1800, "'Stay logged in' is"
    clock.shift(minutes(31))
    assert left(client, **SCRIPT) == 0
    assert "_auth_user_id" not in client.session, "and that was the end of it"
    assert left(page_log_in(patient)) is None
    assert left(Client()) == 0
    assert Client().post("/session/").json() == {"seconds_left": 0}


def test_stay_logged_in_takes_the_token_of_the_page(doctor: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(doctor)
    assert client.post("/session/").status_code == 403


def test_what_comes_too_late_is_not_carried_out(doctor: User, clock: Any) -> None:
    client = page_log_in(doctor)
    clock.shift(minutes(31))
    answer = client.post(
        "/profile/", {"first_name": "Late"}, HTTP_REFERER="http://testserver/profile/", HTTP_HOST="testserver"
    )
    assert answer.url == "/accounts/login/?next=%2Fprofile%2F"  # type: ignore[attr-defined]
    doctor.refresh_from_db()
    assert doctor.first_name != "Late"


def test_a_foreign_referrer_is_no_way_back(doctor: User, clock: Any) -> None:
    client = page_log_in(doctor)
    clock.shift(minutes(31))
    answer = client.post("/profile/", HTTP_REFERER="https://evil.example/x")
    assert answer.url == "/accounts/login/"  # type: ignore[attr-defined]


def test_htmx_takes_the_whole_page_to_the_log_in(doctor: User, clock: Any) -> None:
    client = page_log_in(doctor)
    clock.shift(minutes(31))
    answer = client.get(
        "/home/", HTTP_HX_REQUEST="true", HTTP_HX_CURRENT_URL="http://testserver/appointments/?day=1"
    )
    assert answer["HX-Redirect"] == "/accounts/login/?next=%2Fappointments%2F%3Fday%3D1"


def test_the_api_by_session_is_401(doctor: User, clock: Any) -> None:
    client = page_log_in(doctor)
    clock.shift(minutes(31))
    answer = client.get("/api/profile/")
    assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated")


@pytest.mark.django_db(transaction=True)
async def test_sockets_close_and_open_no_more(doctor: User) -> None:
    client = await sync_to_async(page_log_in)(doctor)
    key = client.cookies["sessionid"].value
    async with socket(session=key) as open_socket:
        with time_machine.travel(timezone.now() + minutes(31)):
            async with socket(session=key) as late:
                assert (await late.receive_output())["code"] == 4401
            await sync_to_async(client.get)("/session/", HTTP_SEC_FETCH_MODE="cors")
        assert await closed_because(open_socket) == "idle"


def test_a_session_without_the_mark_starts_now(doctor: User) -> None:
    client = Client()
    client.cookies["sessionid"] = session_cookie(doctor)
    assert is_in(client)
    assert client.session["active_at"]
