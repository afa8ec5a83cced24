"""Logging in and out, by token and by page."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from knox.models import AuthToken
from rest_framework.test import APIClient

from accounts.domain import people
from accounts.models import User
from accounts.tests.factories import PASSWORD, make_user

pytestmark = pytest.mark.django_db


def log_in(user: User, password: str = PASSWORD, **changes: Any) -> Any:
    return APIClient().post("/api/login/", {"email": user.email, "password": password, **changes})


def with_token(token: str) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {token}")
    return client


def test_login_gives_a_token_that_works(doctor: User) -> None:
    answer = log_in(doctor)
    body = answer.json()
    assert answer.status_code == 200
    assert body["user"] == {
        "id": str(doctor.pk),
        "email": doctor.email,
        "name": "Dr. Sita Sharma",
        "role": "doctor",
    }
    assert "T" in body["expires_at"]
    assert "+" in body["expires_at"]
    assert with_token(body["token"]).get("/api/profile/").json()["id"] == str(doctor.pk)
    assert body["token"] not in str(AuthToken.objects.values_list()), "only its hash is stored"


@pytest.mark.parametrize("spelling", ["PATIENT@test.clinic", " patient@Test.clinic "])
def test_spelling_of_the_address_does_not_matter(patient: User, spelling: str) -> None:
    assert log_in(patient, email=spelling).status_code == 200


def test_wrong_password_and_unknown_address_are_answered_alike(patient: User) -> None:
    wrong, unknown = log_in(patient, "not-the-password"), log_in(patient, email="nobody@test.clinic")
    assert (wrong.status_code, wrong.json()["code"]) == (401, "invalid_credentials")
    assert wrong.json() == unknown.json()


def test_unverified_address_is_refused(db: None) -> None:
    answer = log_in(make_user("late@test.clinic", verified=False))
    assert (answer.status_code, answer.json()["code"]) == (403, "email_not_verified")
    assert not AuthToken.objects.exists()


def test_deactivated_account_is_refused_by_login_and_token(patient: User) -> None:
    token = log_in(patient).json()["token"]
    User.objects.filter(pk=patient.pk).update(is_active=False)
    assert with_token(token).get("/api/profile/").status_code == 401
    answer = log_in(patient)
    assert (answer.status_code, answer.json()["code"]) == (403, "account_inactive")
    page = Client().post("/accounts/login/", {"login": patient.email, "password": PASSWORD})
    assert page.url == "/accounts/inactive/"  # type: ignore[attr-defined]


def test_logout_ends_this_token_only(patient: User) -> None:
    first, second = log_in(patient).json()["token"], log_in(patient).json()["token"]
    assert with_token(first).post("/api/logout/").status_code == 204
    assert with_token(first).get("/api/profile/").status_code == 401
    assert with_token(second).get("/api/profile/").status_code == 200


def test_token_expires(patient: User) -> None:
    token = log_in(patient).json()["token"]
    with time_machine.travel(timezone.now() + timedelta(days=14, minutes=1)):
        assert with_token(token).get("/api/profile/").status_code == 401


@pytest.mark.parametrize(
    "header", ["Token", "Token a b", "Token \xff\xfe", "Token \x00", "Token " + "f" * 5000]
)
def test_broken_token_headers_are_401(header: str) -> None:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=header)
    answer = client.get("/api/profile/")
    assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated")
    assert answer["WWW-Authenticate"] == "Token"


def test_guessing_one_password_locks_the_address_out(patient: User) -> None:
    answers = [log_in(patient, "guess") for _attempt in range(6)]
    assert [answer.status_code for answer in answers] == [401] * 5 + [429]
    assert int(answers[-1]["Retry-After"]) > 0
    assert log_in(patient).status_code == 429, "also with the right password, until the time is over"


def test_many_addresses_from_one_place_are_throttled(db: None) -> None:
    answers = [
        APIClient().post(
            "/api/login/",
            {"email": f"p{number}@test.clinic", "password": "guess"},
            HTTP_X_FORWARDED_FOR=f"10.0.0.{number}",
        )
        for number in range(11)
    ]
    assert answers[-1].status_code == 429, "an invented X-Forwarded-For does not help"
    assert answers[-1].json()["code"] == "throttled"
    assert answers[-1]["Retry-After"]


def test_page_login_is_limited_kindly(patient: User) -> None:
    client = Client()
    for _attempt in range(5):
        client.post("/accounts/login/", {"login": patient.email, "password": "guess"})
    answer = client.post("/accounts/login/", {"login": patient.email, "password": PASSWORD})
    assert "try again in 5 minutes (at " in answer.content.decode()
    for _attempt in range(31):
        answer = client.post("/accounts/login/", {"login": "x", "password": "y"})
    assert answer.status_code == 429


@pytest.mark.parametrize(
    "next_url", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:1"]
)
def test_login_leads_to_own_pages_only(patient: User, next_url: str) -> None:
    answer = Client().post(
        "/accounts/login/", {"login": patient.email, "password": PASSWORD, "next": next_url}
    )
    assert answer.url == reverse("home")  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "login", ["a\x00b@test.clinic", "\x00", "x" * 5000, "\u202e@test.clinic", "' OR 1=1"]
)
def test_nonsense_is_no_crash(client: Client, login: str) -> None:
    for path, data in (
        ("/accounts/login/", {"login": login, "password": login, "next": login}),
        ("/accounts/password/reset/", {"email": login}),
    ):
        assert client.post(path, data).status_code in (200, 302, 429)


def test_login_leads_back_to_where_one_was_going(patient: User) -> None:
    answer = Client().post(
        "/accounts/login/", {"login": patient.email, "password": PASSWORD, "next": "/profile/"}
    )
    assert answer.url == "/profile/"  # type: ignore[attr-defined]


def test_password_reset_tells_nothing(patient: User, client: Client) -> None:
    known = client.post("/accounts/password/reset/", {"email": patient.email})
    unknown = Client().post("/accounts/password/reset/", {"email": "nobody@test.clinic"})
    assert known.status_code == unknown.status_code == 302
    assert known.url == unknown.url  # type: ignore[attr-defined]


def test_new_password_ends_other_log_ins(patient: User, client: Client) -> None:
    token = log_in(patient).json()["token"]
    elsewhere = Client()
    elsewhere.force_login(patient)
    client.force_login(patient)
    new = "sunny-mountain-9"
    client.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert with_token(token).get("/api/profile/").status_code == 401
    assert elsewhere.get("/profile/").status_code == 302
    assert client.get("/profile/").status_code == 200, "who changed it stays"


def test_session_needs_csrf_on_the_api(patient: User) -> None:
    client = APIClient(enforce_csrf_checks=True)
    client.force_login(patient)
    assert client.get("/api/profile/").status_code == 200
    answer = client.patch("/api/profile/", {"first_name": "Forged"})
    assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")


def test_anonymous_is_401_in_the_one_shape(db: None) -> None:
    for method, path in (
        ("get", "profile"),
        ("patch", "profile"),
        ("post", "logout"),
        ("post", "socket-ticket"),
    ):
        answer = getattr(APIClient(), method)(f"/api/{path}/")
        assert answer.status_code == 401
        assert set(answer.json()) == {"code", "detail", "fields"}


def test_people_domain_refuses_a_taken_address(patient: User) -> None:
    with pytest.raises(people.EmailTaken):
        people.register_patient(
            email="PATIENT@test.clinic", password="sunny-mountain-9", first_name="A", last_name="B"
        )
