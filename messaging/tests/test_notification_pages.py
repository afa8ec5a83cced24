"""The bell, the page behind it, and one's own settings: switches, quiet hours, devices, a test message."""

import json
from datetime import time, timedelta
from typing import Any

import pytest
import time_machine
from allauth.usersessions.models import UserSession
from django.contrib.staticfiles import finders
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from accounts.domain import sessions
from accounts.tests.factories import PASSWORD
from accounts.tests.second_steps import page_log_in
from clinic.core.testing.tasks import run_due_tasks
from messaging.domain import preferences
from messaging.models import Notification, PushSubscription, QuietHours

from .factories import make_notification

pytestmark = pytest.mark.django_db

ENDPOINT = "https://fcm.googleapis.com/fcm/send/one"
KEYS = {"p256dh": "BNc_key", "auth": "c2VjcmV0"}
SETTINGS = "/notifications/settings/"


@pytest.fixture(autouse=True)
def _all_channels(settings: Any) -> None:
    settings.SMS_BACKEND, settings.VAPID_PUBLIC_KEY, settings.VAPID_PRIVATE_KEY = "console", "BPubKey", "k"


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def send_json(client: Client, name: str, body: Any) -> Any:
    return client.post(reverse(name), json.dumps(body), content_type="application/json")


# --- The bell and its page ---


def test_the_bell_shows_the_latest_few_of_one_s_own(patient: Any, other_patient: Any) -> None:
    for number in range(8):
        make_notification(patient, f"k{number}", title=f"News {number}")
    make_notification(other_patient, "theirs", title="Not yours")
    inside = signed_in(patient).get("/notifications/latest/").text
    assert [number for number in range(8) if f"News {number}<" in inside] == [2, 3, 4, 5, 6, 7]
    assert "Not yours" not in inside
    assert "Mark all as read" in inside


def test_all_read_in_the_bell_answers_with_the_bell(patient: Any, other_patient: Any) -> None:
    make_notification(patient, "a")
    theirs = make_notification(other_patient, "b")
    inside = signed_in(patient).post("/notifications/read-all/", headers={"HX-Request": "true"})
    assert inside.status_code == 200
    assert "Mark all as read" not in inside.text
    assert not Notification.objects.filter(user=patient, read_at=None).exists()
    theirs.refresh_from_db()
    assert theirs.read_at is None


def test_filters_narrow_and_a_wrong_one_narrows_nothing(patient: Any) -> None:
    client = signed_in(patient)
    make_notification(patient, "a", title="Paid once")
    client.post("/notifications/read-all/")
    make_notification(patient, "b", kind="reminder", title="Tomorrow")

    def shown(**query: str) -> list[str]:
        return [row.title for row in client.get("/notifications/", query).context["page_obj"]]

    assert shown() == ["Tomorrow", "Paid once"]
    assert shown(kind="payment") == ["Paid once"]
    assert shown(unread="on") == ["Tomorrow"]
    assert shown(kind="nothing") == ["Tomorrow", "Paid once"]
    assert "Nothing matches" in client.get("/notifications/", {"kind": "payment", "unread": "on"}).text


def test_the_page_asks_as_often_for_one_as_for_twenty(
    patient: Any, django_assert_max_num_queries: Any
) -> None:
    client = signed_in(patient)
    make_notification(patient, "first")
    with CaptureQueriesContext(connection) as for_one:
        client.get("/notifications/")
    for number in range(30):
        make_notification(patient, f"k{number}")
    with django_assert_max_num_queries(len(for_one)):
        assert len(client.get("/notifications/").context["page_obj"].object_list) == 20


# --- Settings ---


def form_of(client: Client) -> dict[str, Any]:
    """What the page would send as it stands."""
    form = client.get(SETTINGS).context["form"]
    values = {field.html_name: field.value() for field in form}
    return {name: "on" if value is True else value for name, value in values.items() if value}


def test_switches_are_kept_and_what_must_be_told_stays_on(patient: Any, other_patient: Any) -> None:
    client = signed_in(patient)
    asked = form_of(client)
    assert asked["appointment-email"] == "on"
    assert "message-email" not in asked
    del asked["appointment-email"]
    asked.pop("privacy-email")
    answer = client.post(SETTINGS, {**asked, "message-email": "on"})
    assert answer.status_code == 302
    kept = form_of(client)
    assert "appointment-email" not in kept
    assert kept["message-email"] == kept["privacy-email"] == "on"
    theirs = {
        (c.kind.value, c.channel.value): c.is_on
        for _kind, row in preferences.for_user(other_patient).rows
        for c in row
    }
    assert theirs["appointment", "email"]
    assert not theirs["message", "email"]


