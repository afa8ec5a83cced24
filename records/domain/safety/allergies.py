"""Allergies against each new medicine: the substance itself, and what reacts with it."""

import re
from collections.abc import Iterator

from .cross_reactions import CROSS_REACTIONS, NAMES, NONE_KNOWN
from .facts import AllergyFact, Finding, Grade, Kind, Subject
from .lines import Line
from .substances import every_code, is_in, normal, substances
from .words import gettext_noop as _

_RECORD = _("Allergies in this patient's record")
_PATIENT = _("Said by the patient, not yet taken over into the record")


def allergies(subject: Subject, lines: list[Line]) -> Iterator[Finding]:
    new = [line for line in lines if not line.running]
    if not new:
        return
    known = [allergy for allergy in subject.allergies if _words(allergy) not in NONE_KNOWN]
    if not subject.allergies:
        yield Finding(
            "unknown:allergies",
            Kind.UNKNOWN,
            Grade.INFO,
            _("No allergy is in the record, nor that there is none: ask before signing."),
        )
    for allergy in known:
        groups = _groups(allergy)
        found = False
        for line in new:
            finding = _finding(allergy, groups, line)
            if finding:
                found = True
                yield finding
        if not groups and not found:
            yield Finding(
                f"unknown:allergy:{allergy.key}"[:120],
                Kind.UNKNOWN,
                Grade.INFO,
                _("Allergy to %(substance)s: not a medicine known here, so it was compared by name only."),
                (("substance", allergy.substance),),
                _source(allergy),
            )


def _words(allergy: AllergyFact) -> str:
    return " ".join(allergy.substance.lower().split()).strip(" .,;:")


def _groups(allergy: AllergyFact) -> tuple[str, ...]:
    """The codes an allergy means: its own, else those of the names in it."""
    if normal(allergy.atc):
        return (normal(allergy.atc),)
    text = _words(allergy)
    return tuple(dict.fromkeys(code for name, codes in NAMES.items() if _says(text, name) for code in codes))


def _says(text: str, name: str) -> bool:
    if not name.isascii():
        return name in text
    return re.search(rf"(?<![a-z]){re.escape(name)}(?![a-z])", text) is not None


def _finding(allergy: AllergyFact, groups: tuple[str, ...], line: Line) -> Finding | None:
    key = f"allergy:{allergy.key}:{line.who}"[:120]
    params = (
        ("medicine", line.medicine.label),
        ("substance", allergy.substance),
        ("reaction", allergy.reaction),
    )
    itself = line.is_any(groups, on_the_spot=True) or _same_name(allergy, line)
    if itself:
        message = (
            _("Allergic to %(substance)s (%(reaction)s): %(medicine)s is or contains it.")
            if allergy.reaction
            else _("Allergic to %(substance)s: %(medicine)s is or contains it.")
        )
        return Finding(key, Kind.ALLERGY, Grade.SEVERE, message, params, _source(allergy), (line.item.key,))
    parts = {part for group in groups for part in (group, *substances(group))}
    meant = every_code(parts, on_the_spot=True)
    best: tuple[Grade, str, str] | None = None
    for cross in CROSS_REACTIONS:
        reacts = any(is_in(meant, to) for to in cross.to)
        if not reacts or not line.is_any(cross.against, on_the_spot=True):
            continue
        grade = cross.after_severe if allergy.severity == "severe" else cross.grade
        if best is None or grade.rank > best[0].rank:
            best = grade, cross.name, cross.source
    if best is None:
        return None
    grade, name, source = best
    message = (
        _("Allergic to %(substance)s (%(reaction)s): %(medicine)s may cause the same (%(group)s).")
        if allergy.reaction
        else _("Allergic to %(substance)s: %(medicine)s may cause the same (%(group)s).")
    )
    source = f"{source}. {_source(allergy)}"
    return Finding(key, Kind.ALLERGY, grade, message, (*params, ("group", name)), source, (line.item.key,))


def _same_name(allergy: AllergyFact, line: Line) -> bool:
    text, generic = _words(allergy), " ".join(line.medicine.generic.lower().split())
    return len(generic) > 3 and len(text) > 3 and (_says(text, generic) or _says(generic, text))


def _source(allergy: AllergyFact) -> str:
    return _PATIENT if allergy.said_by_patient else _RECORD
