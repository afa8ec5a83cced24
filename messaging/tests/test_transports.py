"""SMS and web push: what really goes over the line, what it costs, and what the answers mean."""

import json
import logging
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import timedelta
from typing import Any

import http_ece
import pytest
import requests
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.core.management import call_command
from django.utils import timezone
from py_vapid import Vapid02

from clinic.core.errors import Invalid
from messaging import transports
from messaging.domain import push as browsers
from messaging.models import PushSubscription
from messaging.transports import push, sms

ENDPOINT = "https://fcm.googleapis.com/fcm/send/abc"


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("न" * 70, 1),
        ("न" * 71, 2),
        ("न" * 134, 2),
        ("न" * 135, 3),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
        ("a" * 70 + "’", 2),
    ],
)
def test_segments(text: str, count: int) -> None:
    assert sms.segments(text) == count


def test_the_console_writes_it_down(settings: Any, caplog: pytest.LogCaptureFixture) -> None:
    settings.SMS_BACKEND = "console"
    with caplog.at_level(logging.INFO, logger="messaging.transports.sms"):
        sms.send("+9779841234567", "Hello")
    assert "(1 segments): Hello" in caplog.text
    assert "9841" not in caplog.text


def answer(status: int, body: Any = None) -> requests.Response:
    response = requests.Response()
    response.status_code = status
    response._content = json.dumps(body or {}).encode()
    return response


def refused_connection() -> requests.ConnectionError:
    return requests.ConnectionError("NewConnectionError(': Failed to establish a new connection')")


@pytest.mark.parametrize(
    ("says", "raises", "code"),
    [
        (answer(201, {"sid": "SM1"}), None, ""),
        (answer(400, {"code": 21610, "message": "unsubscribed"}), transports.Refused, "Twilio 21610"),
        (answer(429, {"code": 20429}), transports.TryAgain, "Twilio 20429"),
        (answer(503), transports.TryAgain, "Twilio 503"),
        (refused_connection(), transports.TryAgain, "ConnectionError"),
        (requests.ConnectTimeout(), transports.TryAgain, "ConnectTimeout"),
        (requests.ReadTimeout(), transports.Uncertain, "ReadTimeout"),
        (requests.ConnectionError("reset"), transports.Uncertain, "ConnectionError"),
    ],
)
def test_twilio(settings: Any, monkeypatch: pytest.MonkeyPatch, says: Any, raises: Any, code: str) -> None:
    settings.SMS_BACKEND, settings.TWILIO_FROM = "twilio", "+15005550006"
    settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN = "AC" + "0" * 32, "token"
    asked: list[requests.PreparedRequest] = []

    def send(_session: Any, request: requests.PreparedRequest, **_options: Any) -> requests.Response:
        asked.append(request)
        if isinstance(says, Exception):
            raise says
        return says  # type: ignore[no-any-return]

    monkeypatch.setattr(requests.Session, "send", send)
    if raises:
        with pytest.raises(raises) as error:
            sms.send("+9779841234567", "नमस्ते")
        assert error.value.code == code
    else:
        sms.send("+9779841234567", "नमस्ते")
    (request,) = asked
    assert str(request.url).startswith("https://api.twilio.com/")
    assert "To=%2B9779841234567" in str(request.body)


class Browser:
    """A browser's side of RFC 8291."""

    def __init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        public = self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        self.secret = b"0123456789abcdef"
        self.subscription = push.Browser(ENDPOINT, _text(public), _text(self.secret))

    def read(self, body: bytes) -> Any:
        return json.loads(http_ece.decrypt(body, private_key=self.key, auth_secret=self.secret))


def _text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


