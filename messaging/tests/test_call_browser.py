"""Two browsers really call each other."""

import re
import time
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from clinic.core.testing.server import START_SECONDS
from messaging.models import CallPeer

from .call_browser import cut_call_socket, flow, join, until, wait_for_flow, watch
from .call_sockets import make_call

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("calls"), pytest.mark.django_db(transaction=True)]


MICROPHONE = "window.connections[0].getSenders().find(({ track }) => track?.kind === 'audio').track"
UNPLUG = f"(() => {{ const track = {MICROPHONE}; track.stop(); track.dispatchEvent(new Event('ended')); }})()"
CONNECTED = "window.connections.filter((one) => one.connectionState === 'connected').length"


@pytest.fixture
def call(server: Any, patient: Any, doctor: Any) -> Any:
    return make_call(patient, doctor)


def admit(page: Any) -> None:
    page.get_by_role("button", name="Let in").click()


def test_both_see_and_hear_each_other_whoever_comes_first(
    person: Any, server: Any, patient: Any, doctor: Any
) -> None:
    guest, host = watch(person(patient)), watch(person(doctor))
    for order in ((guest, host), (host, guest)):
        call = make_call(patient, doctor)
        for page in order:
            join(page, call)
        guest.get_by_text("You are in the waiting room").wait_for()
        assert flow(guest)["state"] == ""
        host.get_by_text("Asha Gurung is in the waiting room").wait_for()
        admit(host)
        for page in (guest, host):
            wait_for_flow(page)
            page.get_by_text("Good connection").wait_for()
        guest.get_by_role("button", name="Hang up").click()
        guest.get_by_text("You have left the call.").wait_for()
        host.get_by_text("You are alone in the call.").wait_for()


@pytest.fixture
def meeting(person: Any, call: Any, patient: Any, doctor: Any) -> tuple[Any, Any]:
    """(host's page, guest's page), talking. The host's clock is an hour ahead."""
    host, guest = watch(person(doctor)), watch(person(patient))
    host.add_init_script("const now = Date.now; Date.now = () => now() + 3_600_000;")
    join(host, call)
    join(guest, call)
    admit(host)
    for page in (host, guest):
        wait_for_flow(page)
    return host, guest


def test_mute_camera_and_screen_are_shown_to_the_other(meeting: tuple[Any, Any]) -> None:
    host, guest = meeting
    muted = host.locator("[data-tiles] [data-tile-muted]")
    dark = host.locator("[data-tiles] [data-tile-off]")
    stage = guest.locator("[data-step=call]")
    stage.get_by_role("button", name="Mute").click()
    muted.wait_for(state="visible")
    stage.get_by_role("button", name="Unmute").click()
    muted.wait_for(state="hidden")
    stage.get_by_role("button", name="Camera off").click()
    dark.wait_for(state="visible")
    wait_for_flow(host, video=False)
    stage.get_by_role("button", name="Camera on").click()
    dark.wait_for(state="hidden")
    wait_for_flow(host)
    # A headset whose battery is empty: the talk goes on by another microphone.
    guest.evaluate(UNPLUG)
    wait_for_flow(host)
    expect(muted).to_be_hidden()
    assert guest.evaluate(f"{MICROPHONE}.readyState") == "live"
    connections = host.evaluate("window.connections.length")
    # A video that waits for a picture keeps its page from being loaded.
    idle = "document.querySelector('[data-tile-screen]').srcObject === null"
    assert host.evaluate(idle)
    stage.get_by_role("button", name="Share screen").click()
    stage.get_by_role("button", name="Stop sharing").wait_for()
    wait_for_flow(host)
    # Both are seen: the screen, and the speaker's face small over it.
    moving = """(selector) => new Promise((resolve) => {
      const video = document.querySelector(selector);
      video.requestVideoFrameCallback(() => video.requestVideoFrameCallback(() => resolve(video.videoWidth)));
    })"""
    assert host.evaluate(moving, "[data-tile-screen]") > 0
    assert host.evaluate(moving, "[data-tile-camera]") > 0
    width = "document.querySelector('[data-tile-{}]').getBoundingClientRect().width"
    until(host, f"{width.format('camera')} < {width.format('screen')} / 3")
    stage.get_by_role("button", name="Stop sharing").click()
    stage.get_by_role("button", name="Share screen").wait_for()
    host.locator("[data-tile-screen]").wait_for(state="hidden")
    assert host.evaluate(idle)
    wait_for_flow(host)
    assert host.evaluate("window.connections.length") == connections


