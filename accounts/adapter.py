"""How allauth speaks here: mail by the task queue, one spelling per address, nothing told of others' accounts."""

from types import SimpleNamespace
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context as allauth_context
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.domain import onboarding
from accounts.models import User
from clinic.core import mail

MAX_ADDRESS = 254  # RFC 5321, and User.email


class AccountAdapter(DefaultAccountAdapter):
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _("The e-mail address or the password is not right. Please try again."),
        "too_many_login_attempts": _(
            "Too many failed attempts. Please wait five minutes, or set a new password by 'Forgotten password'."
        ),
    }

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
        """Render now (the link needs the request's host), send by task, text and HTML."""
        request = allauth_context.request
        site = SimpleNamespace(name=settings.CLINIC_NAME, domain=request.get_host() if request else "")
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
