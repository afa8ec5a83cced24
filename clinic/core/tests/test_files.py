"""Uploads: typed by content, bounded, pictures encoded afresh."""

import contextlib
import io
import zlib
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import Http404
from PIL import Image

from clinic.core import files
from clinic.core.errors import TooLarge, UnsupportedType

PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


def encoded(kind: str = "PNG", size: tuple[int, int] = (60, 40), mode: str = "RGB", **options: Any) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size).save(out, kind, **options)
    return out.getvalue()


def upload(content: bytes, name: str = "scan.png", content_type: str = "image/png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type=content_type)


def opened(clean: Any) -> Image.Image:
    clean.seek(0)
    return Image.open(clean)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_pictures_become_fresh_jpegs(kind: str) -> None:
    clean = files.clean_upload(upload(encoded(kind), "my scan.exe", "text/html"))
    assert clean.content_type == "image/jpeg"
    assert clean.original_name == "my scan.jpg"
    assert opened(clean.content).format == "JPEG"
    assert "scan" not in str(clean.content.name)


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "P", "L", "LA", "1", "I;16"])
def test_every_colour_mode_is_taken(mode: str) -> None:
    assert opened(files.clean_upload(upload(encoded(mode=mode))).content).mode == "RGB"


def test_pdf_is_kept_as_it_is() -> None:
    clean = files.clean_upload(upload(PDF, "../../etc/लैब report.pdf", "application/pdf"))
    assert clean.content_type == "application/pdf"
    assert clean.original_name == "लैब report.pdf"
    assert clean.content.read() == PDF


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"hello",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'/>",
        b"<!DOCTYPE html><html><script>alert(1)</script></html>",
        b"GIF89a\x01\x00\x01\x00\x00\x00\x00;",
        b"MZ\x90\x00",
        b"\x7fELF",
        b"PK\x03\x04" + b"\x00" * 40,
        b"BM" + b"\x00" * 60,
    ],
)
@pytest.mark.parametrize("name", ["a.png", "a.pdf", "a.jpg"])
def test_what_the_name_claims_does_not_count(content: bytes, name: str) -> None:
    with pytest.raises(UnsupportedType):
        files.clean_upload(upload(content, name))


@pytest.mark.parametrize(
    "start", [b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0\x00\x10JFIF\x00", b"RIFF\x10\x00\x00\x00WEBPVP8 "]
)
def test_broken_pictures_are_refused(start: bytes) -> None:
    with pytest.raises(UnsupportedType):
        files.clean_upload(upload(start + b"garbage" * 10))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("part", [0.3, 0.6, 0.9])
def test_cut_off_pictures_are_refused_or_read_but_never_crash(kind: str, part: float) -> None:
    whole = encoded(kind, (400, 300))
    with contextlib.suppress(UnsupportedType):
        files.clean_upload(upload(whole[: int(len(whole) * part)]))


def test_a_page_behind_a_picture_is_gone() -> None:
    clean = files.clean_upload(upload(encoded("JPEG") + b"<script>alert(1)</script>"))
    assert b"<script>" not in clean.content.read()


def test_place_and_camera_are_gone_and_the_picture_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by 90 degrees
    exif[0x010F] = "CameraMaker"
    exif.get_ifd(0x8825)[2] = (27.0, 42.0, 0.0)
    clean = files.clean_upload(upload(encoded("JPEG", (60, 40), exif=exif)))
    picture = opened(clean.content)
    assert picture.size == (40, 60)
    assert not picture.getexif()
    clean.content.seek(0)
    assert b"CameraMaker" not in clean.content.read()


def test_too_many_bytes(settings: Any) -> None:
    settings.UPLOAD_MAX_BYTES = 1000
    with pytest.raises(TooLarge):
        files.clean_upload(upload(b"%PDF-1.7" + b"x" * 1000, "a.pdf"))


def test_too_many_pixels(settings: Any) -> None:
    settings.IMAGE_MAX_PIXELS = 2000
    with pytest.raises(TooLarge):
        files.clean_upload(upload(encoded(size=(60, 40))))


@pytest.mark.parametrize("side", [9_000, 20_000, 60_000])
def test_a_small_file_that_would_fill_the_memory(side: int) -> None:
    """A header that promises `side` x `side` pixels, and nearly no data."""

    def chunk(name: bytes, data: bytes) -> bytes:
        crc = zlib.crc32(name + data).to_bytes(4, "big")
        return len(data).to_bytes(4, "big") + name + data + crc

    header = side.to_bytes(4, "big") * 2 + b"\x08\x02\x00\x00\x00"
    bomb = (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b""))
        + chunk(b"IEND", b"")
    )
    with pytest.raises(TooLarge):
        files.clean_upload(upload(bomb))


def test_long_sides_are_shortened_and_squares_cut() -> None:
    wide = encoded(size=(3000, 1000))
    assert opened(files.clean_upload(upload(wide)).content).size == (2400, 800)
    assert opened(files.encode_image(io.BytesIO(wide), square=100)).size == (100, 100)
    assert opened(files.encode_image(io.BytesIO(encoded(size=(1, 1))), square=100)).size == (100, 100)


def test_see_through_becomes_white() -> None:
    out = io.BytesIO()
    Image.new("RGBA", (10, 10), (255, 0, 0, 0)).save(out, "PNG")
    assert opened(files.encode_image(out)).getpixel((5, 5)) == (255, 255, 255)


@pytest.mark.parametrize("name", ["", "x" * 300 + ".png", "..", "a\x00b.png", "\n.png"])
def test_odd_names(name: str) -> None:
    file = upload(encoded())
    file._name = name  # type: ignore[attr-defined]  # past Django's own cleaning
    clean = files.clean_upload(file)
    assert 0 < len(clean.original_name) <= 124
    assert "\x00" not in clean.original_name
    assert "\n" not in clean.original_name


def test_served_files_cannot_run_in_the_page() -> None:
    stored: Any = upload(PDF, "a.pdf")
    response = files.serve_private(stored, content_type="application/pdf", name="रिपोर्ट.pdf")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"]
    assert "private" in response["Cache-Control"]
    assert "filename" in response["Content-Disposition"]


def test_lost_file_is_404(tmp_path: Any) -> None:
    class Lost:
        def open(self, mode: str) -> Any:
            raise FileNotFoundError

    with pytest.raises(Http404):
        files.serve_private(Lost(), content_type="image/jpeg", name="a.jpg")


def test_storage_has_no_public_address(tmp_path: Any) -> None:
    with pytest.raises(ValueError, match="no public URL"):
        files.PrivateStorage(tmp_path).url("a.pdf")
