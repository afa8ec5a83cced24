"""The grid of one report: what was typed into each cell, what it means, and what is wrong with it. Writes nothing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Prefetch
from django.utils import timezone

from accounts.models import User
from records.enums import ResultFlag
from records.models import LabPanel, LabParameter, LabResult, PanelParameter, ReferenceRange

from . import flags, units, words
from .flags import Limits
from .parse import Reading, Refused, Spec, parse, shown


@dataclass(frozen=True)
class Person:
    """What ranges depend on."""

    gender: str
    born: date | None


@dataclass(frozen=True)
class Cell:
    """One row of the grid. `error` is in words; an empty cell has neither reading nor error."""

    parameter: LabParameter
    typed: str
    limits: Limits | None
    reading: Reading | None = None
    flag: str = ""
    error: str = ""

    @property
    def unit(self) -> str:
        return units.shown(self.parameter.unit)

    @property
    def range(self) -> str:
        if self.parameter.kind == "choice":
            return str(self.parameter.choices[0]) if self.parameter.choices else ""
        return words.range_words(self.limits, self.parameter.decimals)

    @property
    def flag_label(self) -> str:
        return str(ResultFlag(self.flag).label) if self.flag else ""

    @property
    def is_critical(self) -> bool:
        return flags.is_critical(self.flag)


def person_of(patient: User) -> Person:
    profile = getattr(patient, "patient_profile", None)
    return Person(gender=profile.gender if profile else "", born=profile.date_of_birth if profile else None)


def parameters_of(panels: Iterable[UUID]) -> list[LabParameter]:
    """The parameters of these panels that are in use, each once, in the order of panels and rows."""
    wanted = list(panels)
    rows = PanelParameter.objects.filter(panel__in=wanted, parameter__is_active=True).order_by("position")
    by_panel: dict[UUID, list[UUID]] = {}
    for panel, parameter in rows.values_list("panel", "parameter"):
        by_panel.setdefault(panel, []).append(parameter)
    ids = dict.fromkeys(pk for panel in wanted for pk in by_panel.get(panel, []))
    return with_ranges(ids)


def with_ranges(ids: Iterable[UUID]) -> list[LabParameter]:
    """These parameters with their ranges, in this order; unknown ids are left out. Two queries."""
    wanted = list(dict.fromkeys(ids))
    found = {
        parameter.pk: parameter
        for parameter in LabParameter.objects.filter(pk__in=wanted).prefetch_related(
            Prefetch("ranges", ReferenceRange.objects.order_by("age_from_days"))
        )
    }
    return [found[pk] for pk in wanted if pk in found]


def panels_in_use() -> list[LabPanel]:
    return list(LabPanel.objects.filter(is_active=True).order_by("name"))


def cells(
    parameters: Sequence[LabParameter], typed: Mapping[UUID, str], person: Person, at: datetime
) -> list[Cell]:
    """Every row as it is typed, read and flagged for this person on the day of the sample."""
    age = flags.age_in_days(person.born, timezone.localdate(at))
    return [_cell(parameter, typed.get(parameter.pk, ""), person.gender, age) for parameter in parameters]


def typed_as(result: LabResult) -> str:
    """What to put into the cell to get this result again."""
    if result.value is None:
        return result.text
    return (result.comparator or "") + shown("", result.value, 0)


def _cell(parameter: LabParameter, typed: str, gender: str, age: int | None) -> Cell:
    limits = flags.fitting(
        (
            Limits(
                low=row.low,
                high=row.high,
                critical_low=row.critical_low,
                critical_high=row.critical_high,
                gender=row.gender,
                age_from=row.age_from_days,
                age_to=row.age_to_days,
            )
            for row in parameter.ranges.all()  # type: ignore[attr-defined]
        ),
        gender=gender,
        age=age,
    )
    spec = Spec(
        kind=parameter.kind,
        unit=parameter.unit,
        possible_low=parameter.possible_low,
        possible_high=parameter.possible_high,
        choices=tuple(str(choice) for choice in parameter.choices),
    )
    try:
        reading = parse(typed, spec)
    except Refused as refused:
        return Cell(parameter, typed, limits, error=words.refusal(refused))
    if reading is None:
        return Cell(parameter, "", limits)
    normal = spec.choices[0] if spec.kind == "choice" and spec.choices else None
    flag = flags.flag_of(reading, limits, possible_low=parameter.possible_low, normal=normal)
    return Cell(parameter, typed, limits, reading=reading, flag=flag)
