"""Storing what was typed into a report: everything is checked first, and nothing is stored while one cell is wrong."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from clinic.core.errors import Invalid
from records.models import LabPanel, LabReport, LabResult

from . import grid
from .grid import Cell

# A clock that is a little ahead is no reason to refuse.
CLOCK_LEEWAY = timedelta(minutes=10)
MOST_ROWS = 150
# As the columns of LabReport.
TITLE_MAX_LENGTH = 120
LABORATORY_MAX_LENGTH = 120
COMMENT_MAX_LENGTH = 1000


@dataclass(frozen=True)
class Details:
    """The head of a report. `panel`: the one it was entered from, if it was one."""

    collected_at: datetime
    title: str = ""
    laboratory: str = ""
    comment: str = ""
    panel: LabPanel | None = None


def checked(
    patient: User, details: Details, values: Mapping[UUID, str]
) -> tuple[dict[str, Any], Sequence[Cell]]:
    """The fields of the report and its cells with a result. Raises Invalid with everything that is wrong."""
    wrong: dict[str, list[str]] = {}
    person = grid.person_of(patient)
    collected = details.collected_at
    if collected > timezone.now() + CLOCK_LEEWAY:
        wrong["collected_at"] = [_("The sample can't have been taken in the future.")]
    elif person.born and timezone.localdate(collected) < person.born:
        wrong["collected_at"] = [_("That is before the patient was born.")]
    head: dict[str, Any] = {"collected_at": collected, "panel": details.panel}
    title = details.title.strip() or (details.panel.name if details.panel else "")
    for name, value, least, limit in (
        ("title", title, 1, TITLE_MAX_LENGTH),
        ("laboratory", details.laboratory.strip(), 0, LABORATORY_MAX_LENGTH),
        ("comment", details.comment.replace("\r\n", "\n").strip(), 0, COMMENT_MAX_LENGTH),
    ):
        if len(value) < least:
            wrong[name] = [_("Give the report a title.")]
        elif len(value) > limit:
            wrong[name] = [_("At most %(limit)s characters, please.") % {"limit": limit}]
        elif "\x00" in value or any("\ud800" <= sign <= "\udfff" for sign in value):
            wrong[name] = [_("This contains characters that can't be stored.")]
        head[name] = value
    if len(values) > MOST_ROWS:
        raise Invalid(_("At most %(limit)s rows in one report, please.") % {"limit": MOST_ROWS})
    parameters = grid.with_ranges(values)
    if len(parameters) != len(values):
        raise Invalid(fields={"results": [_("There is a parameter here that the catalogue does not know.")]})
    cells = grid.cells(parameters, values, person, collected)
    for cell in cells:
        if cell.error:
            wrong[f"value-{cell.parameter.pk}"] = [cell.error]
    if wrong:
        raise Invalid(_("Nothing is saved yet: please look at what is marked."), fields=wrong)
    return head, [cell for cell in cells if cell.reading is not None]


def store(report: LabReport, cells: Sequence[Cell]) -> None:
    """The results of a draft, in the place of those it had. Call it inside the transaction that holds the report."""
    report.results.all().delete()  # type: ignore[attr-defined]
    LabResult.objects.bulk_create(
        _result(report, cell, position) for position, cell in enumerate(cells, start=1)
    )


def copy_results(old: LabReport, new: LabReport) -> None:
    """The same results, ranges and flags in another report."""
    rows = list(old.results.all())  # type: ignore[attr-defined]
    LabResult.objects.bulk_create(
        LabResult(report=new, **{name: getattr(row, name) for name in _COPIED}) for row in rows
    )


_COPIED = (
    "parameter_id", "position", "comparator", "value", "text", "unit", "low", "high", "critical_low", "critical_high",
    "flag",
)  # fmt: skip


def _result(report: LabReport, cell: Cell, position: int) -> LabResult:
    assert cell.reading is not None
    limits = cell.limits
    return LabResult(
        report=report,
        parameter=cell.parameter,
        position=position,
        comparator=cell.reading.comparator,
        value=cell.reading.value,
        text=cell.reading.text,
        unit=cell.parameter.unit,
        low=limits.low if limits else None,
        high=limits.high if limits else None,
        critical_low=limits.critical_low if limits else None,
        critical_high=limits.critical_high if limits else None,
        flag=cell.flag,
    )
