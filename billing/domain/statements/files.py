"""The bytes of a statement's file as rows of cells. Pure."""

import csv
import io
from collections import Counter
from itertools import islice

from django.utils.translation import gettext as _

from clinic.core.errors import Invalid, TooLarge, UnsupportedType

MOST_BYTES = 5 * 1024 * 1024
MOST_ROWS = 20_000
MOST_COLUMNS = 60
SNIFFED_ROWS = 40

ENCODINGS = {"utf-8": "UTF-8", "utf-16": "UTF-16", "cp1252": "Windows (Western)"}
DELIMITERS = (",", ";", "\t", "|")

_BOMS_16 = (b"\xff\xfe", b"\xfe\xff")


def check(content: bytes) -> None:
    """Raises TooLarge, UnsupportedType and Invalid for what can't be a statement, with what to do next."""
    if len(content) > MOST_BYTES:
        raise TooLarge(refusal_of_size())
    if not content.strip(b"\x00\r\n\t \xef\xbb\xbf\xff\xfe"):
        raise Invalid(_("This file is empty. Please download the statement from your bank again."))
    head = content[:512].lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise UnsupportedType(
            _(
                "This is an Excel file, whatever its name says. Open it and save it as CSV (UTF-8), then upload that."
            )
        )
    if head.startswith(b"%pdf"):
        raise UnsupportedType(_("This is a PDF. Please download the statement from your bank as CSV."))
    if head.startswith((b"<!doctype", b"<html", b"<table", b"<?xml", b"<ofx")):
        raise UnsupportedType(
            _(
                "This is a web page or XML file, as some banks offer for Excel. Open it and save it as CSV (UTF-8)."
            )
        )
    if guess_encoding(content) != "utf-16" and b"\x00" in content:
        raise UnsupportedType(_("This is no text file. Please download the statement from your bank as CSV."))


def refusal_of_size() -> str:
    """The sentence."""
    return _("This file is over %(limit)s MB. Please choose a shorter period.") % {
        "limit": MOST_BYTES // (1024 * 1024)
    }


def guess_encoding(content: bytes) -> str:
    if content.startswith(_BOMS_16) or _looks_like_16(content):
        return "utf-16"
    try:
        content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def _looks_like_16(content: bytes) -> bool:
    """Without a mark at its beginning: every other byte of the first ones is nothing, as in Latin text and digits."""
    head = content[:400]
    return len(head) > 3 and max(head[::2].count(0), head[1::2].count(0)) > len(head) * 0.3


def text_of(content: bytes, encoding: str) -> str:
    """Raises Invalid (`encoding`)."""
    name = encoding
    if encoding == "utf-8":
        name = "utf-8-sig"
    elif encoding == "utf-16" and not content.startswith(_BOMS_16):
        name = "utf-16-be" if content[:400:2].count(0) > content[1:400:2].count(0) else "utf-16-le"
    try:
        text = content.decode(name)
    except UnicodeDecodeError:
        raise _refused("encoding", _("The file is not written in this encoding. Try another one.")) from None
    return text.replace("\x00", "")


def guess_delimiter(text: str) -> str:
    """The sign that cuts most of the first rows into the same number of cells."""

    def score(delimiter: str) -> int:
        try:
            widths = Counter(
                len(row) for row in islice(_reader(text, delimiter), SNIFFED_ROWS) if len(row) > 1
            )
        except csv.Error:
            return 0
        width, often = max(widths.items(), key=lambda item: item[0] * item[1], default=(0, 0))
        return width * often

    return max(DELIMITERS, key=score)


def rows_of(text: str, delimiter: str, *, most: int | None = None) -> list[list[str]]:
    """The rows as a spreadsheet would number them, blank ones at the end left away; only the first `most` when given.
    Raises Invalid for more than MOST_ROWS or MOST_COLUMNS, and for what is no CSV."""
    try:
        rows = list(islice(_reader(text, delimiter), MOST_ROWS + 1 if most is None else most))
    except csv.Error:
        raise _refused(
            "delimiter", _("The file can't be read as CSV: a cell is never closed, or far too long.")
        ) from None
    while rows and not any(cell.strip() for cell in rows[-1]):
        rows.pop()
    if len(rows) > MOST_ROWS:
        raise Invalid(
            _("This file has more than %(most)s rows. Please choose a shorter period.")
            % {"most": f"{MOST_ROWS:,}"}
        )
    if any(len(row) > MOST_COLUMNS for row in rows):
        raise _refused("delimiter", _("This has too many columns for a statement. Try another delimiter."))
    return rows


def _reader(text: str, delimiter: str):  # type: ignore[no-untyped-def]  # the type has no public name
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)


def _refused(field: str, message: str) -> Invalid:
    return Invalid(message, fields={field: [message]})
