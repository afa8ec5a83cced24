"""The rows of a statement as money that came in, with what was left out and why. Pure."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from billing.domain.currencies import NUMBER_OF
from billing.domain.references import bare

from .cells import Unread, amount, day, plain
from .layouts import Mapping

_OUT = ("D", "DR", "DEBIT", "OUT", "WITHDRAWAL", "W", "नामे", "डेबिट")
_IN = ("C", "CR", "CREDIT", "IN", "DEPOSIT", "जम्मा", "क्रेडिट")


@dataclass(frozen=True)
class Credit:
    """Money that came in, as row `number` (from 1) of the file tells it."""

    number: int
    booked_on: date
    amount: Decimal
    currency: str
    reference: str = ""
    description: str = ""
    payer: str = ""


@dataclass(frozen=True)
class Problem:
    """A row that can't be read: `code` says why (words.PROBLEMS), `value` is what stands there."""

    number: int
    code: str
    value: str = ""


@dataclass
class Reading:
    credits: list[Credit] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    debits: int = 0

    @property
    def rows(self) -> int:
        return len(self.credits) + len(self.problems) + self.debits


def read(rows: Sequence[Sequence[str]], mapping: Mapping, *, currency: str, last: date) -> Reading:
    """All rows below the headings; `currency` is that of amounts without one, `last` the latest day there can be."""
    return sorted_out(each(rows, mapping, currency=currency, last=last))


def sorted_out(rows: Iterable[Credit | Problem | int]) -> Reading:
    """What `each` gave, by kind."""
    reading = Reading()
    for row in rows:
        if isinstance(row, Credit):
            reading.credits.append(row)
        elif isinstance(row, Problem):
            reading.problems.append(row)
        else:
            reading.debits += 1
    return reading


def each(
    rows: Sequence[Sequence[str]], mapping: Mapping, *, currency: str, last: date
) -> Iterator[Credit | Problem | int]:
    """Row by row below the headings, blank ones left away: a credit, a problem, or the number of a row of money that
    went out."""
    for number, row in enumerate(rows, start=1):
        if number <= mapping.heading_row or not any(cell.strip() for cell in row):
            continue
        try:
            yield _one(number, row, mapping, currency, last) or number
        except Unread as problem:
            yield Problem(number, problem.code, problem.value)


def _one(number: int, row: Sequence[str], mapping: Mapping, currency: str, last: date) -> Credit | None:
    cells = {name: _cell(row, at) for name, at in mapping.columns.items()}
    money, written = _money(cells, mapping.decimal_mark)
    if money < 0:
        return None
    if money == 0:
        raise Unread("nothing")
    told = plain(cells.get("currency", ""))
    if told and told not in NUMBER_OF:
        raise Unread("currency", told)
    booked_on = day(cells.get("booked_on", ""), mapping.date_format, last=last)
    return Credit(
        number=number,
        booked_on=booked_on,
        amount=money,
        currency=told or written or currency,
        reference=cells.get("reference", "")[:80],
        description=cells.get("description", "")[:240],
        payer=cells.get("payer", "")[:120],
    )


def _money(cells: dict[str, str], mark: str) -> tuple[Decimal, str]:
    """Below nothing for money that went out."""
    if "amount" in cells:
        if not cells["amount"]:
            raise Unread("nothing")
        money, written = amount(cells["amount"], decimal_mark=mark)
        side = plain(cells.get("direction", "")).rstrip(".")
        if side in _OUT:
            return -abs(money), written
        if side and side not in _IN:
            raise Unread("direction", side)
        return money, written
    came, written = _column(cells.get("credit", ""), mark)
    # Some banks write money out as `500.00` and some as `-500.00`.
    went, written_out = _column(cells.get("debit", ""), mark)
    if came > 0 and went:
        raise Unread("both")
    return (-abs(went), written_out) if went else (came, written)


def _column(text: str, mark: str) -> tuple[Decimal, str]:
    if not text.strip("-–. "):
        return Decimal(0), ""
    return amount(text, decimal_mark=mark)


def _cell(row: Sequence[str], at: int) -> str:
    """On one line, without signs that hide or steer text."""
    text = row[at] if at < len(row) else ""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def keys(credits: Sequence[Credit], scheme: str) -> list[str]:
    """For each line the key by which it is known in every file: its contents, and its place among those of the file
    that are wholly alike."""
    seen: Counter[str] = Counter()
    found = []
    for line in credits:
        told = "\x1f".join(
            [
                scheme,
                line.booked_on.isoformat(),
                str(line.amount),
                line.currency,
                bare(line.reference),
                bare(line.description),
                bare(line.payer),
            ]
        )
        seen[told] += 1
        found.append(hashlib.sha256(f"{told}\x1f{seen[told]}".encode()).hexdigest())
    return found
