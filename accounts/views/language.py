"""The language switch."""

from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import check_for_language
from django.views import i18n

from accounts.domain import languages
from accounts.models import User


def set_language(request: HttpRequest) -> HttpResponseBase:
    """Django's own view (a cookie, then back to the page); mails to whoever is signed in follow."""
    answer = i18n.set_language(request)
    code = request.POST.get("language", "")
    if request.method == "POST" and isinstance(request.user, User) and check_for_language(code):
        languages.choose(request.user, code)
    return answer
