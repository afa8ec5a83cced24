"""How patients take their medicines, as a table beside the other figures."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from records.domain.adherence import Share

from .cells import Cell, Table


def dose_table(shares: Iterable[tuple[str, Share]], whole: Share) -> Table:
    """A row for each named period in which doses were planned, and the `whole` period below."""
    header = [
        (_("Period"), "text"),
        (_("Planned"), "count"),
        (_("On time"), "count"),
        (_("Late"), "count"),
        (_("Left out"), "count"),
        (_("Missed"), "count"),
        (_("Taken, %"), "count"),
    ]
    rows = [[Cell(name, "text"), *_cells(share)] for name, share in shares if share.planned]
    note = _(
        "As patients told it in the portal, of all signed prescriptions by the doctor who wrote them; service and "
        "way do not narrow it. A day is counted once it has been over for two days."
    )
    table = Table("adherence", _("Medicines taken"), header, rows, note=note)
    table.total = [Cell(_("Total"), "text"), *_cells(whole)]
    return table


def _cells(share: Share) -> list[Cell]:
    numbers = [share.planned, share.on_time, share.late, share.skipped, share.missed, share.percent]
    return [Cell(number, "count") for number in numbers]
