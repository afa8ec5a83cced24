"""The laboratory's catalogue as the portal brings it along (records/data/lab_*.csv): common parameters with LOINC and
UCUM codes, ranges with their sources, panels. A beginning, not a standard: every laboratory has ranges of its own."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from django.conf import settings
from django.db import transaction

from records.models import LabPanel, LabParameter, PanelParameter, ReferenceRange

FOLDER: Path = Path(settings.BASE_DIR) / "records" / "data"


@dataclass
class Loaded:
    """How many were added."""

    parameters: int = 0
    ranges: int = 0
    panels: int = 0

    def __str__(self) -> str:
        return f"added: parameters {self.parameters}, ranges {self.ranges}, panels {self.panels}"


@transaction.atomic
def load() -> Loaded:
    """Add what is missing, by name. What is there stays as it is, for management may have changed it: a parameter
    that exists gets no ranges, a panel that exists no rows."""
    done = Loaded()
    there = set(LabParameter.objects.values_list("name", flat=True))
    ranges: dict[str, list[dict[str, str]]] = {}
    for row in _rows("lab_ranges.csv"):
        ranges.setdefault(row["parameter"], []).append(row)
    by_short: dict[str, LabParameter] = {
        parameter.short_name: parameter for parameter in LabParameter.objects.exclude(short_name="")
    }
    for row in _rows("lab_parameters.csv"):
        if row["name"] in there:
            continue
        parameter = LabParameter.objects.create(
            name=row["name"],
            short_name=row["short_name"],
            loinc=row["loinc"],
            kind=row["kind"],
            unit=row["unit"],
            decimals=int(row["decimals"]),
            possible_low=_number(row["possible_low"]),
            possible_high=_number(row["possible_high"]),
            choices=row["choices"].split("|") if row["choices"] else [],
        )
        by_short.setdefault(parameter.short_name, parameter)
        made = ReferenceRange.objects.bulk_create(
            _range(parameter, limits) for limits in ranges.get(row["short_name"], ())
        )
        done.parameters += 1
        done.ranges += len(made)
    for row in _rows("lab_panels.csv"):
        panel, is_new = LabPanel.objects.get_or_create(name=row["name"], defaults={"loinc": row["loinc"]})
        if is_new:
            shorts = [short for short in row["parameters"].split("|") if short in by_short]
            PanelParameter.objects.bulk_create(
                PanelParameter(panel=panel, parameter=by_short[short], position=number)
                for number, short in enumerate(shorts, start=1)
            )
            done.panels += 1
    return done


def _range(parameter: LabParameter, row: dict[str, str]) -> ReferenceRange:
    return ReferenceRange(
        parameter=parameter,
        gender=row["gender"],
        age_from_days=int(row["age_from_days"]),
        age_to_days=int(row["age_to_days"]),
        low=_number(row["low"]),
        high=_number(row["high"]),
        critical_low=_number(row["critical_low"]),
        critical_high=_number(row["critical_high"]),
        source=row["source"],
    )


def _number(text: str) -> Decimal | None:
    return Decimal(text) if text else None


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (FOLDER / name).open(newline="", encoding="utf-8") as file:
        yield from csv.DictReader(file)
