"""How well the kidneys work, from the newest creatinine, and what that means for each new medicine."""

from collections.abc import Iterator

from .ages import age_in_months
from .facts import Finding, Grade, Kind, Subject
from .lines import Line, number
from .words import gettext_noop as _

CKD_EPI = "CKD-EPI 2021 (Inker et al., N Engl J Med 385:1737)"
SCHWARTZ = "Bedside Schwartz (Schwartz et al. 2009, J Am Soc Nephrol 20:629)"
UMOL_PER_MG_DL = 88.42
# A creatinine is worth less after this many days.
OLD_AFTER_DAYS = 365

# ATC -> ml/min below which it is used with care or another dose, below which it is not given. Where the catalogue says
# so itself, the catalogue holds. Source: BNF, Renal impairment of each monograph; SmPC 4.2 and 4.4.
LIMITS: tuple[tuple[str, int | None, int | None], ...] = (
    ("A10BA02", 45, 30), ("A10BB01", 60, 30), ("A10BH01", 45, None), ("A02BA", 50, None),
    ("B01AB05", 30, 15), ("B01AE07", 50, 30), ("B01AF01", 50, 15), ("B01AF02", 30, 15),
    ("C01AA05", 60, None), ("C03AA", 30, None), ("C03DA01", 50, 30), ("C03DB", 50, 30),
    ("C07AB03", 35, None), ("C09A", 60, None), ("C09C", 30, None),
    ("J01XE01", None, 45), ("J01EE01", 30, 15), ("J01MA02", 60, None), ("J01MA12", 50, None),
    ("J01GB", 60, None), ("J01XA01", 60, None), ("J02AC01", 50, None), ("J04AK02", 30, None),
    ("J05AB01", 25, None), ("J05AB11", 50, None), ("J05AF07", 60, 30),
    ("L04AX03", 60, 30), ("M01A", 60, 30), ("M04AA01", 60, None), ("M04AC01", 60, 10), ("M05BA04", 60, 35),
    ("M03BX01", 60, None), ("N02AA01", 50, None), ("R05DA04", 50, None), ("N02AX02", 30, None),
    ("N03AX12", 80, None), ("N03AX16", 60, None), ("N03AX14", 80, None), ("N05AN01", 60, 30),
    ("N06AX21", 60, 30), ("N06AX16", 30, None),
)  # fmt: skip
BNF = "BNF, Renal impairment; product information (SmPC 4.2, 4.4)"


def ckd_epi(creatinine_umol: float, age: float, *, female: bool) -> float:
    """eGFR in ml/min per 1.73 m² of an adult."""
    ratio = creatinine_umol / UMOL_PER_MG_DL / (0.7 if female else 0.9)
    alpha = -0.241 if female else -0.302
    value = 142 * min(ratio, 1) ** alpha * max(ratio, 1) ** -1.200 * 0.9938**age
    return value * 1.012 if female else value


def schwartz(creatinine_umol: float, height_cm: float) -> float:
    """eGFR in ml/min per 1.73 m² of a child from one year of age."""
    return 0.413 * height_cm / (creatinine_umol / UMOL_PER_MG_DL)


def egfr(subject: Subject) -> tuple[float | None, str]:
    """The estimate and how it was made; or None and what is missing for it. Of an unknown sex the lower one."""
    umol = number(subject.creatinine.umol_per_l) if subject.creatinine else None
    if not subject.creatinine or umol is None:
        return None, _("no creatinine is in the record")
    months = age_in_months(subject.born_on, subject.creatinine.measured_on)
    if months is None:
        return None, _("the date of birth is not known")
    if months >= 18 * 12:
        sexes = {"female": (True,), "male": (False,)}.get(subject.gender, (True, False))
        return min(ckd_epi(float(umol), months / 12, female=sex) for sex in sexes), CKD_EPI
    if months < 12:
        return None, _("there is no estimate for the first year of life")
    height = number(subject.height_cm)
    if height is None:
        return None, _("the height is not known, and a child's estimate needs it")
    return schwartz(float(umol), float(height)), SCHWARTZ


def kidney(subject: Subject, lines: list[Line]) -> Iterator[Finding]:
    concerned = [
        (line, limits) for line in lines if not line.running and any(limits := kidney_limits(line)[:2])
    ]
    if not concerned:
        return
    items = tuple(sorted(line.item.key for line, _limits in concerned))
    rate, how = egfr(subject)
    if rate is None:
        yield Finding(
            "unknown:kidney",
            Kind.UNKNOWN,
            Grade.INFO,
            _("The dose depends on the kidneys, and how they work is not known: %(missing)s."),
            (("missing", how),),
            items=items,
        )
        return
    days = (subject.today - subject.creatinine.measured_on).days if subject.creatinine else 0
    if days > OLD_AFTER_DAYS:
        yield Finding(
            "unknown:kidney:old",
            Kind.UNKNOWN,
            Grade.INFO,
            _("The last creatinine is %(days)s days old; the dose depends on the kidneys."),
            (("days", str(days)),),
            items=items,
        )
    if subject.gender not in ("female", "male") and how == CKD_EPI:
        yield Finding(
            "unknown:kidney:sex",
            Kind.UNKNOWN,
            Grade.INFO,
            _("The sex is not known: of both estimates of the kidneys the lower one is used."),
            items=items,
        )
    for line, _limits in concerned:
        yield from _of_line(line, rate, how)


def kidney_limits(line: Line) -> tuple[int | None, int | None, str]:
    """(care below, not below, source): the catalogue's, else those known of the class."""
    medicine = line.medicine
    if medicine.renal_caution_below is not None or medicine.renal_avoid_below is not None:
        return medicine.renal_caution_below, medicine.renal_avoid_below, medicine.source
    for code, care, avoid in LIMITS:
        if line.is_in(code):
            return care, avoid, BNF
    return None, None, ""


def _of_line(line: Line, rate: float, how: str) -> Iterator[Finding]:
    care, avoid, source = kidney_limits(line)
    if avoid is not None and rate < avoid:
        grade, limit = Grade.SEVERE, avoid
        message = _("eGFR %(rate)s ml/min: %(medicine)s is not given below %(limit)s.")
    elif care is not None and rate < care:
        grade, limit = Grade.CAUTION, care
        message = _("eGFR %(rate)s ml/min: below %(limit)s the dose of %(medicine)s is reduced or watched.")
    else:
        return
    params = (("rate", str(round(rate))), ("limit", str(limit)), ("medicine", line.medicine.label))
    yield Finding(
        f"kidney:{line.who}",
        Kind.KIDNEY,
        grade,
        message,
        params,
        f"{source or BNF}. {how}",
        (line.item.key,),
    )
