"""The words of files that people bring: bounded, and plainly none where there are none."""

import io
import shutil
from pathlib import Path
from unittest.mock import patch

import pytest
from PIL import Image, ImageDraw, ImageFont
from pypdf import PdfReader, PdfWriter

from clinic.core import file_text
from records.tests.explaining import text_pdf
from records.tests.files import pdf_bytes


def stored(tmp_path: Path, content: bytes) -> Path:
    path = tmp_path / "file"
    path.write_bytes(content)
    return path


def test_a_pdf(tmp_path: Path) -> None:
    words = file_text.of_pdf(stored(tmp_path, text_pdf("First (1)", "Second")))
    assert words is not None
    assert (words.text.split("\n")[0].strip(), words.is_cut) == ("First (1)", False)


def test_only_the_beginning_of_a_long_one(tmp_path: Path) -> None:
    writer = PdfWriter()
    for _time in range(file_text.MOST_PAGES + 2):
        writer.append(PdfReader(io.BytesIO(text_pdf("Page"))))
    out = io.BytesIO()
    writer.write(out)
    words = file_text.of_pdf(stored(tmp_path, out.getvalue()))
    assert words is not None
    assert (words.text.count("Page"), words.is_cut) == (file_text.MOST_PAGES, True)


def test_a_scanned_one_has_none(tmp_path: Path) -> None:
    words = file_text.of_pdf(stored(tmp_path, pdf_bytes(2)))
    assert words is not None
    assert words.text.strip() == ""


def test_what_can_not_be_read(tmp_path: Path) -> None:
    writer = PdfWriter(io.BytesIO(text_pdf("Secret")))
    writer.encrypt("password")
    out = io.BytesIO()
    writer.write(out)
    for content in (b"", b"%PDF-1.4 rubbish", out.getvalue()):
        assert file_text.of_pdf(stored(tmp_path, content)) is None
    assert file_text.of_pdf(tmp_path / "gone") is None


def picture(tmp_path: Path) -> Path:
    sheet = Image.new("RGB", (900, 200), "white")
    ImageDraw.Draw(sheet).text((40, 60), "Haemoglobin 9.1", fill="black", font=ImageFont.load_default(60))
    out = io.BytesIO()
    sheet.save(out, "PNG")
    return stored(tmp_path, out.getvalue())


@pytest.mark.skipif(not shutil.which("tesseract"), reason="tesseract is not installed")
def test_a_picture(tmp_path: Path) -> None:
    words = file_text.of_picture(picture(tmp_path))
    assert words is not None
    assert "Haemoglobin 9.1" in words.text


def test_a_picture_where_nothing_reads_it(tmp_path: Path) -> None:
    with patch.object(shutil, "which", return_value=None):
        assert file_text.of_picture(picture(tmp_path)) is None
