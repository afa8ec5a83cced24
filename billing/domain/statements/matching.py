"""Which line of a statement pays for what. Pure: plain values in, proposals out, each with its reasons. A proposal is
never more than that: a person confirms it.

Exact: the line names our reference, or the bank reference that the patient sent, and brings just what is expected.
Near: it names one of these with another amount, or the right amount comes with a reference that looks like it, with the
patient's name, or in the days in which the patient says it was sent.
"""

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cached_property, lru_cache
from operator import ne
from uuid import UUID

from billing.domain.references import LENGTH

from .cells import plain

# So many days a transfer and its claim may lie apart.
DAYS = 3
# With something else that speaks for it.
DAYS_WITH_MORE = 10
COMPARED_AT_MOST = 20
_TEXT_MAX = 440
_KEY_MIN = 6


class Standing(StrEnum):
    """What a candidate waits for."""

    PENDING = "pending"  # sent by the patient, to be checked
    UNPAID = "unpaid"  # nothing sent
    LET_GO = "let_go"  # sent and not accepted
    CALLED_OFF = "called_off"  # nothing is expected any more
    ACCEPTED = "accepted"  # confirmed before: the line only proves it


class Why(StrEnum):
    """A reason; its sentence is in words.py."""

    OUR_REFERENCE = "our_reference"
    BANK_REFERENCE = "bank_reference"
    LIKE_OURS = "like_ours"
    LIKE_BANKS = "like_banks"
    AMOUNT = "amount"
    OTHER_AMOUNT = "other_amount"
    DAY = "day"
    NAME = "name"
    LET_GO = "let_go"
    CALLED_OFF = "called_off"
    ACCEPTED = "accepted"
    ALSO_FITS = "also_fits"
    NAMES_TWO = "names_two"
    MAYBE_BEFORE = "maybe_before"


_SCORE = {
    Why.OUR_REFERENCE: 100,
    # The bank's belongs to one transfer; ours may stand on several for one payment.
    Why.BANK_REFERENCE: 110,
    Why.LIKE_OURS: 45,
    Why.LIKE_BANKS: 40,
    Why.AMOUNT: 60,
    Why.NAME: 25,
}


@dataclass(frozen=True)
class Line:
    id: UUID
    booked_on: date
    amount: Decimal
    reference: str = ""
    description: str = ""
    payer: str = ""


@dataclass(frozen=True)
class Candidate:
    """What a line may pay: an attempt to pay, or a payment without one (`attempt` None). `key` is the bank reference in
    normal form, `day` when it was sent (or asked for), `expected` what should arrive, `arrived` what has been accepted
    for the payment, each part by itself."""

    payment: UUID
    attempt: UUID | None
    reference: str
    expected: Decimal
    day: date
    standing: Standing = Standing.PENDING
    key: str = ""
    name: str = ""
    arrived: tuple[Decimal, ...] = ()


@dataclass(frozen=True)
class Proposal:
    line: Line
    candidate: Candidate
    exact: bool
    score: int
    why: tuple[Why, ...]
    others: int = 0


@dataclass
class _Words:
    """A line's text as references are looked for: its words, all of it in one, and the words of names."""

    column: str
    tokens: list[str]
    joined: str
    names: frozenset[str]

    @cached_property
    def like_references(self) -> list[str]:
        """Words of a language have no digits."""
        return [
            token for token in {self.column, *self.tokens} if len(token) >= _KEY_MIN and not token.isalpha()
        ]

    @classmethod
    def of(cls, line: Line) -> "_Words":
        text = plain(f"{line.reference} {line.description} {line.payer}"[:_TEXT_MAX])
        tokens = re.findall(r"[A-Z0-9]+", text)
        names = frozenset(re.findall(r"[^\W\d_]+", plain(f"{line.payer} {line.description}")))
        return cls(re.sub(r"[^A-Z0-9]", "", plain(line.reference)), tokens, "".join(tokens), names)


def match(lines: Iterable[Line], candidates: Iterable[Candidate]) -> list[Proposal]:
    """At most one proposal for each line and for each candidate, the exact ones first, then the best."""
    index = _Index(candidates)
    found: list[Proposal] = []
    for line in lines:
        found += index.proposals(line)
    found.sort(key=lambda one: (not one.exact, -one.score, one.line.booked_on))
    taken: set[UUID | tuple[UUID, UUID | None]] = set()
    chosen = []
    for one in found:
        pays = (one.candidate.payment, one.candidate.attempt)
        # A payment is settled once, by whichever of its attempts.
        if one.line.id in taken or pays in taken:
            continue
        taken |= {one.line.id, pays}
        chosen.append(one)
    return chosen


