"""The form of a doctor's week: rules of booking, weekly hours and breaks."""

from dataclasses import asdict, dataclass
from typing import Any, cast

from django import forms
from django.http import QueryDict
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.enums import Mode
from accounts.models import User
from scheduling.domain import hours as domain
from scheduling.domain.hours import Interval, SlotRules, Week
from scheduling.enums import Weekday

from . import week_edits
from .hour_rows import BreakRow, HoursRow, Row, Rows, RowsPage, number, typed_rows

SLOT_CHOICES = (5, 10, 15, 20, 30, 45, 60)
PAUSE_CHOICES = (0, 5, 10, 15, 20, 30)
NOTICE_CHOICES = (0, 30, 60, 120, 240, 720, 1440, 2880, 10080)
HOUR, DAY = 60, 24 * 60
# Weeks run from Sunday.
WEEK_ORDER = (Weekday.SUNDAY, *(day for day in Weekday if day != Weekday.SUNDAY))


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
    buffer_before_minutes = forms.TypedChoiceField(label=gettext_lazy("Pause before each visit"), coerce=int)
    buffer_minutes = forms.TypedChoiceField(label=gettext_lazy("Pause after each visit"), coerce=int)
    notice_minutes = forms.TypedChoiceField(label=gettext_lazy("Shortest notice before a visit"), coerce=int)
    horizon_days = forms.IntegerField(
        label=gettext_lazy("How many days ahead patients can book"), min_value=1, max_value=365
    )
    confirms_personally = forms.BooleanField(
        label=gettext_lazy("I confirm each request myself"),
        help_text=gettext_lazy(
            "A paid request then waits for the doctor's yes instead of being confirmed at once."
        ),
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"prefix": "rules", **kwargs})
        for name, usual in (
            ("slot_minutes", SLOT_CHOICES),
            ("buffer_before_minutes", PAUSE_CHOICES),
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


@dataclass
class Day:
    """What the template shows of one weekday."""

    number: int
    name: str
    short: str
    hours: list[HoursRow]
    breaks: list[BreakRow]
    others: list[tuple[int, str]]
    focus: str

    @property
    def presets(self) -> list[tuple[str, str, bool]]:
        """Name, words, and whether its button has the cursor."""
        named = {
            "full": _("Full day"),
            "morning": _("Morning"),
            "evening": _("Evening"),
            "lunch": _("Lunch break"),
        }
        return [(name, words, self.focus == f"preset-{name}-{self.number}") for name, words in named.items()]

    @property
    def focused_as(self) -> tuple[str, str]:
        """The names of its two buttons that add a row."""
        return f"add-hours-{self.number}", f"add-breaks-{self.number}"

    @property
    def is_wrong(self) -> bool:
        return any(row.is_bound and row.errors for row in (*self.hours, *self.breaks))


class WeekPage(RowsPage):
    PARTS = {"hours": HoursRow, "breaks": BreakRow}

    def __init__(
        self,
        doctor: User,
        *,
        data: QueryDict | None = None,
        rules: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(doctor, data=data, **kwargs)
        # The stored rules, so that an unusual value stays among the choices.
        self.rules = RulesForm(data, initial=rules or asdict(domain.week_of(doctor).rules))

    @classmethod
    def of(cls, doctor: User) -> "WeekPage":
        """What is stored."""
        week = domain.week_of(doctor)
        rows: Rows = {
            "hours": [asdict(row) for row in _in_order(week.hours)],
            "breaks": [asdict(row) for row in _in_order(week.breaks)],
        }
        return cls(doctor, rules=asdict(week.rules), rows=rows, version=week.version)

    @classmethod
    def edited(cls, doctor: User, data: QueryDict, do: str) -> "WeekPage":
        """What was typed, changed as the button `do` says (week_edits.py); nothing is checked or saved."""
        rows = typed_rows(data, cls.PARTS)
        modes = list(getattr(getattr(doctor, "doctor_profile", None), "modes", None) or Mode.values)
        focus = week_edits.apply(rows, do, modes=modes, copy_to=data.getlist)
        typed_rules: dict[str, Any] = {
            name: number(data.get(f"rules-{name}")) for name in RulesForm.base_fields
        }
        typed_rules["confirms_personally"] = "rules-confirms_personally" in data
        return cls(doctor, rules=typed_rules, rows=rows, version=data.get("version", ""), focus=focus)

    @property
    def days(self) -> list[Day]:
        names = {day: str(day.label) for day in WEEK_ORDER}
        return [
            Day(
                day.value,
                names[day],
                str(WEEKDAYS_ABBR[day.value]),
                self._of_day("hours", day),
                self._of_day("breaks", day),
                [(other.value, name) for other, name in names.items() if other != day],
                self.focus,
            )
            for day in WEEK_ORDER
        ]

    @property
    def is_empty(self) -> bool:
        return not len(self.formsets["hours"])

    def _of_day(self, part: str, day: Weekday) -> list[Any]:
        return [row for row in self.formsets[part] if str(row["weekday"].value()) == str(day.value)]

    def is_valid(self) -> bool:
        # Both, so that every mistake is shown at once.
        return all([self.rules.is_valid(), super().is_valid()])

    def mistakes_between(self) -> dict[str, list[domain.Mistake]]:
        hours = self.values("hours")
        return {
            "hours": domain.mistakes_in_hours(hours, self.allowed),
            "breaks": domain.mistakes_in_breaks(self.values("breaks"), hours),
        }

    def place(self, row: Row) -> str:
        weekday = number(str(row["weekday"].value() or ""))
        return str(Weekday(weekday).label) if weekday in Weekday.values else ""

    @property
    def week(self) -> Week:
        """What `is_valid` accepted."""
        return Week(self.rules.rules, self.wanted("hours"), self.wanted("breaks"))

    def stored_elsewise(self) -> list[tuple[str, str]]:
        """Days whose stored hours are not what was typed, and those hours in words."""
        stored, typed = domain.week_of(self.doctor), self.week

        def of_day(week: Week, day: Weekday) -> tuple[list[Interval], list[Interval]]:
            return (
                _in_order(row for row in week.hours if row.weekday == day),
                _in_order(row for row in week.breaks if row.weekday == day),
            )

        return [
            (str(day.label), _spoken(*of_day(stored, day)))
            for day in WEEK_ORDER
            if of_day(stored, day) != of_day(typed, day)
        ]


def _in_order(rows: Any) -> list[Interval]:
    return sorted(rows, key=lambda row: (row.weekday, row.starts))


def _spoken(hours: list[Interval], breaks: list[Interval]) -> str:
    labels = dict(Mode.choices)
    words = [
        f"{row.starts:%H:%M}–{row.ends:%H:%M} ({', '.join(str(labels[mode]) for mode in row.modes)})"
        for row in hours
    ]
    words += [f"{_('Break')} {row.starts:%H:%M}–{row.ends:%H:%M}" for row in breaks]
    return ", ".join(words) or _("no hours")
