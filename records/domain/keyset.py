"""Several tables as one list, the newest first, in pages that start after a known row: as cheap on the hundredth page
as on the first, and nothing is shown twice when something new comes in between."""

import base64
import binascii
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from clinic.core.zones import clinic_time


class Mark(NamedTuple):
    """Where a row stands: later ones first; at the same moment by `rank`, then by id."""

    at: datetime
    rank: int
    pk: UUID

    def written(self) -> str:
        """For an address."""
        plain = f"{self.at.astimezone(UTC).isoformat()}|{self.rank}|{self.pk.hex}"
        return base64.urlsafe_b64encode(plain.encode()).decode().rstrip("=")


def read_mark(text: str) -> Mark | None:
    """None for what is no mark."""
    try:
        plain = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()
        at, rank, pk = plain.split("|")
        moment = datetime.fromisoformat(at)
        return Mark(moment, int(rank), UUID(pk)) if moment.tzinfo and 1900 < moment.year < 9000 else None
    except (ValueError, binascii.Error, OverflowError):
        return None


@dataclass(frozen=True)
class Source:
    """Rows of one table and the field (a moment, or a day: then its first moment at the clinic) that dates them."""

    name: str
    rank: int
    rows: "QuerySet[Any]"
    field: str
    is_day: bool = False

    def mark(self, row: Any) -> Mark:
        value = getattr(row, self.field)
        return Mark(_first_moment(value) if self.is_day else value, self.rank, row.pk)

    def after(self, mark: Mark | None, size: int) -> list[Any]:
        rows = self.rows.order_by(f"-{self.field}", "-pk")
        return list((rows.filter(self._below(mark)) if mark else rows)[:size])

    def before(self, mark: Mark, size: int) -> list[Any]:
        """Those right above the mark, the lowest first."""
        # What does not stand below it, but for the row itself.
        above = self.rows.exclude(self._below(mark)).exclude(pk=mark.pk)
        return list(above.order_by(self.field, "pk")[:size])

    def _below(self, mark: Mark) -> Q:
        edge: Any = mark.at
        if self.is_day:
            edge = clinic_time(mark.at).date()
            if mark.at > _first_moment(edge):
                return Q(**{f"{self.field}__lte": edge})
        below = Q(**{f"{self.field}__lt": edge})
        if self.rank < mark.rank:
            return below | Q(**{self.field: edge})
        if self.rank == mark.rank:
            return below | Q(**{self.field: edge, "pk__lt": mark.pk})
        return below


def page(
    sources: Iterable[Source], *, after: Mark | None, size: int
) -> tuple[list[tuple[Source, Any]], Mark | None]:
    """The next `size` rows below `after`, each with its source, and the mark to go on from (None: that was all). One
    query for each source and one for each relation it prefetches, whatever there is."""
    found = [(source, row) for source in sources for row in source.after(after, size + 1)]
    found.sort(key=mark_of, reverse=True)
    shown = found[:size]
    return shown, mark_of(shown[-1]) if len(found) > size else None


def page_before(
    sources: Iterable[Source], *, before: Mark, size: int
) -> tuple[list[tuple[Source, Any]], Mark | None]:
    """The `size` rows right above `before`, in the order of `page`, and the mark to go on from upwards (None: that was
    the top)."""
    found = [(source, row) for source in sources for row in source.before(before, size + 1)]
    found.sort(key=mark_of)
    shown = found[:size][::-1]
    return shown, mark_of(shown[0]) if len(found) > size else None


def mark_of(pair: tuple[Source, Any]) -> Mark:
    source, row = pair
    return source.mark(row)


def _first_moment(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()), timezone.get_default_timezone())
