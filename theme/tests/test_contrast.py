"""The colours that carry text or show a control, light and dark, against WCAG 2.2 AA."""

import re
from pathlib import Path

import pytest

TOKENS = Path(__file__).parents[1] / "static_src" / "src" / "tokens.css"
PAIR = re.compile(r"--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);")

GROUNDS = ["canvas", "surface", "raised", "sunken"]
TEXT = (
    [(ink, ground) for ink in ("ink", "muted", "brand") for ground in GROUNDS]
    + [("brand", "brand-soft"), ("ink", "brand-soft"), ("muted", "brand-soft")]
    + [
        ("brand-ink", "brand"),
        ("brand-ink", "brand-strong"),
        ("danger-ink", "danger"),
        ("ink", "neutral-soft"),
    ]
    + [
        (tone, ground)
        for tone in ("info", "success", "warning", "danger")
        for ground in ("surface", "canvas")
    ]
    + [(tone, f"{tone}-soft") for tone in ("info", "success", "warning", "danger")]
    + [(ink, f"{tone}-soft") for tone in ("info", "success", "warning", "danger") for ink in ("ink", "muted")]
    + [("canvas", "ink")]
)
CONTROLS = [("line-strong", "surface"), ("line-strong", "canvas"), ("focus", "canvas"), ("focus", "surface")]


def tokens() -> dict[str, tuple[str, str]]:
    return {name: (light, dark) for name, light, dark in PAIR.findall(TOKENS.read_text())}


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    brighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


def test_the_measure_is_right() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("pairs", "least"), [(TEXT, 4.5), (CONTROLS, 3.0)], ids=["text", "controls"])
def test_tokens_can_be_read(theme: int, pairs: list[tuple[str, str]], least: float) -> None:
    known = tokens()
    weak = {
        f"{ink} on {ground}": round(ratio, 2)
        for ink, ground in pairs
        if (ratio := contrast(known[ink][theme], known[ground][theme])) < least
    }
    assert weak == {}
