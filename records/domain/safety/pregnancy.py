"""Medicines in pregnancy: the catalogue's letter, or what is known of the class where that is worse."""

from collections.abc import Iterator

from .ages import age_in_months
from .facts import Finding, Grade, Kind, Subject
from .lines import OUTER_ROUTES, Line
from .words import gettext_noop as _

# From these months of age to below those somebody may be pregnant.
POSSIBLE = range(11 * 12, 56 * 12)
_LETTERS = "ABNCDX"
_SPC = "Product information (SmPC 4.6); BNF, Pregnancy"

# (codes, letter, source)
KNOWN: tuple[tuple[tuple[str, ...], str, str], ...] = (
    (("D10BA01", "D05BB"), "X", "EMA 2018, EMA/254364/2018: retinoids"),
    (("N03AG01",), "X", "EMA 2018, EMA/375438/2018; MHRA: valproate pregnancy prevention programme"),
    (("L04AX03", "L04AK01", "L04AA13"), "X", _SPC),
    (("L04AX02", "L04AX04"), "X", _SPC),
    (("L04AA06",), "X", "EMA 2015: mycophenolate"),
    (("B01AA",), "X", _SPC),
    (("A02BB01",), "X", _SPC),
    (("J05AP01", "J05AB04"), "X", _SPC),
    (("G04CB", "D11AX10"), "X", _SPC),
    (("C10AA", "C10BA"), "X", "FDA labelling to 2021: X; FDA 2021 asks to stop in most pregnancies"),
    (("G03B", "G03XA"), "X", _SPC),
    (("L02B",), "D", _SPC),
    (
        ("C09A", "C09B", "C09C", "C09D"),
        "D",
        "MHRA 2009, Drug Safety Update 2(12): ACE inhibitors and sartans",
    ),
    (("J01A",), "D", _SPC),
    (("J01G",), "D", _SPC),
    (("N03AA02", "N03AB02", "N03AF01", "N03AX11"), "D", "MHRA 2021: antiepileptic drugs in pregnancy"),
    (("N05AN01",), "D", _SPC),
    (("N05BA", "N05CD"), "D", _SPC),
    (("H03BB", "H03BA"), "D", _SPC),
    (("M01A",), "D", "FDA 2020 and MHRA 2023: NSAIDs from the 20th week of pregnancy"),
    (("L01",), "D", _SPC),
    (("C01BD01",), "D", _SPC),
    (("J02AC01",), "D", "FDA 2011: long courses of fluconazole"),
    (("J01M", "J01E", "N06AB05", "J01BA01", "P01BA03", "R05DA04", "N02A"), "C", _SPC),
)


def pregnancy(subject: Subject, lines: list[Line]) -> Iterator[Finding]:
    for line in lines:
        if line.running:
            continue
        letter, source = category(line)
        found = _grade(subject, letter)
        if found:
            grade, message = found
            yield Finding(
                f"pregnancy:{line.who}",
                Kind.PREGNANCY,
                grade,
                message,
                (("medicine", line.medicine.label), ("letter", letter)),
                source,
                (line.item.key,),
            )


def category(line: Line) -> tuple[str, str]:
    """The worst letter that is known of it, and from where. Classes count only where it works in the whole body."""
    own = line.medicine.pregnancy if line.medicine.pregnancy in _LETTERS else "N"
    best = own or "N", line.medicine.source
    if line.item.route not in OUTER_ROUTES | {"inhaled"}:
        for codes, letter, source in KNOWN:
            worse = _LETTERS.index(letter) > _LETTERS.index(best[0])
            if worse and line.is_any(codes):
                best = letter, source
    return best


def _grade(subject: Subject, letter: str) -> tuple[Grade, str] | None:
    if subject.pregnant:
        return {
            "X": (
                Grade.SEVERE,
                _("Pregnant: %(medicine)s is never given in pregnancy (category %(letter)s)."),
            ),
            "D": (Grade.SEVERE, _("Pregnant: %(medicine)s harms the child (category %(letter)s).")),
            "C": (
                Grade.CAUTION,
                _("Pregnant: a risk of %(medicine)s is not ruled out (category %(letter)s)."),
            ),
            "N": (Grade.INFO, _("Pregnant: nothing is known here of %(medicine)s in pregnancy.")),
        }.get(letter)
    months = age_in_months(subject.born_on, subject.today)
    if (
        subject.pregnant is False
        or subject.gender == "male"
        or (months is not None and months not in POSSIBLE)
    ):
        return None
    if letter == "X":
        grade = Grade.CAUTION if subject.gender == "female" else Grade.INFO
        return grade, _("%(medicine)s is never given in pregnancy (category %(letter)s): rule one out.")
    if letter == "D":
        return Grade.INFO, _("%(medicine)s harms the child in pregnancy (category %(letter)s): ask.")
    return None
