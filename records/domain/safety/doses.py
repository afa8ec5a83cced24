"""How much: of each dose, and of a substance in a day from all items together, against age and weight."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from .ages import age_in_months
from .amounts import amount, exact, plain
from .dose_limits import (
    HEAVIEST,
    INSULIN,
    ISMP_INSULIN,
    WEEKLY_ONLY,
    DoseLimits,
    dose_limits,
    plausible_units,
)
from .facts import Finding, Grade, Kind, Subject
from .lines import Line, number
from .words import gettext_noop as _

CHILD_MONTHS = 12 * 12
# By weight one rounds to what a tablet or a spoon gives: so much over the limit is a caution.
ROUNDING = Decimal("1.1")
SELDOM = frozenset({"weekly", "monthly", "once"})
PLAUSIBLE = "Clinic Portal: how many units at once are plausible"


@dataclass(frozen=True)
class Limit:
    mg: Decimal
    source: str
    # mg/kg, when it comes from the weight
    per_kg: Decimal | None = None
    # Made for children perhaps, and asked of an adult: at most a caution.
    mild: bool = False

    def grade(self, mg: Decimal) -> Grade | None:
        """Of this much; None: not too much."""
        if mg <= self.mg:
            return None
        return Grade.SEVERE if mg > self.mg * ROUNDING and not self.mild else Grade.CAUTION


def worst(limits: list[Limit], mg: Decimal) -> tuple[Grade, Limit] | None:
    """The worst grade of this much, and the lowest limit that gives it; None: not too much."""
    over = [(grade, limit) for limit in limits if (grade := limit.grade(mg))]
    return max(over, key=lambda pair: (pair[0].rank, -pair[1].mg)) if over else None


def doses(subject: Subject, lines: list[Line]) -> Iterator[Finding]:
    """What is too much, too little or impossible. The day counts everything that holds the substance, each limit the
    line it belongs to, so that one more item never takes a finding away."""
    for line in lines:
        if line.running:
            continue
        yield from _impossible(line)
        if line.is_local:
            continue
        yield from _weekly(line)
        for code in line.at_once:
            yield from _single(subject, line, code)
            yield from _day(subject, line, code, lines)
            yield from _little(subject, line, code)


def is_child(subject: Subject) -> bool:
    months = age_in_months(subject.born_on, subject.today)
    return months is not None and months < CHILD_MONTHS


def day_limits(subject: Subject, line: Line, code: str) -> list[Limit]:
    """The most of a day that holds for this patient, fixed and by weight; empty: not known. What the catalogue says of
    a combination is not about its parts."""
    weight, known = number(subject.weight_kg), dose_limits(code, line.item.route)
    alone = not line.is_combination
    fixed = number(line.medicine.max_daily_mg) if alone else None
    per_kg = number(line.medicine.max_daily_mg_per_kg) if alone else None
    for_all = bool(known and known.by_weight_for_all)
    found = []
    if fixed:
        found.append(Limit(fixed, line.medicine.source))
    elif known and known.high:
        found.append(Limit(exact(known.high), known.source))
    if weight and per_kg:
        mild = not (for_all or is_child(subject))
        found.append(Limit(per_kg * weight, line.medicine.source, per_kg, mild))
    elif weight and known and known.kg_high and (for_all or is_child(subject)):
        per_kg = exact(known.kg_high)
        found.append(Limit(per_kg * weight, known.source, per_kg))
    return found


def name_in_key(line: Line, code: str) -> str:
    """A medicine of one substance by itself; of a combination also the part."""
    return f"{line.who}:{code.lower()}" if line.is_combination else line.who


def named(line: Line, code: str) -> str:
    """The medicine; of a combination also which part is meant."""
    part = next((content.name for content in line.contents if content.code == code), "")
    return f"{line.medicine.label} ({part})" if part else line.medicine.label


def _day(subject: Subject, line: Line, code: str, lines: list[Line]) -> Iterator[Finding]:
    limits = day_limits(subject, line, code)
    if not limits:
        yield Finding(
            f"unknown:dose:{line.who}",
            Kind.UNKNOWN,
            Grade.INFO,
            _("No highest dose of %(medicine)s is known here: it was not checked."),
            (("medicine", named(line, code)),),
            items=(line.item.key,),
        )
        return
    total = _fullest_day(line, code, lines)
    over = worst(limits, total)
    if over is None:
        return
    grade, limit = over
    message = (
        _("%(medicine)s: %(total)s a day; at most %(most)s (%(per_kg)s mg per kg, %(weight)s kg).")
        if limit.per_kg
        else _("%(medicine)s: %(total)s a day; at most %(most)s.")
    )
    params = (
        ("medicine", named(line, code)),
        ("total", amount(total)),
        ("most", amount(limit.mg)),
        ("per_kg", plain(limit.per_kg or 0)),
        ("weight", plain(subject.weight_kg or 0)),
    )
    key = f"dose:day:{name_in_key(line, code)}"
    yield Finding(key, Kind.DOSE, grade, message, params, limit.source, (line.item.key,))


def _fullest_day(line: Line, code: str, lines: list[Line]) -> Decimal:
    """The most of the substance on one day of this line, from everything that holds it. A sum only grows where
    something begins, so only those days are looked at."""
    same = [other for other in lines if code in other.in_a_day and not other.is_local]
    days = {other.first for other in same if _on(line, other.first)} | {line.first}
    return max(sum((other.in_a_day[code] for other in same if _on(other, day)), Decimal(0)) for day in days)


def _on(line: Line, day: date) -> bool:
    return line.first <= day and (line.last is None or day <= line.last)


def _single(subject: Subject, line: Line, code: str) -> Iterator[Finding]:
    known = dose_limits(code, line.item.route)
    if known is None:
        return
    limits = [Limit(exact(known.single), known.source)] if known.single else []
    weight = number(subject.weight_kg)
    if known.kg_single and weight and is_child(subject):
        per_kg = exact(known.kg_single)
        limits.append(Limit(per_kg * weight, known.source, per_kg))
    over = worst(limits, line.at_once[code])
    if over:
        grade, limit = over
        params = (
            ("medicine", named(line, code)),
            ("dose", amount(line.at_once[code])),
            ("most", amount(limit.mg)),
        )
        yield Finding(
            f"dose:single:{name_in_key(line, code)}",
            Kind.DOSE,
            grade,
            _("%(medicine)s: %(dose)s at once; at most %(most)s."),
            params,
            limit.source,
            (line.item.key,),
        )


def _little(subject: Subject, line: Line, code: str) -> Iterator[Finding]:
    """Less than is usual. Each line by itself: another one may add to it."""
    known, day = dose_limits(code, line.item.route), line.in_a_day[code]
    if known is None or line.item.as_needed or line.doses_a_day is None:
        return
    if line.item.frequency in SELDOM and not _is_weekly(line):
        return
    low = _usual_low(subject, known)
    if low is None or day >= low:
        return
    yield Finding(
        f"dose:low:{name_in_key(line, code)}",
        Kind.DOSE,
        Grade.CAUTION if day * 2 < low else Grade.INFO,
        _("%(medicine)s: %(total)s a day is less than the usual %(low)s, unless something else adds to it."),
        (("medicine", named(line, code)), ("total", amount(day)), ("low", amount(low))),
        known.source,
        (line.item.key,),
    )


def _usual_low(subject: Subject, known: DoseLimits) -> Decimal | None:
    weight = number(subject.weight_kg)
    fixed = exact(known.low) if known.low else None
    by_weight = exact(known.kg_low) * weight if known.kg_low and weight else None
    if is_child(subject):
        # A heavy child needs no more than an adult.
        return min(by_weight, fixed) if by_weight and fixed else by_weight
    if known.by_weight_for_all and by_weight and fixed:
        return min(by_weight, fixed)
    return fixed


def _is_weekly(line: Line) -> bool:
    return line.is_any(WEEKLY_ONLY)


def _weekly(line: Line) -> Iterator[Finding]:
    if not _is_weekly(line) or line.item.frequency in SELDOM:
        return
    yield Finding(
        f"dose:weekly:{line.who}",
        Kind.DOSE,
        Grade.SEVERE,
        _("%(medicine)s is taken once a week, never daily: say the day of the week."),
        (("medicine", line.medicine.label),),
        next(source for code, source in WEEKLY_ONLY.items() if line.is_in(code)),
        (line.item.key,),
    )


def _impossible(line: Line) -> Iterator[Finding]:
    """A number of units that is rather a slip of the pen, whatever the medicine."""
    dose = number(line.item.dose)
    if dose is None:
        return
    insulin = line.is_in(INSULIN)
    unusual, impossible = plausible_units(line.medicine.unit.lower(), insulin=insulin)
    heavy = any(mg > HEAVIEST for mg in line.at_once.values())
    if dose > unusual or heavy:
        yield Finding(
            f"dose:units:{line.who}",
            Kind.DOSE,
            Grade.SEVERE if dose > impossible or heavy else Grade.CAUTION,
            _("%(medicine)s: %(dose)s %(unit)s at once is very many. Is it a slip of the pen?"),
            (("medicine", line.medicine.label), ("dose", plain(dose)), ("unit", line.medicine.unit)),
            ISMP_INSULIN if insulin else PLAUSIBLE,
            (line.item.key,),
        )
