"""What a person sees of a list, filtered as the list's page is, as rows for Excel and pages for PDF."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, ClassVar

from django.conf import settings
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from accounts.enums import Role
from accounts.models import User
from clinic.core import money, pdf, sheets
from insights.enums import ExportFormat, ExportKind

# What is read and made at a time, and reported as progress.
SHEET_ROWS = 500
PAGE_ROWS = 28
PIECE_ROWS = 8 * PAGE_ROWS

Progress = Callable[[int], None]


@dataclass(frozen=True)
class Column:
    """`share` is its part of a PDF page's width in percent, a class of templates/pdf/list.css; 0 leaves it to Excel.
    `width` is Excel's, in characters."""

    title: str
    width: int
    share: int
    value: Callable[[Any], Any]
    kind: str = ""

    def shown(self, row: Any) -> str:
        """On a page: short enough for the column's width."""
        value = self.value(row)
        if value is None:
            return ""
        if isinstance(value, datetime):
            return date_format(timezone.localtime(value), "j M Y, H:i")
        if isinstance(value, date):
            return date_format(value, "j M Y")
        text = money.shown(value, row.currency) if isinstance(value, Decimal) else str(value)
        return Truncator(text).chars(self.share * 5 // 3)


class ExportedList:
    """The rows that `owner` sees with these `filters` (a query string). Built anew wherever it is needed, so the
    owner's rights are those of that moment.

    A subclass says its `kind`, whose it is (`roles`), the `page` it is taken from, `visible`, `narrowed`, `columns`,
    and sets `form` in `read` when its page has one.
    """

    kind: ClassVar[ExportKind]
    roles: ClassVar[frozenset[Role]]
    page: ClassVar[str]
    formats: ClassVar[tuple[ExportFormat, ...]] = (ExportFormat.XLSX, ExportFormat.PDF)

    def __init__(self, owner: User, filters: str = "") -> None:
        self.owner = owner
        self.filters = filters
        self.form: Any = None
        self.read(QueryDict(filters))
        self.found = self.narrowed(self.visible())

    def read(self, wanted: QueryDict) -> None:
        """The filters of the address."""

    def visible(self) -> QuerySet[Any]:
        """All that the owner may see, with what the columns show."""
        raise NotImplementedError

    def narrowed(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Filtered and ordered as on the page."""
        raise NotImplementedError

    def columns(self) -> list[Column]:
        raise NotImplementedError

    def count(self) -> int:
        return int(self.found.count())

    @property
    def title(self) -> str:
        return str(self.kind.label)

    @property
    def errors(self) -> list[str]:
        """What is wrong with which filter."""
        if self.form is None:
            return []
        return [
            f"{self.form[name].label}: {error}" if name in self.form.fields else str(error)
            for name, found in self.form.errors.items()
            for error in found
        ]

    @property
    def chosen_names(self) -> list[str]:
        """The names of the filters that are set and make sense."""
        if self.form is None:
            return []
        self.form.is_valid()
        return [name for name in self.form.fields if self.form.cleaned_data.get(name)]

    @property
    def chosen(self) -> list[tuple[str, str]]:
        """The filters in words: what is filtered, and by what."""
        if self.form is None:
            return []
        return [(str(self.form[name].label), self._said(name)) for name in self.chosen_names]

    def make(self, file_format: str, progress: Progress) -> bytes:
        """The whole list as a file. `progress` hears how many rows are in it so far, and may raise to stop."""
        ids = list(self.found.values_list("pk", flat=True))
        if file_format == ExportFormat.PDF:
            return self._pdf(ids, progress)
        columns = self.columns()
        rows = ([column.value(row) for column in columns] for row in self._rows(ids, SHEET_ROWS, progress))
        widths = [column.width for column in columns]
        book = sheets.workbook(self.title, [column.title for column in columns], rows, widths=widths)
        return book.getvalue()

    def _said(self, name: str) -> str:
        assert self.form
        value = self.form.cleaned_data[name]
        choices = dict(getattr(self.form.fields[name], "choices", ()) or ()) if isinstance(value, str) else {}
        if hasattr(value, "strftime"):
            return str(value.strftime("%Y-%m-%d"))
        if isinstance(value, str):
            return str(choices.get(value, value))
        return str(value) if not hasattr(value, "__iter__") else ", ".join(str(one) for one in value)

    def _rows(self, ids: Sequence[Any], at_a_time: int, progress: Progress) -> Iterator[Any]:
        """In the order of their ids, read in portions: no query stays open while others write, and who may no
        longer see a row does not get it."""
        for start in range(0, len(ids), at_a_time):
            portion = ids[start : start + at_a_time]
            by_id = {row.pk: row for row in self.visible().filter(pk__in=portion)}
            yield from (by_id[pk] for pk in portion if pk in by_id)
            progress(min(start + at_a_time, len(ids)))

    def _pdf(self, ids: Sequence[Any], progress: Progress) -> bytes:
        columns = [column for column in self.columns() if column.share]
        context = {
            "title": self.title,
            "columns": columns,
            "clinic": settings.CLINIC_NAME,
            "owner": self.owner,
            "made_at": timezone.now(),
            "chosen": self.chosen,
            "count": len(ids),
            "pages": max(-(-len(ids) // PAGE_ROWS), 1),
        }

        def piece(start: int) -> bytes:
            rows = list(self._rows(ids[start : start + PIECE_ROWS], PIECE_ROWS, lambda _done: None))
            pages = [
                {
                    "number": (start + offset) // PAGE_ROWS + 1,
                    "rows": [
                        [(column.kind, column.shown(row)) for column in columns]
                        for row in rows[offset : offset + PAGE_ROWS]
                    ],
                }
                for offset in range(0, max(len(rows), 1), PAGE_ROWS)
            ]
            made = pdf.render("pdf/list.html", {**context, "sheets": pages}, "list.css")
            progress(min(start + PIECE_ROWS, len(ids)))
            return made

        pieces = (piece(start) for start in range(0, max(len(ids), 1), PIECE_ROWS))
        return pdf.joined(pieces, title=f"{settings.CLINIC_NAME}: {self.title}")


def day_of(moment: datetime | None) -> date | None:
    """The clinic's day of it."""
    return timezone.localtime(moment).date() if moment else None


def yes(value: Any) -> str:
    return _("yes") if value else ""
