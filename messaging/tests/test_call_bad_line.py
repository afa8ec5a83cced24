"""A call on a line that loses packets: less picture, then sound alone, and back; and a way that is gone for good.

All packets go through a real coturn and, before it, a forwarder that drops them (lossy_path.py).
"""

import shutil
from collections.abc import Iterator
from typing import Any

import pytest

from .call_browser import FLOW, flow, join, until, wait_for_flow, wait_for_sound_alone, watch
from .call_sockets import make_call
from .lossy_path import LossyPath
from .relays import SECRET, Relay

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("calls"),
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(shutil.which("turnserver") is None, reason="coturn is not installed"),
]

# The page looks every 2 seconds and goes up after 8 good ones; here time runs faster, the decisions are the same.
HURRY = """
const every = window.setInterval;
window.setInterval = (handle, ms, ...rest) => every(handle, ms === 2000 ? 500 : ms, ...rest);
const now = performance.now.bind(performance);
performance.now = () => now() * 4;
"""

ALIVE = "window.connections.filter((one) => one.connectionState === 'connected').length"
RELAYED = f"({FLOW})().then(({{ state, pairs }}) => state === 'connected' && String(pairs) === 'relay')"
# Also of one that the other side, which was quicker, has had made anew: each side has to find out by itself.
FAIL_THREE_TIMES = """() => {
  const connection = window.connections.filter((one) => one.connectionState !== "closed").at(-1);
  Object.defineProperty(connection, "connectionState", { get: () => "failed", configurable: true });
  for (let times = 0; times < 3; times++) connection.onconnectionstatechange?.();
  delete connection.connectionState;
}"""


@pytest.fixture
def path(relay: Relay) -> Iterator[LossyPath]:
    lossy = LossyPath(relay.port).start()
    yield lossy
    lossy.stop()


@pytest.fixture
def server_environment(path: LossyPath) -> dict[str, str]:
    return {"TURN_URLS": f"turn:127.0.0.1:{path.port}?transport=udp", "TURN_SECRET": SECRET}


def meet(person: Any, patient: Any, doctor: Any, *, relay_only: bool) -> tuple[Any, Any]:
    """(host's page, guest's page), talking; the guest has tried the line before, and found a way."""
    call = make_call(patient, doctor)
    host, guest = (watch(person(who), relay_only=relay_only) for who in (doctor, patient))
    for page in (host, guest):
        page.add_init_script(HURRY)
    guest.goto(f"/calls/{call.pk}/")
    tried(guest)
    guest.get_by_role("button", name="Join", exact=True).click()
    join(host, call)
    host.get_by_role("button", name="Let in").click()
    for page in (host, guest):
        wait_for_flow(page, timeout_ms=60_000)
    return host, guest


def tried(page: Any) -> None:
    """The line carries a call. (How fast it is says how busy this machine is.)"""
    page.locator("[data-line]:is([data-verdict=good], [data-verdict=slow])").wait_for(timeout=30_000)


def test_loss_leads_to_sound_alone_and_back_to_the_picture(
    person: Any, server: Any, patient: Any, doctor: Any, path: LossyPath
) -> None:
    host, guest = meet(person, patient, doctor, relay_only=True)
    path.media_loss = 0.25
    for page in (host, guest):
        # Three reports of the other side tell of it, and come when its browser gets to them.
        page.locator("[data-status-text]").get_by_text("Very weak connection: sound only.").wait_for(
            timeout=60_000
        )
    assert path.dropped > 0
    # No pictures are decoded any more, and sound still comes in.
    guest.get_by_text("The picture is paused: the line is weak.").wait_for(timeout=60_000)
    wait_for_sound_alone(guest)
    path.media_loss = 0
    # Browsers report on sound every 2.5 to 7.5 seconds. The first report still has the loss in it, the next three are
    # good, and one that a busy machine delays begins the counting anew.
    host.locator("[data-status-text]").get_by_text("Very weak connection").wait_for(
        state="hidden", timeout=120_000
    )
    wait_for_flow(guest, timeout_ms=60_000)
    assert guest.evaluate(ALIVE) == 1


def test_a_way_that_fails_three_times_is_built_anew_through_the_relay(
    person: Any, server: Any, patient: Any, doctor: Any
) -> None:
    host, guest = meet(person, patient, doctor, relay_only=False)
    assert "relay" not in flow(host)["pairs"]
    host.evaluate(FAIL_THREE_TIMES)
    guest.evaluate(FAIL_THREE_TIMES)
    for page in (host, guest):
        until(page, RELAYED, timeout_ms=30_000)
        wait_for_flow(page, timeout_ms=30_000)
        assert page.evaluate(ALIVE) == 1


def test_a_network_that_blocks_calls_is_named_before_joining(
    person: Any, server: Any, patient: Any, doctor: Any, path: LossyPath
) -> None:
    path.loss = 1.0
    page = watch(person(patient))
    # Nothing comes through: there is no need to wait eight seconds for it.
    page.add_init_script("""
      window.patience = 1000;
      const later = window.setTimeout;
      window.setTimeout = (handle, ms, ...rest) => later(handle, ms === 8000 ? window.patience : ms, ...rest);
    """)
    page.goto(f"/calls/{make_call(patient, doctor).pk}/")
    page.get_by_text("This network seems to block calls.").wait_for()
    path.loss = 0.0
    page.evaluate("window.patience = 8000")
    page.get_by_role("button", name="Try again").click()
    tried(page)