def test_quiet_hours_are_of_the_person_s_own_clock(patient: Any) -> None:
    patient.time_zone = "America/New_York"
    patient.save()
    client = signed_in(patient)
    assert "By the clock of New York" in client.get(SETTINGS).text
    client.post(SETTINGS, {**form_of(client), "quiet_from": "22:00", "quiet_to": "07:00"})
    hours = QuietHours.objects.get(user=patient)
    assert (hours.starts, hours.ends) == (time(22), time(7))
    assert 'value="22:00"' in client.get(SETTINGS).text
    client.post(SETTINGS, {**form_of(client), "quiet_from": "", "quiet_to": ""})
    assert not QuietHours.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"quiet_from": "22:00", "quiet_to": ""}, "quiet_to"),
        ({"quiet_from": "22:00", "quiet_to": "22:00"}, "quiet_to"),
        ({"quiet_from": "soon", "quiet_to": "07:00"}, "quiet_from"),
    ],
)
def test_wrong_quiet_hours_are_said_and_kept_on_the_page(patient: Any, wrong: Any, field: str) -> None:
    client = signed_in(patient)
    answer = client.post(SETTINGS, {**form_of(client), **wrong})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert f'value="{wrong["quiet_from"]}"' in answer.text
    assert not QuietHours.objects.exists()


def test_who_has_no_mobile_number_is_led_to_the_profile(patient: Any) -> None:
    client = signed_in(patient)
    assert "/profile/#id_phone" in client.get(SETTINGS).text
    patient.phone = "+9779841234567"
    patient.save()
    assert "/profile/#id_phone" not in client.get(SETTINGS).text


def test_without_push_keys_nothing_is_offered(patient: Any, settings: Any) -> None:
    settings.VAPID_PRIVATE_KEY = settings.SMS_BACKEND = ""
    page = signed_in(patient).get(SETTINGS).text
    assert "data-push" not in page
    assert "payment-sms" not in page


# --- A test message ---


@pytest.mark.django_db(transaction=True)
def test_a_test_mail_comes_in_quiet_hours_and_not_without_end(patient: Any) -> None:
    preferences.save(
        patient, choices={("message", "email"): False}, quiet_from=time(0), quiet_to=time(23, 59)
    )
    client = signed_in(patient)
    for _time in range(7):
        client.post(SETTINGS + "test/", {"channel": "email"})
    run_due_tasks()
    assert [sent.to for sent in mail.outbox] == [["patient@test.clinic"]] * 5
    assert mail.outbox[0].subject == "This is a test message"


@pytest.mark.parametrize("channel", ["sms", "push", "pigeon", ""])
def test_a_channel_that_reaches_nobody_is_said(patient: Any, channel: str) -> None:
    answer = signed_in(patient).post(SETTINGS + "test/", {"channel": channel}, follow=True)
    assert "toast-error" in answer.text
    assert not Notification.objects.exists()


# --- Devices ---


def test_a_browser_is_kept_named_and_forgotten_by_its_own_person(patient: Any, other_patient: Any) -> None:
    mine, theirs = signed_in(patient), signed_in(other_patient)
    body = {"endpoint": ENDPOINT, "keys": KEYS, "device": "Firefox, <b>Linux"}
    assert send_json(mine, "push_subscribe", body).status_code == 204
    kept = PushSubscription.objects.get()
    assert (kept.user, kept.device) == (patient, "Firefox, <b>Linux")
    assert "Firefox, &lt;b&gt;Linux" in mine.get(SETTINGS).text
    assert ENDPOINT not in theirs.get(SETTINGS).text
    assert theirs.post(reverse("push_forget", args=[kept.pk])).status_code == 404
    assert send_json(theirs, "push_unsubscribe", {"endpoint": ENDPOINT}).status_code == 204
    assert PushSubscription.objects.filter(pk=kept.pk).exists()
    assert mine.post(reverse("push_forget", args=[kept.pk])).status_code == 302
    assert not PushSubscription.objects.exists()


