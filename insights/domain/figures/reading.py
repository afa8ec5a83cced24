"""The figures of a period: from the roll-ups, and for the days that are marked from the tables themselves, so that a
number is right the moment after it has changed. Where too many days are marked (before the first sweep of a database
that was in use) everything is read raw: slower, never wrong.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field, fields
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import F, Sum
from django.db.models.functions import Trunc

from billing.enums import PaymentMethod
from insights.models import DoseFigures
from records.domain.adherence import Share

from . import marks, periods
from .periods import By, Period
from .sources import AMOUNTS, Narrowing, Raw, Rolled, Row, own_currency

# So many marked days are read raw beside the roll-ups; from more on everything is.
MOST_RAW_DAYS = 45
_DOSES = ("on_time", "late", "skipped", "missed")


@dataclass
class Figures:
    """Sums, and what follows from them. A share is None where there is nothing to take it of."""

    booked: int = 0
    completed: int = 0
    no_show: int = 0
    cancelled: int = 0
    declined: int = 0
    expired: int = 0
    waited: int = 0
    waited_seconds: int = 0
    measured: int = 0
    measured_seconds: int = 0
    charged: Decimal = Decimal(0)
    covered: Decimal = Decimal(0)
    co_payment: Decimal = Decimal(0)
    shortfall: Decimal = Decimal(0)
    payments: int = 0
    received: Decimal = Decimal(0)
    refunds: int = 0
    refunded: Decimal = Decimal(0)
    answers: int = 0
    overall: int = 0
    recommending: int = 0

    def add(self, row: Row) -> None:
        for name in _NAMES & row.keys():
            setattr(self, name, getattr(self, name) + row[name])

    @property
    def called_off(self) -> int:
        return self.cancelled + self.declined

    @property
    def open(self) -> int:
        """Still ahead or under way."""
        return self.booked - self.completed - self.no_show - self.called_off - self.expired

    @property
    def completion(self) -> float | None:
        """Of the visits whose end is known those that took place. A hold that was never paid was no visit."""
        return _share(self.completed, self.completed + self.no_show + self.called_off)

    @property
    def missing(self) -> float | None:
        """Of the visits that nobody called off those to which the patient did not come."""
        return _share(self.no_show, self.completed + self.no_show)

    @property
    def waiting(self) -> float | None:
        """Mean minutes from check-in to the beginning."""
        return self.waited_seconds / 60 / self.waited if self.waited else None

    @property
    def lasting(self) -> float | None:
        """Mean minutes of a visit."""
        return self.measured_seconds / 60 / self.measured if self.measured else None

    @property
    def net(self) -> Decimal:
        return self.received - self.refunded

    @property
    def cover(self) -> float | None:
        """Of what completed visits cost the part that the medical aid covers."""
        return _share(self.covered, self.charged)

    @property
    def stars(self) -> float | None:
        return self.overall / self.answers if self.answers else None

    @property
    def recommend(self) -> float | None:
        return _share(self.recommending, self.answers)


_NAMES = {each.name for each in fields(Figures)}
Key = TypeVar("Key", bound=Hashable)


@dataclass
class Found:
    """The figures of one period. Its pieces say nothing of cover and shortfall. `methods`: money by the way it came;
    the others leave credit out, which is money that was counted when it came first."""

    period: Period
    by: By
    # Too much is marked: nothing came from the roll-ups.
    is_raw: bool = False
    total: Figures = field(default_factory=Figures)
    pieces: dict[Period, Figures] = field(default_factory=dict)
    doctors: dict[UUID, Figures] = field(default_factory=dict)
    services: dict[UUID, Figures] = field(default_factory=dict)
    modes: dict[str, Figures] = field(default_factory=dict)
    methods: dict[str, Figures] = field(default_factory=dict)
    doses: Share = field(default_factory=Share)
    dose_pieces: dict[Period, Share] = field(default_factory=dict)
    dose_doctors: dict[UUID, Share] = field(default_factory=dict)


def find(period: Period, narrowing: Narrowing, *, by: By, in_pieces: bool = True) -> Found:
    """A bounded number of queries, whatever the period: one for the marks, three for the roll-ups and two for doses,
    three more for the pieces, and as many again when something is marked. Not `in_pieces`: only the totals."""
    found = Found(period, by)
    bucket = "day" if by == By.WEEK else by.value
    found.pieces = {piece: Figures() for piece in periods.pieces(period, by)} if in_pieces else {}
    starts = {periods.begin(piece.first, by): piece for piece in found.pieces}
    groups: dict[str, Any] = {name: defaultdict(Figures) for name in ("doctor", "service", "mode", "method")}
    sources = _sources(period, narrowing)
    found.is_raw = not isinstance(sources[0], Rolled)
    for source in sources:
        dimensions = ("doctor", "service", "mode") if in_pieces else ()
        for row in _own(source.visits(*dimensions, "currency")):
            _add(row, found.total, groups)
        for row in _own(source.money(*dimensions, "currency", "method")):
            groups["method"][row["method"]].add(row)
            if row["method"] != PaymentMethod.CREDIT:
                _add(row, found.total, groups)
        for row in source.feedback(*dimensions):
            _add(row, found.total, groups)
        if not in_pieces:
            continue
        rows = source.visits("bucket", bucket=bucket)
        money = _own(source.money("bucket", "currency", "method", bucket=bucket))
        rows += [row for row in money if row["method"] != PaymentMethod.CREDIT]
        for row in rows + source.feedback("bucket", bucket=bucket):
            found.pieces[starts[periods.begin(_day(row["bucket"]), by)]].add(row)
    found.doctors, found.services = dict(groups["doctor"]), dict(groups["service"])
    found.modes, found.methods = dict(groups["mode"]), dict(groups["method"])
    _find_doses(found, narrowing, bucket, starts)
    return found


def _sources(period: Period, narrowing: Narrowing) -> list[Raw | Rolled]:
    marked = marks.marked(period, most=MOST_RAW_DAYS + 1)
    if len(marked) > MOST_RAW_DAYS:
        return [Raw([period], narrowing)]
    rolled = Rolled(period, marked, narrowing)
    return [rolled, Raw(periods.spans(marked), narrowing)] if marked else [rolled]


def _own(rows: Iterable[Row]) -> list[Row]:
    """Amounts of another currency are left out; the visits they belong to are not."""
    for row in rows:
        if row["currency"] != own_currency():
            for name in (*AMOUNTS, "received", "refunded", "payments", "refunds"):
                row.pop(name, None)
    return list(rows)


def _add(row: Row, total: Figures, groups: dict[str, Any]) -> None:
    total.add(row)
    for name in ("doctor", "service", "mode"):
        if name in row:
            groups[name][row[name]].add(row)


def _find_doses(found: Found, narrowing: Narrowing, bucket: str, starts: dict[date, Period]) -> None:
    """By prescriber and day only: a dose has no service and no mode."""
    rows = DoseFigures.objects.filter(day__gte=found.period.first, day__lte=found.period.last)
    if narrowing.doctor:
        rows = rows.filter(doctor=narrowing.doctor)
    sums: dict[str, Any] = {f"sum_{name}": Sum(name) for name in _DOSES}
    for row in rows.order_by().values("doctor").annotate(**sums):
        found.dose_doctors[row["doctor"]] = _doses(row)
    found.doses = sum(found.dose_doctors.values(), Share())
    if not found.pieces:
        return
    found.dose_pieces = dict.fromkeys(found.pieces, Share())
    at = F("day") if bucket == "day" else Trunc("day", bucket)
    for row in rows.order_by().annotate(bucket=at).values("bucket").annotate(**sums):
        piece = starts[periods.begin(_day(row["bucket"]), found.by)]
        found.dose_pieces[piece] += _doses(row)


def _doses(row: Row) -> Share:
    return Share(*(row[f"sum_{name}"] or 0 for name in _DOSES))


def _day(value: Any) -> date:
    return value.date() if hasattr(value, "date") else value


def _share(part: Decimal | int, whole: Decimal | int) -> float | None:
    return float(part) / float(whole) * 100 if whole else None
