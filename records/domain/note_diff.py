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
# Texts of more words than this are compared line by line: a comparison of words would take seconds.
TOO_MANY = 4_000


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
    split = _WORDS.findall
    if len(before) + len(after) > TOO_MANY * 5:
        split = _lines
    old, new = split(before), split(after)
    found: list[Piece] = []

    def put(kind: Kind, words: list[str]) -> None:
        if not words:
            return
        if found and found[-1].kind == kind:
            found[-1] = Piece(kind, found[-1].text + "".join(words))
        else:
            found.append(Piece(kind, "".join(words)))

    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for tag, old_from, old_to, new_from, new_to in matcher.get_opcodes():
        if tag == "equal":
            put("same", old[old_from:old_to])
        else:
            put("removed", old[old_from:old_to])
            put("added", new[new_from:new_to])
    return found


def changes(before: Mapping[str, str], after: Mapping[str, str]) -> list[Change]:
    """The parts that differ, each with its pieces; long stretches that stayed the same are cut in the middle."""
    return [
        Change(name, str(label), _shortened(pieces(before.get(name, ""), after.get(name, ""))))
        for name, label in note_content.LABELS.items()
        if before.get(name, "") != after.get(name, "")
    ]


def _lines(text: str) -> list[str]:
    return text.split("\n") if not text else re.findall(r"[^\n]*\n|[^\n]+", text)


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
