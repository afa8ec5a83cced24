"""How a file would be read, before it is: the suggested mapping, and the first rows as they come out."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.conf import settings

from billing.models import Statement

from . import files, importing
from . import rows as reading
from .layouts import BUILT_IN, Layout, Mapping, find_headings, recognise, saved

READ = 1000
SHOWN = 12


@dataclass(frozen=True)
class Preview:
    """`columns`: what stands above each column, with a value of it; `shown` the first rows, and `more` those further
    down that can't be read; `found` what was read of the first READ, `whole` whether that is all."""

    columns: list[str]
    shown: list[reading.Credit | reading.Problem | int]
    more: list[reading.Problem]
    found: reading.Reading
    whole: bool


def layouts() -> list[Layout]:
    """The clinic's own first."""
    return [*saved(), *BUILT_IN]


def suggest(
    statement: Statement, *, layout: str = "", encoding: str = "", delimiter: str = ""
) -> tuple[Layout, Mapping]:
    """The layout that fits best (or that of this key), and the mapping by it. Raises Invalid."""
    content = importing.content_of(statement)
    encoding = encoding or files.guess_encoding(content)
    text = files.text_of(content, encoding)
    delimiter = delimiter or files.guess_delimiter(text)
    rows = files.rows_of(text, delimiter, most=READ)
    known = layouts()
    wanted = [one for one in known if one.key == layout]
    chosen, at, columns = recognise(rows, wanted or known)
    return chosen, Mapping(encoding, delimiter, at, chosen.date_format, chosen.decimal_mark, columns)


def with_headings(statement: Statement, layout: Layout, mapping: Mapping) -> Mapping:
    """`mapping` with the columns that `layout` knows, in the row of headings that it names. Raises Invalid."""
    rows = importing.rows_in(statement, mapping, most=READ)
    at = mapping.heading_row
    found = find_headings(rows[at - 1 : at], layout) if at else None
    return replace(mapping, columns=found[1] if found else {})


def show(statement: Statement, mapping: Mapping) -> Preview:
    """Raises Invalid (`encoding`, `delimiter`)."""
    rows = importing.rows_in(statement, mapping, most=READ + mapping.heading_row)
    options = {"currency": settings.CLINIC_CURRENCY, "last": importing.last_day()}
    is_mapped = "booked_on" in mapping.columns and {"amount", "credit"} & set(mapping.columns)
    if is_mapped:
        every = list(reading.each(rows, mapping, **options))  # type: ignore[arg-type]
        found = reading.sorted_out(every)
    else:
        every, found = [], reading.Reading()
    whole = len(rows) < READ + mapping.heading_row
    shown = every[:SHOWN]
    more = [one for one in found.problems if one not in shown][:SHOWN]
    return Preview(_columns(rows, mapping.heading_row), shown, more, found, whole)


def _columns(rows: Sequence[Sequence[str]], heading_row: int) -> list[str]:
    headings = rows[heading_row - 1] if 0 < heading_row <= len(rows) else []
    below = rows[heading_row : heading_row + 5]
    width = max((len(row) for row in [headings, *below]), default=0)
    names = []
    for at in range(width):
        heading = headings[at].strip()[:40] if at < len(headings) else ""
        sample = next((row[at].strip()[:24] for row in below if at < len(row) and row[at].strip()), "")
        name = f"{heading} ({sample})" if heading and sample else heading or sample
        names.append(f"{at + 1}: {name}" if name else str(at + 1))
    return names
