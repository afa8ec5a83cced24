"""The panel of safety findings, by grade and in the reader's language."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django import template
from django.utils.translation import gettext as _

from records.domain import safety, safety_facts

register = template.Library()

_ICONS = {
    safety.Kind.ALLERGY: "shield-alert",
    safety.Kind.DUPLICATE: "copy",
    safety.Kind.INTERACTION: "arrow-left-right",
    safety.Kind.DOSE: "scale",
    safety.Kind.ROUTE: "syringe",
    safety.Kind.PREGNANCY: "baby",
    safety.Kind.KIDNEY: "droplets",
    safety.Kind.AGE: "cake",
    safety.Kind.UNKNOWN: "circle-question-mark",
}


@dataclass(frozen=True)
class Shown:
    """One finding on the page; `lines` the numbers of the lines it is about, as they are counted there (from 1)."""

    key: str
    text: str
    source: str
    kind: str
    icon: str
    lines: str


@register.simple_tag
def graded(findings: Iterable[safety.Finding]) -> dict[str, Any]:
    """The findings by grade, worst first, and a sentence that sums them up."""
    groups: dict[str, list[Shown]] = {str(grade): [] for grade in safety.Grade}
    for finding in findings:
        groups[str(finding.grade)].append(_shown(finding))
    return {**groups, "any": any(groups.values()), "summary": _summary(groups)}


def _shown(finding: safety.Finding) -> Shown:
    # The editor keys its items by position, from 0.
    numbers = sorted(int(key) + 1 for key in finding.items if key.isascii() and key.isdigit())
    return Shown(
        key=finding.key,
        text=safety_facts.say(finding),
        source=_source(finding.source),
        kind=_kinds()[finding.kind],
        icon=_ICONS[finding.kind],
        lines=", ".join(str(number) for number in numbers),
    )


def _source(source: str) -> str:
    """Titles of books stay as they are; what the portal itself says stands in the reader's language."""
    return ". ".join(_(part) for part in source.split(". ")) if source else ""


def _kinds() -> dict[safety.Kind, str]:
    return {
        safety.Kind.ALLERGY: _("Allergy"),
        safety.Kind.DUPLICATE: _("Twice"),
        safety.Kind.INTERACTION: _("Interaction"),
        safety.Kind.DOSE: _("Dose"),
        safety.Kind.ROUTE: _("Route"),
        safety.Kind.PREGNANCY: _("Pregnancy"),
        safety.Kind.KIDNEY: _("Kidneys"),
        safety.Kind.AGE: _("Age"),
        safety.Kind.UNKNOWN: _("Not known"),
    }


def _summary(groups: dict[str, list[Shown]]) -> str:
    if not any(groups.values()):
        return _("Nothing found. What the catalogue does not know is not checked.")
    severe, caution, info = (len(groups[str(grade)]) for grade in reversed(safety.Grade))
    return _("Severe: %(severe)s · Caution: %(caution)s · For information: %(info)s") % {
        "severe": severe,
        "caution": caution,
        "info": info,
    }
