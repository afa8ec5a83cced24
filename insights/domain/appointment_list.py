"""A person's visits, filtered as their list is, as rows for Excel and pages for PDF. Nothing of a visit's content goes
in; patients get back the reason they wrote themselves."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import QueryDict
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from accounts.models import User
from clinic.core import money, pdf, sheets
from insights.enums import ExportFormat
from scheduling.domain.paying import payment_that_counts
from scheduling.domain.queries import appointments_visible_to
from scheduling.forms.appointments import AppointmentFilter
from scheduling.models import Appointment

# What is read and made at a time, and reported as progress.
SHEET_ROWS = 500
PAGE_ROWS = 28
PIECE_ROWS = 8 * PAGE_ROWS

Progress = Callable[[int], None]


@dataclass(frozen=True)
class Column:
    """`share` is its part of a PDF page's width, a class of templates/pdf/appointments.css; 0 leaves it to Excel.
    `width` is Excel's, in characters."""

    title: str
    width: int
    share: int
    value: Callable[[Appointment], Any]
    kind: str = ""

    def shown(self, visit: Appointment) -> str:
        """On a page: short enough for the column's width."""
        value = self.value(visit)
        if isinstance(value, datetime):
            return date_format(timezone.localtime(value), "j M Y, H:i")
        text = money.shown(value, visit.currency) if isinstance(value, Decimal) else str(value)
        return Truncator(text).chars(self.share * 5 // 3)


class AppointmentList:
    """The visits that `owner` sees with these `filters` (a query string). Built anew wherever it is needed, so the
    owner's rights are those of that moment."""

    def __init__(self, owner: User, filters: str = "") -> None:
        self.owner = owner
        self.filters = filters
        # The filters of the staff's list; patients take all of their visits.
        self.form = None if owner.is_patient else AppointmentFilter(QueryDict(filters), user=owner)
        visible = appointments_visible_to(owner).prefetch_related(None)
        self.found = self.form.narrow(visible) if self.form else visible.order_by("-starts_at", "pk")

    def count(self) -> int:
        return int(self.found.count())

    @property
    def chosen(self) -> list[tuple[str, str]]:
        """The filters in words: what is filtered, and by what. Without days the list begins today."""
        if self.form is None:
            return []
        said = [(str(self.form[name].label), self._said(name)) for name in self.form.chosen]
        if not {"when", "from", "to"} & set(self.form.chosen):
            said.insert(0, (str(self.form["when"].label), _("From today on")))
        return said

    def _said(self, name: str) -> str:
        assert self.form
        value = self.form.cleaned_data[name]
        choices = dict(getattr(self.form.fields[name], "choices", ()) or ()) if isinstance(value, str) else {}
        if hasattr(value, "strftime"):
            return str(value.strftime("%Y-%m-%d"))
        if isinstance(value, str):
            return str(choices.get(value, value))
        return str(value) if not hasattr(value, "__iter__") else ", ".join(str(one) for one in value)

    def make(self, file_format: str, progress: Progress) -> bytes:
        """The whole list as a file. `progress` hears how many rows are in it so far, and may raise to stop."""
        ids = list(self.found.values_list("pk", flat=True))
        if file_format == ExportFormat.PDF:
            return self._pdf(ids, progress)
        columns = self._columns()
        rows = (
            [column.value(visit) for column in columns] for visit in self._visits(ids, SHEET_ROWS, progress)
        )
        widths = [column.width for column in columns]
        book = sheets.workbook(_("Appointments"), [column.title for column in columns], rows, widths=widths)
        return book.getvalue()

    def _visits(self, ids: Sequence[UUID], at_a_time: int, progress: Progress) -> Iterator[Appointment]:
        """In the order of their ids, read in portions: no query stays open while others write, and who may no
        longer see a visit does not get it."""
        for start in range(0, len(ids), at_a_time):
            portion = ids[start : start + at_a_time]
            rows = appointments_visible_to(self.owner).prefetch_related(None).prefetch_related("payments")
            by_id = {visit.pk: visit for visit in rows.filter(pk__in=portion)}
            yield from (by_id[pk] for pk in portion if pk in by_id)
            progress(min(start + at_a_time, len(ids)))

    def _pdf(self, ids: Sequence[UUID], progress: Progress) -> bytes:
        columns = [column for column in self._columns() if column.share]
        total_pages = max(-(-len(ids) // PAGE_ROWS), 1)
        context = {
            "columns": columns,
            "clinic": settings.CLINIC_NAME,
            "owner": self.owner,
            "made_at": timezone.now(),
            "chosen": self.chosen,
            "count": len(ids),
            "pages": total_pages,
        }

        def piece(start: int) -> bytes:
            visits = list(self._visits(ids[start : start + PIECE_ROWS], PIECE_ROWS, lambda _done: None))
            pages = [
                {
                    "number": (start + offset) // PAGE_ROWS + 1,
                    "rows": [
                        [(column.kind, column.shown(visit)) for column in columns]
                        for visit in visits[offset : offset + PAGE_ROWS]
                    ],
                }
                for offset in range(0, max(len(visits), 1), PAGE_ROWS)
            ]
            made = pdf.render("pdf/appointments.html", {**context, "sheets": pages}, "appointments.css")
            progress(min(start + PIECE_ROWS, len(ids)))
            return made

        pieces = (piece(start) for start in range(0, max(len(ids), 1), PIECE_ROWS))
        return pdf.joined(pieces, title=f"{settings.CLINIC_NAME}: {_('Appointments')}")

    def _columns(self) -> list[Column]:
        reader = self.owner
        columns = [
            Column(_("Starts"), 18, 12, lambda visit: visit.starts_at, "number left"),
            Column(_("Ends"), 18, 0, lambda visit: visit.ends_at),
            Column(_("Status"), 24, 15, lambda visit: visit.get_status_display()),
        ]
        if not reader.is_patient:
            columns.append(Column(_("Patient"), 28, 19, lambda visit: visit.patient.name))
        if reader.is_management:
            columns.append(Column(_("Phone"), 18, 11, lambda visit: str(visit.patient.phone or "")))
        if not reader.is_doctor:
            columns.append(Column(_("Doctor"), 28, 16, lambda visit: visit.doctor.name))
        columns += [
            Column(_("Service"), 24, 11, lambda visit: visit.service.name),
            Column(_("How"), 12, 7, lambda visit: visit.get_mode_display()),
            Column(_("Price"), 12, 9, lambda visit: visit.price, "number"),
            Column(_("Currency"), 10, 0, lambda visit: visit.currency),
            Column(_("Payment"), 20, 0, _payment),
        ]
        if reader.is_patient:
            columns.append(Column(_("What you wrote"), 60, 0, lambda visit: visit.reason))
        return columns


def _payment(visit: Appointment) -> str:
    """How the visit's payment stands."""
    payment = payment_that_counts(visit)
    return str(payment.get_status_display()) if payment else ""
