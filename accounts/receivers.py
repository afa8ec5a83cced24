"""What accounts does when Django and allauth announce something."""

from typing import Any

from allauth.account.signals import email_changed, password_changed, password_reset, password_set
from allauth.mfa.signals import (
    authentication_failed,
    authenticator_added,
    authenticator_removed,
    authenticator_reset,
)
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest

from accounts.domain import second_factor, sessions, trail
from accounts.enums import ActivityVerb
from accounts.models import User


@receiver(user_logged_out)
def close_sockets_of_session(request: HttpRequest | None, user: User | None, **kwargs: Any) -> None:
    if user is not None:
        trail.record(ActivityVerb.LOGGED_OUT, actor=user, target=user)
    session_key = request.session.session_key if request is not None else None
    if user is not None and session_key:
        sessions.forget(session_key)
        reason = getattr(request, "log_out_reason", sessions.LOGGED_OUT)
        sessions.revoke(user, reason, session_key=session_key)


@receiver([password_changed, password_set, password_reset])
def end_other_log_ins(user: User, **kwargs: Any) -> None:
    """Browser sessions end by themselves: they are bound to the password."""
    trail.record(ActivityVerb.PASSWORD_CHANGED, actor=user, target=user, changed=["password"])
    sessions.drop_tokens(user)
    sessions.revoke(user, sessions.PASSWORD_CHANGED)


@receiver(user_logged_in)
def note_log_in(user: User, request: HttpRequest | None = None, **kwargs: Any) -> None:
    trail.record(ActivityVerb.LOGGED_IN, actor=user, target=user)
    if request is not None and hasattr(request, "session"):
        sessions.note_activity(request.session)


@receiver(user_login_failed)
def note_failed_log_in(credentials: dict[str, Any], **kwargs: Any) -> None:
    """An address that nobody here has is not written down: it may be a password in the wrong field."""
    email = User.objects.normalize_email(str(credentials.get("email") or credentials.get("username") or ""))
    trail.record(
        ActivityVerb.LOGIN_FAILED,
        actor=None,
        target=User.objects.filter(email=email).first() if email else None,
    )


@receiver(email_changed)
def note_email(user: User, **kwargs: Any) -> None:
    trail.record(ActivityVerb.EMAIL_CHANGED, actor=user, target=user, changed=["email"])


@receiver([authenticator_added, authenticator_removed, authenticator_reset])
def note_second_factor(user: User, **kwargs: Any) -> None:
    """Who has to have one and took the last one off is led to set one up; what they have open ends."""
    trail.record(ActivityVerb.SECOND_FACTOR_CHANGED, actor=user, target=user, changed=["second_factor"])
    if second_factor.is_missing(user):
        sessions.drop_tokens(user)
        sessions.revoke(user, sessions.SECOND_FACTOR_CHANGED)


@receiver(authentication_failed)
def note_wrong_code(user: User, **kwargs: Any) -> None:
    trail.record(ActivityVerb.LOGIN_FAILED, actor=None, target=user)