@pytest.mark.parametrize(
    "body",
    [
        [],
        "x",
        {"endpoint": ENDPOINT},
        {"endpoint": "https://evil.example/push", "keys": KEYS},
        {"endpoint": "http://127.0.0.1/", "keys": KEYS},
        {"endpoint": ENDPOINT, "keys": {"p256dh": ["x"], "auth": 3}},
        {"endpoint": f"{ENDPOINT}\x00", "keys": KEYS},
        {"endpoint": f"{ENDPOINT}\ud800", "keys": KEYS},
    ],
)
def test_what_no_browser_says_is_refused(patient: Any, body: Any) -> None:
    assert send_json(signed_in(patient), "push_subscribe", body).status_code == 400
    assert not PushSubscription.objects.exists()


@pytest.mark.parametrize("raw", [b"\xff", b"[" * 50_000, b"", b"null"])
@pytest.mark.parametrize("name", ["push_subscribe", "push_unsubscribe"])
def test_no_json_is_refused(patient: Any, name: str, raw: bytes) -> None:
    answer = signed_in(patient).post(reverse(name), raw, content_type="application/json")
    assert answer.status_code == 400


def test_a_device_is_called_by_what_can_be_read(patient: Any) -> None:
    body = {"endpoint": ENDPOINT, "keys": KEYS, "device": "Fire\x00fox \ud800" + "x" * 200}
    assert send_json(signed_in(patient), "push_subscribe", body).status_code == 204
    assert PushSubscription.objects.get().device == "Firefox " + "x" * 72


def test_subscribing_needs_the_page_s_token(patient: Any) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(patient)
    assert send_json(client, "push_subscribe", {"endpoint": ENDPOINT, "keys": KEYS}).status_code == 403


@pytest.mark.parametrize("end", ["log out", "one by one", "everywhere", "password"])
def test_push_ends_with_the_log_in_that_turned_it_on(patient: Any, other_patient: Any, end: str) -> None:
    here, elsewhere = page_log_in(patient), page_log_in(patient)
    for client, name in ((here, "here"), (elsewhere, "elsewhere"), (signed_in(other_patient), "theirs")):
        send_json(client, "push_subscribe", {"endpoint": f"{ENDPOINT}/{name}", "keys": KEYS})
    match end:
        case "log out":
            here.post(reverse("account_logout"))
        case "one by one":
            row = UserSession.objects.get(session_key=here.session.session_key)
            assert sessions.end_one(patient, row.pk)
        case "everywhere":
            sessions.end_everywhere(patient, sessions.LOGGED_OUT)
        case "password":
            new = "a-much-better-one-7"
            words = {"oldpassword": PASSWORD, "password1": new, "password2": new}
            here.post(reverse("account_change_password"), words)
    left = {row.endpoint.rpartition("/")[2] for row in PushSubscription.objects.all()}
    assert left == ({"theirs"} if end in ("everywhere", "password") else {"theirs", "elsewhere"})


def test_push_outlasts_an_idle_staff_session(doctor: Any) -> None:
    client = signed_in(doctor)
    send_json(client, "push_subscribe", {"endpoint": ENDPOINT, "keys": KEYS})
    with time_machine.travel(timezone.now() + timedelta(hours=2)):
        assert client.get(SETTINGS).status_code == 302
    assert PushSubscription.objects.exists()


def test_the_worker_speaks_for_the_whole_portal_and_keeps_no_page() -> None:
    answer = Client().get("/sw.js")
    assert answer["Content-Type"].startswith("text/javascript")
    assert answer["Service-Worker-Allowed"] == "/"
    assert answer["Cache-Control"] == "no-cache"
    assert "worker-src 'self'" in answer["Content-Security-Policy"]
    assert '"fetch"' not in answer.text
    assert "caches" not in answer.text


def test_the_portal_can_be_put_on_the_home_screen(settings: Any) -> None:
    """An iPhone takes push only then."""
    settings.CLINIC_NAME = 'Himal "Clinic" नेपाल'
    page = Client().get("/").text
    assert '<link rel="manifest" href="/app.webmanifest">' in page
    answer = Client().get("/app.webmanifest")
    assert answer["Content-Type"] == "application/manifest+json"
    assert "Cookie" not in answer.get("Vary", "")
    said = answer.json()
    assert (said["name"], said["display"], said["start_url"]) == (
        settings.CLINIC_NAME,
        "standalone",
        "/home/",
    )
    for icon in said["icons"]:
        found = finders.find(icon["src"].removeprefix("/static/"))
        assert found
        with Image.open(found) as picture:
            assert f"{picture.width}x{picture.height}" == icon["sizes"]