def test_a_cut_signalling_socket_touches_no_picture_and_the_end_is_told(
    meeting: tuple[Any, Any], call: Any
) -> None:
    host, guest = meeting
    before = set(CallPeer.objects.filter(call=call).values_list("pk", flat=True))
    for page in (guest, host):
        cut_call_socket(page)
        wait_for_flow(page)
        page.get_by_text("Good connection").wait_for()
    for page in (guest, host):
        wait_for_flow(page)
        assert page.evaluate("window.connections.length") == 1
    assert set(CallPeer.objects.filter(call=call).values_list("pk", flat=True)) == before
    assert set(CallPeer.objects.filter(call=call).values_list("status", flat=True)) == {"admitted"}
    host.get_by_role("button", name="Hang up").click()
    host.get_by_role("button", name="End for everyone").click()
    for page in (host, guest):
        page.get_by_text("The call has ended.").wait_for()
    guest.reload()
    guest.get_by_text("This call is over.").wait_for()


def test_a_lost_network_is_said_and_found_again(meeting: tuple[Any, Any], call: Any) -> None:
    host, guest = meeting
    before = set(CallPeer.objects.filter(call=call).values_list("pk", flat=True))
    guest.context.set_offline(True)
    guest.locator("[data-status-text]").get_by_text("Reconnecting…").wait_for()
    # Ten seconds without a socket: picture and sound go on between the two.
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        wait_for_flow(guest)
        wait_for_flow(host)
    guest.context.set_offline(False)
    for page in (guest, host):
        page.get_by_text("Good connection").wait_for()
        wait_for_flow(page)
    assert set(CallPeer.objects.filter(call=call).values_list("pk", flat=True)) == before


def test_the_call_outlives_a_killed_server(meeting: tuple[Any, Any], call: Any, server: Any) -> None:
    host, guest = meeting
    before = set(CallPeer.objects.filter(call=call).values_list("pk", flat=True))
    server.kill()
    # The half minute to come back in begins when the server is back: how long it takes to start, the machine decides.
    CallPeer.objects.filter(call=call).update(seen_at=timezone.now() + timedelta(seconds=START_SECONDS))
    host.locator("[data-status-text]").get_by_text("Reconnecting…").wait_for()
    wait_for_flow(host)
    wait_for_flow(guest)
    server.start()
    for page in (host, guest):
        page.get_by_text("Good connection").wait_for()
        wait_for_flow(page)
        assert page.evaluate("window.connections.length") == 1
    assert set(CallPeer.objects.filter(call=call).values_list("pk", flat=True)) == before
    # What is signalled now arrives.
    guest.locator("[data-step=call]").get_by_role("button", name="Mute").click()
    host.locator("[data-tiles] [data-tile-muted]").wait_for(state="visible")


def test_a_reload_of_either_side_comes_straight_back_as_the_same_peer(
    meeting: tuple[Any, Any], call: Any
) -> None:
    before = set(CallPeer.objects.filter(call=call).values_list("pk", flat=True))
    for reloaded in meeting:
        reloaded.reload()
        for page in meeting:
            until(page, "document.querySelector('[data-tiles] video')?.videoWidth > 0")
            wait_for_flow(page)
            page.get_by_text("Good connection").wait_for()
            expect(page.locator("[data-tile]")).to_have_count(1)
            # Also by a clock that is an hour off.
            expect(page.locator("[data-timer]")).to_have_text(re.compile("^0[0-4]:[0-5][0-9]$"))
    _host, guest = meeting
    assert set(CallPeer.objects.filter(call=call).values_list("pk", flat=True)) == before
    # Whoever hangs up has left, and knocks again.
    guest.get_by_role("button", name="Hang up").click()
    guest.get_by_role("button", name="Join again").click()
    guest.get_by_role("button", name="Join", exact=True).wait_for()


