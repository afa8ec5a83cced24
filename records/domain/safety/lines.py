"""What is taken when and how much: a planned item together with its medicine, in numbers that can be reckoned with."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property

from .contents import Content, contents
from .facts import Knowledge, MedicineFacts, PlannedItem, Subject
from .substances import every_code, is_in, normal

# Doses on the fullest day of each frequency (records.enums.Frequency); None: as often as needed.
DOSES_A_DAY: dict[str, int | None] = {
    "once": 1, "od": 1, "hs": 1, "bd": 2, "tds": 3, "qid": 4, "q6h": 4, "q8h": 3, "q12h": 2,
    "eod": 1, "weekly": 1, "monthly": 1, "prn": None,
}  # fmt: skip
# Beyond this nothing is prescribed; it also keeps the arithmetic in bounds.
MOST = Decimal(10) ** 12
LOCAL_ROUTES = frozenset({"inhaled", "nasal", "eye", "ear", "skin", "vaginal"})
# Of these so little comes into the body that age and pregnancy seldom matter.
OUTER_ROUTES = frozenset({"eye", "ear", "skin", "nasal"})


def codes_of(medicine: MedicineFacts) -> frozenset[str]:
    """The code of a medicine and those of all that is in it; empty when none is known."""
    return frozenset({normal(medicine.atc), *(content.code for content in contents(medicine))} - {""})


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

    @cached_property
    def contents(self) -> tuple[Content, ...]:
        return contents(self.medicine)

    @property
    def is_combination(self) -> bool:
        """Of several substances, even where not all of them are known."""
        return len(self.contents) > 1 or " + " in self.medicine.generic

    @cached_property
    def substances(self) -> tuple[str, ...]:
        return tuple(content.code for content in self.contents if content.code)

    @cached_property
    def codes(self) -> frozenset[str]:
        """The medicine's code and those of all that is in it."""
        return codes_of(self.medicine)

    @cached_property
    def _in_the_body(self) -> frozenset[str]:
        return every_code(self.codes)

    @cached_property
    def _anywhere(self) -> frozenset[str]:
        return every_code(self.codes, on_the_spot=True)

    def is_in(self, group: str, *, on_the_spot: bool = False) -> bool:
        """It is, or contains, something of this group (an ATC code or the beginning of one); on the spot: also what is
        used locally under another code."""
        return is_in(self._anywhere if on_the_spot else self._in_the_body, group)

    def is_any(self, groups: Iterable[str], *, on_the_spot: bool = False) -> bool:
        return any(self.is_in(group, on_the_spot=on_the_spot) for group in groups)

    @property
    def who(self) -> str:
        """What the medicine is called in keys: the same for each product of a substance."""
        return (self.medicine.atc or self.medicine.generic or self.medicine.id).strip().lower()[:40]

    @property
    def doses_a_day(self) -> int | None:
        """The most on one day; None: nobody said."""
        usual = DOSES_A_DAY.get(self.item.frequency)
        return max(len(self.item.times), usual or 0) or None

    @cached_property
    def at_once(self) -> dict[str, Decimal]:
        """mg of each substance in one dose, where they are known; one without a code stands under its name."""
        dose = number(self.item.dose)
        return {
            content.code or self.who: min(dose * strength, MOST)
            for content in self.contents
            if dose is not None and (strength := number(content.mg)) is not None
        }

    @cached_property
    def in_a_day(self) -> dict[str, Decimal]:
        """On the fullest day. As needed without a limit: at least one dose is taken."""
        return {code: mg * (self.doses_a_day or 1) for code, mg in self.at_once.items()}

    @property
    def is_local(self) -> bool:
        """Used on the spot; in the body it counts for little."""
        return self.item.route in LOCAL_ROUTES

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
