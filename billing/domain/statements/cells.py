"""What banks write into the cells of a statement: amounts and days. Pure."""

import re
import unicodedata
from datetime import date
from decimal import Decimal

from billing.domain.currencies import NUMBER_OF
from clinic.core import bikram

# The orders of a date; of Bikram Sambat, whichever end has the four digits is the year.
YEAR_FIRST, DAY_FIRST, MONTH_FIRST, BIKRAM = "ymd", "dmy", "mdy", "bs"
EARLIEST = date(2000, 1, 1)
# What the column of a line holds.
MOST = Decimal("9999999999.99")

_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_RUPEES = r"RS\.?|RU\.?|रु\.?|रू\.?"
_AMOUNT = re.compile(
    rf"(?P<open>\()?\s*(?P<sign>[-+])?\s*(?P<before>[A-Z]{{3}}|{_RUPEES}|₹)?\s*(?P<sign_after>[-+])?\s*"
    r"(?P<figure>[\d.,' ]*\d[.,]?)\s*(?:/-|/=)?\s*"
    r"(?P<after>(?!DR|CR)[A-Z]{3})?\s*(?P<trailing>-)?\s*(?P<side>(?:CR|DR)\.?)?\s*(?P<close>\))?"
)
_TIME = re.compile(r"[T ,]+\d{1,2}[:.]\d{2}.*$")


class Unread(ValueError):
    """A cell that can't be read: `code` says why (match_words.PROBLEMS), `value` is what stands there."""

    def __init__(self, code: str, value: str = "") -> None:
        super().__init__(code)
        self.code, self.value = code, value[:60]


def plain(text: str) -> str:
    """In upper case, digits of any script as 0–9, one kind of minus and blank."""
    signs = []
    for sign in unicodedata.normalize("NFKC", text).upper():
        kind = unicodedata.category(sign)
        if kind == "Nd":
            signs.append(str(unicodedata.decimal(sign)))
        elif kind == "Pd" or sign == "\N{MINUS SIGN}":
            signs.append("-")
        elif kind == "Zs":
            signs.append(" ")
        elif sign == "\N{RIGHT SINGLE QUOTATION MARK}":
            signs.append("'")
        elif kind not in ("Cf", "Cc"):
            signs.append(sign)
    return "".join(signs).strip()


def amount(text: str, *, decimal_mark: str = ".") -> tuple[Decimal, str]:
    """What is written, below nothing for a debit (`-5`, `(5)`, `5 Dr`), and the currency written with it, "" without
    one. Groups of two and of three digits are both understood (`1,23,456.78`). Raises Unread."""
    found = _AMOUNT.fullmatch(plain(text))
    if found is None or bool(found["open"]) != bool(found["close"]):
        raise Unread("amount", text)
    currency = _currency(found["before"] or found["after"] or "", text)
    figure = _figure(found["figure"].strip(), decimal_mark, text)
    minus = "-" in (found["sign"], found["sign_after"], found["trailing"]) or bool(found["open"])
    below = minus or (found["side"] or "").startswith("D")
    return (-figure if below else figure), currency


def _currency(written: str, text: str) -> str:
    if written == "₹":
        return "INR"
    if len(written) == 3 and written in NUMBER_OF:
        return written
    if written and not re.fullmatch(_RUPEES, written):
        raise Unread("amount", text)
    return ""


def _figure(written: str, decimal_mark: str, text: str) -> Decimal:
    grouping = "[,' ]" if decimal_mark == "." else "[.' ]"
    whole, _mark, part = written.partition(decimal_mark)
    # A comma that stands for the decimal mark is no group: `1,50` is refused, not read as 150.
    groups = rf"\d+|\d{{1,3}}(?:{grouping}\d{{2,3}})*{grouping}\d{{3}}"
    if (whole and not re.fullmatch(groups, whole)) or (part and not part.isdigit()) or not (whole or part):
        raise Unread("amount", text)
    if len(part.rstrip("0")) > 2:
        raise Unread("decimals", text)
    value = Decimal(f"{re.sub(grouping, '', whole) or 0}.{part[:2] or 0}").quantize(Decimal("0.01"))
    if value > MOST:
        raise Unread("too_much", text)
    return value


def day(text: str, order: str, *, last: date) -> date:
    """The day written in `text`, a time behind it left away. A year of four digits tells where it stands; `order` says
    the rest. Raises Unread, also for a day after `last`: then the order is probably wrong."""
    written = _TIME.sub("", plain(text))
    parts = [part for part in re.split(r"[-/. ,]+", written) if part]
    if len(parts) == 1 and re.fullmatch(r"\d{8}", written):
        parts = [written[:4], written[4:6], written[6:]]
        if order not in (YEAR_FIRST, BIKRAM):
            raise Unread("day", text)
    numbers = [_number(part) for part in parts]
    if len(numbers) != 3 or None in numbers:
        raise Unread("day", text)
    year, month, dom = _ordered(parts, [number or 0 for number in numbers], order, text)
    if order == BIKRAM:
        found = bikram.day_of(year, month, dom)
    else:
        try:
            found = date(year, month, dom)
        except ValueError:
            found = None
    if found is None or found < EARLIEST:
        raise Unread("day", text)
    if found > last:
        raise Unread("future", text)
    return found


def _ordered(parts: list[str], numbers: list[int], order: str, text: str) -> tuple[int, int, int]:
    first, second, third = numbers
    if len(parts[0]) == 4 and parts[0].isdigit():
        return first, second, third
    if order == YEAR_FIRST:
        raise Unread("day", text)
    year = third if len(parts[2]) == 4 else 2000 + third
    if order == BIKRAM and len(parts[2]) != 4:
        raise Unread("day", text)
    # A month by its name stands where it stands.
    if (order == MONTH_FIRST and not parts[1].isalpha()) or parts[0].isalpha():
        return year, first, second
    return year, second, first


def _number(part: str) -> int | None:
    if part.isdigit() and len(part) <= 4:
        return int(part)
    if part.isalpha() and part[:3] in _MONTHS:
        return _MONTHS.index(part[:3]) + 1
    return None
