"""The pages and mails that stand in the theme's own room say the right thing, in every state."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.template.loader import get_template
from django.test import Client, RequestFactory
from django.urls import reverse

from accounts.tests.mailbox import delivered, link_in
from clinic.core.errors import Conflict

pytestmark = pytest.mark.django_db


def test_a_wrong_password_keeps_the_address_and_says_so(client: Client, patient: Any) -> None:
    page = client.post(
        reverse("account_login"), {"login": patient.email, "password": "wrong"}
    ).content.decode()
    assert 'role="alert"' in page
    assert f'value="{patient.email}"' in page


def test_a_field_with_a_mistake_points_to_its_words(client: Client) -> None:
    page = client.post(reverse("account_signup"), {"email": "no address"}).content.decode()
    assert 'aria-invalid="true"' in page
    for ids in re.findall(r'aria-describedby="([^"]+)"', page):
        for name in ids.split():
            assert f'id="{name}"' in page


@pytest.mark.django_db(transaction=True)
def test_the_mail_for_a_new_password_holds_the_link_in_both_bodies(client: Client, patient: Any) -> None:
    client.post(reverse("account_reset_password"), {"email": patient.email})
    message = delivered()[-1]
    link = link_in(message, "/password/reset/key/")
    assert link in str(getattr(message, "alternatives", ""))
    page = client.get(link, follow=True).content.decode()
    assert "Set a new password" in page


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("/accounts/confirm-email/nonsense/", "too old"),
        ("/accounts/password/reset/key/1-nonsense/", "too old"),
    ],
)
def test_a_stale_link_says_what_to_do(client: Client, url: str, words: str) -> None:
    assert words in client.get(url, follow=True).content.decode()


@pytest.mark.parametrize("name", ["account_change_password", "account_email", "account_logout"])
def test_own_account_pages_open(client: Client, patient: Any, name: str) -> None:
    client.force_login(patient)
    answer = client.get(reverse(name))
    assert answer.status_code == 200
    assert "<h1>" in answer.content.decode()


def test_a_page_that_is_not_there(client: Client) -> None:
    answer = client.get("/nothing-here/")
    assert answer.status_code == 404
    assert "Nothing here" in answer.content.decode()


def test_a_form_without_its_token(patient: Any) -> None:
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post(reverse("account_login"), {"login": patient.email, "password": "x"})
    assert answer.status_code == 403
    assert "Please try once more" in answer.content.decode()


def test_a_broken_server_still_shows_its_page(django_assert_num_queries: Callable[..., Any]) -> None:
    """It asks neither the database nor the session: either may be what broke."""
    with django_assert_num_queries(0):
        page = get_template("errors/500.html").render()
    assert "on our side" in page


def test_a_refusal_escapes_what_it_repeats() -> None:
    request = RequestFactory().get("/")
    page = get_template("errors/refused_fragment.html").render({"error": Conflict("<b>taken</b>")}, request)
    assert "&lt;b&gt;taken" in page
    assert 'data-refusal="conflict"' in page


@pytest.mark.parametrize("name", ["400.html", "403.html", "404.html", "429.html", "403_csrf.html"])
def test_error_pages_need_no_context(name: str) -> None:
    """Django renders some of them with nothing at all."""
    assert "<h1>" in get_template(name).render()
