"""What is taken when and how much: a planned item together with its medicine, in numbers that can be reckoned with."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from .facts import Knowledge, MedicineFacts, PlannedItem, Subject
from .substances import substances

# Doses on the fullest day of each frequency (records.enums.Frequency); None: as often as needed.
DOSES_A_DAY: dict[str, int | None] = {
    "once": 1, "od": 1, "hs": 1, "bd": 2, "tds": 3, "qid": 4, "q6h": 4, "q8h": 3, "q12h": 2,
    "eod": 1, "weekly": 1, "monthly": 1, "prn": None,
}  # fmt: skip
# Beyond this nothing is prescribed; it also keeps the arithmetic in bounds.
MOST = Decimal(10) ** 12


def number(value: Decimal | None) -> Decimal | None:
    """A number above zero that can be reckoned with; anything else counts as unknown. Above MOST it is MOST."""
    if value is None or value.is_nan() or value <= 0:
        return None
    return min(value, MOST)


@dataclass(frozen=True)
class Line:
    """`running`: taken already, not being prescribed now. `last` None: until further notice."""

    item: PlannedItem
    medicine: MedicineFacts
    running: bool
    first: date
    last: date | None

    @property
    def substances(self) -> tuple[str, ...]:
        return substances(self.medicine.atc)

    @property
    def who(self) -> str:
        """What the medicine is called in keys: the same for each product of a substance."""
        return (self.medicine.atc or self.medicine.generic or self.medicine.id).strip().lower()[:40]

    @property
    def doses_a_day(self) -> int | None:
        """The most on one day; None: nobody said."""
        usual = DOSES_A_DAY.get(self.item.frequency)
        return max(len(self.item.times), usual or 0) or None

    @property
    def mg_a_dose(self) -> Decimal | None:
        dose, strength = number(self.item.dose), number(self.medicine.strength_mg)
        return None if dose is None or strength is None else min(dose * strength, MOST)

    @property
    def mg_a_day(self) -> Decimal | None:
        """On the fullest day. As needed without a limit: at least one dose is taken."""
        dose = self.mg_a_dose
        return None if dose is None else dose * (self.doses_a_day or 1)

    def meets(self, other: "Line") -> bool:
        """Both are taken on some day: steps of a tapering course follow each other and do not meet."""
        return (self.last is None or other.first <= self.last) and (
            other.last is None or self.first <= other.last
        )


def lines_of(subject: Subject, items: Sequence[PlannedItem], knowledge: Knowledge) -> list[Line]:
    """The new items and the running ones, of medicines that are known."""

    def lines(which: Iterable[PlannedItem], running: bool) -> list[Line]:
        return [
            _line(item, medicine, running, subject.today)
            for item in which
            if (medicine := knowledge.medicines.get(item.medicine_id))
        ]

    return [*lines(items, False), *lines(subject.taking, True)]


def _line(item: PlannedItem, medicine: MedicineFacts, running: bool, today: date) -> Line:
    first = item.starts_on or today
    days = 1 if item.frequency == "once" and item.days is None else item.days
    last = None
    if days is not None:
        try:
            last = first + timedelta(days=max(days, 1) - 1)
        except OverflowError:
            last = None
    return Line(item, medicine, running, first, last)


def pairs(lines: Sequence[Line]) -> Iterable[tuple[Line, Line]]:
    """Each two lines that meet in time, a new one first, at least one of them new."""
    for index, one in enumerate(lines):
        for other in lines[index + 1 :]:
            if not (one.running and other.running) and one.meets(other):
                yield (other, one) if one.running else (one, other)
