"""`Authorization: Token <key>`."""

from typing import Any

from django.utils.translation import gettext as _
from knox.auth import TokenAuthentication as KnoxTokenAuthentication
from rest_framework.exceptions import AuthenticationFailed

from accounts.domain import second_factor


class TokenAuthentication(KnoxTokenAuthentication):
    """Knox's tokens: opaque, hashed at rest, expiring. Keys are hexadecimal; anything else is refused
    before it is decoded or reaches the database."""

    def authenticate_credentials(self, token: bytes) -> Any:
        if not token.isalnum() or len(token) > 100:
            raise AuthenticationFailed(_("Invalid token."))
        user, stored = super().authenticate_credentials(token)
        if second_factor.is_missing(user):
            raise second_factor.SecondFactorMissing
        return user, stored
