"""The entries of histories that a person may read, of all kinds and patients as one list."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from accounts.domain.queries import patients_open_to
from accounts.enums import ActivityVerb
from accounts.models import User
from records.domain import keyset, reading
from records.domain.fact_values import KINDS, FactKind
from records.models.fact import ClinicalFact

PER_PAGE = 25
# Before a mark: the page above it.
_UP = "."


@dataclass(frozen=True)
class Page:
    """`next` and `previous` are cursors of the pages below and above; "": there is none."""

    entries: list[tuple[FactKind, ClinicalFact]]
    next: str
    previous: str


def facts_open_to(reader: User, kind: FactKind, *, voided: bool = False) -> "QuerySet[Any]":
    """With patient and writer. Those made in error are for doctors who ask for them."""
    rows = KINDS[kind].model.objects.filter(patient__in=patients_open_to(reader))
    rows = rows.select_related("patient", "recorded_by")
    return rows if voided and reader.is_doctor else rows.filter(voided_at=None)


def page(
    reader: User,
    *,
    kinds: Iterable[FactKind] = (),
    patient: UUID | None = None,
    voided: bool = False,
    cursor: str = "",
) -> Page:
    """The newest written first, from `cursor` on (with none, or nonsense, from the top). One query for each kind."""
    wanted = set(kinds) or set(FactKind)
    sources = []
    for rank, kind in enumerate(FactKind):
        if kind in wanted:
            rows = facts_open_to(reader, kind, voided=voided)
            rows = rows.filter(patient=patient) if patient else rows
            sources.append(keyset.Source(kind.value, rank, rows, "created_at"))
    mark = keyset.read_mark(cursor.removeprefix(_UP))
    if mark and cursor.startswith(_UP):
        found, above = keyset.page_before(sources, before=mark, size=PER_PAGE)
        below = keyset.mark_of(found[-1]) if found else None
    else:
        found, below = keyset.page(sources, after=mark, size=PER_PAGE)
        above = keyset.mark_of(found[0]) if mark and found else None
    return Page(
        [(FactKind(source.name), row) for source, row in found],
        below.written() if below else "",
        f"{_UP}{above.written()}" if above else "",
    )


def one(reader: User, pk: UUID) -> tuple[FactKind, ClinicalFact] | None:
    """The entry with this id, of whatever kind; doctors find those made in error too."""
    for kind in FactKind:
        fact = facts_open_to(reader, kind, voided=True).filter(pk=pk).first()
        if fact is not None:
            return kind, fact
    return None


def read(reader: User, patients: Iterable[User]) -> None:
    """A line in the trail for each record that was looked into, and whether by break-glass."""
    each = {patient.pk: patient for patient in patients}
    reading.note(ActivityVerb.RECORD_READ, [(patient, pk) for pk, patient in each.items()], reader=reader)
