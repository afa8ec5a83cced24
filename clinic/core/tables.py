"""Rows of text out of a CSV or Excel file that somebody uploads. Bounded, and never a surprise: what can't be read is
refused in words that say what to do."""

import csv
import io
import zipfile
from datetime import datetime
from itertools import islice
from typing import Any

from django.utils.translation import gettext as _

from .errors import Invalid, TooLarge, UnsupportedType

MOST_BYTES = 5 * 1024 * 1024
MOST_UNPACKED = 100 * 1024 * 1024
MOST_ROWS = 20_000
MOST_COLUMNS = 60
LONGEST_CELL = 2000
_DELIMITERS = ",;\t|"


def read(content: bytes) -> list[tuple[int, list[str]]]:
    """The rows that are not blank, each with its number as a spreadsheet shows it. Of Excel the first sheet; numbers as
    one types them. Raises Invalid, TooLarge and UnsupportedType."""
    if len(content) > MOST_BYTES:
        raise TooLarge(
            _("This file is over %(limit)s MB. Please cut it in two.") % {"limit": MOST_BYTES >> 20}
        )
    if content.startswith(b"PK\x03\x04"):
        rows = _of_excel(content)
    elif content.startswith(b"\xd0\xcf\x11\xe0"):
        raise UnsupportedType(
            _("This is an old Excel file. Save it as .xlsx or as CSV (UTF-8) and upload that.")
        )
    else:
        rows = _of_csv(content)
    found = [(number, row) for number, row in enumerate(rows, start=1) if any(row)]
    if len(found) > MOST_ROWS:
        raise Invalid(
            _("This file has more than %(most)s rows. Please cut it in two.") % {"most": f"{MOST_ROWS:,}"}
        )
    return found


def _of_csv(content: bytes) -> list[list[str]]:
    text = _text(content)
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
        return [[_cell(cell) for cell in row[:MOST_COLUMNS]] for row in islice(reader, MOST_ROWS * 2)]
    except csv.Error:
        raise Invalid(_("This can't be read as CSV: a cell is never closed, or far too long.")) from None


def _text(content: bytes) -> str:
    encodings = ["utf-16"] if content.startswith((b"\xff\xfe", b"\xfe\xff")) else ["utf-8-sig", "cp1252"]
    if b"\x00" in content and encodings != ["utf-16"]:
        raise UnsupportedType(_("This is neither CSV nor Excel. Please choose a .csv or .xlsx file."))
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UnsupportedType(_("The letters of this file can't be read. Save it as CSV (UTF-8) and try again."))


def _delimiter(text: str) -> str:
    """The sign that the first line has most of."""
    first = text.lstrip().partition("\n")[0]
    return max(_DELIMITERS, key=first.count)


def _of_excel(content: bytes) -> list[list[str]]:
    # It brings numpy along: a tenth of the time that a process takes to start.
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            if sum(part.file_size for part in packed.infolist()) > MOST_UNPACKED:
                raise TooLarge(
                    _("This Excel file unpacks to far too much. Save it as CSV (UTF-8) and upload that.")
                )
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        try:
            sheet = book.worksheets[0]
            rows = sheet.iter_rows(max_row=MOST_ROWS * 2, max_col=MOST_COLUMNS, values_only=True)
            return [[_cell(value) for value in row] for row in rows]
        finally:
            book.close()
    except TooLarge:
        raise
    except (
        InvalidFileException, zipfile.BadZipFile, KeyError, IndexError, ValueError, TypeError, AttributeError, OSError,
        SyntaxError, NotImplementedError, RuntimeError,
    ):  # fmt: skip
        # What a torn or dressed-up file makes openpyxl and its parser raise.
        raise UnsupportedType(
            _("This Excel file can't be read. Save it as .xlsx or CSV (UTF-8) and try again.")
        ) from None


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        # 0.1 + 0.2 in a sheet is what the sheet shows, 0.3.
        return f"{value:.10f}".rstrip("0").rstrip(".")
    if isinstance(value, datetime):
        return value.date().isoformat()
    text = " ".join(str(value)[:LONGEST_CELL].split())
    # As our own exports write what Excel would take for a formula (clinic/core/sheets.py).
    return text[1:] if text.startswith("'") and text[1:2] in tuple("=+-@|%") else text
