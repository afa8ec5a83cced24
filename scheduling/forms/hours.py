"""The form of a doctor's hours: rules, weekly intervals, breaks, days off, each in rows that come and go.

Rows are added, removed and copied by the server too (`HoursPage.edited`), so the form works without JavaScript and
nothing that was typed is lost on the way.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, cast

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.enums import Mode
from accounts.models import User
from scheduling.domain import hours as domain
from scheduling.domain.hours import Absence, Interval, SlotRules
from scheduling.enums import CELL_MINUTES, Weekday
from scheduling.models import Break, Schedule, WorkingHours

MAX_ROWS = 60
SLOT_CHOICES = (5, 10, 15, 20, 30, 45, 60)
PAUSE_CHOICES = (0, 5, 10, 15, 20, 30)
NOTICE_CHOICES = (0, 30, 60, 120, 240, 720, 1440, 2880, 10080)
HOUR, DAY = 60, 24 * 60


def spoken_minutes(minutes: int) -> str:
    """`45 minutes`, `2 hours`, `1 day`; `none` for 0."""
    if minutes == 0:
        return _("none")
    if minutes % DAY == 0:
        return ngettext("%(n)s day", "%(n)s days", minutes // DAY) % {"n": minutes // DAY}
    if minutes % HOUR == 0:
        return ngettext("%(n)s hour", "%(n)s hours", minutes // HOUR) % {"n": minutes // HOUR}
    return ngettext("%(n)s minute", "%(n)s minutes", minutes) % {"n": minutes}


class RulesForm(forms.Form):
    slot_minutes = forms.TypedChoiceField(label=gettext_lazy("A visit can start every"), coerce=int)
    buffer_minutes = forms.TypedChoiceField(label=gettext_lazy("Pause between visits"), coerce=int)
    notice_minutes = forms.TypedChoiceField(label=gettext_lazy("Shortest notice before a visit"), coerce=int)
    horizon_days = forms.IntegerField(
        label=gettext_lazy("How many days ahead patients can book"), min_value=1, max_value=365
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"prefix": "rules", **kwargs})
        for name, usual in (
            ("slot_minutes", SLOT_CHOICES),
            ("buffer_minutes", PAUSE_CHOICES),
            ("notice_minutes", NOTICE_CHOICES),
        ):
            present = self.initial.get(name)
            values = sorted({*usual, int(present)} if present is not None else set(usual))
            field = cast(forms.TypedChoiceField, self.fields[name])
            field.choices = [(value, spoken_minutes(value)) for value in values]

    @property
    def rules(self) -> SlotRules:
        return SlotRules(**self.cleaned_data)


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

    @property
    def index(self) -> str:
        """Its number in the formset, as buttons name it."""
        return str(self.prefix).rpartition("-")[2]

    @property
    def is_blank(self) -> bool:
        return not any(self.data.get(self.add_prefix(name)) for name in self.TYPED)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.is_blank:
            for name in self.NEEDED:
                if cleaned.get(name) is None and name not in self.errors:
                    self.add_error(name, _("Please fill this in, or remove the row."))
        return cleaned


class IntervalRow(Row):
    NEEDED = TYPED = ("starts", "ends")

    weekday = forms.TypedChoiceField(choices=Weekday.choices, coerce=int, widget=forms.HiddenInput)
    starts = _time_field(gettext_lazy("From"))
    ends = _time_field(gettext_lazy("To"))

    def value(self) -> Interval | None:
        if self.is_blank or not self.is_valid():
            return None
        wanted = self.cleaned_data
        return Interval(wanted["weekday"], wanted["starts"], wanted["ends"], tuple(wanted.get("modes", ())))


class HoursRow(IntervalRow):
    modes = forms.MultipleChoiceField(
        label=gettext_lazy("How"),
        choices=Mode.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )


class AbsenceRow(Row):
    NEEDED = ("first_day",)
    TYPED = ("first_day", "last_day", "reason")

    first_day = _date_field(gettext_lazy("First day"))
    last_day = _date_field(gettext_lazy("Last day"))
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=120, required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        first = cleaned.get("first_day")
        if first and "last_day" not in self.errors:
            cleaned["last_day"] = cleaned.get("last_day") or first
            if first <= cleaned["last_day"] < timezone.localdate():
                self.add_error("last_day", _("These days are over."))
        return cleaned

    def value(self) -> Absence | None:
        if self.is_blank or not self.is_valid():
            return None
        return Absence(
            self.cleaned_data["first_day"], self.cleaned_data["last_day"], self.cleaned_data["reason"]
        )


def _formset(row: type[Row]) -> Any:
    return forms.formset_factory(row, extra=0, max_num=MAX_ROWS, absolute_max=MAX_ROWS, validate_max=True)


FORMSETS = {"hours": _formset(HoursRow), "breaks": _formset(IntervalRow), "absences": _formset(AbsenceRow)}
Rows = dict[str, list[Any]]


@dataclass
class Weekdays:
    """What the template shows of one day."""

    number: int
    name: str
    hours: list[HoursRow]
    breaks: list[IntervalRow]

    @property
    def takes_focus_of(self) -> tuple[str, str]:
        """The ids of its two buttons that add a row."""
        return f"add-hours-{self.number}", f"add-breaks-{self.number}"


class HoursPage:
    """The four parts as one form. `focus` names the row (`hours-3`) or button that the cursor goes to."""

    def __init__(
        self,
        *,
        data: QueryDict | None = None,
        rules: dict[str, Any] | None = None,
        rows: Rows | None = None,
        focus: str = "",
    ) -> None:
        self.focus = focus
        self.rules = RulesForm(data, initial=rules)
        self.formsets = {
            name: formset(data, prefix=name, initial=(rows or {}).get(name, []))
            for name, formset in FORMSETS.items()
        }
        for formset in self.formsets.values():
            for row in formset:
                if row.prefix == focus:
                    row.fields[row.TYPED[0]].widget.attrs["autofocus"] = True

    @classmethod
    def of(cls, doctor: User) -> "HoursPage":
        """What is stored."""
        schedule = Schedule.objects.filter(doctor=doctor).first() or Schedule(doctor=doctor)
        names = ("slot_minutes", "buffer_minutes", "notice_minutes", "horizon_days")
        return cls(
            rules={name: getattr(schedule, name) for name in names},
            rows={
                "hours": list(
                    WorkingHours.objects.filter(doctor=doctor).values("weekday", "starts", "ends", "modes")
                ),
                "breaks": list(Break.objects.filter(doctor=doctor).values("weekday", "starts", "ends")),
                "absences": list(domain.days_off(doctor).values("first_day", "last_day", "reason")),
            },
        )

    @classmethod
    def edited(cls, data: QueryDict, do: str) -> "HoursPage":
        """What was typed, with one row more or fewer or Monday copied; nothing is checked or saved.

        `do`: `add:hours:<weekday>`, `add:breaks:<weekday>`, `add:absences`, `remove:<part>:<index>`,
        `copy:weekdays`, `copy:all`. Anything else shows what was typed.
        """
        rows = {name: _typed_rows(data, name, formset.form) for name, formset in FORMSETS.items()}
        what, _colon, rest = do.partition(":")
        part, _colon, number = rest.partition(":")
        focus = ""
        is_day = part == "absences" or number in {str(day) for day in Weekday.values}
        if what == "add" and part in rows and is_day and len(rows[part]) < MAX_ROWS:
            rows[part].append({"weekday": number, "modes": list(Mode.values)})
            focus = f"{part}-{len(rows[part]) - 1}"
        elif what == "remove" and part in rows and number.isascii() and number.isdigit():
            gone = rows[part].pop(int(number)) if int(number) < len(rows[part]) else {}
            focus = f"add-{part}-{gone['weekday']}" if gone.get("weekday") else f"add-{part}"
        elif what == "copy":
            targets = domain.WEEKDAYS if rest == "weekdays" else tuple(Weekday)
            for name in ("hours", "breaks"):
                rows[name] = _with_monday(rows[name], targets)
            focus = "copy"
        typed_rules = {name: data.get(f"rules-{name}") for name in RulesForm.base_fields}
        return cls(rules={name: _number(text) for name, text in typed_rules.items()}, rows=rows, focus=focus)

    @property
    def week(self) -> list[Weekdays]:
        return [
            Weekdays(day.value, str(day.label), self._of_day("hours", day), self._of_day("breaks", day))
            for day in Weekday
        ]

    def _of_day(self, part: str, day: Weekday) -> list[Any]:
        return [row for row in self.formsets[part] if str(row["weekday"].value()) == str(day.value)]

    def is_valid(self) -> bool:
        """Checks every part, then the rows against each other; mistakes land beside their fields."""
        parts = [self.rules.is_valid(), *(formset.is_valid() for formset in self.formsets.values())]
        hours, breaks = self._values("hours"), self._values("breaks")
        found = {
            "hours": domain.mistakes_in_hours(hours),
            "breaks": domain.mistakes_in_breaks(breaks, hours),
            "absences": domain.mistakes_in_absences(self._values("absences")),
        }
        for part, mistakes in found.items():
            for index, field, message in mistakes:
                self.formsets[part][index].add_error(field, message)
        return all(parts) and not any(found.values())

    def save(self, doctor: User, *, actor: User) -> None:
        """Store what `is_valid` accepted. Raises NotAllowed."""
        domain.save(
            doctor,
            actor=actor,
            slot_rules=self.rules.rules,
            hours=[row for row in self._values("hours") if row],
            breaks=[row for row in self._values("breaks") if row],
            absences=[row for row in self._values("absences") if row],
        )

    def _values(self, part: str) -> list[Any]:
        return [row.value() for row in self.formsets[part]]


def _typed_rows(data: QueryDict, part: str, row: type[Row]) -> list[dict[str, Any]]:
    """The rows of the form as they were typed, right or wrong."""
    total = min(_number(data.get(f"{part}-TOTAL_FORMS")) or 0, MAX_ROWS)

    def typed(index: int, name: str) -> Any:
        key = f"{part}-{index}-{name}"
        return data.getlist(key) if name == "modes" else data.get(key, "")

    return [{name: typed(index, name) for name in row.base_fields} for index in range(total)]


def _with_monday(rows: list[dict[str, Any]], targets: Iterable[int]) -> list[dict[str, Any]]:
    monday = [row for row in rows if row["weekday"] == str(Weekday.MONDAY.value)]
    days = {str(int(day)) for day in targets} - {str(Weekday.MONDAY.value)}
    kept = [row for row in rows if row["weekday"] not in days]
    return (kept + [{**row, "weekday": day} for day in sorted(days) for row in monday])[:MAX_ROWS]


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 6 else None
