"""What of a model's answer may stand: sentences that cite what is there. Pure."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from . import figures, patterns
from .facts import Found
from .spelling import plain

LONGEST = 400
# A line that never ends is no sentence; what follows until its end goes with it.
_LONGEST_LINE = 2000
_CITED = re.compile(
    r"\[\s*((?:[FL]\s?\d{1,4}(?:\s*[-–]\s*[FL]?\s?\d{1,4})?[\s,;]*)+)\]\s*[.!?।]?", re.IGNORECASE
)
_MARKUP = re.compile(
    r"<\s*[A-Za-z/!?]|&(?:[a-z]+|#\d+);|https?:|www\.|\w@\w|javascript:|[\[\]`#]|hxxp|\bdot com\b",
    re.IGNORECASE,
)
_BREAK = re.compile(r"[.!?।]['\"”)]*\s+(?=\S)")
_SHORT = re.compile(r"(?:\b(?:e\.g|i\.e|approx|dr|mr|mrs|no|vs|ca|etc|max|min)|\b[A-Z])\.$", re.IGNORECASE)
# Greek, for a β-blocker and a μg.
_SCRIPTS = re.compile(r"^(?:LATIN|DEVANAGARI|GREEK) |^(?:MICRO|OHM|FEMININE|MASCULINE)")
_LEADING = re.compile(r"^\s*(?:[-*•–]|\(?\d{1,2}[.)])\s+")


@dataclass(frozen=True)
class Kept:
    """`cites`: keys of findings, numbers of lines."""

    text: str
    cites: tuple[str | int, ...]

    def stored(self) -> dict[str, Any]:
        return {"text": self.text, "cites": list(self.cites)}


class Reader:
    """Takes an answer piece by piece. `dropped` counts the sentences that may not stand."""

    def __init__(self, findings: Sequence[Found], lines: Sequence[str], *, most: int) -> None:
        self._findings, self._lines, self._most = findings, lines, most
        self._rest, self._said, self.dropped, self.kept = "", set[str](), 0, 0

    def take(self, piece: str) -> Iterator[Kept]:
        """The sentences that are whole with this piece."""
        self._rest += piece
        *whole, self._rest = re.split(r"\r\n|\r|\n|\u2028|\u2029", self._rest)
        if len(self._rest) > _LONGEST_LINE:
            self._rest = self._rest[:_LONGEST_LINE]
        for line in whole:
            yield from self._line(line)

    def end(self, *, is_whole: bool = True) -> Iterator[Kept]:
        """The last one, which no end of line follows; of an answer that broke off, it counts as dropped."""
        rest, self._rest = self._rest, ""
        if is_whole:
            yield from self._line(rest)
        elif rest.strip():
            self.dropped += 1

    def _line(self, line: str) -> Iterator[Kept]:
        at = 0
        for cited in _CITED.finditer(line):
            yield from self._one(line[at : cited.start()], cited[1])
            at = cited.end()
        if line[at:].strip(" .*`\t"):
            self.dropped += 1

    def _one(self, text: str, cited: str) -> Iterator[Kept]:
        text = " ".join(_LEADING.sub("", plain(text)).replace("**", "").split()).strip()
        cites = self._cites(cited)
        may_stand = (
            2 < len(text) <= LONGEST
            and cites is not None
            and self.kept < self._most
            and text.casefold() not in self._said
            and not _MARKUP.search(text)
            and not patterns.LINK.search(text)
            and not patterns.EMAIL.search(text)
            and not any(not _SHORT.search(text[: found.start() + 1]) for found in _BREAK.finditer(text))
            and all(sign.isprintable() for sign in text)
            and all(_SCRIPTS.match(unicodedata.name(sign, "")) for sign in text if sign.isalpha())
            and self._figures_stand(text, cites)
        )
        if not may_stand or cites is None:
            self.dropped += 1
            return
        self._said.add(text.casefold())
        self.kept += 1
        yield Kept(text if text[-1] in ".!?।" else f"{text}.", cites)

    def _cites(self, cited: str) -> tuple[str | int, ...] | None:
        """None as soon as one of them is not there."""
        found: list[str | int] = []
        for kind, first, last in re.findall(r"([FL])\s?(\d+)(?:\s*[-–]\s*[FL]?\s?(\d+))?", cited.upper()):
            end = int(last or first)
            if not 0 < int(first) <= end or end - int(first) > 20:
                return None
            if end > len(self._findings if kind == "F" else self._lines):
                return None
            for number in range(int(first), end + 1):
                one: str | int = self._findings[number - 1].key if kind == "F" else number
                if kind == "L" and not self._lines[number - 1].strip():
                    return None
                found += [] if one in found else [one]
        return tuple(found) or None

    def _figures_stand(self, text: str, cites: tuple[str | int, ...]) -> bool:
        """Every figure of the sentence, also one in words, stands in something it cites: no invented dose or value
        gets through. Nor does an order to begin or stop that nobody gave."""
        by_key = {one.key: one.text for one in self._findings}
        cited = " ".join(by_key[one] if isinstance(one, str) else self._lines[one - 1] for one in cites)
        there = figures.figures(cited) | figures.counted(cited)
        said = figures.figures(text) | figures.counted(text)
        return said <= there and figures.orders(text) <= figures.orders(cited)
