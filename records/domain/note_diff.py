"""What changed between two contents of a note, word by word, for reading. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from . import note_content

Kind = Literal["same", "added", "removed", "skipped"]
# Numbers whole, words with their vowel signs, the space between them; a line end stands alone.
_WORDS = re.compile(
    r"\n|[^\S\n]+|\d+(?:[.,/]\d+)*|(?:[^\W\d]|[\u0900-\u0963\u0970-\u097f\u200c\u200d])+|[^\s]"
)
# Of what stayed the same, this many characters are shown on each side of a change.
AROUND = 60
# What was typed in one place is found at once. Where more words than this (old times new) differ, lines are compared,
# and beyond that nothing: a comparison would take seconds.
TOO_MUCH = 250_000


@dataclass(frozen=True)
class Piece:
    kind: Kind
    text: str


@dataclass(frozen=True)
class Change:
    """What became of one part of the note."""

    name: str
    label: str
    pieces: list[Piece]


def pieces(before: str, after: str) -> list[Piece]:
    """`same` and `removed` together give `before`, `same` and `added` give `after`."""
    found: list[Piece] = []

    def put(kind: Kind, words: list[str]) -> None:
        text = "".join(words)
        if text and found and found[-1].kind == kind:
            found[-1] = Piece(kind, found[-1].text + text)
        elif text:
            found.append(Piece(kind, text))

    old, new = _WORDS.findall(before), _WORDS.findall(after)
    head = _same_at_start(old, new)
    tail = _same_at_start(old[head:][::-1], new[head:][::-1])
    put("same", old[:head])
    old_middle, new_middle = old[head : len(old) - tail], new[head : len(new) - tail]
    if len(old_middle) * len(new_middle) > TOO_MUCH:
        old_middle, new_middle = _lines("".join(old_middle)), _lines("".join(new_middle))
    if len(old_middle) * len(new_middle) > TOO_MUCH:
        put("removed", old_middle)
        put("added", new_middle)
    else:
        matcher = SequenceMatcher(None, old_middle, new_middle, autojunk=False)
        for tag, old_from, old_to, new_from, new_to in matcher.get_opcodes():
            if tag == "equal":
                put("same", old_middle[old_from:old_to])
            else:
                put("removed", old_middle[old_from:old_to])
                put("added", new_middle[new_from:new_to])
    put("same", old[len(old) - tail :])
    return found


def changes(before: Mapping[str, str], after: Mapping[str, str]) -> list[Change]:
    """The parts that differ, each with its pieces; long stretches that stayed the same are cut in the middle."""
    return [
        Change(name, str(label), _shortened(pieces(before.get(name, ""), after.get(name, ""))))
        for name, label in note_content.LABELS.items()
        if before.get(name, "") != after.get(name, "")
    ]


def _same_at_start(one: list[str], other: list[str]) -> int:
    return next(
        (at for at, (mine, yours) in enumerate(zip(one, other, strict=False)) if mine != yours),
        min(len(one), len(other)),
    )


def _lines(text: str) -> list[str]:
    return re.findall(r"[^\n]*\n|[^\n]+", text)


def _shortened(all_pieces: list[Piece]) -> list[Piece]:
    found: list[Piece] = []
    for index, piece in enumerate(all_pieces):
        if piece.kind != "same" or len(piece.text) <= 2 * AROUND + 20:
            found.append(piece)
            continue
        head = piece.text[:AROUND] if index > 0 else ""
        tail = piece.text[-AROUND:] if index < len(all_pieces) - 1 else ""
        found += [Piece("same", head)] if head else []
        found.append(Piece("skipped", ""))
        found += [Piece("same", tail)] if tail else []
    return found
