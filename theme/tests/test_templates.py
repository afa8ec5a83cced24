"""Every template compiles, and none holds what the Content-Security-Policy forbids."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import get_template

ROOT = Path(settings.BASE_DIR)
TEMPLATES = sorted(path.relative_to(ROOT / "templates") for path in (ROOT / "templates").rglob("*.*"))
# Mail programs know style attributes only; no Content-Security-Policy reaches them.
PAGES = [path for path in TEMPLATES if path.suffix == ".html" and not {"email", "emails"} & set(path.parts)]

SCRIPT = re.compile(r"<script\b(?P<attributes>[^>]*)>", re.IGNORECASE)
FORBIDDEN = {
    "style attribute": re.compile(r"<[a-z][^<]*\sstyle\s*=", re.IGNORECASE),
    "style element": re.compile(r"<style\b", re.IGNORECASE),
    "event attribute": re.compile(r"<[a-z][^<]*\son[a-z]+\s*=", re.IGNORECASE),
    "htmx inline code": re.compile(r"\shx-on[:-]|hx-vals\s*=\s*[\"']js:|\[[^\]]*\]\s*from:", re.IGNORECASE),
    "javascript address": re.compile(r"javascript:", re.IGNORECASE),
    "third party": re.compile(r"""(?:src|href)\s*=\s*["'](?:https?:)?//""", re.IGNORECASE),
}


@pytest.mark.parametrize("path", TEMPLATES, ids=str)
def test_compiles(path: Path) -> None:
    get_template(str(path))


@pytest.mark.parametrize("path", PAGES, ids=str)
def test_holds_to_the_content_security_policy(path: Path) -> None:
    text = (ROOT / "templates" / path).read_text()
    text = re.sub(r"{#.*?#}|{% comment.*?endcomment %}", "", text, flags=re.DOTALL)
    # A variable of a translation is no attribute: {% blocktranslate with one=... %}.
    text = re.sub(r"{% blocktranslate.*?%}", "", text, flags=re.DOTALL)
    found = [name for name, pattern in FORBIDDEN.items() if pattern.search(text)]
    found += [
        "inline script"
        for script in SCRIPT.finditer(text)
        if "src=" not in script["attributes"] and "application/json" not in script["attributes"]
    ]
    assert found == []


@pytest.mark.parametrize(
    "bad",
    [
        '<p style="x">',
        "<b\n onclick='x'>",
        "<style>",
        '<a href="javascript:x">',
        '<script src="https://x.y/z.js">',
    ],
)
def test_the_scan_can_fail(bad: str) -> None:
    assert any(pattern.search(bad) for pattern in FORBIDDEN.values())
