"""How far the doses that were planned were taken. Pure: reckoned over plain values.

A dose counts once it was told of, or LATE_AFTER its time: what is still open today spoils no figure. One that was left
out with a reason was not taken, but is told apart from one of which nothing was said. Doses as needed have no plan, and
so no share.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeVar

from records.domain.doses import LATE_AFTER, Dose
from records.enums import IntakeOutcome

Key = TypeVar("Key", bound=Hashable)
DOSE_STATES = ("taken", "late", "skipped", "missed", "open", "ahead")


@dataclass(frozen=True)
class Told:
    """What the patient said of one dose; `planned_at` is its moment as it was then, in the zone they were in."""

    outcome: str
    taken_at: datetime | None = None
    planned_at: datetime | None = None


@dataclass(frozen=True)
class Share:
    """Doses that count: `on_time`, `late`, `skipped` and `missed` add up to `planned`."""

    on_time: int = 0
    late: int = 0
    skipped: int = 0
    missed: int = 0

    @property
    def planned(self) -> int:
        return self.taken + self.skipped + self.missed

    @property
    def taken(self) -> int:
        return self.on_time + self.late

    @property
    def percent(self) -> int | None:
        """Of the planned doses those taken, late ones too; None where none was planned. 100 and 0 are said of all
        and none only."""
        if not self.planned:
            return None
        if self.taken in (0, self.planned):
            return 100 if self.taken else 0
        return min(99, max(1, round(100 * self.taken / self.planned)))

    def __add__(self, other: "Share") -> "Share":
        return Share(
            self.on_time + other.on_time,
            self.late + other.late,
            self.skipped + other.skipped,
            self.missed + other.missed,
        )


def state_of(dose: Dose, told: Told | None, now: datetime) -> str:
    """One of DOSE_STATES: told `taken`, `late` or `skipped`; else `ahead` of its time, `open` from then on, `missed`
    when LATE_AFTER has gone by."""
    if told is not None:
        if told.outcome == IntakeOutcome.SKIPPED:
            return "skipped"
        planned_at = told.planned_at or dose.at
        return "late" if told.taken_at and told.taken_at > planned_at + LATE_AFTER else "taken"
    if now < dose.at:
        return "ahead"
    return "missed" if now >= dose.at + LATE_AFTER else "open"


def share_of(states: Iterable[str]) -> Share:
    """The figures of these doses; those `open` and `ahead` do not count yet."""
    count: dict[str, int] = defaultdict(int)
    for state in states:
        count[state] += 1
    return Share(count["taken"], count["late"], count["skipped"], count["missed"])


def by(found: Iterable[tuple[Key, str]]) -> Mapping[Key, Share]:
    """The figures for each key of (key, state) pairs, in order of first sight."""
    groups: dict[Key, list[str]] = {}
    for key, state in found:
        groups.setdefault(key, []).append(state)
    return {key: share_of(states) for key, states in groups.items()}


def week_of(day: date) -> date:
    """The Sunday on which the week of this day begins."""
    return day - timedelta(days=(day.weekday() + 1) % 7)


def weeks_until(day: date, count: int) -> list[date]:
    """The beginnings of the last `count` weeks, the one of `day` last."""
    last = week_of(day)
    return [last - timedelta(weeks=back) for back in range(count - 1, -1, -1)]
