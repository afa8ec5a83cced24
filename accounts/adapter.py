"""How allauth speaks here: mail by the task queue, one spelling per address, nothing told of others' accounts."""

import base64
import hashlib
import math
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context as allauth_context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.usersessions.adapter import DefaultUserSessionsAdapter
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.formats import time_format
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.domain import lockout, onboarding, second_factor, sessions
from accounts.models import User
from clinic.core import mail, qr

MAX_ADDRESS = 254  # RFC 5321, and User.email


class AccountAdapter(DefaultAccountAdapter):
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _("The e-mail address or the password is not right. Please try again."),
        "too_many_login_attempts": _(
            "Too many failed attempts. Please wait five minutes, or set a new password by 'Forgotten password'."
        ),
    }

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Says until when an address (known here or not) is locked out, in words and as `wait` for the API."""
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError as error:
            wait = lockout.seconds_left(request, self._get_login_attempts_cache_key(request, **credentials))
            raise ValidationError(
                _try_again(wait), code="too_many_login_attempts", params={"wait": wait}
            ) from error

    def clean_email(self, email: str) -> str:
        """One spelling for one mailbox; what is left over is refused, so look-alike letters can't double an account."""
        email = User.objects.normalize_email(super().clean_email(email))
        if not email.rpartition("@")[0].isascii():
            raise ValidationError(_("Please write the part before the @ in plain letters."), code="invalid")
        if len(email) > MAX_ADDRESS:
            raise ValidationError(_("This address is too long."), code="max_length")
        return email

    def get_login_redirect_url(self, request: Any) -> str:
        """A new patient is led to the first questions, once; an address asked for by `?next=` goes before."""
        if isinstance(request.user, User) and onboarding.lead_once(request.user):
            return reverse("onboarding")
        return str(super().get_login_redirect_url(request))

    def get_signup_redirect_url(self, request: Any) -> str:
        return self.get_login_redirect_url(request)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Render now (the link needs the request's host) in the reader's language, send by task, text and HTML."""
        request = allauth_context.request
        site = SimpleNamespace(name=settings.CLINIC_NAME, domain=request.get_host() if request else "")
        reader = context.get("user")
        with translation.override(
            reader.language if isinstance(reader, User) else translation.get_language()
        ):
            message = self.render_mail(
                template_prefix,
                email,
                {
                    "request": request,
                    "email": email,
                    "current_site": site,
                    "CLINIC_NAME": settings.CLINIC_NAME,
                    **context,
                },
            )
        html = "".join(str(part[0]) for part in getattr(message, "alternatives", []))
        mail.send_later(to=message.to, subject=message.subject, text=str(message.body), html=html)

    def send_account_already_exists_mail(self, email: str) -> None:
        """Takes as long as a real sign-up, which hashes a password: the time must not tell either."""
        make_password("as long as a real one")
        super().send_account_already_exists_mail(email)


class SecondFactorAdapter(DefaultMFAAdapter):
    """Plain words, the clinic's name in the authenticator app, secrets encrypted at rest."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "cannot_delete_authenticator": _(
            "The clinic asks staff for a second step. Add another one before you remove this."
        ),
        "cannot_generate_recovery_codes": _("Set up an authenticator app or a passkey first."),
        "incorrect_code": _(
            "This did not work. Please try again; each code works once, and for a short time."
        ),
    }

    def _get_site_name(self) -> str:
        return settings.CLINIC_NAME

    def build_totp_svg(self, url: str) -> str:
        return qr.svg(url)

    def generate_authenticator_name(self, user: Any, type: Authenticator.Type) -> str:
        count = Authenticator.objects.filter(user=user, type=type).count()
        return gettext("My passkey") if not count else gettext("Passkey %(number)d") % {"number": count + 1}

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        return second_factor.may_remove(authenticator)

    def encrypt(self, text: str) -> str:
        return _fernet().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """With a key that is no longer known no code is right; whoever runs the portal can take the factor off."""
        try:
            return _fernet().decrypt(encrypted_text.encode()).decode()
        except InvalidToken:
            return base64.b32encode(Fernet.generate_key()).decode()


class UserSessionsAdapter(DefaultUserSessionsAdapter):
    def end_sessions(self, ended: Any) -> None:
        sessions.end_listed(ended)


def _fernet() -> MultiFernet:
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    digests = [hashlib.sha256(f"accounts.second_factor:{key}".encode()).digest() for key in keys]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(digest)) for digest in digests])


def _try_again(seconds: int) -> str:
    minutes = math.ceil(seconds / 60)
    at = time_format(timezone.localtime() + timedelta(seconds=seconds + 59), "H:i")
    words = ngettext(
        "Too many failed attempts. Please try again in a minute (at %(time)s), or set a new password by "
        "'Forgotten password'.",
        "Too many failed attempts. Please try again in %(minutes)d minutes (at %(time)s), or set a new password by "
        "'Forgotten password'.",
        minutes,
    )
    return words % {"minutes": minutes, "time": at}
