"""The warning before an idle person is logged off, and the end of it, in a real browser."""

import time
from typing import Any

import pytest
from playwright.sync_api import expect

from accounts.models import User

pytestmark = pytest.mark.browser


@pytest.fixture
def server_environment() -> dict[str, str]:
    return {"STAFF_IDLE_MINUTES": "1"}  # then the warning comes half a minute before


@pytest.mark.usefixtures("server")
def test_warned_stayed_and_logged_out(person: Any, doctor: User) -> None:
    page = person(doctor)
    page.goto("/profile/")
    warning = page.get_by_role("alertdialog", name="Are you still there?")
    expect(warning).to_be_hidden()
    _make_idle(doctor, 31)
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(warning).to_be_visible()
    expect(warning.get_by_role("button", name="Stay logged in")).to_be_focused()
    with page.expect_response(_tells_the_server):
        page.keyboard.press("Enter")
    expect(warning).to_be_hidden()
    assert page.evaluate("fetch('/session/').then((a) => a.json())")["seconds_left"] > 35

    _make_idle(doctor, 31)
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(warning).to_be_visible()
    # Until the server has been told, it would overwrite what comes next.
    with page.expect_response(_tells_the_server):
        page.keyboard.press("Escape")
    expect(warning).to_be_hidden()

    _make_idle(doctor, 52)
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(warning).to_be_visible()
    page.wait_for_url("**/accounts/login/?next=%2Fprofile%2F", timeout=30_000)
    page.goto("/profile/")
    assert "/accounts/login/" in page.url, "on the server as well"


@pytest.mark.usefixtures("server")
def test_a_connected_call_counts(person: Any, doctor: User) -> None:
    """js/calls/call.js marks the body while someone is connected; here the mark itself is set."""
    page = person(doctor)
    page.clock.install()
    page.goto("/profile/")
    page.evaluate("document.body.toggleAttribute('data-in-call', true)")
    _make_idle(doctor, 25)
    with page.expect_response(_tells_the_server):
        page.clock.fast_forward(16_000)


def _tells_the_server(answer: Any) -> bool:
    return answer.request.method == "POST" and "/session/" in answer.url


def _make_idle(user: User, seconds: int) -> None:
    """Their last activity was so long ago."""
    from django.contrib.sessions.backends.db import SessionStore
    from django.contrib.sessions.models import Session

    for row in Session.objects.all():
        session = SessionStore(row.session_key)
        if session.get("_auth_user_id") == str(user.pk):
            session["active_at"] = int(time.time()) - seconds
            session.save()
