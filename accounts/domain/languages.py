"""In which language a person is written to."""

from django.conf import settings
from django.utils import translation

from accounts.models import User


def spoken_now() -> str:
    """The language of the request (or task) that is being answered, as one of settings.LANGUAGES."""
    code = translation.get_language() or settings.LANGUAGE_CODE
    known = dict(settings.LANGUAGES)
    return next((c for c in (code, code.split("-")[0]) if c in known), settings.LANGUAGE_CODE)


def choose(user: User, code: str) -> None:
    """From now on mails and notifications for `user` are written in this language; an unknown one changes nothing."""
    if code in dict(settings.LANGUAGES):
        User.objects.filter(pk=user.pk).exclude(language=code).update(language=code)


def shared(codes: set[str]) -> str:
    """For what several people read: the language all of them chose, or else the portal's own."""
    return codes.pop() if len(codes) == 1 else settings.LANGUAGE_CODE
