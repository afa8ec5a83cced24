"""What could not be checked of the doses, and why: an honest gap instead of silence."""

from collections.abc import Iterator

from .dose_limits import dose_limits
from .doses import is_child
from .facts import Finding, Grade, Kind, Subject
from .lines import Line, number
from .words import gettext_noop as _

# A child's weight is worth less after so many days.
OLD_WEIGHT_DAYS = 180


def gaps(subject: Subject, lines: list[Line]) -> Iterator[Finding]:
    new = [line for line in lines if not line.running]
    for line in new:
        yield from _of_amounts(line)
    yield from _of_weight(subject, [line for line in new if _needs_weight(subject, line)])


def _of_amounts(line: Line) -> Iterator[Finding]:
    named = (("medicine", line.medicine.label), ("unit", line.medicine.unit))
    found = []
    if number(line.item.dose) is None:
        found.append(
            ("amount", _("%(medicine)s: the dose is not a number above zero, so it was not checked."))
        )
    elif len(line.at_once) < len(line.contents) and not line.is_local:
        found.append(
            (
                "strength",
                _("%(medicine)s: how many mg are in one %(unit)s is not known, so its dose was not checked.")
                if not line.is_combination
                else _(
                    "%(medicine)s: not of every part are the mg known, so its dose was not fully checked."
                ),
            )
        )
    if line.doses_a_day is None:
        found.append(
            (
                "as-needed",
                _("%(medicine)s when needed: say how often at most; only a single dose was checked."),
            )
        )
    if not line.codes:
        found.append(
            (
                "code",
                _("%(medicine)s has no ATC code here: interactions and classes were not checked."),
            )
        )
    for what, message in found:
        yield Finding(
            f"unknown:{what}:{line.who}", Kind.UNKNOWN, Grade.INFO, message, named, items=(line.item.key,)
        )


def _of_weight(subject: Subject, by_weight: list[Line]) -> Iterator[Finding]:
    """What is missing or old of the weight, where a dose depends on it."""
    if not by_weight:
        return
    items = tuple(sorted({line.item.key for line in by_weight}))
    if number(subject.weight_kg) is None:
        message = (
            _("The weight is not known, and a child's dose depends on it: weigh before signing.")
            if is_child(subject)
            else _("The weight is not known: limits by weight were not checked.")
        )
        yield Finding("unknown:weight", Kind.UNKNOWN, Grade.INFO, message, items=items)
    elif is_child(subject) and _is_old(subject):
        yield Finding(
            "unknown:weight:old",
            Kind.UNKNOWN,
            Grade.INFO,
            _("When the child weighed %(weight)s kg is not known or long ago: weigh again before signing."),
            (("weight", f"{subject.weight_kg:f}"),),
            items=items,
        )
    if is_child(subject):
        for line in by_weight:
            if not _known_by_weight(line):
                yield Finding(
                    f"unknown:child:{line.who}",
                    Kind.UNKNOWN,
                    Grade.INFO,
                    _("%(medicine)s: no dose by weight is known here, at most that of an adult was checked."),
                    (("medicine", line.medicine.label),),
                    items=(line.item.key,),
                )


def _limits_by_weight(line: Line, code: str) -> tuple[bool, bool]:
    """Whether there are any for a child, and for everyone."""
    known = dose_limits(code, line.item.route)
    catalogue = not line.is_combination and number(line.medicine.max_daily_mg_per_kg) is not None
    return (
        catalogue or bool(known and (known.kg_high or known.kg_single)),
        catalogue or bool(known and known.by_weight_for_all),
    )


def _known_by_weight(line: Line) -> bool:
    return any(_limits_by_weight(line, code)[0] for code in line.at_once)


def _needs_weight(subject: Subject, line: Line) -> bool:
    if line.is_local or not line.at_once:
        return False
    return is_child(subject) or any(_limits_by_weight(line, code)[1] for code in line.at_once)


def _is_old(subject: Subject) -> bool:
    return subject.weighed_on is None or (subject.today - subject.weighed_on).days > OLD_WEIGHT_DAYS
