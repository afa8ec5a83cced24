"""A passkey in a real browser: Chromium's own virtual authenticator holds the key (CDP WebAuthn)."""

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from playwright.sync_api import expect

from accounts.models import User
from accounts.tests.factories import PASSWORD

pytestmark = pytest.mark.browser

OPTIONS = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def _real_hashing(settings: Any) -> None:
    """The server process hashes as in production."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]


@pytest.fixture
def localhost(server: Any) -> Any:
    """Browsers know passkeys at https or localhost, not at a number."""
    server.url = server.url.replace("127.0.0.1", "localhost")
    return server


def log_in(page: Any, user: User) -> None:
    page.goto("/accounts/login/")
    page.get_by_label("Email").fill(user.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    with page.expect_navigation(url=lambda url: "/accounts/login/" not in url):
        page.get_by_role("button", name="Log in", exact=True).click()


@pytest.mark.usefixtures("_real_hashing", "localhost")
def test_a_passkey_is_added_used_as_second_step_and_instead_of_the_password(
    person: Any, patient: User
) -> None:
    page = person()
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    device = devtools.send("WebAuthn.addVirtualAuthenticator", {"options": OPTIONS})["authenticatorId"]

    log_in(page, patient)
    page.goto("/accounts/2fa/webauthn/add/")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Name").fill("My phone")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("heading", name="Your recovery codes")).to_be_visible()
    assert Authenticator.objects.filter(user=patient, type="webauthn").count() == 1

    page.goto("/accounts/2fa/webauthn/")
    expect(page.get_by_text("My phone", exact=True)).to_be_visible()

    page.goto("/accounts/2fa/webauthn/add/")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_text("has a passkey for your account already")).to_be_visible()

    page.context.clear_cookies()
    log_in(page, patient)
    expect(page.get_by_role("heading", name="One more step")).to_be_visible()
    devtools.send("WebAuthn.setUserVerified", {"authenticatorId": device, "isUserVerified": True})
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url("**/home/")

    page.context.clear_cookies()
    page.goto("/accounts/login/?next=/profile/")
    page.get_by_role("button", name="Log in with a passkey").click()
    page.wait_for_url(lambda url: "/accounts/" not in url)
    expect(page.locator("body")).to_have_attribute("data-user", str(patient.pk))


@pytest.mark.usefixtures("localhost")
def test_without_a_passkey_it_says_so(person: Any) -> None:
    page = person()
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    device = devtools.send("WebAuthn.addVirtualAuthenticator", {"options": OPTIONS})["authenticatorId"]
    devtools.send("WebAuthn.setUserVerified", {"authenticatorId": device, "isUserVerified": False})
    page.goto("/accounts/login/")
    page.get_by_role("button", name="Log in with a passkey").click()
    expect(page.get_by_text("That was cancelled or took too long")).to_be_visible(timeout=30_000)
