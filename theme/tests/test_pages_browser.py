"""What every page has, in a real browser: small screens, keyboard, theme, menus, the bar of each role.

The `person` fixture fails a test whose pages broke the Content-Security-Policy or threw an error.
"""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from clinic.core.testing.browser import DESKTOP, PHONE
from theme.templatetags.navigation import PLACES

pytestmark = pytest.mark.browser

OPEN_TO_ALL = ["/", "/accounts/login/", "/accounts/signup/", "/accounts/password/reset/", "/nothing-here/"]
TOO_SMALL = """
  [...document.querySelectorAll("main :is(button, summary, input, select, .btn, .chip, .tab), nav a")]
    .filter((element) => element.checkVisibility({visibilityProperty: true}))
    .map((element) => [element.outerHTML.slice(0, 120), (element.closest("label") ?? element).getBoundingClientRect()])
    .filter(([, box]) => box.width && box.height && Math.min(box.width, box.height) < 24)
    .map(([html]) => html)
"""
CLIPPED = """
  [...document.querySelectorAll(".bottom-label")].filter((label) => label.scrollWidth > label.clientWidth + 1).length
"""
UNNAMED = """
  [...document.querySelectorAll("input:not([type=hidden]), select, textarea")]
    .filter((element) => !element.labels.length && !element.ariaLabel).map((element) => element.name)
"""


@pytest.mark.parametrize("screen", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_open_pages_fit_the_screen(person: Callable[..., Any], screen: dict[str, int]) -> None:
    page = person(None, viewport=screen)
    for url in OPEN_TO_ALL:
        if url == "/nothing-here/":
            continue  # with DEBUG on, Django shows its own page; test_pages.py looks at ours
        page.goto(url)
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, url
        assert page.locator("h1").count() == 1, url
        assert page.evaluate(UNNAMED) == [], url
        assert page.evaluate(TOO_SMALL) == [], url


def test_each_role_finds_its_places(
    person: Callable[..., Any], patient: Any, doctor: Any, manager: Any, admin: Any
) -> None:
    for user in (patient, doctor, manager, admin):
        places = PLACES[user.role]
        in_bar = [place for place in places if place.bar]
        assert len(in_bar) <= 5, "a thumb finds no more than five"
        page = person(user, viewport=PHONE)
        page.goto("/accounts/password/change/")
        assert page.locator(".bottom-link:visible").count() == len(in_bar)
        assert page.locator(".side-link:visible").count() == 0
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        assert page.evaluate(CLIPPED) == 0
        page.set_viewport_size(DESKTOP)
        assert page.locator(".side-link:visible").count() == len(places)
        assert page.locator(".bottom-link:visible").count() == 0


def test_the_chosen_theme_stays(person: Callable[..., Any], patient: Any) -> None:
    page = person(patient, color_scheme="light")
    page.goto("/accounts/password/change/")
    light = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    page.locator("summary.menu-button").click()
    page.get_by_role("button", name="Dark").click()
    dark = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    assert dark != light
    page.reload()
    assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") == dark
    page.locator("summary.menu-button").click()
    expect(page.get_by_role("button", name="Dark")).to_have_attribute("aria-pressed", "true")


def test_a_menu_closes_on_escape_and_gives_the_focus_back(person: Callable[..., Any], patient: Any) -> None:
    page = person(patient)
    page.goto("/accounts/password/change/")
    summary = page.locator("summary.menu-button")
    summary.click()
    expect(page.locator(".menu-panel:visible")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(page.locator(".menu-panel:visible")).to_have_count(0)
    expect(summary).to_be_focused()


def test_the_first_tab_leads_past_the_navigation(person: Callable[..., Any], patient: Any) -> None:
    page = person(patient)
    page.goto("/accounts/password/change/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip-link"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_a_password_can_be_shown(person: Callable[..., Any]) -> None:
    page = person()
    page.goto("/accounts/login/")
    page.get_by_label("Password", exact=True).fill("secret words")
    page.get_by_role("button", name="Show password").click()
    expect(page.locator("#id_password")).to_have_attribute("type", "text")


def test_logging_out_from_the_menu(person: Callable[..., Any], patient: Any) -> None:
    page = person(patient)
    page.goto("/accounts/password/change/")
    page.locator("summary.menu-button").click()
    page.get_by_role("button", name="Log out").click()
    page.wait_for_url(re.compile(r"^http://[^/]+/$"))
    page.goto("/accounts/password/change/")
    expect(page).to_have_url(re.compile("/accounts/login/"))


def test_a_toast_can_be_closed_and_leaves_by_itself_unless_it_is_an_error(person: Callable[..., Any]) -> None:
    page = person()
    page.clock.install()
    page.goto("/accounts/login/")
    show = "([text, level]) => import('/static/js/toast.js').then(({toast}) => toast(text, level))"
    page.evaluate(show, ["<b>Saved</b>", "success"])
    page.evaluate(show, ["Not saved", "error"])
    expect(page.locator(".toast-text")).to_have_text(["<b>Saved</b>", "Not saved"])
    page.clock.run_for(8000)
    expect(page.locator(".toast-text")).to_have_text(["Not saved"])
    page.locator(".toast-close").click()
    page.clock.run_for(1000)
    expect(page.locator(".toast")).to_have_count(0)


def test_a_toast_can_be_reached_above_an_open_dialog(person: Callable[..., Any]) -> None:
    page = person()
    page.goto("/accounts/login/")
    page.evaluate(
        """() => {
          document.body.insertAdjacentHTML("beforeend", '<dialog class="dialog" id="d"><form method="dialog"><button>OK</button></form></dialog>');
          document.getElementById("d").showModal();
          return import('/static/js/toast.js').then(({toast}) => toast("Not saved", "error"));
        }"""  # noqa: E501
    )
    page.get_by_role("button", name="OK").click()
    expect(page.locator("#toasts .toast-text")).to_have_text("Not saved")
    page.evaluate("document.getElementById('d').showModal()")
    page.evaluate("import('/static/js/toast.js').then(({toast}) => toast('Still not saved', 'error'))")
    page.locator("#d .toast-close").click()
    page.locator("#d .toast").wait_for(state="detached")
