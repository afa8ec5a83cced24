"""What a figure is shown as: cells, tables of them, and cards of the whole period."""

from dataclasses import dataclass, field
from typing import Any

from django.utils.formats import number_format

from clinic.core import money

from .sources import own_currency

_PLACES = {"count": 0, "minutes": 0, "stars": 1, "share": 1, "percent": 0}


@dataclass(frozen=True)
class Cell:
    """`kind`: text, count, money, share (of a hundred), percent (a share known to whole ones), minutes or stars.
    `url` leads to the rows behind it."""

    value: Any
    kind: str
    url: str = ""

    @property
    def shown(self) -> str:
        if self.value is None:
            return "–"
        if self.kind == "text":
            return str(self.value)
        if self.kind == "money":
            currency = own_currency()
            value, places = money.rounded(self.value, currency), money.places(currency)
        else:
            places = _PLACES[self.kind]
            value = round(self.value, places)
        return str(number_format(value, places, force_grouping=True))

    @property
    def stored(self) -> Any:
        """For a spreadsheet: a number it can reckon with."""
        return round(self.value, 2) if isinstance(self.value, float) else self.value


@dataclass
class Table:
    key: str
    title: str
    header: list[tuple[str, str]]
    rows: list[list[Cell]]
    total: list[Cell] = field(default_factory=list)
    note: str = ""
    chart: dict[str, Any] | None = None

    @property
    def chart_id(self) -> str:
        return f"{self.key}-data"


@dataclass(frozen=True)
class Card:
    """A figure of the whole period, the same of the period before, and how they differ."""

    label: str
    cell: Cell
    before: Cell
    # What is better: more (1), less (-1), or neither.
    better: int = 0

    @property
    def change(self) -> str:
        """In per cent, of shares in points; empty where there is nothing to compare with."""
        now, then = self.cell.value, self.before.value
        if now is None or then is None:
            return ""
        if self.cell.kind in ("share", "percent", "stars", "minutes"):
            places = 0 if self.cell.kind == "percent" else 1
            by = round(now - then, places)
            return f"{'+' if by > 0 else ''}{number_format(by, places)}"
        if not then:
            return ""
        percent = round(float((now - then) / then) * 100)
        return f"{'+' if percent > 0 else ''}{number_format(percent, 0, force_grouping=True)} %"

    @property
    def tone(self) -> str:
        now, then = self.cell.value, self.before.value
        if not self.better or now is None or then is None or now == then:
            return ""
        return "success" if (now > then) == (self.better > 0) else "warning"
