"""Private files sent by a real nginx in front of a real server, after the portal's rules said yes."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from django.conf import settings

from accounts.tests.pictures import picture
from clinic.core.files import encode_image
from clinic.core.testing.browser import session_cookie
from clinic.core.testing.server import free_port
from scheduling.tests.factories import make_appointment

NGINX = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
pytestmark = [
    pytest.mark.server,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(NGINX is None, reason="nginx is not installed (deploy/apt-packages-test.txt)"),
]
SNIPPET = settings.BASE_DIR / "deploy" / "nginx" / "private-files.conf"


@pytest.fixture
def server_environment() -> dict[str, str]:
    return {"PRIVATE_FILES_ACCEL": "/protected/"}


@pytest.fixture
def nginx(server: Any, tmp_path: Path) -> Iterator[str]:
    """The address of an nginx that uses our snippet and asks `server` for everything else."""
    port = free_port()
    home = tmp_path / "nginx"
    home.mkdir()
    private = SNIPPET.read_text().replace("/srv/clinic/media/", f"{settings.MEDIA_ROOT}/")
    temporary = "".join(
        f"{kind}_temp_path {home}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (home / "nginx.conf").write_text(
        ("user root;\n" if os.getuid() == 0 else "")
        + f"""
        worker_processes 1; daemon off; pid {home}/pid; error_log {home}/error.log;
        events {{ worker_connections 64; }}
        http {{
            access_log off; {temporary}
            server {{
                listen 127.0.0.1:{port};
                location / {{ proxy_pass {server.url}; proxy_set_header Host $http_host; }}
                {private}
            }}
        }}
        """
    )
    process = subprocess.Popen([str(NGINX), "-p", str(home), "-c", str(home / "nginx.conf")])
    url = f"http://127.0.0.1:{port}"
    for _attempt in range(100):
        try:
            httpx.get(f"{url}/healthz", timeout=2)
            break
        except httpx.TransportError:
            time.sleep(0.05)
    yield url
    process.terminate()
    process.wait(timeout=10)


@pytest.fixture
def letter(patient: Any, doctor: Any, service: Any) -> Any:
    visit = make_appointment(patient, doctor, service)
    content = encode_image(picture())
    stored = visit.files.create(  # type: ignore[attr-defined]
        file=content, content_type="image/jpeg", name="मेरो letter.jpg", uploaded_by=patient
    )
    return SimpleNamespace(
        path=f"/appointments/{visit.pk}/files/{stored.pk}/", stored=stored.file.name, content=content
    )


def get(url: str, user: Any = None, **headers: str) -> httpx.Response:
    cookies = {settings.SESSION_COOKIE_NAME: session_cookie(user)} if user else {}
    return httpx.get(url, cookies=cookies, headers=headers, timeout=10)


def test_nginx_sends_what_the_portal_allows(
    request: pytest.FixtureRequest, server: Any, nginx: str, letter: Any
) -> None:
    names = ("patient", "doctor", "other_patient", "other_doctor")
    patient, doctor, other_patient, other_doctor = (request.getfixturevalue(name) for name in names)
    letter.content.seek(0)
    whole = letter.content.read()

    empty = get(server.url + letter.path, patient)
    assert (empty.content, empty.headers["X-Accel-Redirect"]) == (b"", f"/protected/{letter.stored}")

    for reader in (patient, doctor):
        sent = get(nginx + letter.path, reader)
        assert (sent.status_code, sent.content) == (200, whole)
        assert sent.headers["Content-Type"] == "image/jpeg"
        assert sent.headers["X-Content-Type-Options"] == "nosniff"
        assert sent.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert "private" in sent.headers["Cache-Control"]
        assert "inline" in sent.headers["Content-Disposition"]
        assert "X-Accel-Redirect" not in sent.headers
    assert "attachment" in get(f"{nginx}{letter.path}?download", patient).headers["Content-Disposition"]

    part = get(nginx + letter.path, patient, Range="bytes=2-11")
    assert (part.status_code, part.content) == (206, whole[2:12])
    assert part.headers["Content-Range"] == f"bytes 2-11/{len(whole)}"

    for outsider, status in ((None, 302), (other_patient, 404), (other_doctor, 404)):
        refused = get(nginx + letter.path, outsider)
        assert refused.status_code == status
        assert whole[:50] not in refused.content
        assert "X-Accel-Redirect" not in get(server.url + letter.path, outsider).headers

    for way_round in (
        f"/protected/{letter.stored}",
        f"//protected/{letter.stored}",
        f"/%70rotected/{letter.stored}",
        "/protected/../../etc/passwd",
        "/protected../etc/passwd",
        "/protected/..%2f..%2fetc/passwd",
    ):
        assert get(nginx + way_round, patient).status_code in (400, 404), way_round

    (settings.MEDIA_ROOT / letter.stored).unlink()
    assert get(nginx + letter.path, patient).status_code == 404