class _Index:
    def __init__(self, candidates: Iterable[Candidate]) -> None:
        self.by_reference: dict[str, list[Candidate]] = defaultdict(list)
        self.by_key: dict[str, list[Candidate]] = defaultdict(list)
        self.by_amount: dict[Decimal, list[Candidate]] = defaultdict(list)
        for one in candidates:
            self.by_reference[one.reference].append(one)
            if one.key:
                self.by_key[one.key].append(one)
            if one.standing in (Standing.PENDING, Standing.UNPAID):
                self.by_amount[one.expected].append(one)
        for bucket in self.by_amount.values():
            bucket.sort(key=lambda one: one.day)

    def proposals(self, line: Line) -> list[Proposal]:
        words = _Words.of(line)
        named = self._named(words)
        if named:
            payments = {one.payment for one, _whys in named}
            return [self._named_proposal(line, words, *one, two=len(payments) > 1) for one in named]
        return self._alike(line, words)

    def _named(self, words: _Words) -> list[tuple[Candidate, tuple[Why, ...]]]:
        """Whose reference stands in the line, ours or the bank's, with which of them."""
        found: dict[tuple[UUID, UUID | None], tuple[Candidate, list[Why]]] = {}

        def note(candidates: Iterable[Candidate], why: Why) -> None:
            for one in candidates:
                whys = found.setdefault((one.payment, one.attempt), (one, []))[1]
                if why not in whys:
                    whys.append(why)

        joined = words.joined
        for at in range(len(joined) - LENGTH + 1):
            note(self.by_reference.get(joined[at : at + LENGTH], ()), Why.OUR_REFERENCE)
        note(self.by_key.get(words.column, ()), Why.BANK_REFERENCE)
        for at in range(len(words.tokens)):
            # Banks cut a reference into pieces.
            for until in range(at + 1, min(at + 5, len(words.tokens) + 1)):
                piece = "".join(words.tokens[at:until])
                if len(piece) >= _KEY_MIN:
                    note(self.by_key.get(piece, ()), Why.BANK_REFERENCE)
        return [(one, tuple(whys)) for one, whys in found.values()]

    def _named_proposal(
        self, line: Line, words: _Words, one: Candidate, whys: tuple[Why, ...], *, two: bool
    ) -> Proposal:
        same = line.amount == one.expected
        why = [*whys, Why.AMOUNT if same else Why.OTHER_AMOUNT]
        if _named_in(one.name, words):
            why.append(Why.NAME)
        if two:
            why.append(Why.NAMES_TWO)
        extra = {
            Standing.LET_GO: Why.LET_GO,
            Standing.CALLED_OFF: Why.CALLED_OFF,
            Standing.ACCEPTED: Why.ACCEPTED,
        }.get(one.standing)
        if extra:
            why.append(extra)
        by_bank = Why.BANK_REFERENCE in whys
        if one.standing != Standing.ACCEPTED and not by_bank and line.amount in one.arrived:
            # The same transfer, confirmed without the statement, or listed by the bank in other words.
            why.append(Why.MAYBE_BEFORE)
        sure = same and not two and Why.MAYBE_BEFORE not in why
        sure = sure and one.standing not in (Standing.LET_GO, Standing.CALLED_OFF)
        # Ours also stands on a second transfer for the same payment.
        sure = sure and (by_bank or one.standing != Standing.ACCEPTED)
        score = sum(_SCORE.get(reason, 0) for reason in why)
        return Proposal(line, one, sure, score, tuple(why))

    def _alike(self, line: Line, words: _Words) -> list[Proposal]:
        """The best of those that expect the amount; how many fit as well is told with it."""
        found: list[tuple[int, int, Candidate, tuple[Why, ...]]] = []
        for one in self._around(line):
            why = [Why.AMOUNT]
            apart = abs((line.booked_on - one.day).days)
            if one.key and any(_like(token, one.key) for token in words.like_references):
                why.append(Why.LIKE_BANKS)
            if any(_like(token, one.reference) for token in words.like_references):
                why.append(Why.LIKE_OURS)
            if _named_in(one.name, words):
                why.append(Why.NAME)
            # Without anything else, the patient has to have said that it was sent.
            said = one.standing == Standing.PENDING and apart <= DAYS
            if len(why) == 1 and not said:
                continue
            if apart <= DAYS:
                why.append(Why.DAY)
            score = sum(_SCORE.get(reason, 0) for reason in why) + 2 * max(0, DAYS_WITH_MORE - apart)
            found.append((score, -apart, one, tuple(why)))
        found.sort(key=lambda item: item[:2], reverse=True)
        proposals = []
        for score, _apart, one, whys in found[:3]:
            others = sum(1 for other in found if other[2] is not one and other[0] == score)
            why_all = (*whys, Why.ALSO_FITS) if others else whys
            proposals.append(Proposal(line, one, False, score, why_all, others))
        return proposals

    def _around(self, line: Line) -> Sequence[Candidate]:
        """Those that expect this amount, of the days around the line, the nearest ones if there are many."""
        bucket = self.by_amount.get(line.amount, [])
        if not bucket:
            return []
        at = bisect_left(bucket, line.booked_on, key=lambda one: one.day)
        near = bucket[max(0, at - COMPARED_AT_MOST // 2) : at + COMPARED_AT_MOST // 2]
        return [one for one in near if abs((line.booked_on - one.day).days) <= DAYS_WITH_MORE]


@lru_cache(maxsize=4096)
def _name_words(name: str) -> frozenset[str]:
    return frozenset(re.findall(r"[^\W\d_]+", plain(name)))


def _named_in(name: str, words: _Words) -> bool:
    """Whether the person is named: all of a single name, or two words of it."""
    told = _name_words(name)
    return bool(told) and len(told & words.names) >= min(2, len(told))


def _like(token: str, key: str) -> bool:
    """Whether one is the other cut short (6 signs or more are left), differs in a sign (two of long ones), or lacks as
    many in one place."""
    shorter, longer = sorted((len(token), len(key)))
    if shorter < _KEY_MIN or token == key:
        return shorter >= _KEY_MIN
    if token in key or key in token:
        return shorter * 2 > longer
    most = 2 if shorter >= 10 else 1
    if shorter == longer:
        return sum(map(ne, token, key)) <= most
    if longer - shorter > most:
        return False
    return _alike_from(token, key) + _alike_from(token[::-1], key[::-1]) >= shorter


def _alike_from(one: str, other: str) -> int:
    """How many of the first signs are the same."""
    for at, (sign, against) in enumerate(zip(one, other, strict=False)):
        if sign != against:
            return at
    return min(len(one), len(other))
