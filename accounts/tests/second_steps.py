"""Second factors for tests, by allauth's own hands."""

import time
from typing import Any

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from accounts.tests.factories import PASSWORD


def code_of(secret: str, *, steps: int = 0) -> str:
    """What the app shows now, or `steps` half minutes later."""
    return auth.format_hotp_value(auth.hotp_value(secret, int(time.time()) // 30 + steps))


def with_app(user: User) -> str:
    """Switch an authenticator app on; its secret."""
    secret = auth.generate_totp_secret()
    auth.TOTP.activate(user, secret)
    return secret


def with_recovery_codes(user: User) -> list[str]:
    return RecoveryCodes.activate(user).get_unused_codes()


def page_log_in(user: User, client: Client | None = None) -> Client:
    """By password, as far as that leads."""
    client = client or Client()
    client.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    return client


def reauthenticated(user: User) -> Client:
    """Logged in, and the password typed again just now."""
    client = Client()
    client.force_login(user)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    return client


def api_log_in(user: User, **otp: str) -> Any:
    return APIClient().post("/api/login/", {"email": user.email, "password": PASSWORD, **otp})


def is_in(client: Client) -> bool:
    return client.get("/profile/").status_code == 200
