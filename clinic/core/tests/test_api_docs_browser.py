"""The browsable API documentation under the Content-Security-Policy."""

from typing import Any

import pytest

pytestmark = pytest.mark.browser


def test_docs_show_every_operation(person: Any) -> None:
    page = person()
    page.goto("/api/docs/")
    page.locator(".opblock").first.wait_for()
    wanted = set(page.request.get("/api/schema/?format=json").json()["paths"])
    shown: set[str] = set()
    # Swagger UI draws an operation when it comes into view.
    for _screen in range(100):
        shown.update(
            page.locator(".opblock-summary-path").evaluate_all("all => all.map((one) => one.dataset.path)")
        )
        if wanted <= shown:
            return
        page.mouse.wheel(0, 600)
        page.wait_for_timeout(100)
    raise AssertionError(f"not shown: {sorted(wanted - shown)}")
