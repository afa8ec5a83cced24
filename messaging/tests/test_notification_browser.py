"""The bell is live, and a browser takes web push: as far as one can go without a push service on the internet.

Chromium here reaches no push service, so `pushManager.subscribe` itself is played; the worker, its registration, what
it shows and where it leads are real, and the push comes in by the browser's own developer protocol.
"""

import json
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Page, expect

from accounts.models import User
from messaging.models import PushSubscription

from .test_chat_browser import connected

pytestmark = [pytest.mark.browser, pytest.mark.server]

SETTINGS = "/notifications/settings/"
ENDPOINT = "https://fcm.googleapis.com/fcm/send/played"
KEY = "BNEXwC18OGj57ElDYlsW04hTQ1dD0Cq1l0m6Hq1l2Y3Zp4pS9k7r8s6t5u4v3w2x1y0z9A8B7C6D5E4F3G2H1I0"
PLAYED = """
    const played = {
      endpoint: "ENDPOINT",
      options: {},
      toJSON: () => ({ endpoint: "ENDPOINT", keys: { p256dh: "BNc_key", auth: "c2VjcmV0" } }),
      unsubscribe: async () => { localStorage.removeItem("played"); return true; },
    };
    PushManager.prototype.getSubscription = async () => (localStorage.getItem("played") ? played : null);
    PushManager.prototype.subscribe = async ({ userVisibleOnly, applicationServerKey }) => {
      if (!userVisibleOnly || applicationServerKey[0] !== 4) throw new Error("wrong options");
      localStorage.setItem("played", "yes");
      return played;
    };
""".replace("ENDPOINT", ENDPOINT)


@pytest.fixture
def server_environment() -> dict[str, str]:
    return {"VAPID_PUBLIC_KEY": KEY, "VAPID_PRIVATE_KEY": "not-used", "SMS_BACKEND": ""}


def test_news_reach_the_open_bell_and_reading_reaches_other_pages(person: Any, patient: User) -> None:
    one = person(patient)
    other = one.context.new_page()
    for page in (one, other):
        page.goto(SETTINGS)
        connected(page)
    bell, count = one.locator("[data-bell]"), one.locator("[data-bell] [data-count]")
    expect(count).to_be_hidden()
    bell.locator("summary").press("Enter")
    expect(bell.get_by_text("Nothing yet")).to_be_visible()
    # Another page sends the test message: this one hears of it.
    other.get_by_role("button", name="E-mail").click()
    expect(other.get_by_text("A test message is on its way")).to_be_visible()
    expect(bell.get_by_role("button", name="This is a test message")).to_be_visible()
    expect(count).to_contain_text("1")
    connected(other)
    expect(other.locator("[data-bell] [data-count]")).to_contain_text("1")
    bell.get_by_role("button", name="Mark all as read").click()
    expect(bell.get_by_role("button", name="Mark all as read")).to_have_count(0)
    for page in (one, other):
        expect(page.locator("[data-bell] [data-count]")).to_be_hidden()
    bell.get_by_role("button", name="This is a test message").press("Escape")
    expect(bell).not_to_have_attribute("open", "")


def push(page: Page, data: str) -> list[dict[str, Any]]:
    """A push reaches the worker; what it shows then."""
    protocol = page.context.new_cdp_session(page)
    found: list[dict[str, Any]] = []
    protocol.on("ServiceWorker.workerRegistrationUpdated", lambda event: found.extend(event["registrations"]))
    protocol.send("ServiceWorker.enable")
    origin = page.evaluate("navigator.serviceWorker.ready.then(() => location.origin)")
    # Chromium tells of its workers when it gets to it.
    for _try in range(200):
        if any(each["scopeURL"] == origin + "/" for each in found):
            break
        page.wait_for_timeout(50)
    registration = next(each for each in found if each["scopeURL"] == origin + "/")
    message = {"origin": origin, "registrationId": registration["registrationId"], "data": data}
    protocol.send("ServiceWorker.deliverPushMessage", message)
    shown: list[dict[str, Any]] = page.evaluate(
        """async () => {
          const worker = await navigator.serviceWorker.ready;
          let all = [];
          for (let tries = 0; tries < 200 && !all.length; tries++) {
            await new Promise((done) => setTimeout(done, 50));
            all = await worker.getNotifications();
          }
          const told = all.map(({ title, body, data }) => ({ title, body, url: data.url }));
          all.forEach((each) => each.close());
          return told;
        }"""
    )
    return shown


def test_a_browser_is_turned_on_shows_a_push_and_is_turned_off(person: Any, patient: User) -> None:
    denied = person(patient)
    denied.add_init_script("Object.defineProperty(Notification, 'permission', { get: () => 'denied' })")
    denied.goto(SETTINGS)
    expect(denied.locator("[data-push]")).to_have_attribute("data-state", "denied")
    expect(denied.get_by_role("button", name="Turn on for this device")).to_be_hidden()

    old = person(patient)
    old.add_init_script("delete window.PushManager")
    old.goto(SETTINGS)
    expect(old.get_by_text("This browser can't show notifications.")).to_be_visible()

    page = person(patient, permissions=["notifications"])
    page.add_init_script(PLAYED)
    page.goto(SETTINGS)
    expect(page.locator("[data-push]")).to_have_attribute("data-state", "off")
    assert page.evaluate("navigator.serviceWorker.getRegistrations().then(all => all.length)") == 0
    with page.expect_navigation():
        page.get_by_role("button", name="Turn on for this device").click()
    expect(page.locator("[data-push]")).to_have_attribute("data-state", "on")
    expect(page.locator("[data-this-one]")).to_be_visible()
    assert PushSubscription.objects.get().endpoint == ENDPOINT

    home = page.evaluate("location.origin")
    assert push(page, json.dumps({"title": "Your visit is confirmed", "url": "/appointments/"})) == [
        {"title": "Your visit is confirmed", "body": settings.CLINIC_NAME, "url": f"{home}/appointments/"}
    ]
    strange = json.dumps({"title": "Look", "url": "https://evil.example/"})
    assert [shown["url"] for shown in push(page, strange)] == [f"{home}/notifications/"]
    assert [shown["url"] for shown in push(page, "no JSON")] == [f"{home}/notifications/"]

    with page.expect_navigation():
        page.get_by_role("button", name="Turn off for this device").click()
    expect(page.locator("[data-push]")).to_have_attribute("data-state", "off")
    assert not PushSubscription.objects.exists()

    with page.expect_navigation():
        page.get_by_role("button", name="Turn on for this device").click()
    expect(page.locator("[data-push]")).to_have_attribute("data-state", "on")
    page.locator("summary", has_text="Account of").click()
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_role("button", name="Log out")).to_have_count(0)
    assert not PushSubscription.objects.exists()
    assert page.evaluate("navigator.serviceWorker.getRegistrations().then(all => all.length)") == 0
