"""Excel exports that stay harmless: no cell can be read as a formula, whatever people typed into their names."""

import io
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.http import FileResponse
from django.utils import timezone

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MAX_TEXT = 32_767  # Excel's own
# The full-width signs start a formula in Japanese and Chinese Excel.
_FORMULA = re.compile(r"\s*[=+\-@|%＝＋－＠]")
_FORBIDDEN_IN_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_FORBIDDEN_IN_TITLES = re.compile(r"[\[\]:*?/\\]")


def safe_cell(value: Any) -> Any:
    """What may stand in a cell of xlsx or CSV for `value`.

    Numbers and days stay what they are; times become the clinic's wall clock; all else becomes text, and text that a
    program could take for a formula gets an apostrophe in front, which shows it as it is.
    """
    if value is None or isinstance(value, bool | int | float | Decimal):
        return value
    if isinstance(value, datetime):
        return timezone.make_naive(value) if timezone.is_aware(value) else value
    if isinstance(value, date):
        return value
    text = _FORBIDDEN_IN_XML.sub("", str(value)).encode("utf-8", "replace").decode()
    if _FORMULA.match(text) or text.startswith(("\t", "\r", "\n")):
        text = f"'{text}"
    return text[:MAX_TEXT]


Sheet = tuple[str, Sequence[Any], Iterable[Sequence[Any]], Sequence[float]]


def workbook(
    title: str, header: Sequence[Any], rows: Iterable[Sequence[Any]], *, widths: Sequence[float] = ()
) -> io.BytesIO:
    """One sheet as xlsx, rewound. Rows are taken one by one, so a queryset's iterator() never stands in memory.
    `widths` of the columns in characters: a date in too narrow a one shows as ####."""
    return workbooks([(title, header, rows, widths)])


def workbooks(wanted: Iterable[Sheet]) -> io.BytesIO:
    """As `workbook`, with a sheet for each (title, header, rows, widths)."""
    # Loaded when the first sheet is asked for: it is a large part of what a start would take.
    from openpyxl import Workbook
    from openpyxl.utils import get_column_letter

    book = Workbook(write_only=True)
    for title, header, rows, widths in wanted:
        # A name may stand once: openpyxl gives the second one a number.
        sheet = book.create_sheet(_FORBIDDEN_IN_TITLES.sub(" ", title)[:31] or "Sheet")
        sheet.freeze_panes = "A2"
        for number, width in enumerate(widths, start=1):
            sheet.column_dimensions[get_column_letter(number)].width = width
        sheet.append(list(_bold(sheet, header)))
        for row in rows:
            sheet.append([safe_cell(value) for value in row])
    out = io.BytesIO()
    book.save(out)
    out.seek(0)
    return out


def download(
    name: str, header: Sequence[Any], rows: Iterable[Sequence[Any]], *, title: str = ""
) -> FileResponse:
    """The sheet as a download called `name` (with .xlsx), kept by no cache."""
    answer = FileResponse(
        workbook(title or name.removesuffix(".xlsx"), header, rows),
        as_attachment=True,
        filename=name,
        content_type=XLSX,
    )
    answer["Cache-Control"] = "private, no-store"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def _bold(sheet: Any, header: Sequence[Any]) -> Iterator[Any]:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    for name in header:
        cell = WriteOnlyCell(sheet, safe_cell(str(name)))
        cell.font = Font(bold=True)
        yield cell
