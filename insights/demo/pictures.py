"""Drawn, not photographed: portraits of nobody and transfer slips of no bank."""

import io
import random
from collections.abc import Sequence

from django.core.files.base import ContentFile
from PIL import Image, ImageDraw, ImageFilter, ImageFont

SIDE = 480
# Drawn larger and scaled down, which smooths the edges.
SCALE = 3
Colour = tuple[int, int, int]

BACKDROPS: Sequence[tuple[Colour, Colour]] = [
    ((204, 228, 226), (139, 187, 187)),
    ((222, 231, 243), (160, 184, 214)),
    ((240, 226, 214), (214, 178, 154)),
    ((228, 222, 240), (178, 166, 208)),
    ((222, 236, 214), (164, 194, 150)),
    ((243, 232, 205), (217, 190, 132)),
]
SKINS: Sequence[Colour] = [(241, 204, 172), (224, 178, 140), (201, 150, 112), (170, 120, 86)]
HAIRS: Sequence[Colour] = [(34, 28, 30), (52, 40, 36), (74, 54, 44)]
SHIRTS: Sequence[Colour] = [(61, 106, 122), (150, 84, 82), (92, 104, 152), (88, 124, 96), (136, 104, 60)]
GREY: Colour = (150, 150, 152)
COAT: Colour = (248, 250, 251)


def portrait(key: str, *, gender: str = "female", doctor: bool = False, elderly: bool = False) -> ContentFile:
    """A calm abstract portrait as JPEG, always the same for one `key`."""
    chance = random.Random(f"portrait {key}")
    side = SIDE * SCALE
    top, bottom = chance.choice(BACKDROPS)
    picture = _gradient(side, top, bottom)
    skin, hair, shirt = chance.choice(SKINS), chance.choice(HAIRS), chance.choice(SHIRTS)
    if elderly:
        hair = GREY
    draw = ImageDraw.Draw(picture)

    def box(x: float, y: float, width: float, height: float) -> tuple[float, float, float, float]:
        """An ellipse's box around a centre, in hundredths of the side."""
        return tuple(  # type: ignore[return-value]
            value * side / 100 for value in (x - width / 2, y - height / 2, x + width / 2, y + height / 2)
        )

    def points(*pairs: tuple[float, float]) -> list[tuple[float, float]]:
        return [(x * side / 100, y * side / 100) for x, y in pairs]

    long_hair = gender == "female" or (gender == "other" and chance.random() < 0.5)
    style = chance.choice(("loose", "bun", "bob")) if long_hair else "short"
    if style == "loose":
        draw.rounded_rectangle((side * 0.315, side * 0.30, side * 0.685, side * 0.80), side * 0.16, fill=hair)
    elif style == "bob":
        draw.rounded_rectangle((side * 0.315, side * 0.28, side * 0.685, side * 0.63), side * 0.13, fill=hair)
    elif style == "bun":
        draw.ellipse(box(50, 17, 17, 15), fill=hair)

    # Shoulders, neck, collar.
    draw.ellipse(box(50, 104, 84, 62), fill=COAT if doctor else shirt)
    shade = tuple(int(part * 0.88) for part in skin)
    draw.rounded_rectangle((side * 0.435, side * 0.56, side * 0.565, side * 0.78), side * 0.06, fill=shade)
    if doctor:
        draw.polygon(points((42, 72.5), (58, 72.5), (50, 95)), fill=shirt)
        draw.polygon(points((44.5, 72), (55.5, 72), (50, 81)), fill=shade)
        draw.line(points((42, 72.5), (50, 95), (58, 72.5)), fill=(206, 214, 218), width=int(side * 0.008))
    else:
        draw.ellipse(box(50, 74, 18, 12), fill=shade)

    # Hair behind the face, the face, and a fringe parted at one side.
    draw.ellipse(box(50, 39.5, 35.5, 37 if style == "short" else 41), fill=hair)
    draw.ellipse(box(50, 45, 31, 38), fill=skin)
    left, right = chance.choice(((196, 318), (222, 344)))
    draw.chord(box(50, 44, 32, 38), left, right, fill=hair)
    if chance.random() < 0.35:
        rim = (60, 58, 62)
        for x in (43.5, 56.5):
            draw.ellipse(box(x, 45, 9.5, 8.5), outline=rim, width=int(side * 0.007))
        draw.line(points((48.2, 44.5), (51.8, 44.5)), fill=rim, width=int(side * 0.007))
    dark = tuple(int(part * 0.35) for part in skin)
    for x in (43.5, 56.5):
        draw.ellipse(box(x, 45, 2.4, 2.8), fill=dark)
    draw.arc(box(50, 51.5, 11, 8), 25, 155, fill=dark, width=int(side * 0.008))

    picture = picture.resize((SIDE, SIDE), Image.Resampling.LANCZOS).filter(ImageFilter.SMOOTH)
    return _jpeg(picture, f"demo-{key}.jpg")


def transfer_slip(*, bank_reference: str, amount: str, payee: str, day: str) -> ContentFile:
    """The picture of a bank transfer, marked as a demonstration."""
    width, height = 640, 860
    picture = Image.new("RGB", (width, height), (246, 248, 250))
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 0, width, 150), fill=(31, 78, 96))
    draw.text((40, 40), "DEMO BANK", font=_font(38), fill="white")
    draw.text((40, 94), "Demonstration slip, no real transfer", font=_font(20), fill=(206, 226, 232))
    draw.ellipse((270, 185, 370, 285), fill=(56, 142, 96))
    draw.line((296, 236, 314, 256, 346, 214), fill="white", width=10, joint="curve")
    draw.text((width / 2, 325), amount, font=_font(44), fill=(20, 30, 38), anchor="mm")
    draw.text((width / 2, 372), "Transfer successful", font=_font(22), fill=(90, 104, 114), anchor="mm")
    rows = [("To", payee), ("Reference", bank_reference), ("Date", day), ("Channel", "Mobile, QR")]
    for number, (label, value) in enumerate(rows):
        y = 440 + number * 84
        draw.line((40, y - 20, width - 40, y - 20), fill=(218, 224, 230), width=2)
        draw.text((40, y), label, font=_font(20), fill=(90, 104, 114))
        draw.text((40, y + 26), value, font=_font(26), fill=(20, 30, 38))
    return _jpeg(picture, "demo-slip.jpg")


def membership_card(*, insurer: str, name: str, number: str) -> ContentFile:
    """The card of an insurer that is none."""
    width, height = 860, 540
    picture = Image.new("RGB", (width, height), (232, 240, 238))
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 0, width, 130), fill=(24, 92, 92))
    draw.text((44, 42), insurer, fill=(255, 255, 255), font=_font(44))
    for row, (size, text) in enumerate(((30, "Member"), (46, name), (30, "Number"), (46, number))):
        draw.text((44, 180 + row * 78), text, fill=(40, 60, 66), font=_font(size))
    return _jpeg(picture, "card.jpg")


def _gradient(side: int, top: Colour, bottom: Colour) -> Image.Image:
    column = Image.new("RGB", (1, 256))
    for y in range(256):
        column.putpixel((0, y), tuple(a + (b - a) * y // 255 for a, b in zip(top, bottom, strict=True)))  # type: ignore[arg-type]
    return column.resize((side, side), Image.Resampling.BILINEAR)


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)


def _jpeg(picture: Image.Image, name: str) -> ContentFile:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=88, optimize=True)
    return ContentFile(out.getvalue(), name=name)
