"""Where a person is logged in, and logging out there from here."""

from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from asgiref.sync import sync_to_async
from django.conf import settings
from django.test import Client
from knox.models import AuthToken
from rest_framework.test import APIClient

from accounts.domain import devices, people, sessions
from accounts.models import Activity, User
from accounts.tests.second_steps import api_log_in, is_in, page_log_in
from accounts.tests.test_sessions import closed_because, is_open, socket

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
PHONE = "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Mobile Safari/537.36"


def browser(user: User, name: str) -> Client:
    return page_log_in(user, Client(headers={"user-agent": name}))


def key_of(client: Client) -> str:
    return str(client.session.session_key)


def row_of(client: Client) -> UserSession:
    return UserSession.objects.get(session_key=key_of(client))


@pytest.mark.django_db
class TestList:
    def test_each_browser_is_named(self, patient: User, other_patient: User) -> None:
        here = browser(patient, FIREFOX)
        browser(patient, PHONE)
        browser(other_patient, "Mozilla/5.0 (Windows NT 10.0) Edg/141.0")
        page = here.get("/accounts/sessions/").content.decode()
        assert "Firefox on Linux" in page
        assert "Chrome on Android" in page
        assert "Windows" not in page
        assert page.count("This one") == 1
        assert page.index("Firefox on Linux") < page.index("Chrome on Android"), "the present one first"
        assert key_of(here) not in page

    def test_a_script_as_browser_name_is_only_text(self, patient: User) -> None:
        here = browser(patient, "<script>alert(1)</script>")
        page = here.get("/accounts/sessions/").content.decode()
        assert "<script>alert" not in page
        assert "Unknown browser" in page

    def test_one_browser_is_logged_out(self, patient: User) -> None:
        here, there = browser(patient, FIREFOX), browser(patient, PHONE)
        answer = here.post(f"/profile/sessions/{row_of(there).pk}/end/")
        assert answer.url == "/accounts/sessions/"  # type: ignore[attr-defined]
        assert not is_in(there)
        assert is_in(here)
        assert Activity.objects.filter(verb="session.end", target_id=str(patient.pk)).exists()

    def test_all_others_are_logged_out(self, patient: User, other_patient: User) -> None:
        here, there, third = (browser(patient, name) for name in (FIREFOX, PHONE, ""))
        outsider = browser(other_patient, FIREFOX)
        here.post("/accounts/sessions/")
        assert [is_in(client) for client in (here, there, third, outsider)] == [True, False, False, True]
        assert UserSession.objects.filter(user=patient).count() == 1

    def test_nobody_ends_the_sessions_of_another(self, patient: User, other_patient: User) -> None:
        there, stranger = browser(patient, FIREFOX), browser(other_patient, PHONE)
        path = f"/profile/sessions/{row_of(there).pk}/end/"
        assert stranger.post(path).status_code == 404
        assert stranger.get(path).status_code == 405
        assert Client().post(path).status_code == 302
        assert is_in(there)

    def test_programs_are_listed_and_ended(self, patient: User, other_patient: User) -> None:
        program = APIClient()
        program.credentials(HTTP_AUTHORIZATION="Token " + api_log_in(patient).json()["token"])
        token_key = AuthToken.objects.get().token_key
        path = f"/profile/programs/{token_key}/end/"
        stranger, own = browser(other_patient, PHONE), browser(patient, FIREFOX)
        assert token_key not in stranger.get("/accounts/sessions/").content.decode()
        assert stranger.post(path).status_code == 404
        assert program.get("/api/profile/").status_code == 200
        assert path in own.get("/accounts/sessions/").content.decode()
        own.post(path)
        assert program.get("/api/profile/").status_code == 401

    def test_logging_out_takes_it_off_the_list(self, patient: User) -> None:
        here, there = browser(patient, FIREFOX), browser(patient, PHONE)
        there.post("/accounts/logout/")
        assert UserSession.objects.filter(user=patient).count() == 1
        assert is_in(here)

    @pytest.mark.parametrize("end", [people.deactivate, "everywhere"])
    def test_ending_everything_leaves_no_rows(self, patient: User, end: Any) -> None:
        clients = [browser(patient, FIREFOX), browser(patient, PHONE)]
        api_log_in(patient)
        if end == "everywhere":
            clients[0].post("/profile/log-out-everywhere/")
        else:
            end(patient)
        assert not UserSession.objects.filter(user=patient).exists()
        assert not AuthToken.objects.filter(user=patient).exists()
        assert not any(is_in(client) for client in clients)


@pytest.mark.django_db(transaction=True)
async def test_its_sockets_close_at_once_and_no_others(patient: User) -> None:
    here, there = await sync_to_async(browser)(patient, FIREFOX), await sync_to_async(browser)(patient, PHONE)
    row = await sync_to_async(row_of)(there)
    keys = [client.cookies[settings.SESSION_COOKIE_NAME].value for client in (here, there)]
    async with socket(session=keys[0]) as own, socket(session=keys[1]) as other:
        await sync_to_async(here.post)(f"/profile/sessions/{row.pk}/end/")
        assert await closed_because(other) == sessions.LOGGED_OUT
        assert await is_open(own)


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (FIREFOX, "Firefox on Linux"),
        (PHONE, "Chrome on Android"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile Safari/604.1",
            "Safari on iPhone",
        ),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Chrome/141.0 Safari/537.36 Edg/141.0",
            "Edge on Mac",
        ),
        ("curl/8.5", "Unknown browser"),
        ("", "Unknown browser"),
        ("Windows", "Windows"),
    ],
)
def test_browsers_in_plain_words(agent: str, words: str) -> None:
    assert devices.name(agent) == words
