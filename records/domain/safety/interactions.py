"""Two medicines taken on the same days: the worst known interaction of each pair, whichever way round it is written."""

from collections.abc import Iterator

from .facts import Finding, Grade, InteractionFact, Kind, Knowledge
from .lines import Line, pairs
from .words import gettext_noop as _

GRADES = {"minor": Grade.INFO, "moderate": Grade.CAUTION, "severe": Grade.SEVERE, "forbidden": Grade.SEVERE}
_WORST = ("minor", "moderate", "severe", "forbidden")


def interactions(lines: list[Line], knowledge: Knowledge) -> Iterator[Finding]:
    for one, other in pairs(lines):
        # The worst of a pair, of equally bad ones the one that names the substances most exactly.
        met = [fact for fact in knowledge.interactions if between(one, other, fact)]
        if not met:
            continue
        worst = max(met, key=lambda f: (_rank(f), len(f.first) + len(f.second), f.first, f.second))
        first, second = sorted((one, other), key=lambda line: (line.medicine.label, line.item.key))
        yield Finding(
            "interaction:" + ":".join(sorted((one.who, other.who))),
            Kind.INTERACTION,
            GRADES.get(worst.severity, Grade.CAUTION),
            _MESSAGES[worst.severity == "forbidden", bool(worst.advice)],
            (
                ("first", first.medicine.label),
                ("second", second.medicine.label),
                ("effect", worst.effect),
                ("advice", worst.advice),
            ),
            worst.source,
            tuple(sorted(line.item.key for line in (one, other) if not line.running)),
        )


_MESSAGES = {
    (False, False): _("%(first)s with %(second)s: %(effect)s"),
    (False, True): _("%(first)s with %(second)s: %(effect)s %(advice)s"),
    (True, False): _("Never together: %(first)s with %(second)s: %(effect)s"),
    (True, True): _("Never together: %(first)s with %(second)s: %(effect)s %(advice)s"),
}


def _rank(fact: InteractionFact) -> int:
    return _WORST.index(fact.severity) if fact.severity in _WORST else 1


def between(one: Line, other: Line, fact: InteractionFact) -> bool:
    """The fact is about these two, in either order. Two products of one substance do not interact by their class."""
    if one.codes == other.codes:
        return False
    return (one.is_in(fact.first) and other.is_in(fact.second)) or (
        one.is_in(fact.second) and other.is_in(fact.first)
    )
