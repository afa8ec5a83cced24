"""Rows of hours that come and go, and the page that holds several kinds of them.

Rows are added, removed and copied by the server too (`edited` of each page), so that the form works without JavaScript
and nothing that was typed is lost on the way.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.enums import Mode
from accounts.models import User
from scheduling.domain.dates import Absence, DayHours
from scheduling.domain.hours import Interval, Mistake, services_to_choose
from scheduling.enums import CELL_MINUTES, Weekday

MAX_ROWS = 120
# A row as it was typed: field -> text, or a list of texts.
Typed = dict[str, Any]
Rows = dict[str, list[Typed]]
Names = Mapping[str, str]
SEVERAL = ("modes", "services")


def _time_field(label: Any) -> forms.TimeField:
    widget = forms.TimeInput({"type": "time", "step": CELL_MINUTES * 60}, format="%H:%M")
    return forms.TimeField(label=label, required=False, widget=widget)


def _date_field(label: Any) -> forms.DateField:
    return forms.DateField(
        label=label, required=False, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )


class Row(forms.Form):
    """A row nothing was typed into counts for nothing; in one that counts, `NEEDED` has to be there."""

    NEEDED: Sequence[str] = ()
    TYPED: Sequence[str] = ()

    def __init__(self, *args: Any, services: Names, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.service_names = services
        if isinstance(field := self.fields.get("services"), forms.MultipleChoiceField):
            field.choices = list(services.items())

    @property
    def index(self) -> str:
        """Its number in the formset, as buttons name it."""
        return str(self.prefix).rpartition("-")[2]

    @property
    def is_blank(self) -> bool:
        return not any(self.data.get(self.add_prefix(name)) for name in self.TYPED)

    @property
    def chosen_services(self) -> set[str]:
        return {str(pk) for pk in self["services"].value() or ()}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.is_blank:
            for name in self.NEEDED:
                if cleaned.get(name) is None and name not in self.errors:
                    self.add_error(name, _("Please fill this in, or remove the row."))
        return cleaned


class BreakRow(Row):
    NEEDED: Sequence[str] = ("weekday", "starts", "ends")
    TYPED = ("starts", "ends")

    weekday = forms.TypedChoiceField(
        choices=Weekday.choices, coerce=int, empty_value=None, required=False, widget=forms.HiddenInput
    )
    starts = _time_field(gettext_lazy("From"))
    ends = _time_field(gettext_lazy("To"))

    def value(self) -> Interval | None:
        if self.is_blank or not self.is_valid():
            return None
        wanted = self.cleaned_data
        return Interval(wanted["weekday"], wanted["starts"], wanted["ends"])


class _Offer(forms.Form):
    """How one can meet in these hours, and for what."""

    modes = forms.MultipleChoiceField(
        label=gettext_lazy("How"),
        choices=Mode.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    services = forms.MultipleChoiceField(
        label=gettext_lazy("Only for"),
        required=False,
        error_messages={"invalid_choice": gettext_lazy("Choose among this doctor's services.")},
    )


def _offer(cleaned: dict[str, Any]) -> tuple[tuple[str, ...], frozenset[UUID]]:
    modes = tuple(mode for mode in Mode.values if mode in cleaned["modes"])
    return modes, frozenset(UUID(pk) for pk in cleaned["services"])


class HoursRow(BreakRow, _Offer):
    def value(self) -> Interval | None:
        if self.is_blank or not self.is_valid():
            return None
        wanted = self.cleaned_data
        return Interval(wanted["weekday"], wanted["starts"], wanted["ends"], *_offer(wanted))


class OpeningRow(Row, _Offer):
    NEEDED = ("day", "starts", "ends")
    TYPED = ("day", "starts", "ends")

    day = _date_field(gettext_lazy("Day"))
    starts = _time_field(gettext_lazy("From"))
    ends = _time_field(gettext_lazy("To"))

    def value(self) -> DayHours | None:
        if self.is_blank or not self.is_valid():
            return None
        wanted = self.cleaned_data
        return DayHours(wanted["day"], wanted["starts"], wanted["ends"], *_offer(wanted))


class AbsenceRow(Row):
    NEEDED = ("first_day",)
    TYPED = ("first_day", "last_day", "starts", "ends", "reason")

    first_day = _date_field(gettext_lazy("First day"))
    last_day = _date_field(gettext_lazy("Last day"))
    starts = _time_field(gettext_lazy("From"))
    ends = _time_field(gettext_lazy("To"))
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=120, required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("first_day") and "last_day" not in self.errors:
            cleaned["last_day"] = cleaned.get("last_day") or cleaned["first_day"]
        return cleaned

    def value(self) -> Absence | None:
        if self.is_blank or not self.is_valid():
            return None
        wanted = self.cleaned_data
        return Absence(
            wanted["first_day"], wanted["last_day"], wanted["starts"], wanted["ends"], wanted["reason"]
        )


def _formset(row: type[Row]) -> Any:
    return forms.formset_factory(row, extra=0, max_num=MAX_ROWS, absolute_max=MAX_ROWS, validate_max=True)


class RowsPage:
    """Rows of several kinds as one form. `focus` names the row (`hours-3`) or button that the cursor goes to;
    `version` is what was stored when the page was opened."""

    PARTS: Mapping[str, type[Row]]

    def __init__(
        self,
        doctor: User,
        *,
        data: QueryDict | None = None,
        rows: Rows | None = None,
        version: str = "",
        focus: str = "",
    ) -> None:
        self.doctor = doctor
        self.focus = focus
        self.version = version if data is None else data.get("version", "")
        self.services = {str(service.pk): service.name for service in services_to_choose(doctor)}
        self.formsets = {
            name: _formset(row)(
                data,
                prefix=name,
                initial=(rows or {}).get(name, []),
                form_kwargs={"services": self.services},
            )
            for name, row in self.PARTS.items()
        }
        for formset in self.formsets.values():
            for row in formset:
                if row.prefix == focus:
                    row.fields[row.TYPED[0]].widget.attrs["autofocus"] = True

    @property
    def allowed(self) -> set[UUID]:
        return {UUID(pk) for pk in self.services}

    def values(self, part: str) -> list[Any]:
        return [row.value() for row in self.formsets[part]]

    def wanted(self, part: str) -> list[Any]:
        return [value for value in self.values(part) if value is not None]

    def is_valid(self) -> bool:
        """Checks every row, then the rows against each other; mistakes land beside their fields."""
        checked = [formset.is_valid() for formset in self.formsets.values()]
        right = all(checked)
        for part, mistakes in self.mistakes_between().items():
            for index, field, message in mistakes:
                row = self.formsets[part][index]
                if message not in row.errors.get(field, ()):
                    row.add_error(field, message)
                right = False
        return right

    def mistakes_between(self) -> Mapping[str, list[Mistake]]:
        """Part -> what the domain says of its rows together."""
        raise NotImplementedError

    def place(self, row: Row) -> str:
        """Where a row stands, in words."""
        raise NotImplementedError

    def complaints(self) -> Iterator[str]:
        """Every mistake as one line, for those who look at the grid and not at the rows."""
        for formset in self.formsets.values():
            yield from formset.non_form_errors()
            for row in formset:
                for messages in row.errors.values():
                    for message in messages:
                        yield f"{self.place(row)}: {message}"


def typed_rows(data: QueryDict, parts: Mapping[str, type[Row]]) -> Rows:
    """The rows of the form as they were typed, right or wrong; blank ones are left out."""

    def typed(part: str, index: int, name: str) -> Any:
        key = f"{part}-{index}-{name}"
        return data.getlist(key) if name in SEVERAL else data.get(key, "")

    found: Rows = {}
    for part, row in parts.items():
        total = min(number(data.get(f"{part}-TOTAL_FORMS")) or 0, MAX_ROWS)
        found[part] = [{name: typed(part, index, name) for name in row.base_fields} for index in range(total)]
    return found


def number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 6 else None


def iso_day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None
