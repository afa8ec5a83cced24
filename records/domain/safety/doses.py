"""How much: of each dose, and of a substance in a day from all items together, against age and weight."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from .ages import age_in_months
from .dose_limits import (
    HEAVIEST,
    LOCAL_ROUTES,
    OTHER_UNITS,
    UNITS,
    WEEKLY_ONLY,
    DoseLimits,
    dose_limits,
)
from .facts import Finding, Grade, Kind, Subject
from .lines import Line, number
from .substances import is_in
from .words import gettext_noop as _

CHILD_MONTHS = 12 * 12
# By weight one rounds to what a tablet or a spoon gives: so much over the limit is a caution.
ROUNDING = Decimal("1.1")
# A child's weight is worth less after so many days.
OLD_WEIGHT_DAYS = 180
SELDOM = frozenset({"weekly", "monthly", "once"})


@dataclass(frozen=True)
class Limit:
    mg: Decimal
    source: str
    # mg/kg, when it comes from the weight
    per_kg: Decimal | None = None


def doses(subject: Subject, lines: list[Line]) -> Iterator[Finding]:
    new = [line for line in lines if not line.running]
    for line in new:
        yield from _impossible(line)
        yield from _weekly(line)
        yield from _single(subject, line)
        yield from _day(subject, line, lines)
        yield from _little(subject, line)
        yield from _open_ended(line)
    yield from _weight(subject, new)


def is_child(subject: Subject) -> bool:
    months = age_in_months(subject.born_on, subject.today)
    return months is not None and months < CHILD_MONTHS


def _day_limits(subject: Subject, line: Line) -> list[Limit]:
    """Every most of a day that holds for this patient; the lowest is the one to keep."""
    medicine, weight = line.medicine, number(subject.weight_kg)
    if line.item.route in LOCAL_ROUTES:
        return []
    known = dose_limits(medicine.atc, line.item.route)
    found = []
    source = medicine.source
    if fixed := number(medicine.max_daily_mg):
        found.append(Limit(fixed, source))
    elif known and known.high:
        found.append(Limit(_exact(known.high), known.source))
    if weight and (per_kg := number(medicine.max_daily_mg_per_kg)):
        found.append(Limit(per_kg * weight, source, per_kg))
    elif weight and known and known.kg_high and (is_child(subject) or known.by_weight_for_all):
        per_kg = _exact(known.kg_high)
        found.append(Limit(per_kg * weight, known.source, per_kg))
    return found


def _day(subject: Subject, line: Line, lines: list[Line]) -> Iterator[Finding]:
    if line.item.route in LOCAL_ROUTES or line.mg_a_day is None:
        return
    limits = _day_limits(subject, line)
    if not limits:
        yield Finding(
            f"unknown:dose:{line.who}",
            Kind.UNKNOWN,
            Grade.INFO,
            _("No highest dose of %(medicine)s is known here: it was not checked."),
            (("medicine", line.medicine.label),),
            items=(line.item.key,),
        )
        return
    limit = min(limits, key=lambda one: one.mg)
    total = _fullest_day(line, lines)
    if total <= limit.mg:
        return
    params = (
        ("medicine", line.medicine.label),
        ("total", amount(total)),
        ("most", amount(limit.mg)),
        ("per_kg", f"{limit.per_kg or 0:f}"),
        ("weight", f"{subject.weight_kg or 0:f}"),
    )
    message = (
        _("%(medicine)s: %(total)s a day; at most %(most)s (%(per_kg)s mg per kg, %(weight)s kg).")
        if limit.per_kg
        else _("%(medicine)s: %(total)s a day; at most %(most)s.")
    )
    yield Finding(
        f"dose:day:{line.who}",
        Kind.DOSE,
        Grade.SEVERE if total > limit.mg * ROUNDING else Grade.CAUTION,
        message,
        params,
        limit.source,
        (line.item.key,),
    )


def _fullest_day(line: Line, lines: list[Line]) -> Decimal:
    """The most of its substance on one day of this line, together with everything else that holds it. Sums only change
    where something begins, so only those days are looked at."""
    same = [
        other
        for other in lines
        if other.mg_a_day is not None
        and other.item.route not in LOCAL_ROUTES
        and (
            other.medicine.id == line.medicine.id
            or (len(other.substances) == 1 and other.substances == line.substances)
        )
    ]
    days = {other.first for other in same if _on(line, other.first)} | {line.first}
    return max(
        sum((other.mg_a_day or Decimal(0) for other in same if _on(other, day)), Decimal(0)) for day in days
    )


def _on(line: Line, day: date) -> bool:
    return line.first <= day and (line.last is None or day <= line.last)


def _single(subject: Subject, line: Line) -> Iterator[Finding]:
    known, dose = dose_limits(line.medicine.atc, line.item.route), line.mg_a_dose
    if known is None or dose is None:
        return
    limits = [Limit(_exact(known.single), known.source)] if known.single else []
    weight = number(subject.weight_kg)
    if known.kg_single and weight and is_child(subject):
        per_kg = _exact(known.kg_single)
        limits.append(Limit(per_kg * weight, known.source, per_kg))
    if not limits:
        return
    limit = min(limits, key=lambda one: one.mg)
    if dose <= limit.mg:
        return
    yield Finding(
        f"dose:single:{line.who}",
        Kind.DOSE,
        Grade.SEVERE if dose > limit.mg * ROUNDING else Grade.CAUTION,
        _("%(medicine)s: %(dose)s at once; at most %(most)s."),
        (("medicine", line.medicine.label), ("dose", amount(dose)), ("most", amount(limit.mg))),
        limit.source,
        (line.item.key,),
    )


def _little(subject: Subject, line: Line) -> Iterator[Finding]:
    """Less than is usual. Each line by itself: another one may add to it."""
    known, day = dose_limits(line.medicine.atc, line.item.route), line.mg_a_day
    if known is None or day is None or line.item.as_needed or line.doses_a_day is None:
        return
    if line.item.frequency in SELDOM - {"weekly" if _is_weekly(line) else ""}:
        return
    low = _usual_low(subject, known)
    if low is None or day >= low:
        return
    yield Finding(
        f"dose:low:{line.who}",
        Kind.DOSE,
        Grade.CAUTION if day * 2 < low else Grade.INFO,
        _("%(medicine)s: %(total)s a day is less than the usual %(low)s, unless something else adds to it."),
        (("medicine", line.medicine.label), ("total", amount(day)), ("low", amount(low))),
        known.source,
        (line.item.key,),
    )


def _usual_low(subject: Subject, known: DoseLimits) -> Decimal | None:
    weight = number(subject.weight_kg)
    fixed = _exact(known.low) if known.low else None
    by_weight = _exact(known.kg_low) * weight if known.kg_low and weight else None
    if is_child(subject):
        # A heavy child needs no more than an adult.
        return min(by_weight, fixed) if by_weight and fixed else by_weight
    if known.by_weight_for_all and by_weight and fixed:
        return min(by_weight, fixed)
    return fixed


def _is_weekly(line: Line) -> bool:
    return any(is_in(line.medicine.atc, code) for code in WEEKLY_ONLY)


def _weekly(line: Line) -> Iterator[Finding]:
    if line.item.route in LOCAL_ROUTES or not _is_weekly(line) or line.item.frequency in SELDOM:
        return
    yield Finding(
        f"dose:weekly:{line.who}",
        Kind.DOSE,
        Grade.SEVERE,
        _("%(medicine)s is taken once a week, never daily: say the day of the week."),
        (("medicine", line.medicine.label),),
        next(source for code, source in WEEKLY_ONLY.items() if is_in(line.medicine.atc, code)),
        (line.item.key,),
    )


def _impossible(line: Line) -> Iterator[Finding]:
    dose = number(line.item.dose)
    params = (("medicine", line.medicine.label), ("dose", _plain(dose or 0)), ("unit", line.medicine.unit))
    if dose is None:
        yield Finding(
            f"unknown:amount:{line.who}",
            Kind.UNKNOWN,
            Grade.INFO,
            _("%(medicine)s: the dose is not a number above zero, so it was not checked."),
            params,
            items=(line.item.key,),
        )
        return
    unusual, impossible = UNITS.get(line.medicine.unit.lower(), OTHER_UNITS)
    heavy = line.mg_a_dose is not None and line.mg_a_dose > HEAVIEST
    if dose > unusual or heavy:
        yield Finding(
            f"dose:units:{line.who}",
            Kind.DOSE,
            Grade.SEVERE if dose > impossible or heavy else Grade.CAUTION,
            _("%(medicine)s: %(dose)s %(unit)s at once is very many. Is it a slip of the pen?"),
            params,
            "Clinic Portal: plausible number of units at once",
            (line.item.key,),
        )
    if line.mg_a_dose is None and line.item.route not in LOCAL_ROUTES:
        yield Finding(
            f"unknown:strength:{line.who}",
            Kind.UNKNOWN,
            Grade.INFO,
            _("%(medicine)s: how many mg are in one %(unit)s is not known, so its dose was not checked."),
            params,
            items=(line.item.key,),
        )


def _open_ended(line: Line) -> Iterator[Finding]:
    if line.doses_a_day is None:
        yield Finding(
            f"unknown:as-needed:{line.who}",
            Kind.UNKNOWN,
            Grade.INFO,
            _("%(medicine)s when needed: say how often at most; only a single dose was checked."),
            (("medicine", line.medicine.label),),
            items=(line.item.key,),
        )


def _weight(subject: Subject, new: list[Line]) -> Iterator[Finding]:
    """What is missing or old of the weight, where a dose depends on it."""
    by_weight = [line for line in new if _needs_weight(subject, line)]
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
    elif is_child(subject) and _weight_is_old(subject):
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
            if number(line.medicine.max_daily_mg_per_kg) is None and not _known_by_weight(line):
                yield Finding(
                    f"unknown:child:{line.who}",
                    Kind.UNKNOWN,
                    Grade.INFO,
                    _(
                        "%(medicine)s: no dose by weight is known here, only the most for an adult was checked."
                    ),
                    (("medicine", line.medicine.label),),
                    items=(line.item.key,),
                )


def _known_by_weight(line: Line) -> bool:
    known = dose_limits(line.medicine.atc, line.item.route)
    return bool(known and (known.kg_high or known.kg_single))


def _needs_weight(subject: Subject, line: Line) -> bool:
    if line.item.route in LOCAL_ROUTES or line.mg_a_dose is None:
        return False
    known = dose_limits(line.medicine.atc, line.item.route)
    for_all = bool(known and known.by_weight_for_all)
    return is_child(subject) or for_all or number(line.medicine.max_daily_mg_per_kg) is not None


def _weight_is_old(subject: Subject) -> bool:
    return subject.weighed_on is None or (subject.today - subject.weighed_on).days > OLD_WEIGHT_DAYS


def _exact(value: float) -> Decimal:
    return Decimal(str(value))


def _plain(value: Decimal | int) -> str:
    """Without a tail of zeroes and without an exponent."""
    text = f"{Decimal(value):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def amount(mg: Decimal) -> str:
    """An amount as it is read: g from one gram, micrograms below 0.1 mg, three figures behind the point."""
    if mg >= 1000:
        return f"{_plain(round(mg / 1000, 3))} g"
    if mg < Decimal("0.1"):
        return f"{_plain(round(mg * 1000, 3))} µg"
    return f"{_plain(round(mg, 3))} mg"
