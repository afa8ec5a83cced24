"""allauth's forms of the second factor, in plain words and without a code that works twice."""

import hashlib
from typing import Any

from allauth.mfa import app_settings
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import forms as base
from allauth.mfa.totp import forms as totp
from allauth.mfa.webauthn import forms as webauthn
from django import forms
from django.core.cache import cache
from django.utils.translation import gettext_lazy as _

MAX_NAME = 80


def _code_field(label: Any, help_text: Any = "") -> forms.CharField:
    attrs = {
        "autocomplete": "one-time-code",
        "inputmode": "numeric",
        "autocapitalize": "off",
        "spellcheck": "false",
    }
    return forms.CharField(
        label=label, help_text=help_text, max_length=40, widget=forms.TextInput(attrs=attrs)
    )


class OnceOnly:
    """allauth remembers a used code for one period; with tolerance it would be good for three."""

    def clean_code(self: Any) -> str:
        code: str = super().clean_code()  # type: ignore[misc]
        digest = hashlib.sha256("".join(code.split()).encode()).hexdigest()
        window = app_settings.TOTP_PERIOD * (2 * app_settings.TOTP_TOLERANCE + 1)
        if not cache.add(f"second-factor-used:{self.user.pk}:{digest}", True, timeout=window):
            raise get_adapter().validation_error("incorrect_code")
        return code


class AuthenticateForm(OnceOnly, base.AuthenticateForm):
    code = _code_field(_("Code"), _("Six digits from your authenticator app, or one of your recovery codes."))


class ReauthenticateForm(OnceOnly, base.ReauthenticateForm):
    code = _code_field(_("Code"), _("Six digits from your authenticator app, or one of your recovery codes."))


class ActivateTOTPForm(totp.ActivateTOTPForm):
    code = _code_field(_("The six digits that the app shows now"))


class AddPasskeyForm(webauthn.AddWebAuthnForm):
    name = forms.CharField(
        label=_("Name"),
        required=False,
        max_length=MAX_NAME,
        help_text=_("So that you know it again, such as 'My phone'."),
    )
    passwordless = forms.BooleanField(
        label=_("Also log in with it alone, without the password"), required=False, initial=True
    )


class RenamePasskeyForm(webauthn.EditWebAuthnForm):
    name = forms.CharField(label=_("Name"), max_length=MAX_NAME)
