"""The viewer in a browser: what is drawn is read from its canvas."""

import math
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from records.tests.factories_imaging import make_imaging_report
from records.tests.factories_pictures import make_study, slices
from scheduling.tests.imaging import make_radiologist

PHONE = {"width": 390, "height": 844}
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# The mean brightness of what is drawn, and the middle of what is white in the left and in the right half, in CSS pixels
# from the stage's corner.
MEAN = """canvas => {
  const {data} = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  let sum = 0;
  for (let at = 0; at < data.length; at += 4) sum += data[at];
  return sum / (data.length / 4);
}"""
DOTS = """canvas => {
  const {width, height} = canvas;
  const {data} = canvas.getContext("2d").getImageData(0, 0, width, height);
  const shrunk = canvas.getBoundingClientRect().width / width;
  return [[0, width / 2], [width / 2, width]].map(([from, to]) => {
    let [x, y, count] = [0, 0, 0];
    for (let row = 0; row < height; row += 1)
      for (let column = Math.ceil(from); column < to; column += 1)
        if (data[4 * (row * width + column)] > 128) [x, y, count] = [x + column + 0.5, y + row + 0.5, count + 1];
    return [(x / count) * shrunk, (y / count) * shrunk, count];
  });
}"""


@pytest.fixture
def opened(person: Any, patient: Any) -> Any:
    """A patient's page of a study with these pictures, its first one drawn."""

    def open_study(pictures: list[Any], instances: Any = None, **options: Any) -> Page:
        radiologist = make_radiologist()
        report = make_imaging_report(patient, radiologist, released=True)
        page: Page = person(patient, **options)
        if instances:
            page.route("**/imaging/instances/*.dcm", instances)
        page.goto(f"/imaging/studies/{make_study(report, radiologist, pictures).pk}/")
        expect(page.locator("[data-stage]:not([data-empty])")).to_be_visible()
        return page

    return open_study


def drawn(page: Page, is_it: Callable[[float], bool]) -> float:
    """The mean brightness, once it is as it should be: the library draws with one of the next frames."""
    for _try in range(150):
        mean = float(page.locator("[data-surface] canvas").evaluate(MEAN))
        if is_it(mean):
            return mean
        page.wait_for_timeout(100)
    raise AssertionError(f"the mean stays at {mean}")


def test_the_picture_follows_scrolling_and_the_window(opened: Any) -> None:
    page = opened(slices(12), viewport=PHONE)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    expect(page.get_by_text("All pictures are loaded (12).").first).to_be_attached()
    first = drawn(page, lambda mean: mean > 5)
    stage = page.locator("[data-stage]")
    stage.press("PageDown")
    expect(page.locator("[data-said]")).to_have_text(re.compile("^Picture 11 of 12. Level 40, width 400"))
    later = drawn(page, lambda mean: abs(mean - first) > 1)
    page.get_by_role("button", name="Bone").click()
    expect(page.locator("[data-said]")).to_have_text("Picture 11 of 12. Level 480, width 2,500.")
    bone = drawn(page, lambda mean: abs(mean - later) > 5)
    stage.press("i")
    drawn(page, lambda mean: mean == pytest.approx(255 - bone, abs=60))
    stage.press("r")
    expect(page.locator("[data-window]:not([data-viewer-words])")).to_have_text("Level 40, width 400")
    drawn(page, lambda mean: mean == pytest.approx(later, abs=0.5))


def test_a_length_is_that_of_the_pixels_whatever_their_shape(opened: Any) -> None:
    """Two dots, 160 pixels of 1 mm apart across and 120 of 0.5 mm down."""
    (picture,) = slices(1)
    values = np.full((picture.Rows, picture.Columns), -1000, "<i2")
    for x, y in ((40, 60), (200, 180)):
        values[y - 2 : y + 2, x - 2 : x + 2] = 1000
    picture.PixelData, picture.PixelSpacing = values.tobytes(), [0.5, 1.0]
    page = opened([picture], device_scale_factor=2)
    drawn(page, lambda mean: mean > 0)
    one, other = page.locator("[data-surface] canvas").evaluate(DOTS)
    page.locator("label", has_text="Measure").click()
    box = page.locator("[data-stage]").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + one[0], box["y"] + one[1])
    page.mouse.down()
    page.mouse.move(box["x"] + other[0], box["y"] + other[1], steps=4)
    page.mouse.up()
    row = page.get_by_role("listitem").filter(has_text="mm, picture 1")
    said = re.search(r"([\d.]+) mm", row.inner_text())
    assert said is not None
    assert float(said[1]) == pytest.approx(math.hypot(160, 60), rel=0.01)
    row.get_by_role("button", name="Move the end").click()
    page.keyboard.press("Shift+ArrowRight")
    expect(row).to_contain_text(f"{math.hypot(170, 60):.0f}"[:2])
    page.keyboard.press("Delete")
    expect(row).to_have_count(0)


def test_on_a_slow_line_the_picture_that_is_looked_at_has_it_to_itself(opened: Any) -> None:
    asked: list[str] = []
    given_up: list[str] = []
    flows: list[bool] = []

    def slowly(route: Any) -> None:
        asked.append(route.request.url)
        # The first one comes, and nothing more until the last one is looked at.
        if flows or len(asked) == 1:
            route.continue_()

    page = opened(slices(24), slowly)
    page.on("requestfailed", lambda request: given_up.append(request.url))
    expect(page.get_by_text("1 of 24 pictures loaded").first).to_be_attached()
    while len(asked) < 5:
        page.wait_for_timeout(20)
    flows.append(True)
    page.locator("[data-stage]").press("End")
    expect(page.get_by_text("All pictures are loaded (24).").first).to_be_attached()
    assert sorted(given_up) == sorted(asked[1:5])


def test_a_chosen_tool_can_be_read_under_the_mouse(opened: Any) -> None:
    page = opened(slices(1))
    tool = page.locator("label", has_text="Measure")
    tool.click()
    page.mouse.move(0, 0)
    color = (
        "e => { for (const a of e.getAnimations()) a.finish(); return getComputedStyle(e).backgroundColor; }"
    )
    chosen = tool.evaluate(color)
    tool.hover()
    assert tool.evaluate(color) == chosen
