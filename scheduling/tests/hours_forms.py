"""What the pages of hours send."""

from datetime import date
from typing import Any

from accounts.models import User
from scheduling.domain.dates import dates_of
from scheduling.domain.hours import week_of

Row = dict[str, Any]


def _rows(data: Row, **parts: list[Row]) -> Row:
    for part, rows in parts.items():
        data[f"{part}-TOTAL_FORMS"], data[f"{part}-INITIAL_FORMS"] = len(rows), 0
        for index, row in enumerate(rows):
            data.update({f"{part}-{index}-{name}": value for name, value in row.items()})
    return data


def week_form(hours: list[Row], breaks: list[Row] | None = None, *, of: User | None = None) -> Row:
    """`of`: the doctor whose stored week the page was opened with."""
    data: Row = {
        "version": week_of(of).version if of else "",
        "rules-slot_minutes": "15",
        "rules-buffer_before_minutes": "10",
        "rules-buffer_minutes": "5",
        "rules-notice_minutes": "120",
        "rules-horizon_days": "30",
        "rules-confirms_personally": "on",
        "do": "save",
    }
    return _rows(data, hours=hours, breaks=breaks or [])


def dates_form(openings: list[Row], absences: list[Row] | None = None, *, of: User | None = None) -> Row:
    data: Row = {"version": dates_of(of).version if of else "", "do": "save"}
    return _rows(data, openings=openings, absences=absences or [])


def interval(weekday: int, starts: str, ends: str, *modes: str, services: tuple[Any, ...] = ()) -> Row:
    chosen = [str(service) for service in services]
    return {"weekday": weekday, "starts": starts, "ends": ends, "modes": list(modes), "services": chosen}


def opening(day: date | str, starts: str, ends: str, *modes: str, services: tuple[Any, ...] = ()) -> Row:
    chosen = [str(service) for service in services]
    return {"day": str(day), "starts": starts, "ends": ends, "modes": list(modes), "services": chosen}


def day_off(first: date, last: date | str = "", *, starts: str = "", ends: str = "", reason: str = "") -> Row:
    return {
        "first_day": str(first),
        "last_day": str(last),
        "starts": starts,
        "ends": ends,
        "reason": reason,
    }
