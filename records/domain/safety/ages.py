"""Too young or too old for a medicine."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from .facts import Finding, Grade, Kind, Subject
from .lines import OUTER_ROUTES, Line
from .words import gettext_noop as _


def age_in_months(born_on: date | None, day: date) -> int | None:
    """Full months; None when the birth is not known or would be later."""
    if born_on is None or born_on > day:
        return None
    return (day.year - born_on.year) * 12 + day.month - born_on.month - (day.day < born_on.day)


@dataclass(frozen=True)
class AgeLimit:
    """From one age to below another, in months: not (severe), or with care."""

    codes: tuple[str, ...]
    below: int
    grade: Grade
    why: str
    source: str
    # Only where it works in the whole body.
    systemic: bool = True


@dataclass(frozen=True)
class OldAge:
    codes: tuple[str, ...]
    grade: Grade
    why: str


_S, _C = Grade.SEVERE, Grade.CAUTION
_REYE = "MHRA 2003 and BNF: aspirin and Reye's syndrome"
_CODEINE = "MHRA 2013, Drug Safety Update 6(12); FDA 2017: codeine and tramadol in children"
_SPC = "Product information (SmPC 4.3, 4.4)"
_BNFC = "BNF for Children"

YOUNG: tuple[AgeLimit, ...] = (
    AgeLimit(("B01AC06", "N02BA"), 16 * 12, _S, _("Reye's syndrome"), _REYE),
    AgeLimit(("R05DA04", "N02AX02"), 12 * 12, _S, _("breathing may stop"), _CODEINE),
    AgeLimit(("J01A",), 8 * 12, _S, _("teeth and bones are stained for ever"), _SPC),
    AgeLimit(("J01A",), 12 * 12, _C, _("teeth and bones may be stained"), _BNFC),
    AgeLimit(("J01M",), 18 * 12, _C, _("cartilage; only where nothing else will do"), _SPC),
    AgeLimit(("A03FA01",), 12, _S, _("movements out of control"), "EMA 2013, EMA/443003/2013: metoclopramide"),
    AgeLimit(("A03FA01",), 18 * 12, _C, _("movements out of control"), "EMA 2013, EMA/443003/2013: metoclopramide"),
    AgeLimit(("A03FA03",), 12 * 12, _C, _("no effect shown, heart rhythm"), "MHRA 2019, Drug Safety Update 13(5)"),
    AgeLimit(("A07DA03",), 2 * 12, _S, _("the gut may stop"), _SPC),
    AgeLimit(("A07DA03",), 4 * 12, _C, _("the gut may stop"), _SPC),
    AgeLimit(("R06AD02", "R06AD01"), 2 * 12, _S, _("breathing may stop"), "FDA 2004, boxed warning: promethazine"),
    AgeLimit(("R05DA", "R05C", "R05X", "R05F"), 6 * 12, _C, _("harm without benefit"),
             "MHRA 2009: cough and cold medicines for children"),
    AgeLimit(("M01AE01",), 3, _S, _("not tested below three months"), _BNFC),
    AgeLimit(("M01AX17",), 12 * 12, _S, _("the liver"), "EMA 2011: nimesulide; Government of Nepal and India notices"),
    AgeLimit(("M01AB05",), 6, _C, _("not tested below six months"), _BNFC),
    AgeLimit(("J01E",), 2, _S, _("jaundice of the brain"), _BNFC),
    AgeLimit(("J01XE01",), 3, _S, _("blood cells break down"), _BNFC),
    AgeLimit(("J01DD04",), 1, _C, _("jaundice; never with calcium"), _SPC),
    AgeLimit(("J01BA01",), 1, _S, _("grey baby syndrome"), _SPC, systemic=True),
    AgeLimit(("N03AG01",), 24, _C, _("the liver, most of all with other antiepileptics"), _SPC),
    AgeLimit(("N06AB", "N06AX16", "N06AX21"), 18 * 12, _C, _("thoughts of suicide: watch closely"),
             "FDA 2004, boxed warning: antidepressants"),
    AgeLimit(("P01BC02",), 3, _C, _("below 5 kg there is no dose"), _SPC),
    AgeLimit(("P02CA",), 12, _C, _("little is known in the first year"), "WHO 2017, Preventive chemotherapy"),
    AgeLimit(("A02AA", "A06AG"), 24, _C, _("salts of the blood"), _BNFC),
)  # fmt: skip

_BEERS = "AGS Beers Criteria 2023, J Am Geriatr Soc 71:2052"
OLD_MONTHS = 65 * 12
OLD: tuple[OldAge, ...] = (
    OldAge(("N05BA", "N05CD", "N05CF"), _C, _("falls and confusion")),
    OldAge(("R06AA", "R06AB", "R06AD"), _C, _("confusion, dry mouth, urine held back")),
    OldAge(("N06AA",), _C, _("confusion, falls, heart rhythm")),
    OldAge(("A10BB01",), _C, _("long low blood sugar")),
    OldAge(("M01A",), _C, _("bleeding of the stomach, kidneys")),
    OldAge(("C02AC01", "C02CA01"), _C, _("pressure falls on standing up")),
    OldAge(("M03B",), _C, _("confusion and falls")),
    OldAge(("A03FA01",), _C, _("movements out of control")),
    OldAge(("J01XE01",), _C, _("lungs and liver in long use")),
    OldAge(("N05A",), _C, _("stroke in dementia")),
    OldAge(("A03B",), _C, _("confusion")),
)


def ages(subject: Subject, lines: list[Line]) -> Iterator[Finding]:
    new = [line for line in lines if not line.running]
    months = age_in_months(subject.born_on, subject.today)
    if months is None:
        if new:
            yield Finding(
                "unknown:age",
                Kind.UNKNOWN,
                Grade.INFO,
                _("The date of birth is not known: limits of age were not checked, doses as for an adult."),
            )
        return
    for line in new:
        yield from _young(line, months)
        if months >= OLD_MONTHS:
            yield from _old(line)


def _young(line: Line, months: int) -> Iterator[Finding]:
    medicine = line.medicine
    if medicine.min_age_months is not None and months < medicine.min_age_months:
        yield Finding(
            f"age:least:{line.who}",
            Kind.AGE,
            Grade.SEVERE,
            _("%(medicine)s is not for a child below %(months)s months of age."),
            (("medicine", medicine.label), ("months", str(medicine.min_age_months))),
            medicine.source,
            (line.item.key,),
        )
    known = [
        limit
        for limit in YOUNG
        if months < limit.below
        and line.is_any(limit.codes)
        and not (limit.systemic and line.item.route in OUTER_ROUTES)
    ]
    if known:
        limit = max(known, key=lambda one: one.grade.rank)
        years, rest = divmod(limit.below, 12)
        message = (
            _("%(medicine)s below %(months)s months of age: %(why)s.")
            if rest or years < 2
            else _("%(medicine)s below %(years)s years of age: %(why)s.")
        )
        params = (
            ("medicine", medicine.label),
            ("months", str(limit.below)),
            ("years", str(years)),
            ("why", limit.why),
        )
        yield Finding(
            f"age:{line.who}", Kind.AGE, limit.grade, message, params, limit.source, (line.item.key,)
        )


def _old(line: Line) -> Iterator[Finding]:
    for limit in OLD:
        if line.is_any(limit.codes) and line.item.route not in OUTER_ROUTES:
            yield Finding(
                f"age:old:{line.who}",
                Kind.AGE,
                limit.grade,
                _("%(medicine)s from 65 years of age: %(why)s."),
                (("medicine", line.medicine.label), ("why", limit.why)),
                _BEERS,
                (line.item.key,),
            )
            return
