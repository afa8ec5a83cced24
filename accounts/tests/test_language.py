"""In which language people are written to, and how that is chosen."""

from typing import Any

import pytest
from django.conf import settings
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import translation

from accounts.models import User
from clinic.core.testing.tasks import run_due_tasks

pytestmark = pytest.mark.django_db
SWITCH = "/i18n/setlang/"


def stored(user: User) -> str:
    return User.objects.values_list("language", flat=True).get(pk=user.pk)


def test_the_switch_is_remembered_for_mails_of_who_is_signed_in(patient: User, client: Client) -> None:
    client.force_login(patient)
    answer = client.post(SWITCH, {"language": "ne", "next": "/profile/"})
    assert (answer.status_code, answer["Location"]) == (302, "/profile/")
    assert answer.cookies[settings.LANGUAGE_COOKIE_NAME].value == "ne"
    assert stored(patient) == "ne"


@pytest.mark.parametrize("code", ["xx", "", "ne; drop"])
def test_an_unknown_language_changes_nothing(patient: User, client: Client, code: str) -> None:
    client.force_login(patient)
    assert client.post(SWITCH, {"language": code}).status_code == 302
    assert client.get(SWITCH + "?language=ne").status_code == 302  # reading never writes
    assert stored(patient) == "en"


def test_the_switch_works_for_strangers(client: Client) -> None:
    assert client.post(SWITCH, {"language": "ne"}).cookies[settings.LANGUAGE_COOKIE_NAME].value == "ne"


def test_the_profile_page_changes_the_language_of_mails_only_when_it_is_sent(
    patient: User, client: Client
) -> None:
    client.force_login(patient)
    form: dict[str, Any] = {"first_name": "Asha", "last_name": "Rai", "language": "ne"}
    assert client.post(reverse("profile"), form).status_code == 302
    assert stored(patient) == "ne"
    assert client.post(reverse("profile"), {**form, "language": "xx"}).status_code == 422
    del form["language"]
    assert client.post(reverse("profile"), form).status_code == 302
    assert stored(patient) == "ne"


SIGN_UP = {
    "first_name": "Maya",
    "last_name": "Gurung",
    "email": "maya.gurung@example.org",
    "password": "hidden-lake-at-dawn-7",
}


@pytest.mark.parametrize(("accepted", "language"), [("ne", "ne"), ("en", "en"), ("fr", "en")])
def test_a_new_account_speaks_the_language_it_was_opened_in(
    client: Client, accepted: str, language: str
) -> None:
    form = {**SIGN_UP, "password1": SIGN_UP["password"], "phone": ""}
    answer = client.post(reverse("account_signup"), form, headers={"Accept-Language": accepted})
    assert answer.status_code == 302
    assert User.objects.get(email=SIGN_UP["email"]).language == language


def test_an_account_opened_by_the_api_too(client: Client) -> None:
    answer = client.post(
        "/api/register/", SIGN_UP, content_type="application/json", headers={"Accept-Language": "ne"}
    )
    assert answer.status_code == 201
    assert User.objects.get(email=SIGN_UP["email"]).language == "ne"


@pytest.mark.django_db(transaction=True)
def test_account_mails_are_in_the_readers_language_not_in_that_of_who_asks(
    patient: User, client: Client
) -> None:
    User.objects.filter(pk=patient.pk).update(language="ne")
    client.post(
        reverse("account_reset_password"), {"email": patient.email}, headers={"Accept-Language": "en"}
    )
    run_due_tasks()
    [sent] = mail.outbox
    with translation.override("ne"):
        assert sent.subject == translation.gettext("Set a new password")
    assert sent.subject != "Set a new password"