def test_networks_that_let_no_call_through_are_named(
    person: Any, call: Any, patient: Any, doctor: Any
) -> None:
    """Through a relay only, and there is none; the browser's own verdict, which takes half a minute, is given here.
    Who still thinks about the permission for the camera has heard of the line already."""
    host, guest = watch(person(doctor), relay_only=True), watch(person(patient), relay_only=True)
    guest.add_init_script("navigator.mediaDevices.getUserMedia = () => new Promise(() => {})")
    join(host, call)
    guest.goto(f"/calls/{call.pk}/")
    guest.get_by_text("You are connected to the clinic.").wait_for()
    guest.get_by_role("button", name="Join", exact=True).click()
    admit(host)
    host.locator("[data-tile-note]").get_by_text("Connecting…").wait_for()
    host.evaluate("""() => {
      const connection = window.connections.at(-1);
      Object.defineProperty(connection, "connectionState", { get: () => "failed" });
      connection.onconnectionstatechange();
    }""")
    host.get_by_text("There is no way through between your networks yet.").wait_for()


def test_without_camera_and_microphone_one_still_joins(
    person: Any, call: Any, patient: Any, doctor: Any
) -> None:
    host, guest = watch(person(doctor)), watch(person(patient))
    guest.add_init_script(
        "navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('no', 'NotAllowedError'))"
    )
    guest.goto(f"/calls/{call.pk}/")
    guest.get_by_text("The browser may not use your camera or microphone.").wait_for()
    guest.get_by_text("In Chrome: press the sign left of the address").wait_for()
    guest.get_by_role("button", name="Play a sound").click()
    guest.get_by_text("Heard nothing? Turn the sound up").wait_for()
    guest.get_by_role("button", name="Join", exact=True).click()
    join(host, call)
    admit(host)
    wait_for_flow(guest)
    host.locator("[data-tiles] [data-tile-muted]").wait_for(state="visible")
    host.locator("[data-tiles] [data-tile-off]").wait_for(state="visible")


def test_a_guest_by_link_makes_three_and_is_shown_out(
    meeting: tuple[Any, Any], call: Any, person: Any
) -> None:
    host, patient_page = meeting
    host.get_by_role("button", name="People").click()
    host.get_by_label("Name").fill("Ama Tamang")
    host.get_by_role("button", name="Make a link").click()
    link = host.locator("[data-link-text]")
    link.wait_for()
    address = link.inner_text()
    host.locator("#call-people").get_by_role("button", name="Close").click()
    guest = watch(person(None))
    guest.goto(address)
    guest.get_by_role("button", name="Go on in this browser").click()
    until(guest, "document.querySelector('[data-preview]')?.srcObject?.active")
    expect(guest.locator("[data-side], [data-chat], [data-open]")).to_have_count(0)
    guest.get_by_role("button", name="Join", exact=True).click()
    guest.get_by_text("You are next.").wait_for()
    host.get_by_text("Ama Tamang (guest)").wait_for()
    admit(host)
    for page in (guest, host, patient_page):
        until(page, f"{CONNECTED} === 2")
        wait_for_flow(page)
        expect(page.locator("[data-tile]")).to_have_count(2)
    host.get_by_role("button", name="People").click()
    host.get_by_role("switch", name="Lock the waiting room").click()
    host.get_by_role("button", name="Show Ama Tamang out").click()
    guest.get_by_text("The host has shown you out.").wait_for()
    guest.get_by_role("button", name="Join again").click()
    guest.get_by_role("button", name="Join", exact=True).click()
    guest.get_by_text("The waiting room is locked.").wait_for()
    wait_for_flow(patient_page)
    expect(patient_page.locator("[data-tile]")).to_have_count(1)
    # The host's own second tab is let in: to the others another peer, connected to everyone once.
    second = watch(host.context.new_page())
    join(second, call)
    for page in (second, host, patient_page):
        until(page, f"{CONNECTED} === 2")
        wait_for_flow(page)
        expect(page.locator("[data-tile]")).to_have_count(2)
