"""What is written to the log of a request: one line for what was refused, all of it for a fault."""

import io
import logging
from collections.abc import Iterator
from logging.config import dictConfig
from typing import Any

import pytest
from django.core.exceptions import BadRequest, PermissionDenied, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import path

from clinic.core.errors import NotAllowed
from clinic.settings_logs import LOGGING
from clinic.urls import handler404, handler500  # noqa: F401
from clinic.urls import urlpatterns as pages

SAID = "Asha has a torn meniscus.\nAnd more."
REFUSALS: dict[str, tuple[Any, int]] = {
    "denied": (lambda: PermissionDenied(SAID), 403),
    "caused": (PermissionDenied, 403),
    "domain": (lambda: NotAllowed(SAID), 403),
    "missing": (lambda: Http404(SAID), 404),
    "bad": (lambda: BadRequest("not readable"), 400),
    "suspicious": (lambda: SuspiciousOperation("two\nlines"), 400),
}


def _refuse(name: str) -> Any:
    def view(request: HttpRequest) -> HttpResponse:
        try:
            raise ValueError(SAID)
        except ValueError as cause:
            raise REFUSALS[name][0]() from cause

    return view


def _break(request: HttpRequest) -> HttpResponse:
    raise ZeroDivisionError


urlpatterns = [*pages, *(path(f"{name}/", _refuse(name)) for name in REFUSALS), path("broken/", _break)]


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What the handler of settings.LOGGING writes."""
    written = io.StringIO()
    handler = {**LOGGING["handlers"]["console"], "stream": written}
    root, before = logging.getLogger(), logging.getLogger().handlers[:]
    changed: Any = {**LOGGING, "handlers": {"console": handler}}
    dictConfig(changed)
    yield written
    dictConfig(LOGGING)
    root.handlers = before


@pytest.mark.django_db
@override_settings(ROOT_URLCONF=__name__)
@pytest.mark.parametrize("name", REFUSALS)
def test_a_refusal_is_one_line_without_what_was_said(log: io.StringIO, name: str) -> None:
    answer = Client(raise_request_exception=False).get(f"/{name}/")
    assert answer.status_code == REFUSALS[name][1]
    lines = log.getvalue().splitlines()
    assert len(lines) == 1
    assert "meniscus" not in lines[0]


@pytest.mark.django_db
@override_settings(ROOT_URLCONF=__name__)
def test_a_fault_is_written_with_where_it_happened(log: io.StringIO) -> None:
    assert Client(raise_request_exception=False).get("/broken/").status_code == 500
    assert "in _break" in log.getvalue()
    assert "ZeroDivisionError" in log.getvalue()
