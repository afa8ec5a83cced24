"""The form of a doctor's single dates: one-off openings, days off and parts of days off."""

from collections import Counter
from dataclasses import asdict
from datetime import date, timedelta
from typing import Any

from django.http import QueryDict
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import ngettext

from accounts.enums import Mode
from accounts.models import User
from scheduling.domain import dates as domain
from scheduling.domain.dates import Dates
from scheduling.domain.hours import Mistake
from scheduling.enums import Weekday

from .hour_rows import (
    MAX_ROWS,
    AbsenceRow,
    OpeningRow,
    Row,
    Rows,
    RowsPage,
    Typed,
    iso_day,
    number,
    typed_rows,
)

WEEK = timedelta(days=7)
# Openings may be copied from this many past weeks, and to this many coming ones.
WEEKS_BACK, WEEKS_AHEAD = 8, 26


def week_start(day: date) -> date:
    """The Sunday that begins its week."""
    return day - timedelta(days=(day.weekday() - Weekday.SUNDAY) % 7)


class DatesPage(RowsPage):
    PARTS = {"openings": OpeningRow, "absences": AbsenceRow}
    # The weeks that the copying stands at: from, to.
    copied = ("", "")

    @classmethod
    def of(cls, doctor: User) -> "DatesPage":
        """What is stored and not over."""
        stored = domain.dates_of(doctor)
        rows: Rows = {
            "openings": [asdict(row) for row in stored.openings],
            "absences": [asdict(row) for row in stored.absences],
        }
        return cls(doctor, rows=rows, version=stored.version)

    @classmethod
    def edited(cls, doctor: User, data: QueryDict, do: str) -> "DatesPage":
        """What was typed, with a row more or fewer or a week's openings copied; nothing is checked or saved.

        `do`: `add:openings`, `add:absences` (both may name a day), `remove:<part>:<index>`, `copy` (from the week
        `copy-from` to the week `copy-to`).
        """
        rows = typed_rows(data, cls.PARTS)
        what, _colon, rest = do.partition(":")
        part, _colon, last = rest.partition(":")
        focus = ""
        if what == "add" and part in rows and len(rows[part]) < MAX_ROWS:
            modes = list(getattr(getattr(doctor, "doctor_profile", None), "modes", None) or Mode.values)
            rows[part].append({"modes": modes} if part == "openings" else {})
            focus = f"{part}-{len(rows[part]) - 1}"
        elif what == "remove" and part in rows:
            index = number(last)
            if index is not None and index < len(rows[part]):
                rows[part].pop(index)
            focus = f"add-{part}"
        elif what == "copy":
            source, target = iso_day(data.get("copy-from")), iso_day(data.get("copy-to"))
            if source and target:
                copied = _moved(_openings_of(doctor, rows["openings"], week_start(source)), source, target)
                new = [row for row in copied if not any(_same(row, other) for other in rows["openings"])]
                rows["openings"] = (rows["openings"] + new)[:MAX_ROWS]
            focus = "copy"
        page = cls(doctor, rows=rows, version=data.get("version", ""), focus=focus)
        page.copied = (data.get("copy-from", ""), data.get("copy-to", ""))
        return page

    def mistakes_between(self) -> dict[str, list[Mistake]]:
        absences = self.values("absences")
        return {
            "openings": domain.mistakes_in_openings(self.values("openings"), absences, self.allowed),
            "absences": domain.mistakes_in_absences(absences, domain.dates_of(self.doctor).absences),
        }

    def place(self, row: Row) -> str:
        day = iso_day(str(row["day" if isinstance(row, OpeningRow) else "first_day"].value() or ""))
        return date_format(day, "j F") if day else "?"

    @property
    def dates(self) -> Dates:
        """What `is_valid` accepted."""
        return Dates(self.wanted("openings"), self.wanted("absences"))

    def weeks_to_copy(self) -> list[tuple[str, str]]:
        """Weeks that have one-off openings, as typed or over: their Sunday, and the week in words."""
        today = timezone.localdate()
        first, yesterday = week_start(today) - WEEKS_BACK * WEEK, today - timedelta(days=1)
        days = [row.day for row in domain.openings_between(self.doctor, first, yesterday)]
        typed = (iso_day(str(row["day"].value() or "")) for row in self.formsets["openings"])
        weeks = Counter(week_start(day) for day in [*days, *typed] if day)
        return [
            (
                str(first),
                f"{spoken_week(first)}: " + ngettext("%(n)s opening", "%(n)s openings", n) % {"n": n},
            )
            for first, n in sorted(weeks.items())
        ]

    def weeks_ahead(self) -> list[tuple[str, str]]:
        first = week_start(timezone.localdate())
        weeks = [first + n * WEEK for n in range(WEEKS_AHEAD)]
        return [(str(week), spoken_week(week)) for week in weeks]


def spoken_week(first: date) -> str:
    last = first + timedelta(days=6)
    return f"{date_format(first, 'j M')} – {date_format(last, 'j M Y')}"


def _openings_of(doctor: User, typed: list[Typed], first: date) -> list[Typed]:
    """The openings of the week that begins on `first`: as typed, and of days that are over as stored."""
    days = {str(first + timedelta(days=offset)) for offset in range(7)}
    yesterday = timezone.localdate() - timedelta(days=1)
    over = domain.openings_between(doctor, first, min(first + timedelta(days=6), yesterday))
    stored = [
        {
            "day": str(row.day),
            "starts": f"{row.starts:%H:%M}",
            "ends": f"{row.ends:%H:%M}",
            "modes": list(row.modes),
            "services": [str(pk) for pk in row.services],
        }
        for row in over
    ]
    return stored + [row for row in typed if row["day"] in days]


def _moved(rows: list[Typed], source: date, target: date) -> list[Typed]:
    """The same weekdays of another week; days that are over are left out."""
    shift = week_start(target) - week_start(source)
    moved = []
    for row in rows:
        day = iso_day(row["day"])
        if day and day + shift >= timezone.localdate():
            moved.append({**row, "day": str(day + shift)})
    return moved


def _same(row: Typed, other: Typed) -> bool:
    names: tuple[Any, ...] = ("day", "starts", "ends")
    return all(row.get(name) == other.get(name) for name in names)
