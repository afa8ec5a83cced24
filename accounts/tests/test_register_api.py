"""POST /api/register/."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import User
from accounts.tests.mailbox import delivered, link_in

pytestmark = pytest.mark.django_db(transaction=True)

NEW = {
    "email": "asmita@example.com",
    "password": "sunny-mountain-9",
    "first_name": "Asmita",
    "last_name": "Tamang",
}


def test_registering_verifying_and_logging_in(api: Callable[..., Any]) -> None:
    more = {"phone": "+9779841234567", "date_of_birth": "2001-02-03", "gender": "female"}
    answer = api().post("/api/register/", {**NEW, **more})
    assert answer.status_code == 201
    user = User.objects.get()
    assert user.patient_profile.date_of_birth == date(2001, 2, 3)
    log_in = {"email": NEW["email"], "password": NEW["password"]}
    refused = api().post("/api/login/", log_in)
    assert (refused.status_code, refused.json()["code"]) == (403, "email_not_verified")
    Client().post(link_in(delivered()[0], "confirm-email"))
    assert api().post("/api/login/", log_in).status_code == 200


def test_existing_address_is_not_told_but_its_owner_is(api: Callable[..., Any], patient: User) -> None:
    fresh = api().post("/api/register/", NEW)
    taken = api().post("/api/register/", {**NEW, "email": patient.email.upper()})
    assert (taken.status_code, taken.json()["detail"]) == (fresh.status_code, fresh.json()["detail"])
    assert taken.json()["email"] == patient.email
    patient.refresh_from_db()
    assert patient.check_password("test-pass-2026")
    mails = {message.to[0]: message for message in delivered()}
    assert set(mails) == {NEW["email"], patient.email}
    assert "confirm-email" not in str(mails[patient.email].body)


def test_second_address_of_somebody_is_taken_too(api: Callable[..., Any], patient: User) -> None:
    EmailAddress.objects.create(user=patient, email=NEW["email"], verified=True, primary=False)
    assert api().post("/api/register/", NEW).status_code == 201
    assert not User.objects.filter(email=NEW["email"]).exists()


def test_two_at_once_make_one_account(api: Callable[..., Any]) -> None:
    start = Barrier(4)

    def register(email: str) -> int:
        try:
            start.wait()
            return int(api().post("/api/register/", {**NEW, "email": email}).status_code)
        finally:
            connection.close()

    spellings = ["asmita@example.com", "ASMITA@example.com", "Asmita@Example.com", "aſmita@example.com"]
    with ThreadPoolExecutor(4) as threads:
        codes = list(threads.map(register, spellings))
    assert set(codes) <= {201, 400}
    assert User.objects.count() == 1


def test_role_cannot_be_posted(api: Callable[..., Any]) -> None:
    api().post("/api/register/", {**NEW, "role": "admin", "is_active": True})
    assert User.objects.get().role == "patient"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", "x"),
        ("email", ["a"]),
        ("email", "аsmita@example.com"),
        ("password", "short"),
        ("password", "password12"),
        ("password", "asmita@example.com"),
        ("password", "x" * 129),
        ("first_name", ""),
        ("first_name", "\u202e"),
        ("last_name", {"a": 1}),
        ("last_name", "x" * 81),
        ("phone", "call me"),
        ("date_of_birth", (timezone.localdate() + timedelta(days=2)).isoformat()),
        ("date_of_birth", "1899-12-31"),
        ("date_of_birth", "soon"),
        ("gender", "doctor"),
    ],
)
def test_wrong_input_is_named(api: Callable[..., Any], field: str, value: Any) -> None:
    answer = api().post("/api/register/", {**NEW, field: value})
    assert answer.status_code == 400
    assert answer.json()["code"] == "invalid"
    assert list(answer.json()["fields"]) == [field]
    assert not User.objects.exists()


def test_registering_is_throttled(api: Callable[..., Any]) -> None:
    answers = [api().post("/api/register/", {"email": "x"}) for _attempt in range(21)]
    assert [answer.status_code for answer in answers[:20]] == [400] * 20
    assert answers[20].status_code == 429
    assert answers[20].json()["code"] == "throttled"
    assert int(answers[20]["Retry-After"]) > 0
