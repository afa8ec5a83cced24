"""Planned doses with what was told of them, as pages and the API show them."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from clinic.core import zones
from records.domain import doses, dosing, dosing_words
from records.domain.doses import Dose
from records.enums import SkipReason
from records.models import Intake, PrescriptionItem


@dataclass(frozen=True)
class DoseLine:
    """One planned dose with what was told of it; `state` is one of adherence.DOSE_STATES."""

    dose: Dose
    item: PrescriptionItem
    intake: Intake | None
    state: str
    now: datetime

    @property
    def key(self) -> str:
        """Names it on a page."""
        return f"{self.dose.item}-{self.dose.day}-{self.dose.time:%H%M}"

    @property
    def amount(self) -> str:
        return dosing_words.amount(self.item.dose, self.item.medicine.unit)

    @property
    def reason(self) -> str:
        """Why it was left out, in words."""
        return said_reason(self.intake.reason) if self.intake else ""

    @property
    def may_tell(self) -> bool:
        """Take and skip are offered: nothing was told yet, and it is neither far ahead nor long ago."""
        return self.intake is None and is_tellable(self.dose, self.now)

    @property
    def may_undo(self) -> bool:
        return self.intake is not None and self.now < _closes_at(self.dose)

    @property
    def is_late(self) -> bool:
        """When it was taken has to be asked: now, or at its time."""
        return self.now > self.dose.at + doses.LATE_AFTER


@dataclass(frozen=True)
class AsNeeded:
    """A medicine for when it is needed, with what was taken of it on the day that is shown, latest last."""

    item: PrescriptionItem
    taken: list[Intake]
    is_open: bool

    @property
    def amount(self) -> str:
        return dosing_words.amount(self.item.dose, self.item.medicine.unit)

    @property
    def most(self) -> int | None:
        """How often a day at most; None when the prescription does not say."""
        return dosing.most_times(self.item.frequency, self.item.times)

    @property
    def is_enough(self) -> bool:
        """All that the day allows was taken."""
        return self.most is not None and len(self.taken) >= self.most

    @property
    def last(self) -> Intake | None:
        return self.taken[-1] if self.taken else None


@dataclass(frozen=True)
class Moment:
    """All doses of one time of a day."""

    time: time
    lines: list[DoseLine]

    @property
    def is_told(self) -> bool:
        return all(line.intake for line in self.lines)

    @property
    def untold(self) -> list[DoseLine]:
        """Those that can be told together as taken just now."""
        return [line for line in self.lines if line.may_tell and not line.is_late]


@dataclass(frozen=True)
class DayPlan:
    """All doses of one day, by time."""

    day: date
    zone: ZoneInfo
    lines: list[DoseLine]
    as_needed: list[AsNeeded]

    @property
    def place(self) -> str:
        """Whose clock it is."""
        return zones.place(self.zone.key)

    @property
    def done(self) -> int:
        """Doses that something was told of."""
        return sum(line.intake is not None for line in self.lines)

    @property
    def taken(self) -> int:
        return sum(line.state in ("taken", "late") for line in self.lines)

    @property
    def moments(self) -> list[Moment]:
        """The doses of each time together."""
        together = groupby(self.lines, lambda line: line.dose.time)
        return [Moment(clock, list(lines)) for clock, lines in together]

    @property
    def pending(self) -> list[Moment]:
        """Of the moments, those with a dose that nothing was told of."""
        return [moment for moment in self.moments if not moment.is_told]

    @property
    def told(self) -> list[DoseLine]:
        """The doses of the other moments."""
        return [line for moment in self.moments if moment.is_told for line in moment.lines]

    @property
    def missed(self) -> list[DoseLine]:
        return [line for line in self.lines if line.state == "missed"]


@dataclass(frozen=True)
class Today(DayPlan):
    """`yesterday` is the day before; `ahead` the next dose on any later day."""

    yesterday: DayPlan
    ahead: DoseLine | None
    has_any: bool


def said_reason(stored: str) -> str:
    """A SkipReason in the language that is active; a patient's own words as they are."""
    return str(SkipReason(stored).label) if stored in SkipReason else stored


def is_tellable(dose: Dose, now: datetime) -> bool:
    """From EARLY before its time until DAYS_TO_TELL after it."""
    return dose.at - doses.EARLY <= now < _closes_at(dose)


def _closes_at(dose: Dose) -> datetime:
    return dose.at + timedelta(days=doses.DAYS_TO_TELL)
