"""What management says about a bank statement. What is right, the domain decides; the forms only carry it."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from billing.domain.statements import cells, files
from billing.domain.statements.confirming import Choice
from billing.domain.statements.layouts import FIELDS, Layout, Mapping

_DELIMITERS = [(",", _("Comma ,")), (";", _("Semicolon ;")), ("\t", _("Tab")), ("|", _("Bar |"))]
_ORDERS = [
    (cells.YEAR_FIRST, _("Year, month, day: 2026-11-21")),
    (cells.DAY_FIRST, _("Day, month, year: 21/11/2026")),
    (cells.MONTH_FIRST, _("Month, day, year: 11/21/2026")),
    (cells.BIKRAM, _("Bikram Sambat: 2083-08-06")),
]
_MARKS = [(".", _("Point: 1,234.50")), (",", _("Comma: 1.234,50"))]


class UploadForm(forms.Form):
    file = forms.FileField(
        label=_("The bank's file"),
        help_text=_("CSV, at most 5 MB and 20,000 rows. A file that was here before changes nothing."),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,text/csv,text/plain"}),
        error_messages={
            "required": _("Choose the file that you downloaded from your bank."),
            "empty": _("This file is empty. Please download the statement from your bank again."),
        },
    )


class MappingForm(forms.Form):
    """`columns` are what the columns of the file are called."""

    layout = forms.ChoiceField(label=_("Layout"))
    encoding = forms.ChoiceField(label=_("Written as"), choices=list(files.ENCODINGS.items()))
    delimiter = forms.ChoiceField(label=_("Columns are cut by"), choices=_DELIMITERS)
    heading_row = forms.IntegerField(
        label=_("Headings are in row"),
        min_value=0,
        max_value=200,
        help_text=_("0: there are none."),
    )
    date_format = forms.ChoiceField(label=_("Dates"), choices=_ORDERS)
    decimal_mark = forms.ChoiceField(label=_("Decimals are behind a"), choices=_MARKS)
    keep_as = forms.CharField(
        label=_("Keep this as a layout"),
        max_length=60,
        required=False,
        help_text=_("Give it a name, like the bank's: files with the same headings are then known."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, columns: Sequence[str], layouts: Iterable[Layout], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = [(one.key, one.name) for one in layouts]
        layout = self.fields["layout"]
        assert isinstance(layout, forms.ChoiceField)
        layout.choices = names
        options = [("", _("not in this file")), *((str(at), name) for at, name in enumerate(columns))]
        for name, label in FIELDS.items():
            self.fields[name] = forms.ChoiceField(label=str(label), choices=options, required=False)

    def columns_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in FIELDS]

    def mapping(self) -> Mapping:
        """Of a valid form."""
        said = self.cleaned_data
        return Mapping(
            encoding=said["encoding"],
            delimiter=said["delimiter"],
            heading_row=said["heading_row"],
            date_format=said["date_format"],
            decimal_mark=said["decimal_mark"],
            columns={name: int(said[name]) for name in FIELDS if said.get(name)},
        )


def as_data(layout: Layout, mapping: Mapping) -> dict[str, str]:
    """A mapping as the form would send it."""
    return {
        "layout": layout.key,
        "encoding": mapping.encoding,
        "delimiter": mapping.delimiter,
        "heading_row": str(mapping.heading_row),
        "date_format": mapping.date_format,
        "decimal_mark": mapping.decimal_mark,
        **{name: str(at) for name, at in mapping.columns.items()},
    }


def choice_value(choice: Choice) -> str:
    """A line and what it is proposed for as the value of a box."""
    return ".".join(pk.hex if pk else "" for pk in choice)


def choices_from(values: Iterable[str]) -> list[Choice]:
    """Those that are written right; others were not made by our page."""
    found = []
    for value in values:
        parts = value.split(".")
        try:
            line, payment, attempt = parts
            found.append(Choice(UUID(line), UUID(payment), UUID(attempt) if attempt else None))
        except ValueError:
            continue
    return found
