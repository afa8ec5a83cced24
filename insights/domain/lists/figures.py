"""The figures of management as a file: the tables of the dashboard, one after the other."""

import csv
import io
from functools import cached_property
from typing import Any

from django.conf import settings
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.enums import Role
from accounts.models import User
from clinic.core import pdf, sheets
from insights.domain.figures.cells import Table
from insights.domain.figures.choice import FiguresForm
from insights.domain.figures.periods import By
from insights.domain.figures.report import Report
from insights.domain.figures.words import named
from insights.enums import ExportFormat, ExportKind

from .base import ExportedList, Progress


class FigureTables(ExportedList):
    """Rows are those of its tables, read when they are first asked for."""

    kind = ExportKind.FIGURES
    roles = frozenset({Role.MANAGEMENT})
    page = "figures"
    formats = (ExportFormat.XLSX, ExportFormat.CSV, ExportFormat.PDF)

    def __init__(self, owner: User, filters: str = "") -> None:
        self.owner, self.filters = owner, filters
        wanted = QueryDict(filters, mutable=True)
        # It narrows only what lies behind a number; said on a file, it would be untrue.
        wanted.pop("method", None)
        self.form = FiguresForm(wanted)
        self.form.is_valid()

    @cached_property
    def tables(self) -> list[Table]:
        if not self.form.is_valid():
            return []
        return Report(self.form.chosen_period, self.form.narrowing, self.form.chosen_by).tables

    def count(self) -> int:
        return sum(len(table.rows) for table in self.tables)

    @property
    def chosen(self) -> list[tuple[str, str]]:
        if not self.form.is_valid():
            return []
        return [(_("Period"), named(self.form.chosen_period, By.DAY)), *self.form.said]

    def make(self, file_format: str, progress: Progress) -> bytes:
        made = {ExportFormat.CSV: self._csv, ExportFormat.PDF: self._pages}.get(
            ExportFormat(file_format), self._book
        )()
        progress(self.count())
        return made

    def _book(self) -> bytes:
        """A sheet for each table."""
        return sheets.workbooks(
            [
                (table.title, [title for title, _kind in table.header], _stored(table), _widths(table))
                for table in self.tables
            ]
        ).getvalue()

    def _csv(self) -> bytes:
        """The tables below each other, each with its title, in UTF-8 as Excel knows it."""
        out = io.StringIO()
        writer = csv.writer(out)
        for what, how in self.chosen:
            writer.writerow([sheets.safe_cell(what), sheets.safe_cell(how)])
        for table in self.tables:
            writer.writerow([])
            writer.writerow([sheets.safe_cell(table.title)])
            writer.writerow([sheets.safe_cell(title) for title, _kind in table.header])
            writer.writerows([sheets.safe_cell(value) for value in row] for row in _stored(table))
        return b"\xef\xbb\xbf" + out.getvalue().encode()

    def _pages(self) -> bytes:
        context = {
            "title": self.title,
            "clinic": settings.CLINIC_NAME,
            "owner": self.owner,
            "made_at": timezone.now(),
            "chosen": self.chosen,
            "tables": self.tables,
        }
        return pdf.render("pdf/figures.html", context, "figures.css")


def _stored(table: Table) -> list[list[Any]]:
    rows = [*table.rows, *([table.total] if table.total else [])]
    return [[cell.stored for cell in row] for row in rows]


def _widths(table: Table) -> list[float]:
    return [28, *(max(12, len(title) + 2) for title, _kind in table.header[1:])]
