"""The same substance twice, and two of one class, among what is taken on the same days."""

from collections.abc import Iterator
from dataclasses import dataclass

from .facts import Finding, Grade, Kind
from .lines import Line, pairs
from .words import gettext_noop as _

_BNF = "BNF, treatment summary of the class"
_ATC = "Same class in the WHO ATC index (4th level)"
_SPC = "Product information (SmPC, section 4.5)"


@dataclass(frozen=True)
class DoubleClass:
    """Two of these together: how bad it is. `codes` are ATC codes or their beginnings."""

    codes: tuple[str, ...]
    grade: Grade
    name: str
    source: str


_S, _C = Grade.SEVERE, Grade.CAUTION

DOUBLE_CLASSES: tuple[DoubleClass, ...] = (
    DoubleClass(("M01A",), _S, _("NSAIDs"), "BNF: Non-steroidal anti-inflammatory drugs"),
    DoubleClass(("M01A", "B01AC06"), _C, _("aspirin and other NSAIDs"), "BNF: Non-steroidal anti-inflammatory drugs"),
    DoubleClass(("B01AA", "B01AB", "B01AE", "B01AF"), _S, _("anticoagulants"), "BNF: Oral anticoagulants"),
    DoubleClass(("C09A", "C09B", "C09C", "C09D"), _S, _("blockers of the renin-angiotensin system"),
                "EMA 2014, EMA/554928/2014: dual blockade of the renin-angiotensin system"),
    DoubleClass(("N02BE",), _S, _("medicines with paracetamol"), "BNF: Paracetamol, Overdosage"),
    DoubleClass(("C10AA", "C10BA"), _C, _("statins"), _BNF),
    DoubleClass(("C07",), _C, _("beta blockers"), _BNF),
    DoubleClass(("C08D", "C07"), _C, _("medicines that slow the heart"), _SPC),
    DoubleClass(("C08C",), _C, _("calcium channel blockers"), _BNF),
    DoubleClass(("C03CA",), _C, _("loop diuretics"), _BNF),
    DoubleClass(("C03DA", "C03DB", "C03EA"), _S, _("potassium-sparing diuretics"), _SPC),
    DoubleClass(("A10BB",), _C, _("sulfonylureas"), _BNF),
    DoubleClass(("A10BH", "A10BJ"), _C, _("gliptins and GLP-1 agonists"), _BNF),
    DoubleClass(("A02BC", "A02BA", "A02BD"), _C, _("medicines against stomach acid"), _BNF),
    DoubleClass(("N02A", "R05DA04"), _C, _("opioids"), "BNF: Opioid analgesics"),
    DoubleClass(("N05BA", "N05CD", "N05CF", "N03AE01"), _C, _("benzodiazepines and similar"), "BNF: Hypnotics"),
    DoubleClass(("N06AB", "N06AX16", "N06AX21"), _S, _("serotonin reuptake inhibitors"), _BNF),
    DoubleClass(("N06AA",), _C, _("tricyclic antidepressants"), _BNF),
    DoubleClass(("N05AA", "N05AB", "N05AC", "N05AD", "N05AE", "N05AF", "N05AH", "N05AL", "N05AX"), _C,
                _("antipsychotics"), "BNF: Antipsychotic drugs, Prescribing of more than one"),
    DoubleClass(("H02AB",), _C, _("systemic corticosteroids"), _BNF),
    DoubleClass(("R06A",), _C, _("antihistamines"), _BNF),
    DoubleClass(("R03AC12", "R03AC13", "R03AC18", "R03AK06", "R03AK07"), _C, _("long-acting beta agonists"), _BNF),
    DoubleClass(("R03DA",), _S, _("theophyllines"), _SPC),
    DoubleClass(("J01FA",), _C, _("macrolides"), _BNF),
    DoubleClass(("J01M",), _C, _("fluoroquinolones"), _BNF),
    DoubleClass(("J01C",), _C, _("penicillins"), _BNF),
    DoubleClass(("J01DB", "J01DC", "J01DD", "J01DE"), _C, _("cephalosporins"), _BNF),
    DoubleClass(("J01GB",), _S, _("aminoglycosides"), _SPC),
    DoubleClass(("A03FA01", "A03FA03", "N05AB04"), _C, _("dopamine antagonists against nausea"), _SPC),
    DoubleClass(("G04BE",), _S, _("PDE-5 inhibitors"), _SPC),
    DoubleClass(("G04CA", "C02CA"), _C, _("alpha blockers"), _SPC),
)  # fmt: skip

