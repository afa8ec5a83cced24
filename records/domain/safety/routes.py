"""A way into the body that the catalogue does not name for this form: a slip of the pen, which would also silence the
checks of what works in the whole body."""

from collections.abc import Iterator

from .facts import Finding, Grade, Kind
from .lines import Line
from .words import gettext_noop as _

VEIN = "iv"


def routes(lines: list[Line]) -> Iterator[Finding]:
    for line in lines:
        usual, chosen = line.medicine.routes, line.item.route
        if line.running or not usual or chosen in usual:
            continue
        # What is not made for the vein may kill there.
        into_vein = chosen == VEIN
        yield Finding(
            f"route:{line.who}:{chosen}",
            Kind.ROUTE,
            Grade.SEVERE if into_vein else Grade.CAUTION,
            _("%(medicine)s is not made to be given into the vein: look at the route.")
            if into_vein
            else _("%(medicine)s is not usually taken this way: look at the route."),
            (("medicine", line.medicine.label),),
            line.medicine.source,
            (line.item.key,),
        )
