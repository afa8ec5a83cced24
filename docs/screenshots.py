"""The README's pictures, taken from a running demo clinic: `make run`, then
`.venv/bin/python docs/screenshots.py [http://127.0.0.1:8000]`."""

import sys
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from clinic.core.testing.browser import CHROMIUM, CHROMIUM_FLAGS
from insights.demo.cast import PASSWORD

FOLDER = Path(__file__).parent / "screenshots"


def main(url: str) -> None:
    FOLDER.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_FLAGS)

        def page_of(login: str) -> Page:
            page = browser.new_context(base_url=url, viewport={"width": 1440, "height": 900}).new_page()
            page.goto("/accounts/login/")
            page.locator("input[name=login]").fill(f"{login}@demo.clinic")
            page.locator("input[name=password]").fill(PASSWORD)
            page.locator("main form button[type=submit]").first.click()
            page.wait_for_url("**/home/")
            page.goto("/home/")  # Without the greeting.
            return page

        patient = page_of("patient")
        keep(patient, "patient")
        patient.goto("/doctors/")
        patient.locator("main a[href^='/book/'], main a[href^='/doctors/']").first.click()
        if "/doctors/" in patient.url:
            patient.locator("main a[href^='/book/']").first.click()
        keep(patient, "book")
        patient.goto("/home/")
        patient.get_by_role("link", name="Pay now").first.click()
        keep(patient, "payment")
        keep(page_of("doctor"), "doctor")
        keep(page_of("manager"), "management")
        browser.close()


def keep(page: Any, name: str) -> None:
    page.wait_for_load_state("load")
    page.wait_for_timeout(800)  # Portraits and countdowns settle.
    page.screenshot(path=FOLDER / f"{name}.png")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000")
