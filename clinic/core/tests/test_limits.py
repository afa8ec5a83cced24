"""Rate limits on everything that is sent, bounds of what may be sent."""

import io
import zlib
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.tests.factories import PASSWORD
from accounts.tests.pictures import disguised_svg, picture

pytestmark = pytest.mark.django_db


@pytest.fixture
def few(settings: Any) -> None:
    settings.LIMITS = dict.fromkeys(settings.LIMITS, (3, 60))


def patiently(client: Any, send: Any, tries: int = 40) -> Any:
    """The first answer that is 429, after others that were not."""
    answers = []
    for _attempt in range(tries):
        answers.append(send(client))
        if answers[-1].status_code == 429:
            assert len(answers) > 1
            return answers[-1]
    raise AssertionError([answer.status_code for answer in answers])


def is_kind_page(answer: Any) -> bool:
    assert int(answer["Retry-After"]) > 0
    return "A little too fast" in answer.content.decode()


def is_in_shape(answer: Any) -> bool:
    assert int(answer["Retry-After"]) > 0
    return bool(answer.json()["code"] == "throttled")


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("/accounts/login/", {"login": "someone@test.clinic", "password": "wrong"}),
        ("/accounts/signup/", {"email": "someone@test.clinic"}),
        ("/accounts/password/reset/", {"email": "someone@test.clinic"}),
    ],
)
def test_doors_for_strangers(path: str, data: dict[str, str]) -> None:
    assert is_kind_page(patiently(Client(), lambda client: client.post(path, data)))


def test_guessing_one_password_is_stopped_before_that(patient: Any) -> None:
    client = Client()
    for _attempt in range(5):
        client.post("/accounts/login/", {"login": patient.email, "password": "wrong"})
    answer = client.post("/accounts/login/", {"login": patient.email, "password": PASSWORD})
    assert answer.status_code == 200
    assert "Too many failed attempts" in answer.content.decode()


@pytest.mark.parametrize("path", ["/api/login/", "/api/register/"])
def test_doors_of_the_api(path: str) -> None:
    assert is_in_shape(patiently(APIClient(), lambda client: client.post(path, {})))


def test_tickets_of_sockets(api: Any, patient: Any) -> None:
    assert is_in_shape(patiently(api(patient), lambda client: client.post("/api/socket-ticket/"), 80))


def test_the_api_in_general(few: None, api: Any, patient: Any, other_patient: Any) -> None:
    assert is_in_shape(patiently(api(patient), lambda client: client.get("/api/profile/")))
    assert api(other_patient).get("/api/profile/").status_code == 200
    assert is_in_shape(patiently(api(), lambda client: client.get("/api/doctors/")))


def test_what_is_sent_to_pages(few: None, client: Client, patient: Any, other_patient: Any) -> None:
    client.force_login(patient)
    assert is_kind_page(patiently(client, lambda client: client.post("/notifications/read-all/")))
    assert client.get("/notifications/").status_code == 200, "reading goes on"
    client.force_login(other_patient)
    assert client.post("/notifications/read-all/").status_code == 302, "each has their own"


def test_fragments_say_it_in_a_fragment(few: None, client: Client, patient: Any) -> None:
    client.force_login(patient)
    answer = patiently(
        client, lambda client: client.post("/notifications/read-all/", headers={"HX-Request": "true"})
    )
    assert b"<html" not in answer.content
    assert int(answer["Retry-After"]) > 0


@pytest.mark.parametrize("path", ["/profile/", "/api/profile/"])
def test_uploads(settings: Any, client: Client, patient: Any, path: str, time_machine: Any) -> None:
    time_machine.move_to(timezone.now().replace(minute=30))  # hours are counted by the clock
    settings.LIMITS = {"upload": (2, 3600)}
    client.force_login(patient)

    def send(client: Client) -> Any:
        photo = SimpleUploadedFile("me.png", b"\x89PNG" + bytes(20_000), "image/png")
        return client.post(path, {"photo": photo, "first_name": "Asha"})

    answer = patiently(client, send)
    assert int(answer["Retry-After"]) > 60
    assert client.post(path, {"first_name": "Asha"}).status_code != 429, "a form without a file is none"


def test_invented_addresses_do_not_get_round_it(few: None, settings: Any) -> None:
    def send(client: Client) -> Any:
        send.tries += 1  # type: ignore[attr-defined]
        forwarded = f"203.0.113.{send.tries}"  # type: ignore[attr-defined]
        return client.post("/i18n/setlang/", {"language": "en"}, headers={"X-Forwarded-For": forwarded})

    send.tries = 0  # type: ignore[attr-defined]
    patiently(Client(), send)
    settings.TRUSTED_PROXIES = 1
    assert send(Client()).status_code == 302, "behind a proxy each client counts alone"


# --- Too much at once ---


@pytest.mark.parametrize("path", ["/profile/", "/api/profile/", "/accounts/login/", "/nothing/"])
def test_a_body_over_the_bound_is_refused_unread(
    client: Client, patient: Any, settings: Any, path: str
) -> None:
    client.force_login(patient)
    settings.MAX_REQUEST_BYTES = 1024 * 1024
    answer = client.post(path, {"photo": SimpleUploadedFile("a.png", bytes(1024 * 1024))})
    assert answer.status_code == 413
    if path.startswith("/api/"):
        assert answer.json()["code"] == "too_large"
    else:
        assert "This is over 1 MB" in answer.content.decode()


@pytest.mark.parametrize("path", ["/profile/", "/api/profile/"])
@pytest.mark.parametrize("kind", ["fields", "files"])
def test_ten_thousand_parts_are_refused(client: Client, patient: Any, path: str, kind: str) -> None:
    filename = '; filename="x"' if kind == "files" else ""
    part = f'--b\r\nContent-Disposition: form-data; name="x"{filename}\r\n\r\n1\r\n'
    body = (part * 10_000 + "--b--\r\n").encode()
    client.force_login(patient)
    send = client.put if path.startswith("/api/") else client.post
    assert send(path, body, content_type="multipart/form-data; boundary=b").status_code == 400


def pixels(width: int, height: int) -> SimpleUploadedFile:
    return picture("big.png", (width, height), compress_level=1)


@pytest.mark.parametrize("kind", ["pixels", "svg", "zip", "svg as pdf"])
def test_pictures_that_are_none_or_too_much(api: Any, client: Client, patient: Any, kind: str) -> None:
    out = io.BytesIO(zlib.compress(bytes(50_000_000)))
    sent = {
        "pixels": lambda: pixels(8000, 5100),
        "svg": disguised_svg,
        "zip": lambda: SimpleUploadedFile("a.png", b"PK\x03\x04" + out.getvalue(), "image/png"),
        "svg as pdf": lambda: SimpleUploadedFile("a.pdf", b"<svg onload='alert(1)'/>", "application/pdf"),
    }[kind]
    answer = api(patient).patch("/api/profile/", {"photo": sent()}, format="multipart")
    assert answer.status_code in (400, 413, 415)
    client.force_login(patient)
    page = client.post("/profile/", {"photo": sent(), "first_name": "Asha", "last_name": "Gurung"})
    assert page.status_code in (413, 415, 422)
    patient.refresh_from_db()
    assert not patient.photo
