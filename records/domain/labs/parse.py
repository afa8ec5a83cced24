"""What a person typed into a cell of the grid, as a result. Pure.

A number keeps its comparator ("<0.1" stays below 0.1) and at most four decimals. A comma is read as a decimal comma
("12,5"), or as a sign of thousands where nothing else is possible ("2,50,000"; "1,234.5"); where both are possible
("1,234") it is refused: a factor of a thousand is not to be guessed. Digits may be Devanagari.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from . import units

MAX_LENGTH = 120
MAX_DECIMALS = 4
# What the column holds: 14 digits, 4 of them behind the point.
LARGEST = Decimal(10) ** 10


@dataclass(frozen=True)
class Spec:
    """What is measured: as a LabParameter says it, in plain values."""

    kind: str = "number"
    unit: str = ""
    possible_low: Decimal | None = None
    possible_high: Decimal | None = None
    choices: Sequence[str] = field(default_factory=tuple)


@dataclass(frozen=True)
class Reading:
    """A number with its comparator, or words."""

    comparator: str = ""
    value: Decimal | None = None
    text: str = ""


class Refused(ValueError):
    """`code` says why, for the page to put into words; `words` are what it needs for that."""

    def __init__(self, code: str, **words: object) -> None:
        super().__init__(code)
        self.code, self.words = code, words


_COMPARATORS = {"<": "<", "<=": "<=", "=<": "<=", "≤": "<=", ">": ">", ">=": ">=", "=>": ">=", "≥": ">="}
_NUMBER = re.compile(r"^(?P<comparator>[<>≤≥=]{0,2})\s*(?P<number>[+-]?[\d.,' ]*\d|[.,]\d+)\s*(?P<unit>.*)$")
_PLAIN = re.compile(r"^\d+(\.\d+)?$")
# Words of laboratories -> the meaning that a list of choices names in its own way.
_MEANING = {
    "negative": "negative",
    "neg": "negative",
    "nil": "negative",
    "absent": "negative",
    "none": "negative",
    "no": "negative",
    "notdetected": "negative",
    "nd": "negative",
    "nonreactive": "negative",
    "nr": "negative",
    "-": "negative",
    "-ve": "negative",
    "नेगेटिभ": "negative",
    "छैन": "negative",
    "positive": "positive",
    "pos": "positive",
    "present": "positive",
    "yes": "positive",
    "detected": "positive",
    "reactive": "positive",
    "r": "positive",
    "+ve": "positive",
    "पोजेटिभ": "positive",
    "छ": "positive",
    "trace": "trace",
    "tr": "trace",
    "+-": "trace",
    "±": "trace",
    "+": "1+",
    "1+": "1+",
    "++": "2+",
    "2+": "2+",
    "+++": "3+",
    "3+": "3+",
    "++++": "4+",
    "4+": "4+",
}


def parse(typed: str, spec: Spec) -> Reading | None:
    """The reading, or None for an empty cell. Raises Refused."""
    text = _plain(typed)
    if not text:
        return None
    if len(text) > MAX_LENGTH:
        raise Refused("too_long", limit=MAX_LENGTH)
    if spec.kind == "choice":
        return Reading(text=_chosen(text, spec.choices))
    if spec.kind == "text":
        return Reading(text=text)
    return _number(text, spec)


def _plain(typed: str) -> str:
    """One line, ASCII digits, one kind of minus. Signs that can't be seen are dropped."""
    folded = []
    for sign in unicodedata.normalize("NFC", typed):
        digit = unicodedata.decimal(sign, None)
        if digit is not None:
            folded.append(str(digit))
        elif sign in "\u2212\u2013\u2014":
            folded.append("-")
        elif sign.isspace():
            folded.append(" ")
        elif unicodedata.category(sign) not in ("Cc", "Cf", "Cs", "Co", "Cn") or sign in "\u200c\u200d":
            folded.append(sign)
    return " ".join("".join(folded).split())


