"""How long it takes from "Let in" until the other person is seen: `python -m bench.calls`.

A real `manage.py serve` on a database of its own that is gone afterwards, and two headless browsers of this machine
with fake cameras, which join a new call each time. From the host's click until a picture of the other side is decoded
and shown, for both sides, by one clock; direct, and through a coturn of this machine where it is installed.

    python -m bench.calls --runs 15
"""

# ruff: noqa: T201 - what it prints is what it is for

import argparse
import os
import shutil
import statistics
import tempfile
from pathlib import Path
from typing import Any

import django

# Asked before there is a picture: when the first one of somebody else is shown.
SEEN = """() => {
  window.seen = new Promise((resolve) => {
    const look = () => {
      const video = document.querySelector("[data-tile-camera]");
      if (video) video.requestVideoFrameCallback(() => resolve(Date.now()));
      else setTimeout(look, 2);
    };
    look();
  });
}"""
ADMIT = """() => {
  document.querySelector("[data-admit]").click();
  return Date.now();
}"""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.calls", description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=int, default=9)
    runs = parser.parse_args().runs
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "clinic.settings",
        "DEBUG": "true",
        "DJANGO_ALLOW_ASYNC_UNSAFE": "1",
    }
    django.setup()
    from django.conf import settings
    from django.db import connection
    from django.test.utils import setup_test_environment

    setup_test_environment(debug=False)
    with tempfile.TemporaryDirectory(prefix="bench-calls-") as directory:
        if connection.vendor == "sqlite":
            connection.settings_dict["TEST"]["NAME"] = Path(directory) / "bench.sqlite3"
        old_name = settings.DATABASES["default"]["NAME"]
        connection.creation.create_test_db(verbosity=0)
        try:
            measure(Path(directory), runs)
        finally:
            connection.creation.destroy_test_db(old_name, verbosity=0)


def measure(directory: Path, runs: int) -> None:
    from playwright.sync_api import sync_playwright

    from accounts.tests.factories import make_doctor, make_patient
    from clinic.core.testing.browser import CHROMIUM, CHROMIUM_FLAGS
    from clinic.core.testing.server import RunningServer
    from messaging.tests.relays import SECRET, Relay

    people = make_patient("patient@bench.clinic"), make_doctor("doctor@bench.clinic")
    relay = Relay(directory).start() if shutil.which("turnserver") else None
    turn = {"TURN_URLS": relay.url, "TURN_SECRET": SECRET} if relay else {}
    server = RunningServer(directory, turn).start()
    try:
        with sync_playwright() as playwright:
            chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_FLAGS)
            print(f"{'ms from “Let in” to the first picture':<38} {'median':>7} {'least':>7} {'most':>7}")
            for way in ("direct", "relay") if relay else ("direct",):
                shown = [once(chromium, server.url, *people, relay_only=way == "relay") for _ in range(runs)]
                for side, times in zip(
                    ("the host sees", "the guest sees"), zip(*shown, strict=True), strict=True
                ):
                    print(f"{way}, {side:<29} {statistics.median(times):7} {min(times):7} {max(times):7}")
            chromium.close()
    finally:
        server.stop()
        if relay:
            relay.stop()


def once(chromium: Any, url: str, patient: Any, doctor: Any, *, relay_only: bool) -> tuple[int, int]:
    """(when the host, when the guest saw the other), in ms after the click."""
    from clinic.core.testing.browser import sign_in
    from messaging.tests.call_browser import join, watch
    from messaging.tests.call_sockets import make_call

    call = make_call(patient, doctor)
    contexts = [chromium.new_context(base_url=url) for _ in range(2)]
    pages = []
    for context, person in zip(contexts, (doctor, patient), strict=True):
        sign_in(context, person, url)
        page = watch(context.new_page(), relay_only=relay_only)
        join(page, call)
        pages.append(page)
    host, guest = pages
    host.locator("[data-admit]").wait_for()
    for page in pages:
        page.evaluate(SEEN)
    clicked = host.evaluate(ADMIT)
    seen = tuple(page.evaluate("window.seen") - clicked for page in (host, guest))
    for context in contexts:
        context.close()
    return seen[0], seen[1]


if __name__ == "__main__":
    main()
