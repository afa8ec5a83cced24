"""Inviting somebody whom the clinic registered: a mailed link to choose the first password."""

from datetime import datetime, timedelta

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts import rules
from accounts.domain import trail
from accounts.enums import ActivityVerb
from accounts.models import User
from clinic.core import mail
from clinic.core.errors import Conflict, NotAllowed
from clinic.core.status import lock

# A second press of the button sends no second mail.
PAUSE = timedelta(minutes=1)


def send(user: User, *, actor: User, origin: str) -> User:
    """Mail a link that works once and until `expires_at`; `origin` is the portal's scheme and host.

    Raises NotAllowed, and Conflict for somebody who has a password already, is deactivated or was invited just now.
    """
    if not rules.can_manage_account(actor, user):
        raise NotAllowed
    with transaction.atomic():
        fresh = lock(User, user.pk)
        if not is_open(fresh):
            raise Conflict(_("There is nothing to invite to: this person has a password, or is deactivated."))
        now = timezone.now()
        if fresh.invited_at and now - fresh.invited_at < PAUSE:
            raise Conflict(
                _("An invitation was sent less than a minute ago. It may take a moment to arrive.")
            )
        fresh.invited_at = user.invited_at = now
        fresh.save(update_fields=["invited_at", "updated_at"])
        trail.record(
            ActivityVerb.INVITED, actor=actor, target=fresh, patient=fresh if fresh.is_patient else None
        )
        with translation.override(fresh.language):
            _mail(fresh, origin)
    return fresh


def is_open(user: User) -> bool:
    """May be invited: let in, and without a password of their own."""
    return user.is_active and not user.has_usable_password()


def expires_at(user: User) -> datetime | None:
    """Until when the last link works; None when there is none that could."""
    if user.invited_at is None or not is_open(user):
        return None
    return user.invited_at + timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT)


def _mail(user: User, origin: str) -> None:
    link = reverse(
        "account_reset_password_from_key",
        kwargs={"uidb36": user_pk_to_url_str(user), "key": default_token_generator.make_token(user)},
    )
    context = {
        "person": user,
        "link": f"{origin}{link}",
        "days": settings.PASSWORD_RESET_TIMEOUT // (24 * 3600),
        "CLINIC_NAME": settings.CLINIC_NAME,
    }
    mail.send_later(
        to=[user.email],
        subject=_("%(clinic)s invites you to its portal") % {"clinic": settings.CLINIC_NAME},
        text=render_to_string("emails/invitation.txt", context),
        html=render_to_string("emails/invitation.html", context),
    )
