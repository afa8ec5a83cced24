"""What taking in a table would do, row by row. It reads the catalogue in one query and writes nothing."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from clinic.core.errors import Invalid
from records.models import Medicine, PrescriptionItem

from . import columns
from .catalogue import changes, identity_refusal
from .values import FIELDS, IDENTITY, clean
from .words import key_of

NEW, CHANGED, SAME, WRONG = "new", "changed", "same", "wrong"


@dataclass
class RowPlan:
    """`number` as the spreadsheet shows it. `what`: (field, before, after) of a changed one, (field, sentence) of a
    wrong one."""

    number: int
    state: str
    title: str
    medicine: Medicine | None = None
    what: list[tuple[str, ...]] = field(default_factory=list)

    @property
    def sentence(self) -> str:
        """What is wrong, in one line."""
        return " ".join(f"{columns.LABELS[name]}: {said}" if name else said for name, said in self.what)


@dataclass
class Plan:
    rows: list[RowPlan]
    # Titles of columns that nobody knows.
    unknown: list[str]

    def of(self, state: str) -> list[RowPlan]:
        return [row for row in self.rows if row.state == state]

    @property
    def counts(self) -> Counter[str]:
        return Counter(row.state for row in self.rows)


def plan(table: Sequence[tuple[int, list[str]]]) -> Plan:
    """The first row of the table names the columns. A product is known by its key; the second row of one product is
    wrong. Raises Invalid (`file`) when the columns can't be read."""
    if len(table) < 2:
        text = _(
            "There are no medicines in this file: a first row with the columns' names, then one row for each."
        )
        raise Invalid(text, fields={"file": [text]})
    header = table[0][1]
    places = columns.of(header)
    known = {medicine.key: medicine for medicine in Medicine.objects.all()}
    prescribed = set(PrescriptionItem.objects.values_list("medicine_id", flat=True).distinct())
    seen: dict[str, int] = {}
    rows = [
        _row(number, columns.values(cells, places), known, prescribed, seen) for number, cells in table[1:]
    ]
    unknown = [title for place, title in enumerate(header) if title and place not in places.values()]
    return Plan(rows, unknown)


def _row(
    number: int, said: dict[str, str], known: dict[str, Medicine], prescribed: set[Any], seen: dict[str, int]
) -> RowPlan:
    names = tuple(said.get(name, "") for name in ("generic", "brand", "form", "strength"))
    title = " ".join(name for name in names if name) or "–"
    key = key_of(*names)
    stored = known.get(key)
    if key in seen and all((names[0], names[2], names[3])):
        text = _("This is the same product as row %(row)s.") % {"row": seen[key]}
        return RowPlan(number, WRONG, title, what=[("", text)])
    seen[key] = number
    before = {name: getattr(stored, name) for name in FIELDS} if stored else None
    if stored:
        # The same name in another spelling is no change.
        said = {
            name: value
            for name, value in said.items()
            if name not in ("generic", "brand", "form", "strength")
        }
    try:
        cleaned = clean(said, before)
    except Invalid as refused:
        what = [(name, " ".join(texts)) for name, texts in refused.fields.items()]
        return RowPlan(number, WRONG, title, what=list(what) or [("", refused.detail)])
    if stored is None:
        return RowPlan(number, NEW, title, medicine=Medicine(**cleaned))
    changed = changes(stored, cleaned)
    if not changed:
        return RowPlan(number, SAME, title, medicine=stored)
    for name in IDENTITY:
        if name in changed and stored.pk in prescribed:
            return RowPlan(number, WRONG, title, what=[(name, identity_refusal())])
    differs = [(name, shown(name, getattr(stored, name)), shown(name, cleaned[name])) for name in changed]
    for name in (*FIELDS, "search_text"):
        setattr(stored, name, cleaned[name])
    return RowPlan(number, CHANGED, title, medicine=stored, what=list(differs))


def shown(name: str, value: Any) -> str:
    """A value as people read it."""
    if value in (None, "", []):
        return "–"
    if name == "routes":
        return ", ".join(value)
    if name in ("strength_mg", "max_daily_mg", "max_daily_mg_per_kg"):
        return f"{value.normalize():f}"
    return str(value)
