"""What the settings make of a production environment, in a process of its own."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

PRODUCTION = {
    "DEBUG": "false",
    "SECRET_KEY": "kT9-" + "f3VhL0x7_pQzM2wYb8R" * 3,
    "ALLOWED_HOSTS": "portal.example.org",
    "CSRF_TRUSTED_ORIGINS": "https://portal.example.org",
    "TRUSTED_PROXIES": "1",
}
SHOW = """
import json, sys
from django.test import Client
from django.conf import settings
for host, secure in (("portal.example.org", True), ("portal.example.org", False), ("evil.example", True)):
    answer = Client().get("/healthz" if not secure else "/accounts/login/", secure=secure, headers={"host": host})
    morsels = {name: {"secure": bool(m["secure"]), "httponly": bool(m["httponly"])}
               for name, m in answer.cookies.items()}
    print(json.dumps([answer.status_code, dict(answer.headers), morsels]))
answer = Client().get("/accounts/login/", headers={"host": "portal.example.org"})
print(json.dumps([answer.status_code, dict(answer.headers), {}]))
"""


def run(tmp_path: Path, *command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    # `.env` says DEBUG=true on a developer's machine; what stands in the environment wins over it.
    inherited = {
        name: value
        for name, value in os.environ.items()
        if name not in {*PRODUCTION, "DJANGO_ALLOW_ASYNC_UNSAFE"}
    }
    return subprocess.run(
        [sys.executable, *command],
        cwd=settings.BASE_DIR,
        env={**inherited, "DATABASE_URL": f"sqlite:///{tmp_path / 'db.sqlite3'}", **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_check_deploy_warns_of_nothing(tmp_path: Path) -> None:
    done = run(tmp_path, "manage.py", "check", "--deploy", "--fail-level", "DEBUG", **PRODUCTION)
    assert done.returncode == 0, done.stderr
    assert "no issues (0 silenced)" in done.stdout


@pytest.mark.parametrize("key", ["", "development-only-not-a-secret"])
def test_without_a_key_of_its_own_it_does_not_start(tmp_path: Path, key: str) -> None:
    done = run(tmp_path, "manage.py", "check", **{**PRODUCTION, "SECRET_KEY": key})
    assert done.returncode != 0
    assert len(done.stderr.splitlines()) == 1
    assert "SECRET_KEY" in done.stderr


def test_a_prefix_for_nginx_without_slashes_is_refused(tmp_path: Path) -> None:
    done = run(tmp_path, "manage.py", "check", **{**PRODUCTION, "PRIVATE_FILES_ACCEL": "protected"})
    assert (done.returncode != 0, len(done.stderr.splitlines())) == (True, 1)


def test_headers_and_cookies_in_production(tmp_path: Path) -> None:
    """These pages ask the database nothing: it stays without tables."""
    static = {"STATIC_ROOT": str(tmp_path)}
    setup = "import django; django.setup()\n"
    plain = (
        "from django.conf import settings\n"
        "settings.STORAGES['staticfiles']['BACKEND'] = "
        "'django.contrib.staticfiles.storage.StaticFilesStorage'\n"
    )
    done = run(
        tmp_path, "-c", setup + plain + SHOW, **PRODUCTION, **static, DJANGO_SETTINGS_MODULE="clinic.settings"
    )
    assert done.returncode == 0, done.stderr
    page, probe, foreign, insecure = (
        json.loads(line) for line in done.stdout.splitlines() if line.startswith("[")
    )
    assert page[0] == 200
    assert page[1]["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains; preload"
    assert page[2]["csrftoken"]["secure"]
    assert probe[0] == 200, "health answers without TLS, for what stands inside"
    assert foreign[0] == 400, "a foreign host"
    assert (insecure[0], insecure[1]["Location"]) == (301, "https://portal.example.org/accounts/login/")


PAGES = [
    "/",
    "/doctors/",
    "/accounts/login/",
    "/admin/login/",
    "/api/docs/",
    "/api/schema/",
    "/nothing/",
    "/healthz",
]


@pytest.mark.django_db
@pytest.mark.parametrize("path", [*PAGES, "/home/", "/profile/", "/admin/", "/admin/accounts/user/"])
def test_every_answer_has_the_headers(client: Client, admin: Any, path: str) -> None:
    if path not in PAGES:
        client.force_login(admin)
    answer = client.get(path)
    policy = {
        words.split()[0]: words.split()[1:]
        for words in answer["Content-Security-Policy"].split("; ")
        if words
    }
    assert policy["script-src"] == policy["style-src"] == policy["default-src"] == ["'self'"]
    assert policy["object-src"] == policy["base-uri"] == policy["frame-ancestors"] == ["'none'"]
    assert "unsafe" not in answer["Content-Security-Policy"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=(self)" in answer["Permissions-Policy"]
    assert "geolocation=()" in answer["Permissions-Policy"]


def test_nothing_is_served_that_needs_an_unsafe_policy() -> None:
    """Inline scripts, styles and handlers in our templates would only work with `unsafe-inline`."""
    inline = re.compile(
        r"<script(?![^>]*\bsrc=)(?![^>]*application/(?:ld\+)?json)[^>]*>|<style\b|\sstyle=\"|\son\w+=\""
    )
    found = [
        f"{path.relative_to(settings.BASE_DIR)}: {match[0]}"
        for path in (settings.BASE_DIR / "templates").rglob("*.html")
        if "email" not in path.as_posix()
        for match in inline.finditer(path.read_text())
    ]
    assert found == []