def _chosen(text: str, choices: Sequence[str]) -> str:
    """The choice that was meant: its own words, the only one that begins so, or a usual word for it."""
    wanted = text.casefold()
    for choice in choices:
        if choice.casefold() == wanted:
            return choice
    meaning = _MEANING.get(re.sub(r"[\s_.]|(?<=\w)-(?=\w)", "", wanted))
    if meaning:
        for choice in choices:
            own = re.sub(r"[\s_.-]", "", choice.casefold()) or choice
            if _MEANING.get(own, own) == meaning:
                return choice
    begun = [choice for choice in choices if choice.casefold().startswith(wanted)]
    if len(begun) == 1:
        return begun[0]
    raise Refused("choice", choices=", ".join(choices))


def _number(text: str, spec: Spec) -> Reading:
    found = _NUMBER.match(text)
    if found is None:
        raise Refused("number")
    written = found["comparator"]
    if written and written not in _COMPARATORS:
        raise Refused("number")
    unit = found["unit"].strip()
    if unit and not any(sign.isalpha() or sign in "%/" for sign in unit):
        raise Refused("number")
    if unit and not units.is_same(unit, spec.unit):
        raise Refused("unit", unit=units.shown(spec.unit) or "–", written=unit)
    value = _value(found["number"])
    exponent = value.normalize().as_tuple().exponent
    if isinstance(exponent, int) and -exponent > MAX_DECIMALS:
        raise Refused("decimals", limit=MAX_DECIMALS)
    if abs(value) >= LARGEST:
        raise Refused("impossible_high", limit=_bare(spec.possible_high or LARGEST))
    if spec.possible_low is not None and value < spec.possible_low:
        raise Refused("impossible_low", limit=_bare(spec.possible_low))
    if spec.possible_high is not None and value > spec.possible_high:
        raise Refused("impossible_high", limit=_bare(spec.possible_high))
    return Reading(comparator=_COMPARATORS.get(written, ""), value=value)


def _value(written: str) -> Decimal:
    sign = "-" if written.startswith("-") else ""
    number = written.lstrip("+-").strip()
    if number.startswith((".", ",")):
        number = "0" + number
    if re.search(r"[ ']", number):
        # "12 500": groups of three only; "7 8" is no number.
        if not re.fullmatch(r"\d{1,3}([ ']\d{3})+([.,]\d+)?", number):
            raise Refused("number")
        number = re.sub(r"[ ']", "", number).replace(",", ".")
    elif "," in number:
        number = _without_commas(number)
    if not _PLAIN.match(number):
        raise Refused("number")
    return Decimal(sign + number)


def _without_commas(number: str) -> str:
    if "." in number:
        # "1,234.5" and "2,50,000.5", but not "1.234,5": that would be a guess.
        if re.fullmatch(r"\d{1,3}(,\d{2,3})*,\d{3}\.\d+", number):
            return number.replace(",", "")
        raise Refused("number")
    if number.count(",") > 1:
        if re.fullmatch(r"\d{1,3}(,\d{2,3})*,\d{3}", number):
            return number.replace(",", "")
        raise Refused("number")
    whole, _, rest = number.partition(",")
    if len(rest) == 3 and 1 <= len(whole) <= 3 and whole.lstrip("0"):
        raise Refused("thousands", decimal=f"{whole}.{rest}", whole=f"{whole}{rest}")
    return f"{whole}.{rest}"


def _bare(value: Decimal) -> str:
    """Without zeros at the end and without an exponent."""
    return f"{value:f}".rstrip("0").rstrip(".") if "." in f"{value:f}" else f"{value:f}"


def shown(comparator: str, value: Decimal, decimals: int) -> str:
    """As it is read: no less places than the parameter's, no zeros beyond them; after a comparator as it was
    written."""
    bare = _bare(value)
    if not comparator:
        places = len(bare.partition(".")[2])
        if places < decimals:
            bare = f"{value:.{decimals}f}"
    return {"<=": "≤", ">=": "≥"}.get(comparator, comparator) + bare
