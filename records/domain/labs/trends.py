"""The course of one parameter over time, and the latest of each: as plain values for a table and a chart."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import F, Window
from django.db.models.functions import RowNumber

from accounts.models import User
from records.enums import ResultFlag
from records.models import LabParameter, LabResult

from . import flags, queries, units, words
from .parse import shown

MOST_POINTS = 300


@dataclass(frozen=True)
class Row:
    """One result, in words."""

    result: LabResult

    @property
    def at(self) -> datetime:
        return self.result.report.collected_at

    @property
    def said(self) -> str:
        return value_words(self.result)

    @property
    def unit(self) -> str:
        return units.shown(self.result.unit)

    @property
    def range(self) -> str:
        return range_of(self.result)

    @property
    def flag(self) -> str:
        return self.result.flag

    @property
    def flag_label(self) -> str:
        return str(ResultFlag(self.result.flag).label) if self.result.flag else ""

    @property
    def is_off(self) -> bool:
        return self.result.flag not in ("", "normal")

    @property
    def is_critical(self) -> bool:
        return flags.is_critical(self.result.flag)

    @property
    def name(self) -> str:
        return self.result.parameter.name


@dataclass(frozen=True)
class Latest:
    """The latest result of a parameter, and the one before it."""

    row: Row
    before: Row | None

    @property
    def change(self) -> str:
        """ "up", "down", "same", or nothing where the two can't be compared."""
        new, old = self.row.result, self.before.result if self.before else None
        if old is None or new.value is None or old.value is None or new.unit != old.unit:
            return ""
        if new.comparator or old.comparator:
            return ""
        return "up" if new.value > old.value else "down" if new.value < old.value else "same"


def value_words(result: LabResult) -> str:
    if result.value is None:
        return result.text
    return shown(result.comparator, result.value, result.parameter.decimals)


def range_of(result: LabResult) -> str:
    """As it was when the result was entered."""
    if result.parameter.kind == "choice":
        return str(result.parameter.choices[0]) if result.parameter.choices else ""
    return words.between(result.low, result.high, result.parameter.decimals)


def course(user: User, patient: User, parameter: LabParameter) -> list[Row]:
    """The latest first, MOST_POINTS at most. One query."""
    found = queries.current_results(user, patient).filter(parameter=parameter)
    return [Row(result) for result in found[:MOST_POINTS]]


def chart(rows: list[Row], parameter: LabParameter) -> dict[str, Any] | None:
    """For js/charts.js: the numbers, the oldest first; None where there are fewer than two of them. What was measured
    in another unit (the catalogue has changed since) stands in the table alone."""
    points = [
        {
            "at": row.at.isoformat(),
            "value": float(row.result.value),
            "low": float(row.result.low) if row.result.low is not None else None,
            "high": float(row.result.high) if row.result.high is not None else None,
            "label": row.said,
            "bad": row.is_off,
        }
        for row in reversed(rows)
        if row.result.value is not None and row.result.unit == parameter.unit
    ]
    return {"unit": units.shown(parameter.unit), "points": points} if len(points) > 1 else None


def latest(user: User, patient: User) -> list[Latest]:
    """The latest of each parameter, what is off first, then by name. One query, that brings two results of each."""
    newest = Window(
        RowNumber(),
        partition_by="parameter",
        order_by=[F("report__collected_at").desc(), F("report__created_at").desc(), F("position").asc()],
    )
    by_parameter: dict[UUID, list[LabResult]] = {}
    for result in queries.current_results(user, patient).annotate(newest=newest).filter(newest__lte=2):
        by_parameter.setdefault(result.parameter_id, []).append(result)
    found = [
        Latest(Row(results[0]), Row(results[1]) if len(results) > 1 else None)
        for results in by_parameter.values()
    ]
    return sorted(found, key=lambda one: (not one.row.is_critical, not one.row.is_off, one.row.name))