@pytest.fixture
def vapid(settings: Any, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("make_vapid_keys")
    for line in capsys.readouterr().out.splitlines():
        name, _is, value = line.partition("=")
        setattr(settings, name, value)
    settings.VAPID_SUBJECT = "mailto:clinic@example.org"


def test_a_push_says_title_and_address_and_no_more(
    vapid: None, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Read as the browser would read it, signed by the key whose public half the page shows to it."""
    browser, sent = Browser(), []
    soon = timezone.now() + timedelta(minutes=10)

    def post(url: str, *, data: bytes, headers: Any, **_options: Any) -> requests.Response:
        sent.append((url, data, headers))
        return answer(201)

    monkeypatch.setattr(requests, "post", post)
    push.send(browser.subscription, "तपाईंको भेट", "/appointments/1/", urgent=True, until=soon)
    ((url, data, headers),) = sent
    assert url == ENDPOINT
    assert browser.read(data) == {"title": "तपाईंको भेट", "url": "/appointments/1/"}
    headers = {name.lower(): value for name, value in headers.items()}
    assert headers["urgency"] == "high"
    assert 590 <= int(headers["ttl"]) <= 600
    assert f"k={settings.VAPID_PUBLIC_KEY}" in headers["authorization"]
    assert Vapid02.verify(headers["authorization"])
    claims = headers["authorization"].split("t=")[1].split(".")[1]
    assert json.loads(urlsafe_b64decode(claims + "=="))["aud"] == "https://fcm.googleapis.com"


@pytest.mark.parametrize(
    ("says", "raises"),
    [
        (answer(404), transports.Gone),
        (answer(410), transports.Gone),
        (answer(413), transports.Refused),
        (answer(429), transports.TryAgain),
        (answer(502), transports.TryAgain),
        (requests.ReadTimeout(), transports.TryAgain),
    ],
)
def test_what_a_push_service_says(
    vapid: None, monkeypatch: pytest.MonkeyPatch, says: Any, raises: type[transports.TransportError]
) -> None:
    def post(*_words: Any, **_options: Any) -> requests.Response:
        if isinstance(says, Exception):
            raise says
        return says  # type: ignore[no-any-return]

    monkeypatch.setattr(requests, "post", post)
    with pytest.raises(transports.TransportError) as error:
        push.send(Browser().subscription, "T", "/")
    assert type(error.value) is raises


def test_a_wrong_key_of_the_clinic_costs_no_browser(vapid: None, settings: Any) -> None:
    settings.VAPID_PRIVATE_KEY = "nonsense"
    with pytest.raises(transports.Refused) as error:
        push.send(Browser().subscription, "T", "/")
    assert (type(error.value), error.value.code) == (transports.Refused, "VAPID_PRIVATE_KEY")


INSIDE = (
    "http://fcm.googleapis.com/x",
    "https://localhost/x",
    "https://169.254.169.254/latest/",
    "https://fcm.googleapis.com.evil.example/x",
    "https://evilpush.apple.com.example/x",
    "https://notpush.services.mozilla.com.evil/x",
    "https://fcm.googleapis.com:8443/x",
    "https://user@fcm.googleapis.com/x",
    "https://[::1/x",
)


@pytest.mark.parametrize("endpoint", INSIDE)
@pytest.mark.django_db
def test_nobody_makes_the_server_call_other_hosts(patient: Any, endpoint: str) -> None:
    given = {"endpoint": endpoint, "keys": {"p256dh": "abc", "auth": "def"}}
    with pytest.raises(Invalid):
        browsers.subscribe(patient, given)
    assert not push.is_push_service(endpoint)


def named(endpoint: str = ENDPOINT, p256dh: str = "abc") -> dict[str, Any]:
    return {"endpoint": endpoint, "keys": {"p256dh": p256dh, "auth": "def"}}


@pytest.mark.django_db
def test_a_browser_belongs_to_who_signed_in_last(patient: Any, other_patient: Any) -> None:
    browsers.subscribe(patient, named(), device="Firefox")
    browsers.subscribe(patient, named(), device="Firefox")
    assert PushSubscription.objects.count() == 1
    with pytest.raises(Invalid):  # the address alone is not enough to take it over
        browsers.subscribe(other_patient, named(p256dh="other"))
    browsers.subscribe(other_patient, named())
    assert PushSubscription.objects.get().user == other_patient
    assert not browsers.unsubscribe(patient, ENDPOINT)
    assert browsers.unsubscribe(other_patient, ENDPOINT)


@pytest.mark.parametrize(
    "given", [{}, {"endpoint": ENDPOINT}, {"endpoint": 1, "keys": {}}, named(p256dh="<>")]
)
@pytest.mark.django_db
def test_wrong_shapes_are_refused(patient: Any, given: Any) -> None:
    with pytest.raises(Invalid):
        browsers.subscribe(patient, given)


@pytest.mark.django_db
def test_the_oldest_browsers_make_room(patient: Any) -> None:
    for number in range(browsers.MOST + 3):
        browsers.subscribe(patient, named(f"{ENDPOINT}{number}"))
    kept = set(PushSubscription.objects.values_list("endpoint", flat=True))
    assert kept == {f"{ENDPOINT}{number}" for number in range(3, browsers.MOST + 3)}
