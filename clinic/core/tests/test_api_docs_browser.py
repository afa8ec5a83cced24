"""The browsable API documentation under the Content-Security-Policy."""

from typing import Any

import pytest

pytestmark = pytest.mark.browser


def test_docs_show_every_operation(person: Any) -> None:
    page = person()
    page.goto("/api/docs/")
    page.get_by_text("/api/login/", exact=True).wait_for()
    page.get_by_text("/api/profile/", exact=True).first.wait_for()
