"""No address falls over what a query string may hold."""

import re
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.test import Client

from clinic.tests.test_every_url import cast, rows, things

__all__ = ["cast", "things"]

ODD = ["%00", "9" * 40, "0001-01-01", "9999-12-31"]
APPS = ("accounts", "messaging", "scheduling", "billing", "records", "insights", "clinic")
ASKED = re.compile(r"""(?:GET|query_params|fields)(?:\.get|\.getlist)?[(\[]\s*"([\w-]+)\"""")
FIELD = re.compile(r"^    (\w+) = (?:forms\.\w+Field|filter_day)\(", re.MULTILINE)


def names() -> list[str]:
    """Every name that a view asks a query for, or that a form has."""
    sources = [path for app in APPS for path in (Path(settings.BASE_DIR) / app).rglob("*.py")]
    found = {name for path in sources for shape in (ASKED, FIELD) for name in shape.findall(path.read_text())}
    return sorted(found)


@pytest.mark.django_db
@pytest.mark.parametrize("odd", ODD)
def test_no_server_error(cast: dict[str, Any], things: dict[str, str], odd: str) -> None:
    query = "&".join(f"{name}={odd}" for name in ["page", "cursor", *names()])
    keys = {}
    for person in ("patient", "doctor", "manager", "admin"):
        client = Client()
        client.force_login(cast[person])
        keys[person] = client.cookies.output(header="", sep=";")
    fallen = []
    for row in rows():
        known = next((one for one in keys if row.expected[one] == "200"), None)
        if row.method != "GET" or known is None:
            continue
        client = Client(raise_request_exception=False)
        client.cookies = SimpleCookie(keys[known])
        cache.clear()
        with transaction.atomic():
            response = client.get(f"{row.path(things)}?{query}")
            transaction.set_rollback(True)
        if response.status_code >= 500:
            fallen.append((row.target, known))
    assert fallen == []
