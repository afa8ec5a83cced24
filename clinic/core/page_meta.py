"""What search engines and link previews are told of a public page. A page without it is not to be indexed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.messages import get_messages
from django.http import HttpRequest, HttpResponse
from django.utils.cache import add_never_cache_headers, patch_cache_control
from django.utils.text import Truncator

DESCRIPTION_LENGTH = 160
# Free times change by the minute; whoever books sees the truth on the next page anyway.
KEPT_SECONDS = 60

JSON = Mapping[str, Any]


@dataclass(frozen=True)
class PageMeta:
    """`canonical` and `image` are whole addresses; `structured` is schema.org data."""

    title: str
    description: str
    canonical: str
    kind: str = "website"
    image: str = ""
    structured: tuple[JSON, ...] = ()


def short(text: str) -> str:
    """One line that fits under a search result."""
    return Truncator(" ".join(text.split())).chars(DESCRIPTION_LENGTH)


def clinic_data(request: HttpRequest) -> JSON:
    """The clinic itself, as others refer to it."""
    return {"@type": "MedicalClinic", "name": settings.CLINIC_NAME, "url": request.build_absolute_uri("/")}


def briefly_kept(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """For pages that are the same for all who are not signed in: their own browser may keep one for a minute.

    Never a proxy: the page holds the visitor's CSRF token. `Vary: Cookie` makes a log-in or another language
    ask again. A page that brings a message (a toast) is shown once.
    """

    @wraps(view)
    def kept(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        brings_news = len(get_messages(request)) > 0
        response = view(request, *args, **kwargs)
        if request.user.is_authenticated or brings_news or response.status_code != 200:
            add_never_cache_headers(response)
        else:
            patch_cache_control(response, private=True, max_age=KEPT_SECONDS)
        return response

    return kept
