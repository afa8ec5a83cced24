"""Taking out of a text who it is about, before anything of it leaves the clinic. Pure.

Rather a word too many than one too few: what goes stands as a mark in brackets, so that a reader sees that it went.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from . import common_names, days, patterns
from .spelling import WORD, digits, is_devanagari, nearly, plain, sounds

NAME, NUMBER, ADDRESS = "[name]", "[number]", "[address]"
BORN, EMAIL, LINK, OLD, REMOVED = "[date of birth]", "[e-mail]", "[link]", "[age over 89]", "[line removed]"
_MARKS = re.compile(r"\[(?:name|number|address|date of birth|e-mail|link|age over 89|line removed)\]")

LONGEST = 400
_TITLES = ("Dr", "Mr", "Mrs", "Ms", "Prof")


@dataclass(frozen=True)
class Known:
    """Who and what must not be in the text. `names`: as they are written out, of everybody in the record and of the
    clinic. `values`: phone numbers, numbers of cards, accounts and papers, e-mail addresses."""

    names: Sequence[str] = ()
    addresses: Sequence[str] = ()
    values: Sequence[str] = ()
    born_on: Sequence[date] = field(default_factory=tuple)

    @cached_property
    def by_sound(self) -> frozenset[str]:
        """Of every part of every name, and of the parts written together."""
        found: set[str] = set()
        for name in self.names:
            parts = _parts(name)
            for part in [*parts, "".join(parts), "".join(reversed(parts))]:
                found |= sounds(part, of_a_name=True)
        return frozenset(found)

    @cached_property
    def short(self) -> frozenset[str]:
        """Parts too short for their sound, which count in capitals only: Li, Om."""
        parts = {part for name in self.names for part in _parts(name)}
        return frozenset(part.casefold() for part in parts if len(part) == 2)

    @cached_property
    def nearly(self) -> frozenset[str]:
        """Of names that a machine reads off a paper with a letter wrong."""
        return frozenset(near for name in self.names for part in _parts(name) for near in nearly(part))

    @cached_property
    def places_by_sound(self) -> frozenset[str]:
        words = {word for one in self.addresses for word in WORD.findall(plain(one)) if len(word) >= 5}
        wanted = {word for word in words if word.casefold() not in patterns.ANY_PLACE}
        return frozenset(sound for word in wanted for sound in sounds(word, of_a_name=True))

    @cached_property
    def initials(self) -> re.Pattern[str] | None:
        found = set()
        for name in self.names:
            letters = [part[0] for part in WORD.findall(plain(name)) if not is_devanagari(part)]
            if len(letters) > 1:
                found.add(r"\.\s?".join(map(re.escape, letters)) + r"\.?")
        if not found:
            return None
        return re.compile(r"(?i:(?<![\w.])(?:" + "|".join(sorted(found, key=len, reverse=True)) + r")(?!\w))")

    @cached_property
    def places(self) -> re.Pattern[str] | None:
        whole = [" ".join(plain(one).split()) for one in self.addresses]
        parts = {part.strip() for one in whole for part in re.split(r"[,;/]", one)}
        words = {
            word for one in whole for word in WORD.findall(one) if word.casefold() not in patterns.ANY_PLACE
        }
        wanted = {one for one in [*whole, *parts, *words] if len(one) >= 4 and not one.isdigit()}
        wanted = {one for one in wanted if one.casefold() not in patterns.ANY_PLACE}
        return _any_of(wanted)

    @cached_property
    def exact(self) -> re.Pattern[str] | None:
        """The values, whatever blanks and dashes stand in them."""
        wanted = [squeezed(value) for value in self.values]
        loose = [r"[\s./_-]*".join(map(re.escape, value)) for value in wanted if len(value) >= 4]
        if not loose:
            return None
        return re.compile(
            r"(?i)(?<![^\W_])(?:" + "|".join(sorted(loose, key=len, reverse=True)) + r")(?![^\W_])"
        )

    @cached_property
    def telling(self) -> tuple[str, ...]:
        """What a line must not have even with blanks between the letters."""
        wanted = [*self.values, *self.names, *self.addresses, *days.written_together(self.born_on)]
        return tuple(sorted({squeezed(one) for one in wanted if len(squeezed(one)) >= 7}))


def hidden(text: str, known: Known) -> str:
    """The text without anything that says who it is about. Doing it again changes nothing."""
    return "\n".join(_line(line, known) for line in plain(text).splitlines())


def hidden_lines(lines: Sequence[str], known: Known) -> list[str]:
    """The same of the lines of a paper, where a name may stand below the word that announces it: "Patient name:",
    "Kind regards,"."""
    out: list[str] = []
    label = ""
    for line in lines:
        done = hidden(line, known)
        if label and line.strip():
            told = f"{label} "
            with_label = hidden(f"{told}{line}", known)
            done = with_label[len(told) :] if with_label.startswith(told) else done
        out.append(done)
        if line.strip():
            label = plain(line).strip() if patterns.ANNOUNCES.fullmatch(plain(line)) else ""
            label += ":" if label[-1:].isalpha() else ""
    return out


def squeezed(text: str) -> str:
    return "".join(sign for sign in digits(plain(text)).casefold() if sign.isalnum())


def _line(line: str, known: Known) -> str:
    pieces = [_apart(piece, lambda part: _hide(digits(part), known)) for piece in _pieces(line)]
    line = " ".join(pieces)
    left = squeezed(_MARKS.sub("", line))
    if any(one in left for one in known.telling):
        return REMOVED
    return line


def _pieces(line: str) -> list[str]:
    """No longer than LONGEST, for looking through takes time by the square; ended where hardly a name or number is
    torn apart. A word longer than that is none, and goes."""
    pieces: list[str] = []
    while len(line) > LONGEST:
        ends = [found.start() for found in re.finditer(r"\s", line[:LONGEST]) if found.start() > LONGEST // 2]
        calm = [at for at in ends if re.match(r"[^\W\d]\s[^\W\dA-Z]", line[at - 1 : at + 2])]
        if not ends:
            rest = re.sub(r"^\S+", "", line[LONGEST:])
            pieces, line = [*pieces, REMOVED], rest.lstrip()
            continue
        at = (calm or ends)[-1]
        pieces.append(line[:at])
        line = line[at + 1 :]
    return [*pieces, line]


def _hide(text: str, known: Known) -> str:
    text = patterns.EMAIL.sub(EMAIL, text)
    text = patterns.LINK.sub(LINK, text)
    if known.exact:
        text = _rest(text, lambda part: known.exact.sub(NUMBER, part))  # type: ignore[union-attr]
    if known.places:
        text = _rest(text, lambda part: known.places.sub(ADDRESS, part))  # type: ignore[union-attr]
    text = _rest(text, lambda part: days.without_birth(part, known.born_on, BORN))
    text = _rest(text, lambda part: patterns.AGE.sub(f" {OLD}", part).replace(f"  {OLD}", f" {OLD}"))
    text = _value(text, patterns.ADDRESS_FIELD, ADDRESS)
    text = _rest(text, lambda part: WORD.sub(lambda found: _place(found[0], known), part))
    text = _rest(text, lambda part: patterns.WARD.sub(ADDRESS, part))
    text = re.sub(rf"(?<={re.escape(ADDRESS)})\s?-\s?\d{{1,2}}(?!\w)", "", text)
    text = _value(text, patterns.NAME_FIELD, NAME)
    text = patterns.LETTER_HEAD.sub(lambda found: found["label"] + NAME, text)
    for pattern in (patterns.NAMED, patterns.TITLED, patterns.LEARNED):
        text = _rest(text, lambda part, pattern=pattern: _value(part, pattern, NAME))  # type: ignore[misc]
    text = _rest(text, lambda part: _value(part, patterns.TITLED_NE, NAME))
    text = _rest(text, _numbers)
    if known.initials:
        text = _rest(text, lambda part: known.initials.sub(NAME, part))  # type: ignore[union-attr]
    text = _rest(text, _families)
    text = _rest(text, lambda part: WORD.sub(lambda found: _word(found[0], known), part))
    text = _rest(text, lambda part: patterns.MISREAD.sub(lambda found: _misread(found[0], known), part))
    # [name] G., [name] K.C.
    text = re.sub(rf"(?<={re.escape(NAME)})(?:,\s?[A-Z]\b\.?|\sK\.?\s?C\b\.?|\s[A-Z]\.)(?![\w/])", "", text)
    text = _rest(text, lambda part: patterns.KC.sub(NAME, part))
    # A. [name]
    text = re.sub(rf"(?<![\w.])(?:[A-Z](?:\.\s*|\s+))+(?={re.escape(NAME)})", "", text)
    return re.sub(rf"(?:{re.escape(NAME)}[ .]*)+(?={re.escape(NAME)})", "", text)


def _numbers(text: str) -> str:
    kept: list[str] = []

    def keep(found: re.Match[str]) -> str:
        kept.append(found[0])
        return f"\x00{chr(0xE000 + len(kept))}\x00"

    text = patterns.GROUPED.sub(keep, text)
    text = patterns.FOURS.sub(NUMBER, text)
    for pattern in (patterns.ID_FIELD, patterns.ID_FIELD_NE, patterns.TELEPHONE):
        text = _value(text, pattern, NUMBER)
    text = _rest(text, lambda part: patterns.PHONE.sub(NUMBER, part))
    text = _rest(
        text, lambda part: patterns.RUN.sub(lambda found: found[0] if days.is_day(found[0]) else NUMBER, part)
    )
    text = _rest(text, lambda part: patterns.CODED.sub(NUMBER, part))
    return re.sub("\x00([\ue000-\uf8ff])\x00", lambda found: kept[ord(found[1]) - 0xE001], text)


def _families(text: str) -> str:
    """The name of a family that many bear, with the given names before it."""
    words = list(WORD.finditer(text))
    out, at = "", 0
    for number, found in enumerate(words):
        if found.start() < at or not common_names.is_family(found[0]):
            continue
        start, first = found.start(), number
        while first and number - first < 3 and re.fullmatch(r"\.?\s?", text[words[first - 1].end() : start]):
            before = words[first - 1][0]
            is_one = common_names.is_given(before) or re.fullmatch(r"[A-Z]", before)
            if words[first - 1].start() < at or not is_one:
                break
            first, start = first - 1, words[first - 1].start()
        out, at = out + text[at:start] + NAME, found.end()
    return out + text[at:]


def _word(word: str, known: Known) -> str:
    if sounds(word) & known.by_sound or common_names.is_common(word):
        return NAME
    if word[0].isupper() and nearly(word) & known.nearly and _begins_alike(word, known):
        return NAME
    if word.casefold() in known.short and word[0].isupper():
        return NAME
    parts = re.findall(r"[A-Z][a-z]+|[A-Z]+(?![a-z])|[a-z]+", word)
    if 1 < len(parts) < 6 and any(len(part) > 3 and sounds(part) & known.by_sound for part in parts):
        return NAME
    return word


def _begins_alike(word: str, known: Known) -> bool:
    """`nearly` leaves the first letter where it is, or it is not in there."""
    return any(near[:1] == word[:1].casefold() for near in nearly(word) & known.nearly)


def _misread(word: str, known: Known) -> str:
    """A5ha, Gurun9: figures in a word as the letters that they look like."""
    for letters in ("oiseasgbg", "olzeasgtb"):
        read = word.translate(str.maketrans("012345689", letters))
        if sounds(read) & known.by_sound or nearly(read) & known.nearly:
            return NAME
    return word


def _place(word: str, known: Known) -> str:
    return ADDRESS if common_names.is_place(word) or sounds(word) & known.places_by_sound else word


def _parts(name: str) -> list[str]:
    return [part for part in WORD.findall(plain(name)) if part not in _TITLES]


def _value(text: str, pattern: re.Pattern[str], mark: str) -> str:
    """The value after a label, unless nothing but marks is left of it."""

    def put(found: re.Match[str]) -> str:
        label, value = found["label"], found["value"]
        if value is None:
            label, value = found["label2"], found["value2"]
        if not value.strip() or not _MARKS.sub("", value).strip(" .,:;-"):
            return found[0]
        return label + mark + (" " if value[-1:].isspace() else "")

    return pattern.sub(put, text)


def _rest(text: str, change: Callable[[str], str]) -> str:
    """Change what is no mark."""
    return _apart(text, change)


def _apart(text: str, change: Callable[[str], str]) -> str:
    out, at = [], 0
    for found in _MARKS.finditer(text):
        out += [change(text[at : found.start()]), found[0]]
        at = found.end()
    return "".join([*out, change(text[at:])])


def _any_of(wanted: Iterable[str]) -> re.Pattern[str] | None:
    loose = [r"[\s,]+".join(map(re.escape, re.split(r"[\s,]+", one))) for one in wanted]
    if not loose:
        return None
    return re.compile(r"(?i)(?<![^\W_])(?:" + "|".join(sorted(loose, key=len, reverse=True)) + r")(?![^\W_])")
