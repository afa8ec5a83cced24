"""How a bank writes its statement: which column holds what. A layout names headings, a mapping the columns of one
file. Pure, but for `saved`."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from billing.models import StatementLayout
from clinic.core.errors import Invalid

from .cells import BIKRAM, DAY_FIRST, YEAR_FIRST, plain

# What we want of a row, in the order of the form.
FIELDS: dict[str, str | Promise] = {
    "booked_on": gettext_lazy("Date"),
    "credit": gettext_lazy("Money in (credit)"),
    "debit": gettext_lazy("Money out (debit)"),
    "amount": gettext_lazy("Amount, in and out in one column"),
    "direction": gettext_lazy("In or out (Cr, Dr)"),
    "reference": gettext_lazy("Reference of the bank"),
    "description": gettext_lazy("Description"),
    "payer": gettext_lazy("Who paid"),
    "currency": gettext_lazy("Currency"),
}
HEADINGS_WITHIN = 30


@dataclass(frozen=True)
class Mapping:
    """How one file is read. `heading_row` counts from 1, 0 when there is none; `columns` count from 0."""

    encoding: str = "utf-8"
    delimiter: str = ","
    heading_row: int = 1
    date_format: str = YEAR_FIRST
    decimal_mark: str = "."
    columns: dict[str, int] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    def check(self) -> None:
        """Raises Invalid (`booked_on`, `credit`, `amount`)."""
        errors = {}
        if "booked_on" not in self.columns:
            errors["booked_on"] = [_("Choose the column of the date.")]
        one, two = "amount" in self.columns, "credit" in self.columns
        if not one and not two:
            errors["credit"] = [
                _("Choose the column of the money that came in, or one column of amounts below.")
            ]
        if one and (two or "debit" in self.columns):
            errors["amount"] = [_("Choose either this, or the columns of money in and money out.")]
        if errors:
            raise Invalid(_("Some columns are still to be chosen."), fields=errors)


@dataclass(frozen=True)
class Layout:
    """`headings`: for each field the headings under which it may stand."""

    key: str
    name: str | Promise
    headings: dict[str, tuple[str, ...]]
    date_format: str = YEAR_FIRST
    decimal_mark: str = "."

    def columns_in(self, row: Sequence[str]) -> dict[str, int]:
        """The fields found in a row of headings, each column used once."""
        cells = [_told(cell) for cell in row]
        found: dict[str, int] = {}
        for name, headings in self.headings.items():
            for heading in headings:
                at = next((at for at, cell in enumerate(cells) if cell == _told(heading)), None)
                if at is not None and at not in found.values():
                    found[name] = at
                    break
        return found


_REFERENCES = (
    "Reference", "Reference No", "Ref No", "Ref", "Transaction ID", "Txn ID", "Tran Id", "Transaction No",
    "Cheque No", "Chq No", "Cheque/Ref No",
)  # fmt: skip
_WORDS = (
    "Description",
    "Particulars",
    "Transaction Details",
    "Narration",
    "Details",
    "Remarks",
    "Desc1",
    "Desc",
)

BUILT_IN = (
    Layout(
        "general",
        gettext_lazy("General: one column of amounts"),
        {
            "booked_on": ("Date", "Booked on", "Booking date", "Value date", "Transaction date"),
            "amount": ("Amount", "Transaction amount", "Amount (NPR)"),
            "direction": ("Dr/Cr", "Cr/Dr", "DrCr", "Type"),
            "reference": _REFERENCES,
            "description": _WORDS,
            "payer": ("Payer", "Name", "Sender", "From", "Counterparty", "Account name"),
            "currency": ("Currency", "Ccy"),
        },
    ),
    Layout(
        "nepal",
        gettext_lazy("Banks in Nepal: debit and credit, day/month/year"),
        {
            "booked_on": ("Transaction Date", "Txn Date", "Tran Date", "Date", "Posted Date", "Value Date"),
            "credit": ("Credit", "Deposit", "Deposits", "Credit Amount", "Cr", "Cr Amount", "Deposit (NPR)"),
            "debit": ("Debit", "Withdraw", "Withdrawal", "Withdrawals", "Debit Amount", "Dr", "Dr Amount"),
            "reference": _REFERENCES,
            "description": _WORDS,
            "payer": ("Sender", "Sender Name", "Payer", "Name"),
            "currency": ("Currency", "Ccy"),
        },
        date_format=DAY_FIRST,
    ),
    Layout(
        "nepali",
        gettext_lazy("In Nepali: Bikram Sambat dates"),
        {
            "booked_on": ("मिति", "कारोबार मिति", "Miti", "Date (BS)"),
            "credit": ("क्रेडिट", "जम्मा", "जम्मा रकम", "Credit"),
            "debit": ("डेबिट", "खर्च", "नामे", "भुक्तानी", "Debit"),
            "reference": ("सन्दर्भ", "सन्दर्भ नं", "सन्दर्भ नम्बर", "चेक नं", "कारोबार नं", *_REFERENCES),
            "description": ("विवरण", "कैफियत", *_WORDS),
            "payer": ("पठाउने", "पठाउनेको नाम", "नाम"),
            "currency": ("मुद्रा", "Currency"),
        },
        date_format=BIKRAM,
    ),
)


def saved() -> list[Layout]:
    """The clinic's own, in order of name."""
    return [
        Layout(
            str(row.pk),
            row.name,
            {name: (heading,) for name, heading in row.columns.items()},
            row.date_format,
            row.decimal_mark,
        )
        for row in StatementLayout.objects.all()
    ]


def recognise(rows: Sequence[Sequence[str]], layouts: Iterable[Layout]) -> tuple[Layout, int, dict[str, int]]:
    """The layout that finds most of its fields in one of the first rows, the number of that row (from 1), and the
    columns. Where none fits, the first layout with its columns still to be chosen and no row of headings."""
    best: tuple[int, Layout, int, dict[str, int]] | None = None
    for layout in layouts:
        found = find_headings(rows, layout)
        if found is not None:
            at, columns = found
            # Of two that find as much, the one that finds all it wants; then the earlier.
            score = 10 * len(columns) + 5 * (len(columns) == len(layout.headings))
            if best is None or score > best[0]:
                best = (score, layout, at, columns)
    if best is None:
        return next(iter(layouts), BUILT_IN[0]), 0, {}
    return best[1:]


def find_headings(rows: Sequence[Sequence[str]], layout: Layout) -> tuple[int, dict[str, int]] | None:
    """The row (from 1) with a date and an amount among its headings; None without one."""
    for at, row in enumerate(rows[:HEADINGS_WITHIN], start=1):
        columns = layout.columns_in(row)
        if "booked_on" in columns and ("amount" in columns or "credit" in columns):
            return at, columns
    return None


def _told(heading: str) -> str:
    """As headings are compared: letters and digits only."""
    return "".join(sign for sign in plain(heading) if sign.isalnum() or "\u0900" <= sign <= "\u097f")
