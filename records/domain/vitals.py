"""Vital signs over time."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from accounts.models import User
from records.domain.fact_values import MEASURED
from records.models import VitalSigns

# As many points as a chart can show apart from each other; the table has all.
IN_CHART = 400
# What stands in one chart together.
_CHARTS: list[tuple[str, ...]] = [
    ("systolic", "diastolic"),
    ("pulse",),
    ("weight",),
    ("temperature",),
    ("oxygen",),
    ("glucose",),
    ("breaths",),
    ("height",),
]


@dataclass(frozen=True)
class Chart:
    """`series`: for each vital sign its name and its points, the oldest first."""

    series: list[tuple[str, list[tuple[datetime, float]]]]

    @property
    def name(self) -> str:
        return self.series[0][0]


def measured(patient: User, *, voided: bool = False) -> QuerySet[VitalSigns]:
    """The newest first, with who wrote them down."""
    rows = VitalSigns.objects.filter(patient=patient).select_related("recorded_by", "voided_by")
    return rows if voided else rows.filter(voided_at=None)


def charts(patient: User) -> list[Chart]:
    """Of each vital sign that was measured twice at least its newest values, in one query."""
    rows: list[Any] = list(
        VitalSigns.objects.filter(patient=patient, voided_at=None).values("measured_at", *MEASURED)[:IN_CHART]
    )
    rows.reverse()
    found = []
    for names in _CHARTS:
        series = [(name, _points(rows, name)) for name in names]
        series = [(name, points) for name, points in series if len(points) > 1]
        if series:
            found.append(Chart(series))
    return found


def body_mass_index(weight: Decimal | None, height: Decimal | None) -> Decimal | None:
    """kg/m² to one place; None without both."""
    if not weight or not height:
        return None
    return (weight / (height / 100) ** 2).quantize(Decimal("0.1"))


def _points(rows: list[Any], name: str) -> list[tuple[datetime, float]]:
    return [(row["measured_at"], float(row[name])) for row in rows if row[name] is not None]
