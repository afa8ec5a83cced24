"""A patient signs up on the page, verifies the address by the mailed link, and is let in."""

from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.test import Client
from django.urls import reverse

from accounts.domain import people
from accounts.models import User
from accounts.tests.mailbox import delivered, link_in

pytestmark = pytest.mark.django_db(transaction=True)

SIGNUP = "/accounts/signup/"
NEW = {
    "email": "Asmita@Example.com",
    "password1": "sunny-mountain-9",
    "first_name": "Asmita",
    "last_name": "तामाङ",
    "phone": "984-1234567",
}


def sign_up(client: Client, **changes: str) -> Any:
    return client.post(SIGNUP, {**NEW, **changes})


def test_new_patient_is_let_in_after_opening_the_mailed_link(client: Client) -> None:
    assert sign_up(client).url == "/accounts/confirm-email/"
    user = User.objects.get()
    assert (user.email, user.role, str(user.phone)) == ("asmita@example.com", "patient", "+9779841234567")
    assert user.patient_profile is not None
    assert client.get("/profile/").status_code == 302, "not before the address is verified"
    message = delivered()[0]
    assert message.to == ["asmita@example.com"]
    assert message.alternatives, "text and HTML"  # type: ignore[attr-defined]
    link = link_in(message, "confirm-email")
    assert client.get(link).status_code == 200
    assert not EmailAddress.objects.get().verified, "mail scanners open links: opening alone verifies nothing"
    answer: Any = client.post(link)
    assert answer.url == reverse("onboarding")
    assert EmailAddress.objects.get().verified
    assert client.get("/profile/").status_code == 200


def test_link_opened_elsewhere_verifies_but_does_not_log_in(client: Client) -> None:
    sign_up(client)
    elsewhere = Client()
    elsewhere.post(link_in(delivered()[0], "confirm-email"))
    assert EmailAddress.objects.get().verified
    assert elsewhere.get("/profile/").status_code == 302


def test_unverified_address_cannot_log_in(client: Client) -> None:
    sign_up(client)
    answer = Client().post("/accounts/login/", {"login": NEW["email"], "password": NEW["password1"]})
    assert answer.url == "/accounts/confirm-email/"  # type: ignore[attr-defined]


def test_old_link_is_refused(client: Client, settings: Any) -> None:
    import time_machine

    sign_up(client)
    link = link_in(delivered()[0], "confirm-email")
    with time_machine.travel("2099-01-01"):
        assert client.post(link).status_code == 404
    assert not EmailAddress.objects.get().verified


@pytest.mark.parametrize("role", ["doctor", "management", "admin"])
def test_nobody_chooses_a_role(client: Client, role: str) -> None:
    sign_up(client, role=role, is_active="1", is_staff="1", is_superuser="1")
    assert User.objects.get().role == "patient"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("first_name", ""),
        ("first_name", "x" * 81),
        ("first_name", "A\u202eB"),
        ("first_name", "tab\there"),
        ("first_name", "nul\x00"),
        ("last_name", "12345"),
        ("last_name", "<b>bold</b>"),
        ("last_name", "Win at http://evil.example"),
        ("email", "not an address"),
        ("email", "аsmita@example.com"),
        ("email", "a\x00b@example.com"),
        ("email", "x" * 250 + "@example.com"),
        ("phone", "12"),
        ("phone", "\x00"),
        ("password1", "short"),
        ("password1", "1234567890"),
        ("password1", "asmita@example.com"),
    ],
)
def test_wrong_input_is_named_and_what_was_typed_is_kept(client: Client, field: str, value: str) -> None:
    answer = sign_up(client, **{field: value})
    assert answer.status_code == 200
    assert list(answer.context["form"].errors) == [field]
    assert NEW["last_name" if field != "last_name" else "first_name"] in answer.content.decode()
    assert not User.objects.exists()


def test_nepali_names_with_joiners_are_names(client: Client) -> None:
    sign_up(client, first_name="लक्ष्मी", last_name="क्\u200dष")
    assert User.objects.get().last_name == "क्\u200dष"


@pytest.mark.parametrize(
    "spelling",
    ["ASMITA@EXAMPLE.COM", " asmita@example.com ", "aſmita@example.com", "ａｓｍｉｔａ@example.com"],
)
def test_other_spellings_do_not_double_an_account(client: Client, spelling: str) -> None:
    people.register_patient(
        email="asmita@example.com", password="sunny-mountain-9", first_name="A", last_name="T"
    )
    answer = Client().post(SIGNUP, {**NEW, "email": spelling})
    assert User.objects.count() == 1
    if answer.status_code == 302:
        assert answer.url == "/accounts/confirm-email/"  # type: ignore[attr-defined]


def test_taken_address_looks_like_a_new_one_and_its_owner_gets_a_mail(client: Client, patient: User) -> None:
    fresh, taken = sign_up(Client()), sign_up(client, email=patient.email)
    assert (taken.status_code, taken.url) == (fresh.status_code, fresh.url)
    fresh_page, taken_page = Client().get(fresh.url), client.get(taken.url)
    assert fresh_page.status_code == taken_page.status_code
    mails = {message.to[0]: message for message in delivered()}
    assert "confirm-email" not in str(mails[patient.email].body)
    assert User.objects.filter(email=patient.email).count() == 1


def test_address_taken_in_the_same_moment_is_no_crash(client: Client, monkeypatch: Any) -> None:
    """Both requests found the address free; the second to store it is answered as if it had been taken."""
    from accounts.forms.signup import SignupForm

    monkeypatch.setattr(SignupForm, "validate_unique_email", lambda self, value: value)
    assert sign_up(Client()).status_code == 302
    assert sign_up(client).status_code == 302
    assert User.objects.count() == 1


def test_asking_again_for_the_mail_is_limited(client: Client) -> None:
    sign_up(client)
    for _attempt in range(3):
        Client().post("/accounts/login/", {"login": NEW["email"], "password": NEW["password1"]})
    assert len(delivered()) == 1
