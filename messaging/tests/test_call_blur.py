"""The background is blurred before the picture leaves, and never shown because blurring failed."""

from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from .call_browser import join, until, wait_for_flow, watch
from .call_sockets import make_call

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("calls"), pytest.mark.django_db(transaction=True)]

# Eileen Collins by NASA (public domain), 512 x 288: a face over a flag and a model of a rocket.
PHOTO = Path(__file__).with_name("person.jpg")
CAMERA = """
const picture = new Image();
picture.src = "data:image/jpeg;base64,%s";
navigator.mediaDevices.getUserMedia = async () => {
  await picture.decode();
  const canvas = Object.assign(document.createElement("canvas"), { width: 512, height: 288 });
  const context = canvas.getContext("2d");
  setInterval(() => context.drawImage(picture, 0, 0), 50);
  return canvas.captureStream();
};
"""
# By this page's clock each picture is blurred at once: how long it takes says how busy this machine is.
IN_TIME = """
let still = 0;
const now = performance.now.bind(performance);
performance.now = () => still || now();
const make = window.createImageBitmap;
window.createImageBitmap = (...all) => { still = now(); return make(...all); };
const tell = HTMLVideoElement.prototype.requestVideoFrameCallback;
HTMLVideoElement.prototype.requestVideoFrameCallback = function (...all) { still = 0; return tell.apply(this, all); };
"""
# How much neighbouring pixels differ, in a part of the person's picture: in the place of the face, and of the rocket.
DETAIL = """(parts) => {
  const video = document.querySelector("[data-tile-camera]");
  const canvas = Object.assign(document.createElement("canvas"), { width: 512, height: 288 });
  const context = canvas.getContext("2d");
  context.drawImage(video, 0, 0, 512, 288);
  return parts.map(([left, top, width, height]) => {
    const { data } = context.getImageData(left, top, width, height);
    let sum = 0;
    for (let at = 4; at < data.length; at += 4) sum += Math.abs(data[at] - data[at - 4]);
    return sum / (data.length / 4);
  });
}"""
# What DETAIL finds in the rocket as it is, and blurred.
PLAIN, BLURRED = 5, 3
FACE, ROCKET = [170, 60, 110, 110], [350, 20, 120, 240]


def test_the_other_side_sees_the_face_and_no_background(person: Any, patient: Any, doctor: Any) -> None:
    call = make_call(patient, doctor)
    host, guest = watch(person(doctor)), watch(person(patient))
    guest.add_init_script(CAMERA % b64encode(PHOTO.read_bytes()).decode())
    guest.add_init_script(IN_TIME)
    loaded: list[str] = []
    guest.on("request", lambda request: loaded.append(request.url))
    join(guest, call)
    join(host, call)
    host.get_by_role("button", name="Let in").click()
    wait_for_flow(host, audio=False)
    until(host, f"({DETAIL})({[ROCKET]})[0] > {PLAIN}")
    [face] = host.evaluate(DETAIL, [FACE])
    assert not [url for url in loaded if "mediapipe" in url]

    guest.get_by_role("button", name="Devices").click()
    switch = guest.locator("#call-devices").get_by_role("switch", name="Blur my background")
    switch.click()
    expect(switch).to_be_checked()
    until(host, f"({DETAIL})({[ROCKET]})[0] < {BLURRED}")
    wait_for_flow(host, audio=False)
    # One picture may be blurred more than the next.
    until(host, f"({DETAIL})({[FACE]})[0] > {face / 2}")
    assert host.evaluate(DETAIL, [ROCKET])[0] < BLURRED

    # Whoever comes back is not seen without it first.
    guest.reload()
    until(host, "document.querySelectorAll('[data-tile-camera]').length === 1")
    wait_for_flow(host, audio=False)
    assert host.evaluate(DETAIL, [ROCKET])[0] < BLURRED
    switch = guest.locator("#call-devices").get_by_role("switch", name="Blur my background")
    guest.get_by_role("button", name="Devices").click()
    switch.click()
    expect(switch).not_to_be_checked()
    until(host, f"({DETAIL})({[ROCKET]})[0] > {PLAIN}")


def test_a_device_that_is_too_slow_sends_no_picture_rather_than_the_room(
    person: Any, patient: Any, doctor: Any
) -> None:
    page = watch(person(patient))
    # Each picture takes two hundred milliseconds, by this page's clock.
    page.add_init_script("""
      const make = window.createImageBitmap;
      let late = 0;
      const now = performance.now.bind(performance);
      performance.now = () => now() + late;
      window.createImageBitmap = (...all) => { late += 200; return make(...all); };
    """)
    page.goto(f"/calls/{make_call(patient, doctor).pk}/")
    until(page, "document.querySelector('[data-preview]').srcObject?.active")
    page.get_by_role("switch", name="Blur my background").click()
    page.get_by_text("This device is too slow to blur the background. Your camera is off").wait_for()
    expect(page.get_by_role("switch", name="Blur my background")).not_to_be_checked()
    assert page.evaluate("document.querySelector('[data-preview]').srcObject") is None
    page.get_by_role("button", name="Try the camera again").click()
    until(page, "document.querySelector('[data-preview]').srcObject?.active")
