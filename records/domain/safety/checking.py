"""The whole check of a prescription: each part looks at the same lines, the worst findings come first."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from .ages import ages
from .allergies import allergies
from .doses import doses
from .duplicates import duplicates
from .facts import Finding, Grade, Kind, Knowledge, PlannedItem, Subject
from .gaps import gaps
from .interactions import interactions
from .kidney import kidney
from .lines import lines_of
from .pregnancy import pregnancy
from .routes import routes
from .words import gettext_noop as _

CATALOGUE = _("This clinic's catalogue of medicines")
# SafetyOverride.finding
KEY_LENGTH = 120


def check(subject: Subject, items: Sequence[PlannedItem], knowledge: Knowledge) -> list[Finding]:
    """Everything to know before these items are signed, worst first; empty only where nothing is planned. The order of
    the items does not matter, one more never takes a finding away, and no value makes it fail."""
    lines = lines_of(subject, items, knowledge)
    found = [
        *_not_in_catalogue(items, knowledge),
        *allergies(subject, lines),
        *interactions(lines, knowledge),
        *duplicates(lines),
        *doses(subject, lines),
        *routes(lines),
        *gaps(subject, lines),
        *pregnancy(subject, lines),
        *kidney(subject, lines),
        *ages(subject, lines),
    ]
    return sorted(_once(found), key=lambda finding: (-finding.grade.rank, finding.kind, finding.key))


def needs_reason(findings: Iterable[Finding]) -> list[Finding]:
    """The severe ones: each needs a reason typed by the author before it may be signed."""
    return [finding for finding in findings if finding.grade == Grade.SEVERE]


def _once(found: Iterable[Finding]) -> list[Finding]:
    """One finding for each key: the worst, with the items of all. None without a source."""
    kept: dict[str, Finding] = {}
    for bare in found:
        source = bare.source or ("" if bare.kind is Kind.UNKNOWN else CATALOGUE)
        finding = replace(bare, key=bare.key[:KEY_LENGTH], source=source)
        before = kept.get(finding.key)
        if before is None:
            kept[finding.key] = finding
            continue
        worst = max(before, finding, key=lambda f: (f.grade.rank, f.text, f.source))
        items = tuple(sorted({*before.items, *finding.items}))
        kept[finding.key] = replace(worst, items=items)
    return list(kept.values())


def _not_in_catalogue(items: Sequence[PlannedItem], knowledge: Knowledge) -> Iterator[Finding]:
    for item in items:
        if item.medicine_id not in knowledge.medicines:
            yield Finding(
                f"unknown:medicine:{item.medicine_id}"[:120],
                Kind.UNKNOWN,
                Grade.INFO,
                _("A medicine that is not in the catalogue was not checked at all."),
                items=(item.key,),
            )