# Classes of which several together are the usual treatment, so that being of one class says nothing.
TOGETHER = (
    "A07CA",
    "A10A",
    "A11",
    "A12",
    "B03",
    "B05",
    "J04A",
    "J05A",
    "J07",
    "L01",
    "N01",
    "P01B",
    "V",
    "D",
    "S",
    "R05",
)


def duplicates(lines: list[Line]) -> Iterator[Finding]:
    for one, other in pairs(lines):
        found = _same_substance(one, other) or _same_class(one, other)
        if found:
            grade, message, params, source = found
            yield Finding(
                "duplicate:" + ":".join(sorted((one.who, other.who))),
                Kind.DUPLICATE,
                grade,
                message,
                params,
                source,
                tuple(sorted(line.item.key for line in (one, other) if not line.running)),
            )


_Found = tuple[Grade, str, tuple[tuple[str, str], ...], str]


def _same_substance(one: Line, other: Line) -> _Found | None:
    shared = set(one.substances) & set(other.substances)
    same_name = one.medicine.id == other.medicine.id or (
        not (one.substances and other.substances)
        and bool(one.medicine.generic)
        and one.medicine.generic.lower() == other.medicine.generic.lower()
    )
    if not shared and not same_name:
        return None
    grade = Grade.INFO if one.is_local or other.is_local else Grade.CAUTION
    listed = _listed(one, other)
    if listed and grade is Grade.CAUTION and one.codes != other.codes:
        # Hidden in a combination: easily missed, and the sum is not reckoned.
        grade = max(grade, listed.grade, key=lambda g: g.rank)
    names = _names(one, other)
    if other.running:
        return grade, _("%(second)s is taken already: %(first)s is the same substance."), names, _ATC
    return grade, _("%(first)s and %(second)s are the same substance twice."), names, _ATC


def _same_class(one: Line, other: Line) -> _Found | None:
    if one.is_local or other.is_local:
        return None
    listed = _listed(one, other)
    if listed:
        grade, name, source = listed.grade, listed.name, listed.source
    elif shared := _shared_class(one, other):
        grade, name, source = Grade.CAUTION, shared, _ATC
    else:
        return None
    params = (*_names(one, other), ("group", name))
    if other.running:
        message = _("%(second)s is taken already: %(first)s is of the same class (%(group)s).")
    else:
        message = _("%(first)s and %(second)s are of the same class (%(group)s).")
    return grade, message, params, source


def _listed(one: Line, other: Line) -> DoubleClass | None:
    both = [double for double in DOUBLE_CLASSES if one.is_any(double.codes) and other.is_any(double.codes)]
    return max(both, key=lambda double: double.grade.rank) if both else None


def _shared_class(one: Line, other: Line) -> str:
    """The 4th level of ATC that both have; the levels ending in X collect what is left over, which is no class."""
    fourth = {code[:5] for code in one.substances} & {code[:5] for code in other.substances}
    names = sorted(
        code for code in fourth if len(code) == 5 and code[4] != "X" and not code.startswith(TOGETHER)
    )
    return names[0] if names else ""


def _names(one: Line, other: Line) -> tuple[tuple[str, str], ...]:
    """A new one first; two new ones by name, so that their order does not show."""
    if not other.running:
        one, other = sorted((one, other), key=lambda line: (line.medicine.label, line.item.key))
    return ("first", one.medicine.label), ("second", other.medicine.label)
