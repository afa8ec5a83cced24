"""What accounts does when Django and allauth announce something."""

from typing import Any

from allauth.account.signals import password_changed, password_reset, password_set
from django.contrib.auth.signals import user_logged_out
from django.dispatch import receiver
from django.http import HttpRequest

from accounts.domain import sessions
from accounts.models import User


@receiver(user_logged_out)
def close_sockets_of_session(request: HttpRequest | None, user: User | None, **kwargs: Any) -> None:
    session_key = request.session.session_key if request is not None else None
    if user is not None and session_key:
        sessions.revoke(user, sessions.LOGGED_OUT, session_key=session_key)


@receiver([password_changed, password_set, password_reset])
def end_other_log_ins(user: User, **kwargs: Any) -> None:
    """Browser sessions end by themselves: they are bound to the password."""
    sessions.drop_tokens(user)
    sessions.revoke(user, sessions.PASSWORD_CHANGED)
